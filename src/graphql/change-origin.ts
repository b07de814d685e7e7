/** Where what a subscriber is told comes from, as far as it may know. */

import type { PermissionBody } from '../authority/permission-body.ts';
import { cidText } from '../crypto/identifier.ts';
import type { Space, TransactionChanges } from '../space/space.ts';
import { recordPlace } from './change-cursor.ts';
import type { ElementChange } from './seen-changes.ts';
import type { SightChange } from './sight-changes.ts';

/** A transaction, or a record of the authority chain. */
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

/** With the id of the transaction where it is told (schema/access.md, R24). */
export function transactionOrigin(
  at: TransactionChanges,
  entry: ElementChange,
  isTold: boolean,
): ChangeOrigin {
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

/** The record is named to those who may read all permissions: its hash lets others be guessed. */
export function recordOrigin(
  space: Space,
  actor: string,
  body: PermissionBody,
): (entry: SightChange) => ChangeOrigin {
  const { height } = body;
  const { position } = space;
  const place = ({ event, node }: SightChange) => recordPlace(position, event, node?.id);
  if (!space.access.mayAdminister(actor, 'read')) return (entry) => ({ place: place(entry) });
  const asking = body.kind === 'model' ? undefined : body.request?.actor;
  const named = {
    commit: cidText(space.access.recordAt(height)),
    author: space.organisation.owner,
    ...(asking !== undefined && { actor: asking }),
  };
  return (entry) => ({ ...named, place: place(entry) });
}
