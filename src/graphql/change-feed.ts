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
import { isOwn } from '../space/reader.ts';
import type { ChangeGroup, ChangeInterest, Space, TransactionChanges } from '../space/space.ts';
import { recordOrigin, transactionOrigin } from './change-origin.ts';
import { ChangeQueue, QUEUE_LIMITS, type QueueRules } from './change-queue.ts';
import { type GrantDelivery, GrantFeed, type GrantTest } from './grant-feed.ts';
import { keyOfEntry } from './joined-changes.ts';
import type { StateTest } from './membership.ts';
import type { ChangeEntry, ElementChange, ResyncEntry } from './seen-changes.ts';
import { sightChanges } from './sight-changes.ts';
import {
  type Delivery,
  joinPending,
  judged,
  type Pending,
  pendingOf,
  resyncAt,
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
}

export interface ChangeFeed {
  /**
   * Entries of an interest that `wants` says yes to, from this moment on, and RESYNC. What no
   * subscriber has an interest in is not even decoded.
   */
  subscribe<Entry extends ChangeEntry>(
    request: ChangeRequest<Entry>,
  ): AsyncIterableIterator<Delivery<Entry | ResyncEntry>>;
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
type Subscribers = ReadonlyMap<Queue, Subscriber>;

export function openChangeFeed(space: Space, limits = QUEUE_LIMITS): ChangeFeed {
  const subscribers = new Map<Queue, Subscriber>();
  const grants = new GrantFeed();
  const stop = space.watchGroups((group) => {
    if (subscribers.size > 0) pushGroup(space, subscribers, group);
  });
  const stopRecords = space.access.watch((body) => {
    grants.push(body);
    pushSightChanges(space, subscribers, body);
  });
  let isOpen = true;
  return {
    subscribe: <Entry extends ChangeEntry>(request: ChangeRequest<Entry>) => {
      const { interest, wants, test, actor } = request;
      const subscriber = { interest, wants, test, actor };
      const forget = interest.images === true && isOpen ? space.keepImages() : () => undefined;
      const leave = () => {
        subscribers.delete(queue);
        forget();
      };
      const judge = (pending: Pending) => judged(space, pending, subscriber);
      const queue: Queue = new ChangeQueue(leave, { ...JOINING, judge }, limits);
      if (isOpen) subscribers.set(queue, subscriber);
      else queue.end();
      // The queue holds only entries that `wants` has admitted, and RESYNC.
      return queue as AsyncIterableIterator<Delivery<Entry | ResyncEntry>>;
    },
    subscribeGrants: (wants) => grants.subscribe(wants, isOpen),
    get subscribers() {
      return subscribers.size + grants.subscribers;
    },
    close: () => {
      isOpen = false;
      stop();
      stopRecords();
      for (const queue of [...subscribers.keys()]) queue.end();
      subscribers.clear();
      grants.close();
    },
  };
}

function pushGroup(space: Space, subscribers: Subscribers, group: ChangeGroup): void {
  const interests = Array.from(subscribers.values(), ({ interest }) => interest);
  const parts = { rights: new RightsByActor(space), hasImages: group.hasImages };
  for (const transaction of group.read(interests)) pushChanges(subscribers, transaction, parts);
}

function pushChanges(
  subscribers: Subscribers,
  transaction: TransactionChanges,
  { rights: rightsByActor, hasImages }: { rights: RightsByActor; hasImages: boolean },
): void {
  for (const change of transaction.changes) {
    for (const [queue, subscriber] of subscribers) {
      const { actor, interest } = subscriber;
      const rights = rightsByActor.of(actor);
      const isUnknown = interest.images === true && !hasImages;
      const told = toldOf(
        { entry: change, coalesced: 1 },
        isUnknown ? { ...subscriber, test: undefined } : subscriber,
        rights,
      );
      if (told === undefined) continue;
      const isTold = rights === undefined || isOwn(actor ?? '', transaction.actor);
      const origin = transactionOrigin(transaction, change, isTold);
      if (isUnknown) queue.push(resyncAt(origin.place));
      else queue.push(pendingOf(forInterest(change, interest), origin, told));
    }
  }
}

/** Without images that another subscriber has asked for. */
function forInterest(change: ElementChange, { images }: ChangeInterest): ElementChange {
  if (images === true || change.images === undefined) return change;
  const { images: _, ...others } = change;
  return others;
}

function pushSightChanges(space: Space, subscribers: Subscribers, body: PermissionBody): void {
  const { height } = body;
  for (const [queue, subscriber] of subscribers) {
    const { interest, actor } = subscriber;
    if (actor === undefined || interest.element !== 'node') continue;
    const originOf = recordOrigin(space, actor, body);
    const rights = space.access.readRights(actor);
    for (const entry of sightChanges(space, { actor, interest, height })) {
      const told = toldOf({ entry, coalesced: 1 }, subscriber, rights);
      if (told !== undefined) queue.push(pendingOf(entry, originOf(entry), told));
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
