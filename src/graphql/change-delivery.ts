/** One entry of a change as it is delivered to a subscriber, and where it comes from. */

import type { ReadRights } from '../space/read-rights.ts';
import { isOwn } from '../space/reader.ts';
import type { TransactionChanges } from '../space/space.ts';
import { type ElementChange, seenChange } from './seen-changes.ts';
import type { SightChange } from './sight-changes.ts';

export type ChangeEntry = ElementChange | SightChange;

/** Where an entry comes from: a transaction, or a record of the authority chain. */
export interface ChangeOrigin {
  /** CID of the commit, or of the record. */
  readonly commit?: string;
  readonly author?: string;
  readonly actor?: string;
  readonly time?: Date;
  readonly transaction?: string;
  /** In the log of this replica; what a cursor is of (change-cursor.ts). */
  readonly place: string;
}

/** One entry, as a subscriber sees it. */
export interface Delivery<Entry extends ChangeEntry = ChangeEntry> {
  readonly origin: ChangeOrigin;
  readonly entry: Entry;
}

/** Who is told, and what it may read; all of it where no model is in force, or nobody is named. */
export interface Told {
  readonly actor: string | undefined;
  readonly rights: ReadRights | undefined;
}

/** A change of a transaction; undefined where nothing of it may be told. */
export function seenDelivery<Change extends ElementChange>(
  transaction: TransactionChanges,
  change: Change,
  { actor, rights }: Told,
): Delivery<Change> | undefined {
  const entry = seenChange(change, rights);
  if (entry === undefined) return undefined;
  const isTold = rights === undefined || isOwn(actor ?? '', transaction.actor);
  return { origin: originOf(transaction, entry, isTold), entry };
}

/** With the id of the transaction where it is told (schema/access.md, R24). */
function originOf(at: TransactionChanges, entry: ElementChange, isTold: boolean): ChangeOrigin {
  const { commit, author, actor, time, transaction } = at;
  const place = `${at.position}.${at.index}.${nameOf(entry)}`;
  return { commit, author, actor, time, place, ...(isTold && { transaction }) };
}

/** One transaction changes an element once. How many others it changes, the name does not tell. */
export function nameOf(entry: ElementChange): string {
  if (entry.element === 'node') return entry.id;
  const { from, type, to, key } = entry.name;
  return `${from}-${to}-${key}-${type}`;
}
