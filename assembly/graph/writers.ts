/**
 * Writers: the commits and transactions that cells and existence name in 4 bytes. A writer is
 * the conflict stamp and the lineage pointer in one.
 *
 *     commit        0  hash 32 B   32  clock u64   40  author symbol u32
 *                  44  first transaction u32, 0 where a seal has left none
 *     transaction   0  commit u32   4  position u16   6  unused u16
 *
 * Stamps order writers by (clock, author key, commit hash, position).
 */

import { HASH_BYTES } from '../abi.ts';
import { HashIndex, INDEX_COMMITS } from '../container/hash-index.ts';
import { hashWords } from '../container/keyed-hash.ts';
import { sameBytes } from '../memory/bytes.ts';
import { header, IN_ORDER } from '../memory/header.ts';
import { ensureRows, POOL_COMMITS, POOL_TRANSACTIONS, Pool } from '../memory/pool.ts';
import { symbolText } from './symbols.ts';

export const COMMIT_BYTES: u32 = 48;
export const TRANSACTION_BYTES: u32 = 8;
/** No transaction, and equal to none that a cell names. */
export const TRANSACTION_NONE: u32 = 0xffffffff;

@unmanaged
export class Commit {
  hash0: u64;
  hash1: u64;
  hash2: u64;
  hash3: u64;
  clock: u64;
  author: u32;
  firstTransaction: u32;

  @inline static at(commit: u32): Commit {
    return changetype<Commit>(Pool.at(POOL_COMMITS, COMMIT_BYTES, commit));
  }
}

@unmanaged
export class Transaction {
  commit: u32;
  position: u16;
  reserved: u16;

  @inline static at(transaction: u32): Transaction {
    return changetype<Transaction>(Pool.at(POOL_TRANSACTIONS, TRANSACTION_BYTES, transaction));
  }
}

if (offsetof<Commit>() != COMMIT_BYTES) ERROR('a commit row must be 48 bytes');
if (offsetof<Transaction>() != TRANSACTION_BYTES) ERROR('a transaction row must be 8 bytes');

/** The commit with this hash, or 0. */
export function findCommit(hash: usize): u32 {
  const index = HashIndex.of(INDEX_COMMITS);
  const key = hashWords(load<u64>(hash), load<u64>(hash, 8));
  for (let slot = index.find(key, 0); slot != 0; slot = index.find(key, slot)) {
    const commit = HashIndex.rowAt(slot);
    if (sameBytes(changetype<usize>(Commit.at(commit)), hash, HASH_BYTES)) return commit;
  }
  return 0;
}

export function ensureWriters(commits: u32, transactions: u32): bool {
  return (
    ensureRows(POOL_COMMITS, COMMIT_BYTES, commits) &&
    ensureRows(POOL_TRANSACTIONS, TRANSACTION_BYTES, transactions) &&
    HashIndex.of(INDEX_COMMITS).ensure(commits, POOL_COMMITS, COMMIT_BYTES, hashOfCommit)
  );
}

/** Adds a commit and the rows of its transactions, which follow one another. */
export function addCommit(hash: usize, clock: u64, author: u32, transactions: u32): u32 {
  const commit = nameCommit(hash, clock, author);
  for (let position: u32 = 0; position < transactions; position++) addTransaction(commit, position);
  noteClock(clock, Commit.at(commit).firstTransaction + transactions);
  return commit;
}

/** Adds a commit that has no transactions yet. */
export function nameCommit(hash: usize, clock: u64, author: u32): u32 {
  const commit = Pool.add(POOL_COMMITS, COMMIT_BYTES);
  const row = Commit.at(commit);
  memory.copy(changetype<usize>(row), hash, HASH_BYTES);
  row.clock = clock;
  row.author = author;
  HashIndex.of(INDEX_COMMITS).insert(hashOfCommit(commit), commit);
  return commit;
}

/** Those of a commit come one after another, in the order of their positions. */
export function addTransaction(commit: u32, position: u32): void {
  const transaction = Pool.add(POOL_TRANSACTIONS, TRANSACTION_BYTES);
  const row = Commit.at(commit);
  if (row.firstTransaction == 0) row.firstTransaction = transaction;
  Transaction.at(transaction).commit = commit;
  Transaction.at(transaction).position = <u16>position;
}

/** Of each commit in turn, after its transactions: `next` is the number of the one that follows. */
export function noteClock(clock: u64, next: u32): void {
  if (clock <= header().newestClock) store<u32>(IN_ORDER, next);
  else header().newestClock = clock;
}

/**
 * The transaction at a position of a commit; TRANSACTION_NONE when the commit is shorter, or when
 * nothing named the transaction at a seal. Those that are left are in the order of their positions.
 */
export function transactionAt(commit: u32, position: u32): u32 {
  let low = Commit.at(commit).firstTransaction;
  if (low == 0) return TRANSACTION_NONE;
  let last = min(low + position, Pool.of(POOL_TRANSACTIONS).count - 1);
  // Most often none before it was dropped.
  if (isAt(last, commit, position)) return last;
  while (low < last) {
    const middle = (low + last) >> 1;
    const row = Transaction.at(middle);
    if (row.commit == commit && row.position < position) low = middle + 1;
    else last = middle;
  }
  return isAt(low, commit, position) ? low : TRANSACTION_NONE;
}

function isAt(transaction: u32, commit: u32, position: u32): bool {
  const row = Transaction.at(transaction);
  return row.commit == commit && row.position == position;
}

/**
 * Whether the stamp of `left` is strictly greater than that of `right`. Since IN_ORDER every commit
 * came after all those with smaller clocks, so there the row numbers have the order of the stamps.
 */
export function isLater(left: u32, right: u32): bool {
  if (max(left, right) >= load<u32>(IN_ORDER)) return left > right;
  const leftRow = Transaction.at(left);
  const rightRow = Transaction.at(right);
  if (leftRow.commit == rightRow.commit) return leftRow.position > rightRow.position;
  const leftCommit = Commit.at(leftRow.commit);
  const rightCommit = Commit.at(rightRow.commit);
  if (leftCommit.clock != rightCommit.clock) return leftCommit.clock > rightCommit.clock;
  return isGreaterTie(leftCommit, rightCommit);
}

/** Equal clocks: the author's key decides, then the commit hash. */
function isGreaterTie(left: Commit, right: Commit): bool {
  if (left.author != right.author) {
    return memory.compare(symbolText(left.author), symbolText(right.author), HASH_BYTES) > 0;
  }
  return memory.compare(changetype<usize>(left), changetype<usize>(right), HASH_BYTES) > 0;
}

function hashOfCommit(commit: u32): u64 {
  const row = Commit.at(commit);
  return hashWords(row.hash0, row.hash1);
}
