/**
 * Fans the changes of a space out to subscribers: one listener at the space, one bounded queue per
 * subscriber. Each subscriber gets what it asked for and may be told in log order, each entry once;
 * one that is too slow gets fewer, which stand for all (change-queue.ts).
 *
 * An entry is judged when it happens, so that what a subscriber may not be told takes no room in
 * its queue, and again when it is delivered.
 */

import type { PermissionBody } from '../authority/permission-body.ts';
import type { ReadRights } from '../space/read-rights.ts';
import type { ChangeGroup, ChangeInterest, Space } from '../space/space.ts';
import type { Since } from './change-cursor.ts';
import { recordOrigin } from './change-origin.ts';
import { ChangeQueue, QUEUE_LIMITS, type QueueRules } from './change-queue.ts';
import { type GrantDelivery, GrantFeed, type GrantTest } from './grant-feed.ts';
import { keyOfEntry } from './joined-changes.ts';
import type { StateTest } from './membership.ts';
import { Resumption, type ResumptionParts } from './resumption.ts';
import type { ChangeEntry } from './seen-changes.ts';
import { type SightChange, sightChanges } from './sight-changes.ts';
import { SubscriberIndex } from './subscriber-index.ts';
import {
  type Delivery,
  joinPending,
  judged,
  type Pending,
  pendingChange,
  pendingOf,
  resyncOf,
  type Subscriber,
  toldOf,
} from './told-changes.ts';

/** What a subscriber asks for. */
export interface ChangeRequest<Entry extends ChangeEntry> {
  readonly interest: ChangeInterest;
  /** Asked about what the subscriber sees of an entry. */
  readonly wants: (entry: ChangeEntry) => entry is Entry;
  /** The filter, which needs images; every element matches where absent. */
  readonly test?: StateTest | undefined;
  /** Who it is; everybody where absent. */
  readonly actor?: string;
  /** Where it was when it left: it is told what it missed. */
  readonly since?: Since | undefined;
}

export interface ChangeFeed {
  /**
   * Entries of an interest that `wants` says yes to, from this moment on or since the subscriber
   * left, and RESYNC. What no subscriber has an interest in is not even decoded.
   */
  subscribe<Entry extends ChangeEntry>(
    request: ChangeRequest<Entry>,
  ): AsyncIterableIterator<Delivery<Entry | SightChange>>;
  /** Grants that are made and ended and that `wants` says yes to, from this moment on. */
  subscribeGrants(wants: GrantTest): AsyncIterableIterator<GrantDelivery>;
  readonly subscribers: number;
  /** Ends every subscription after what it still has to deliver, and the listening. */
  close(): void;
}

type Queue = ChangeQueue<Pending, Delivery>;

const JOINING: Omit<QueueRules<Pending, Delivery>, 'judge'> = {
  keyOf: ({ entry }) => keyOfEntry(entry),
  join: joinPending,
  bytesOf: ({ entry: { images } }) => (images?.before?.bytes ?? 0) + (images?.after?.bytes ?? 0),
  resync: resyncOf,
};

interface Live {
  readonly queue: Queue;
  readonly subscriber: Subscriber;
  readonly interest: ChangeInterest;
  /** While it is told what it missed. */
  resumption: Resumption | undefined;
}

export function openChangeFeed(space: Space, limits = QUEUE_LIMITS): ChangeFeed {
  const subscribers = new Set<Live>();
  const index = new SubscriberIndex<Live>();
  const grants = new GrantFeed();
  const stop = space.watchGroups((group) => {
    if (subscribers.size > 0) pushGroup(space, index, group);
  });
  const stopRecords = space.access.watch((body) => {
    grants.push(body);
    pushSightChanges(space, subscribers, body);
  });
  let rights: RightsByActor | undefined;
  /** Of this turn of the event loop: those who resume may be many. */
  const rightsNow = (actor: string | undefined) => {
    if (rights === undefined) setImmediate(() => (rights = undefined));
    rights ??= new RightsByActor(space);
    return rights.of(actor);
  };
  let isOpen = true;
  return {
    subscribe: <Entry extends ChangeEntry>(request: ChangeRequest<Entry>) => {
      const { interest, wants, test, actor, since } = request;
      const subscriber = { interest, wants, test, actor };
      const forget = interest.images === true && isOpen ? space.keepImages() : () => undefined;
      const leave = () => {
        subscribers.delete(live);
        index.remove(live);
        forget();
      };
      const judge = (pending: Pending) => judged(space, pending, subscriber);
      const queue: Queue = new ChangeQueue(leave, { ...JOINING, judge }, limits);
      const live: Live = { queue, subscriber, interest, resumption: undefined };
      if (isOpen) {
        subscribers.add(live);
        index.add(live);
      } else queue.end();
      if (isOpen && since !== undefined) {
        resume({ space, queue, subscriber, rights: () => rightsNow(actor) }, live, since);
      }
      // The queue holds only entries that `wants` has admitted, and RESYNC.
      return queue as AsyncIterableIterator<Delivery<Entry | SightChange>>;
    },
    subscribeGrants: (wants) => grants.subscribe(wants, isOpen),
    get subscribers() {
      return subscribers.size + grants.subscribers;
    },
    close: () => {
      isOpen = false;
      stop();
      stopRecords();
      for (const { queue } of [...subscribers]) queue.end();
      subscribers.clear();
      grants.close();
    },
  };
}

function pushGroup(space: Space, index: SubscriberIndex<Live>, group: ChangeGroup): void {
  const interests = index.interestsIn(group, space.graph);
  const rights = new RightsByActor(space);
  const { hasImages } = group;
  for (const transaction of group.read(interests)) {
    for (const change of transaction.changes) {
      for (const live of index.of(change)) {
        const { subscriber } = live;
        const judging = { subscriber, rights: rights.of(subscriber.actor), hasImages };
        const pending = pendingChange(transaction, change, judging);
        if (pending !== undefined) push(live, transaction.position, pending);
      }
    }
  }
}

/** The subscriber is told what it missed before what happens from now on. */
function resume(parts: Omit<ResumptionParts, 'goLive'>, live: Live, since: Since): void {
  const goLive = () => {
    live.resumption = undefined;
  };
  const resumption = new Resumption({ ...parts, goLive }, since);
  live.resumption = resumption;
  resumption.run().catch((cause: unknown) => parts.queue.fail(cause));
}

function push({ queue, resumption }: Live, position: number, pending: Pending): void {
  if (resumption === undefined) queue.push(pending);
  else resumption.hold(position, pending);
}

function pushSightChanges(space: Space, subscribers: Iterable<Live>, body: PermissionBody): void {
  const { height } = body;
  const { position } = space;
  for (const live of subscribers) {
    const { subscriber } = live;
    const { interest, actor } = subscriber;
    if (actor === undefined || interest.element !== 'node') continue;
    const originOf = recordOrigin(space, actor, body);
    const rights = space.access.readRights(actor);
    for (const entry of sightChanges(space, { actor, interest, before: height - 1, height })) {
      const told = toldOf({ entry, coalesced: 1 }, subscriber, rights);
      if (told === undefined) continue;
      push(live, position, pendingOf(entry, originOf(entry), told));
    }
  }
}

/** Rights as of one moment, of subscribers who may be the same. */
class RightsByActor {
  readonly #space: Space;
  readonly #known = new Map<string, ReadRights | undefined>();

  constructor(space: Space) {
    this.#space = space;
  }

  of(actor: string | undefined): ReadRights | undefined {
    if (actor === undefined) return undefined;
    if (!this.#known.has(actor)) this.#known.set(actor, this.#space.access.readRights(actor));
    return this.#known.get(actor);
  }
}
