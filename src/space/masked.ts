/**
 * Which transactions of a log are masked, and why: which right its actor lacked, as of which height
 * of the authority chain, or that its author has signed a number twice. The log is replayed into an
 * engine, whose judge (write-judge.ts) says which; the reason is found by the same rules, delta by
 * delta (write-rights.ts).
 */

import { LEAF_PLAIN } from '../../assembly/abi.ts';
import { formatObject } from '../access/tuple.ts';
import { principalFor } from '../authority/permission-chain.ts';
import { assert } from '../base/assert.ts';
import { toHex } from '../base/bytes.ts';
import type { Clock } from '../base/clock.ts';
import { SPACE_MEMORY_BYTES_MAX } from '../base/limits.ts';
import type { Random } from '../base/random.ts';
import { clockMilliseconds } from '../delta/clock.ts';
import type { VerifiedCommit } from '../delta/commit.ts';
import type { Delta, Subject, Transaction } from '../delta/delta.ts';
import { checkedPayload, PayloadLayout } from '../delta/payload-reader.ts';
import { readTransaction } from '../delta/transaction-reader.ts';
import { flatten } from '../delta/withhold.ts';
import { EngineView } from '../engine/view.ts';
import { EntryKind } from '../log/log.ts';
import type { ReadableLog } from '../log/read-log.ts';
import type { MaskReason } from './mask-reason.ts';
import { type Replayed, replayed } from './rebuild.ts';
import { type Deed, type Lacking, WriteRights } from './write-rights.ts';

export interface MaskedTransaction {
  /** Of the commit in the log. */
  readonly position: number;
  /** Of the transaction in its commit, from 0. */
  readonly index: number;
  /** Hex. */
  readonly id: string;
  readonly actor: string;
  readonly reason: MaskReason;
}

export interface MaskedOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** The only commit that is asked about; all where absent. */
  readonly position?: number;
}

/** Tells of each masked transaction, as they are judged: mostly in the order of the log. */
export async function readMasked(
  log: ReadableLog,
  { clock, random, position: only }: MaskedOptions,
  tell: (masked: MaskedTransaction) => void,
): Promise<void> {
  const positions = new Map<string, number>();
  await replayed({
    log: noting(log, positions),
    clock,
    random,
    memoryBytesMax: SPACE_MEMORY_BYTES_MAX,
    hearMasked: (masked, at) => {
      for (const [commit, indexes] of masked) {
        const position = positions.get(toHex(commit.hash)) ?? missing();
        if (only !== undefined && position !== only) continue;
        for (const reason of reasonsFor(commit, indexes, at)) tell({ position, ...reason });
      }
    },
  });
}

/** The same log, which notes where the commits stand that are read from it. */
function noting(log: ReadableLog, positions: Map<string, number>): ReadableLog {
  return {
    first: log.first,
    length: log.length,
    read: (position) => log.read(position),
    hashOf: (position) => log.hashOf(position),
    commitPosition: (ordinal) => log.commitPosition(ordinal),
    authority: () => log.authority(),
    *entries(from, buffer) {
      for (const entry of log.entries(from, buffer)) {
        if (entry.kind === EntryKind.COMMIT) positions.set(toHex(entry.hash), entry.position);
        yield entry;
      }
    },
    [Symbol.asyncDispose]: () => log[Symbol.asyncDispose](),
  };
}

function* reasonsFor(
  commit: VerifiedCommit,
  indexes: readonly number[],
  at: Replayed,
): Generator<Omit<MaskedTransaction, 'position'>> {
  const transactions = transactionsOf(commit);
  const created = createdTypes(transactions);
  const view = new EngineView(at.engine);
  const typeOf: TypeOf = (id) => created.get(id) ?? view.storedNodeType(id);
  for (const index of indexes) {
    const transaction = transactions[index];
    assert(transaction !== undefined, 'a transaction that is masked is one of its commit');
    const reason = reasonFor(transaction, commit, { ...at, typeOf });
    yield { index, id: toHex(transaction.id), actor: transaction.actor, reason };
  }
}

/** Transactions with segments are read as plain ones: their deltas are all here. */
function transactionsOf(commit: VerifiedCommit): Transaction[] {
  const { space, author, transactionCount } = commit.header;
  const payload = checkedPayload(flatten(commit), PayloadLayout.PLAIN, transactionCount);
  return Array.from({ length: transactionCount }, (_, index) => {
    const transaction = Uint8Array.from(payload.transaction(index));
    transaction[0] = LEAF_PLAIN;
    return readTransaction({ dictionary: payload.dictionary, transaction, index, space, author });
  });
}

/** The types that a commit tells itself, wherever it does. */
function createdTypes(transactions: readonly Transaction[]): ReadonlyMap<string, string> {
  const types = new Map<string, string>();
  for (const { subject, delta } of transactions.flatMap(({ deltas }) => deltas)) {
    if (subject.element === 'node' && 'type' in delta) types.set(subject.id, delta.type);
  }
  return types;
}

/** The type of a node by its id; undefined where nothing has told it yet. */
type TypeOf = (id: string) => string | undefined;

interface Judging extends Replayed {
  readonly typeOf: TypeOf;
}

function reasonFor(
  transaction: Transaction,
  { header }: VerifiedCommit,
  { ahead, permissions, forks, typeOf }: Judging,
): MaskReason {
  const { author, authority, sequence, clock } = header;
  const { actor } = transaction;
  const organisation = ahead.author(author)?.organisation;
  const from = forks.of(header, ahead)?.from;
  if (from !== undefined && sequence >= from) return { kind: 'fork', sequence: from };
  const cited = ahead.heightOf(authority) ?? 0;
  for (const height of ahead.narrowings.heightsOf(toHex(author), sequence, cited)) {
    if (!ahead.isAuthor(author, height)) return { kind: 'author', height };
    if (permissions.at(height) === undefined) continue;
    if (principalFor(organisation, actor) === undefined) return { kind: 'actor', height };
    const now = clockMilliseconds(clock);
    const rights = WriteRights.of({ permissions, height, now, actor, organisation });
    const found = rights && firstLacking(transaction, rights, typeOf);
    if (found === undefined) continue;
    const { deed, object, relation } = found;
    return { kind: 'right', height, verb: deed.verb, object: formatObject(object), relation };
  }
  throw new Error('assertion failed: what is masked lacks a right');
}

/** The first of its deltas that the actor has no right to, of those whose type is known. */
function firstLacking(
  { deltas }: Transaction,
  rights: WriteRights,
  typeOf: TypeOf,
): (Lacking & { readonly deed: Deed }) | undefined {
  for (const { subject, delta } of deltas) {
    const deed = deedOf(delta);
    const lacking = lackingOf(subject, deed, { rights, typeOf });
    if (lacking !== undefined) return { ...lacking, deed };
  }
  return undefined;
}

function lackingOf(
  subject: Subject,
  deed: Deed,
  { rights, typeOf }: { readonly rights: WriteRights; readonly typeOf: TypeOf },
): Lacking | undefined {
  if (subject.element === 'edge') return rights.lackingOfEdge(subject, deed);
  const type = typeOf(subject.id);
  return type === undefined ? undefined : rights.lackingOfNode(type, subject.id, deed);
}

function deedOf(delta: Delta): Deed {
  switch (delta.operation) {
    case 'createNode':
    case 'createNodeByKey':
    case 'createEdge':
      return { verb: 'create' };
    case 'delete':
      return { verb: 'delete' };
    case 'set':
    case 'increment':
    case 'add':
    case 'remove':
    case 'insert':
    case 'removeItems':
    case 'move':
      return { verb: 'write', path: delta.path };
  }
}

function missing(): never {
  throw new Error('assertion failed: a commit that is masked stands in the log');
}
