/**
 * Fans the changes of a space out to subscribers: one listener at the space, one bounded queue per
 * subscriber. Each subscriber gets what it asked for and may be told in log order, each entry once.
 * One that is too slow gets no gap: its queue ends with an Overflow, and so does its subscription.
 *
 * An entry is judged when it happens, so that what a subscriber may not be told takes no room in
 * its queue, and again when it is delivered.
 */

import type { PermissionBody, WrittenGrant } from '../authority/permission-body.ts';
import { cidText } from '../crypto/identifier.ts';
import type { ReadRights } from '../space/read-rights.ts';
import type { ChangeInterest, Space, TransactionChanges } from '../space/space.ts';
import { recordPlace, type Since } from './change-cursor.ts';
import {
  type ChangeEntry,
  type ChangeOrigin,
  type Delivery,
  seenDelivery,
} from './change-delivery.ts';
import { ChangeQueue, type Overflow } from './change-queue.ts';
import { Resumption, type ResumptionParts } from './resumption.ts';
import { seenChange } from './seen-changes.ts';
import { type SightChange, SightEvent, sightChanges } from './sight-changes.ts';

/** A grant that was made or ended. */
export interface GrantDelivery {
  readonly event: 'GRANTED' | 'REVOKED';
  readonly grant: WrittenGrant;
  /** Of the record that says so. */
  readonly height: number;
}

/** What a subscriber asks for. */
export interface ChangeRequest<Entry extends ChangeEntry> {
  readonly interest: ChangeInterest;
  /** Asked about what the subscriber sees of an entry. */
  readonly wants: (entry: ChangeEntry) => entry is Entry;
  /** Who it is; everybody where absent. */
  readonly actor?: string;
  /** Where it was when it left: it is told what it missed. */
  readonly since?: Since | undefined;
}

export interface ChangeFeed {
  /**
   * Entries of an interest that `wants` says yes to, from this moment on or since the subscriber
   * left. What no subscriber has an interest in is not even decoded.
   */
  subscribe<Entry extends ChangeEntry>(
    request: ChangeRequest<Entry>,
  ): AsyncIterableIterator<Delivery<Entry> | Overflow>;
  /** Grants that are made and ended and that `wants` says yes to, from this moment on. */
  subscribeGrants(
    wants: (delivery: GrantDelivery) => boolean,
  ): AsyncIterableIterator<GrantDelivery | Overflow>;
  readonly subscribers: number;
  /** Ends every subscription after what it still has to deliver, and the listening. */
  close(): void;
}

interface Subscriber {
  readonly interest: ChangeInterest;
  readonly wants: (entry: ChangeEntry) => boolean;
  readonly actor: string | undefined;
  /** While it is told what it missed. */
  resumption: Resumption | undefined;
}

export function openChangeFeed(space: Space): ChangeFeed {
  const subscribers = new Map<ChangeQueue<Delivery>, Subscriber>();
  const stop = space.watchGroups((group) => {
    if (subscribers.size === 0) return;
    const interests = Array.from(subscribers.values(), ({ interest }) => interest);
    const rights = new RightsByActor(space);
    for (const transaction of group.read(interests)) {
      pushChanges(subscribers, transaction, rights);
    }
  });
  const grantees = new Map<ChangeQueue<GrantDelivery>, (delivery: GrantDelivery) => boolean>();
  const stopRecords = space.access.watch((body) => {
    for (const delivery of deliveriesOf(body)) {
      for (const [queue, wants] of grantees) if (wants(delivery)) queue.push(delivery);
    }
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
      const { interest, wants, actor, since } = request;
      const judge = (delivery: Delivery) => judged(space, delivery, { wants, actor });
      const queue = new ChangeQueue<Delivery>(() => subscribers.delete(queue), judge);
      const subscriber: Subscriber = { interest, wants, actor, resumption: undefined };
      if (isOpen) subscribers.set(queue, subscriber);
      else queue.end();
      if (isOpen && since !== undefined) {
        resume({ space, queue, ...subscriber, rights: () => rightsNow(actor) }, subscriber, since);
      }
      // The queue holds only entries that `wants` has admitted.
      return queue as AsyncIterableIterator<Delivery<Entry> | Overflow>;
    },
    subscribeGrants: (wants) => {
      const queue = new ChangeQueue<GrantDelivery>(
        () => grantees.delete(queue),
        (each) => (wants(each) ? each : undefined),
      );
      if (isOpen) grantees.set(queue, wants);
      else queue.end();
      return queue;
    },
    get subscribers() {
      return subscribers.size + grantees.size;
    },
    close: () => {
      isOpen = false;
      stop();
      stopRecords();
      for (const queue of [...subscribers.keys(), ...grantees.keys()]) queue.end();
      subscribers.clear();
      grantees.clear();
    },
  };
}

/** The subscriber is told what it missed before what happens from now on. */
function resume(
  parts: Omit<ResumptionParts, 'goLive'>,
  subscriber: Subscriber,
  since: Since,
): void {
  const goLive = () => {
    subscriber.resumption = undefined;
  };
  const resumption = new Resumption({ ...parts, goLive }, since);
  subscriber.resumption = resumption;
  resumption.run().catch((cause: unknown) => parts.queue.fail(cause));
}

function pushChanges(
  subscribers: ReadonlyMap<ChangeQueue<Delivery>, Subscriber>,
  transaction: TransactionChanges,
  rightsByActor: RightsByActor,
): void {
  for (const change of transaction.changes) {
    for (const [queue, subscriber] of subscribers) {
      const { wants, actor } = subscriber;
      const delivery = seenDelivery(transaction, change, {
        actor,
        rights: rightsByActor.of(actor),
      });
      if (delivery === undefined || !wants(delivery.entry)) continue;
      push({ queue, subscriber }, transaction.position, delivery);
    }
  }
}

interface Subscription {
  readonly queue: ChangeQueue<Delivery>;
  readonly subscriber: Subscriber;
}

function push(
  { queue, subscriber: { resumption } }: Subscription,
  position: number,
  delivery: Delivery,
): void {
  if (resumption === undefined) queue.push(delivery);
  else resumption.hold(position, delivery);
}

/** As of the moment of delivery; undefined where the subscriber may not be told any more. */
function judged(
  space: Space,
  delivery: Delivery,
  { wants, actor }: Pick<Subscriber, 'wants' | 'actor'>,
): Delivery | undefined {
  const { entry } = delivery;
  if (entry.event === SightEvent.RESYNC) return delivery;
  const rights = actor === undefined ? undefined : space.access.readRights(actor);
  const seen = entry.element === 'sight' ? seenSight(entry, rights) : seenChange(entry, rights);
  if (seen === undefined || !wants(seen)) return undefined;
  return seen === entry ? delivery : { ...delivery, entry: seen };
}

/** What is hidden again since is not told as shown. */
function seenSight(change: SightChange, rights: ReadRights | undefined): SightChange | undefined {
  const { node, event, paths } = change;
  if (rights === undefined || node === undefined || event !== SightEvent.SHOWN) return change;
  if (!rights.seesNode(node.type, node.id)) return undefined;
  const read = paths.filter((path) => rights.readsNode(node.type, node.id, path));
  return paths.length > 0 && read.length === 0 ? undefined : { ...change, paths: read };
}

function pushSightChanges(
  space: Space,
  subscribers: ReadonlyMap<ChangeQueue<Delivery>, Subscriber>,
  body: PermissionBody,
): void {
  const { height } = body;
  const { position } = space;
  for (const [queue, subscriber] of subscribers) {
    const { interest, wants, actor } = subscriber;
    if (actor === undefined || interest.element !== 'node') continue;
    const origin = recordOrigin(space, actor, body);
    for (const entry of sightChanges(space, { actor, interest, before: height - 1, height })) {
      const place = recordPlace(position, entry.event, entry.node?.id);
      if (!wants(entry)) continue;
      push({ queue, subscriber }, position, { origin: { ...origin, place }, entry });
    }
  }
}

/** The record is named to those who may read all permissions: its hash lets others be guessed. */
function recordOrigin(space: Space, actor: string, body: PermissionBody): Partial<ChangeOrigin> {
  if (!space.access.mayAdminister(actor, 'read')) return {};
  const asking = body.kind === 'model' ? undefined : body.request?.actor;
  return {
    commit: cidText(space.access.recordAt(body.height)),
    author: space.organisation.owner,
    ...(asking !== undefined && { actor: asking }),
  };
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

function deliveriesOf(body: PermissionBody): GrantDelivery[] {
  if (body.kind === 'model') return [];
  const event = body.kind === 'grants' ? 'GRANTED' : 'REVOKED';
  return body.grants.map((grant) => ({ event, grant, height: body.height }));
}
