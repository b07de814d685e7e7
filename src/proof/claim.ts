/**
 * What a proof says: that one transaction wrote this at this path of this node or edge. A claim is
 * derived from the transaction alone, by whoever makes a proof and by whoever verifies it.
 */

import { SYMBOL_BYTES_MAX } from '../../assembly/abi.ts';
import { sameBytes, toHex, utf8 } from '../base/bytes.ts';
import { clockMilliseconds } from '../delta/clock.ts';
import { type Delta, type Subject, sameSubject, type Transaction } from '../delta/delta.ts';
import { nodeIdByKey, nodeIdByNumber } from '../delta/node-id.ts';
import { type ListItem, ListValue, type Value } from '../delta/value.ts';

/** A node with what its id is the hash of, so that its type can be recomputed from the id. */
export type ClaimedNode = {
  readonly element: 'node';
  readonly id: string;
  readonly type: string;
} & (
  | { readonly key: string }
  | { readonly number: bigint /** Key of the author. */; readonly creator: Uint8Array }
);

export type ClaimedSubject = ClaimedNode | Extract<Subject, { element: 'edge' }>;

export const ClaimedWrite = {
  /** The node or edge itself. */
  CREATE: 'create',
  SET: 'set',
  /** An addition to a counter that no set is under. */
  INCREMENT: 'increment',
  /** Of values to a set of values. */
  ADD: 'add',
  /** Of items to a sequence. */
  INSERT: 'insert',
} as const;
export type ClaimedWrite = (typeof ClaimedWrite)[keyof typeof ClaimedWrite];

export interface Claim {
  readonly subject: ClaimedSubject;
  /** Absent for a create. */
  readonly path: string | undefined;
  readonly write: ClaimedWrite;
  /** What was set, added or inserted, or by how much it was incremented; absent for a create. */
  readonly value: Value | undefined;
  readonly actor: string;
  /** By the author's clock, as RFC 3339 in UTC. */
  readonly time: string;
  /** Hex id of the transaction. */
  readonly transaction: string;
}

export interface ClaimTarget {
  readonly subject: ClaimedSubject;
  readonly path: string | undefined;
}

/** What a transaction wrote at a place; undefined when it wrote nothing there. */
export function claimOf(
  transaction: Transaction,
  clock: bigint,
  { subject, path }: ClaimTarget,
): Claim | undefined {
  const deltas = transaction.deltas
    .filter((each) => sameSubject(each.subject, subject))
    .map(({ delta }) => delta);
  const written = path === undefined ? creation(deltas) : writeAt(deltas, path);
  if (written === undefined) return undefined;
  return {
    subject,
    path,
    ...written,
    actor: transaction.actor,
    time: new Date(clockMilliseconds(clock)).toISOString(),
    transaction: toHex(transaction.id),
  };
}

/**
 * Whether a node has the id that its type, key, number and creator come to. A type longer than any
 * is none: what is hashed holds its length in one byte, so it could take characters of a key.
 */
export function isNodeOf(space: Uint8Array, node: ClaimedNode): boolean {
  const { type } = node;
  if (type === '' || utf8(type).length > SYMBOL_BYTES_MAX) return false;
  const id =
    'key' in node
      ? nodeIdByKey({ space, type, key: node.key })
      : nodeIdByNumber({ space, type, number: node.number, author: node.creator });
  return id === node.id;
}

/** The node that a transaction of an author created, with what its id is the hash of. */
export function createdNode(
  { deltas }: Transaction,
  id: string,
  creator: Uint8Array,
): ClaimedNode | undefined {
  for (const { subject, delta } of deltas) {
    if (subject.element !== 'node' || subject.id !== id) continue;
    const { operation } = delta;
    if (operation === 'createNodeByKey') return { ...subject, type: delta.type, key: delta.key };
    if (operation !== 'createNode') continue;
    return { ...subject, type: delta.type, number: delta.number, creator };
  }
  return undefined;
}

export function sameClaimedNode(left: ClaimedNode, right: ClaimedNode): boolean {
  if (left.id !== right.id || left.type !== right.type) return false;
  if ('key' in left) return 'key' in right && left.key === right.key;
  if ('key' in right) return false;
  return left.number === right.number && sameBytes(left.creator, right.creator);
}

type Written = Pick<Claim, 'write' | 'value'>;

function creation(deltas: readonly Delta[]): Written | undefined {
  const isCreated = deltas.some(({ operation }) => operation.startsWith('create'));
  return isCreated ? { write: ClaimedWrite.CREATE, value: undefined } : undefined;
}

/**
 * The last set of a path stands (merge.md, M2), and adds beside it (M17); increments of one are not
 * its writer (M9, M10). Items show before adds (M26).
 */
function writeAt(deltas: readonly Delta[], path: string): Written | undefined {
  let set: Value | undefined;
  let sum: bigint | undefined;
  const added: ListItem[] = [];
  const inserted: ListItem[] = [];
  for (const delta of deltas) {
    if (delta.operation === 'add' && delta.path === path) added.push(delta.value);
    if (delta.operation === 'insert' && delta.path === path) inserted.push(...delta.values);
    if (delta.operation === 'set' && delta.path === path) set = delta.value;
    if (delta.operation !== 'increment' || delta.path !== path) continue;
    if (delta.base.kind === 'none') sum = BigInt.asIntN(64, (sum ?? 0n) + delta.amount);
  }
  if (inserted.length > 0) {
    return { write: ClaimedWrite.INSERT, value: new ListValue(inserted) };
  }
  if (added.length > 0) return { write: ClaimedWrite.ADD, value: new ListValue(added) };
  if (set !== undefined) return { write: ClaimedWrite.SET, value: set };
  return sum === undefined ? undefined : { write: ClaimedWrite.INCREMENT, value: sum };
}
