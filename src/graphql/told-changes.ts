/**
 * What is told of an entry: judged by the rights and by the filter of its subscriber, when it
 * happens and, where it had to wait, once more when it is delivered.
 */

import type { ReadRights } from '../space/read-rights.ts';
import { isOwn } from '../space/reader.ts';
import type { ChangeInterest, Space, TransactionChanges } from '../space/space.ts';
import { type ChangeOrigin, transactionOrigin } from './change-origin.ts';
import { joinEntries } from './joined-changes.ts';
import { Membership, membershipOf, type StateTest } from './membership.ts';
import {
  type ChangeEntry,
  type ElementChange,
  type SeenStates,
  seenEntry,
  seenStates,
  wasThere,
} from './seen-changes.ts';
import { SightEvent, sightOfMore } from './sight-changes.ts';

/** An entry that waits. */
export interface Pending<Entry extends ChangeEntry = ChangeEntry> {
  readonly origin: ChangeOrigin;
  readonly entry: Entry;
  /** How many entries it stands for. */
  readonly coalesced: number;
  /** Whether the subscriber saw the element before all of them. */
  readonly wasSeen: boolean;
  /** Whether the node matched after the last of them, when it happened. */
  readonly matches: boolean;
}

/** One entry, as a subscriber sees it. */
export interface Delivery<Entry extends ChangeEntry = ChangeEntry>
  extends Omit<Pending<Entry>, 'wasSeen' | 'matches'>,
    SeenStates {
  /** How the node stands to the filter; undefined where the entry is of many. */
  readonly membership: Membership | undefined;
}

export interface Subscriber {
  readonly interest: ChangeInterest;
  readonly wants: (entry: ChangeEntry) => boolean;
  readonly test: StateTest | undefined;
  readonly actor: string | undefined;
}

type Told = Pick<Delivery, 'entry' | 'before' | 'after' | 'membership'>;

/** What of an entry is told under rights; undefined for nothing. */
export function toldOf(
  { entry, coalesced }: Pick<Pending, 'entry' | 'coalesced'>,
  { wants, test }: Pick<Subscriber, 'wants' | 'test'>,
  rights: ReadRights | undefined,
): Told | undefined {
  const seen = seenEntry(entry, rights);
  if (seen === undefined || !(isOfMany(seen) || wants(seen))) return undefined;
  const states = seenStates(seen, rights);
  if (isOfMany(seen)) return { entry: seen, ...states, membership: undefined };
  // Each of several that are one has matched before or after: it did in between.
  const between = coalesced > 1 ? Membership.LEFT : undefined;
  const membership = membershipOf(seen, states, test) ?? between;
  return membership && { entry: seen, ...states, membership };
}

function isOfMany(entry: ChangeEntry): boolean {
  return entry.element === 'sight' && entry.node === undefined;
}

/** As of the moment of delivery; undefined where the subscriber may not be told any more. */
export function judged(
  space: Space,
  pending: Pending,
  subscriber: Subscriber,
): Delivery | undefined {
  const { actor } = subscriber;
  const { origin, coalesced } = pending;
  const rights = actor === undefined ? undefined : space.access.readRights(actor);
  const told = toldOf(pending, subscriber, rights);
  return told === undefined ? gone(pending) : { origin, coalesced, ...told };
}

/**
 * A subscriber may hold what it was told of a node before. Where it may not be told any more by
 * what the node has left since, it is told that the node is hidden.
 */
function gone({ entry, origin, coalesced, matches }: Pending): Delivery | undefined {
  const node = nodeOf(entry);
  if (node === undefined || matches) return undefined;
  const { place } = origin;
  return {
    origin: { place },
    entry: { element: 'sight', event: SightEvent.HIDDEN, node, paths: [] },
    coalesced,
    before: undefined,
    after: undefined,
    membership: Membership.LEFT,
  };
}

export function joinPending(first: Pending, second: Pending): Pending {
  const { wasSeen } = first;
  const entry = joinEntries({ first: first.entry, second: second.entry, wasSeen });
  return { ...second, entry, wasSeen, coalesced: first.coalesced + second.coalesced };
}

export function resyncOf(waited: readonly Pending[]): Pending {
  const place = waited.at(-1)?.origin.place ?? '';
  const coalesced = waited.reduce((sum, each) => sum + each.coalesced, 0);
  return { ...resyncAt(place), coalesced };
}

export function resyncAt(place: string): Pending {
  return {
    origin: { place },
    entry: sightOfMore(SightEvent.RESYNC),
    coalesced: 1,
    wasSeen: true,
    matches: true,
  };
}

/** The one node that an entry is of. */
function nodeOf(entry: ChangeEntry): { readonly id: string; readonly type: string } | undefined {
  if (entry.element === 'node') return { id: entry.id, type: entry.type };
  return entry.element === 'sight' ? entry.node : undefined;
}

/** A change of a transaction as it waits for a subscriber; undefined where it is not told. */
export function pendingChange(
  transaction: TransactionChanges,
  change: ElementChange,
  { subscriber, rights, hasImages }: Judging,
): Pending | undefined {
  const { actor, interest } = subscriber;
  const isUnknown = interest.images === true && !hasImages;
  const test = isUnknown ? undefined : subscriber.test;
  const told = toldOf({ entry: change, coalesced: 1 }, { ...subscriber, test }, rights);
  if (told === undefined) return undefined;
  const isTold = rights === undefined || isOwn(actor ?? '', transaction.actor);
  const origin = transactionOrigin(transaction, change, isTold);
  if (isUnknown) return resyncAt(origin.place);
  return pendingOf(forInterest(change, interest), origin, told);
}

/** By what a change is judged when it happens. */
export interface Judging {
  readonly subscriber: Subscriber;
  readonly rights: ReadRights | undefined;
  /** Whether images could be read. */
  readonly hasImages: boolean;
}

/** Without images that another subscriber has asked for. */
function forInterest(change: ElementChange, { images }: ChangeInterest): ElementChange {
  if (images === true || change.images === undefined) return change;
  const { images: _, ...others } = change;
  return others;
}

/** An entry that waits by itself, and how the node stood to the filter when it happened. */
export function pendingOf(
  entry: ChangeEntry,
  origin: ChangeOrigin,
  { membership }: Pick<Told, 'membership'>,
): Pending {
  const matches = membership !== Membership.LEFT;
  return { origin, entry, coalesced: 1, wasSeen: wasThere(entry), matches };
}
