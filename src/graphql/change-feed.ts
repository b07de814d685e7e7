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
import { isOwn } from '../space/reader.ts';
import type { ChangeInterest, Space, TransactionChanges } from '../space/space.ts';
import { ChangeQueue, type Overflow } from './change-queue.ts';
import { type ElementChange, seenChange } from './seen-changes.ts';
import { type SightChange, SightEvent, sightChanges } from './sight-changes.ts';

export type ChangeEntry = ElementChange | SightChange;

/** Where an entry comes from: a transaction, or a record of the authority chain. */
export interface ChangeOrigin {
  /** CID of the commit, or of the record. */
  readonly commit?: string;
  readonly author?: string;
  readonly actor?: string;
  readonly time?: Date;
  readonly transaction?: string;
  /** In the log of this replica. */
  readonly place: string;
}

/** One entry, as a subscriber sees it. */
export interface Delivery<Entry extends ChangeEntry = ChangeEntry> {
  readonly origin: ChangeOrigin;
  readonly entry: Entry;
}

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
}

export interface ChangeFeed {
  /**
   * Entries of an interest that `wants` says yes to, from this moment on. What no subscriber has
   * an interest in is not even decoded.
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
  let isOpen = true;
  return {
    subscribe: <Entry extends ChangeEntry>(request: ChangeRequest<Entry>) => {
      const { interest, wants, actor } = request;
      const judge = (delivery: Delivery) => judged(space, delivery, { wants, actor });
      const queue = new ChangeQueue<Delivery>(() => subscribers.delete(queue), judge);
      if (isOpen) subscribers.set(queue, { interest, wants, actor });
      else queue.end();
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

function pushChanges(
  subscribers: ReadonlyMap<ChangeQueue<Delivery>, Subscriber>,
  transaction: TransactionChanges,
  rightsByActor: RightsByActor,
): void {
  for (const change of transaction.changes) {
    for (const [queue, { wants, actor }] of subscribers) {
      const rights = rightsByActor.of(actor);
      const entry = seenChange(change, rights);
      if (entry === undefined || !wants(entry)) continue;
      const isTold = rights === undefined || isOwn(actor ?? '', transaction.actor);
      queue.push({ origin: originOf(transaction, entry, isTold), entry });
    }
  }
}

/** With the id of the transaction where it is told (schema/access.md, R24). */
function originOf(at: TransactionChanges, entry: ElementChange, isTold: boolean): ChangeOrigin {
  const { commit, author, actor, time, transaction } = at;
  const place = `${at.position}.${at.index}.${nameOf(entry)}`;
  return { commit, author, actor, time, place, ...(isTold && { transaction }) };
}

/** One transaction changes an element once. How many others it changes, the name does not tell. */
function nameOf(entry: ElementChange): string {
  if (entry.element === 'node') return entry.id;
  const { from, type, to, key } = entry.name;
  return `${from}-${to}-${key}-${type}`;
}

/** As of the moment of delivery; undefined where the subscriber may not be told any more. */
function judged(
  space: Space,
  delivery: Delivery,
  { wants, actor }: Pick<Subscriber, 'wants' | 'actor'>,
): Delivery | undefined {
  const { entry } = delivery;
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
  for (const [queue, { interest, wants, actor }] of subscribers) {
    if (actor === undefined || interest.element !== 'node') continue;
    const origin = recordOrigin(space, actor, body);
    for (const entry of sightChanges(space, { actor, interest, height })) {
      const place = `authority.${height}.${entry.node?.id ?? ''}.${entry.event}`;
      if (wants(entry)) queue.push({ origin: { ...origin, place }, entry });
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
