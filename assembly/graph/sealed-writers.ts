/**
 * Transactions that nothing names are dropped, and the others numbered anew without a gap, in
 * their order: that is the order of stamps where no commit came late (writers.ts).
 *
 *     scratch   a bit u64 ... for each transaction: something names it
 *               numbers u32 ...: that of the first transaction that is named in each word or later
 */

import { ELEMENT_EDGE, ELEMENT_NODE } from '../abi.ts';
import { IN_ORDER, SEALED_END } from '../memory/header.ts';
import { POOL_EDGES, POOL_NODES, POOL_TRANSACTIONS, Pool } from '../memory/pool.ts';
import { REGION_SCRATCH, regionAddress } from '../memory/region.ts';
import { Cell, nextCell } from './cells.ts';
import { Collection, collectionOf, isCompanion } from './collections.ts';
import { Element } from './elements.ts';
import { nextPlace } from './places.ts';
import { isOfSequence, Sequence } from './sequences.ts';
import { nextPiece } from './set-pieces.ts';
import { Commit, Transaction } from './writers.ts';

const WORD_BITS: u32 = 6;
const WORD_MASK: u32 = (1 << WORD_BITS) - 1;

/** What the scratch must hold for so many transactions, and for the number behind them. */
export function renumberBytes(transactions: u32): u32 {
  return wordsOf(transactions) * 12;
}

/** Drops transactions and renames the writers of all cells and elements. */
export function renumberWriters(): void {
  const end = Pool.of(POOL_TRANSACTIONS).count;
  if (end == 0) return;
  const bits = regionAddress(REGION_SCRATCH);
  const words = wordsOf(end);
  const numbers = bits + ((<usize>words) << 3);
  memory.fill(bits, 0, (<usize>words) << 3);
  markWriters(bits);
  const kept = numberWriters(bits, numbers, words);
  if (kept != end) {
    moveTransactions(bits, end, kept);
    renameWriters(bits, numbers);
    if (load<u32>(IN_ORDER) != 0) {
      store<u32>(IN_ORDER, newNumber(bits, numbers, load<u32>(IN_ORDER)));
    }
  }
  store<u32>(SEALED_END, kept);
}

function wordsOf(transactions: u32): u32 {
  return (transactions >> WORD_BITS) + 1;
}

function markWriters(bits: usize): void {
  markElements(bits, ELEMENT_NODE, Pool.of(POOL_NODES).count);
  markElements(bits, ELEMENT_EDGE, Pool.of(POOL_EDGES).count);
}

/** Free rows name none, and have no cells. */
function markElements(bits: usize, kind: u32, end: u32): void {
  for (let row: u32 = 1; row < end; row++) {
    const element = Element.at(kind, row);
    markWriter(bits, element.created);
    for (let cell: usize = element.cells; cell != 0; cell = nextCell(cell)) {
      markWriter(bits, Cell.at(cell).writer);
      if (isCompanion(Cell.at(cell))) markPieces(bits, collectionOf(cell));
      else if (isOfSequence(Cell.at(cell)))
        markPlaces(bits, Sequence.at(<usize>Cell.at(cell).value));
    }
  }
}

/** After a seal a collection has pieces alone. */
function markPieces(bits: usize, collection: Collection): void {
  for (let at = collection.pieces; at < collection.end; at = nextPiece(at)) {
    markWriter(bits, load<u32>(at));
  }
}

/** And a sequence one place of each item. */
function markPlaces(bits: usize, sequence: Sequence): void {
  for (let at = sequence.places; at < sequence.end; at = nextPlace(at)) {
    markWriter(bits, load<u32>(at));
  }
}

function markWriter(bits: usize, writer: u32): void {
  const word = bits + ((<usize>writer >> WORD_BITS) << 3);
  store<u64>(word, load<u64>(word) | ((<u64>1) << (writer & WORD_MASK)));
}

/** Answers the number that the next transaction will have. */
function numberWriters(bits: usize, numbers: usize, words: u32): u32 {
  // Row 0 is none, and marked for all that have no writer.
  store<u64>(bits, load<u64>(bits) & ~(<u64>1));
  let next: u32 = 1;
  for (let word: usize = 0; word < words; word++) {
    store<u32>(numbers + (word << 2), next);
    next += <u32>popcnt(load<u64>(bits + (word << 3)));
  }
  return next;
}

/** The new number of a transaction that is named; of another, that of the next that is. */
function newNumber(bits: usize, numbers: usize, transaction: u32): u32 {
  const word: usize = transaction >> WORD_BITS;
  const before = load<u64>(bits + (word << 3)) & (((<u64>1) << (transaction & WORD_MASK)) - 1);
  return load<u32>(numbers + (word << 2)) + <u32>popcnt(before);
}

/** Those of a commit follow one another, whether some are dropped or not. */
function moveTransactions(bits: usize, end: u32, kept: u32): void {
  let next: u32 = 1;
  let commit: u32 = 0;
  for (let transaction: u32 = 1; transaction < end; transaction++) {
    const row = Transaction.at(transaction);
    if (row.commit != commit) {
      commit = row.commit;
      Commit.at(commit).firstTransaction = 0;
    }
    const word = load<u64>(bits + ((<usize>transaction >> WORD_BITS) << 3));
    if (((word >>> (transaction & WORD_MASK)) & 1) == 0) continue;
    if (Commit.at(commit).firstTransaction == 0) Commit.at(commit).firstTransaction = next;
    store<u64>(changetype<usize>(Transaction.at(next)), load<u64>(changetype<usize>(row)));
    next += 1;
  }
  for (let transaction = kept; transaction < end; transaction++) {
    store<u64>(changetype<usize>(Transaction.at(transaction)), 0);
  }
  Pool.of(POOL_TRANSACTIONS).count = kept;
}

function renameWriters(bits: usize, numbers: usize): void {
  renameElements(bits, numbers, ELEMENT_NODE, Pool.of(POOL_NODES).count);
  renameElements(bits, numbers, ELEMENT_EDGE, Pool.of(POOL_EDGES).count);
}

function renameElements(bits: usize, numbers: usize, kind: u32, end: u32): void {
  for (let row: u32 = 1; row < end; row++) {
    const element = Element.at(kind, row);
    if (element.created != 0) element.created = newNumber(bits, numbers, element.created);
    for (let at: usize = element.cells; at != 0; at = nextCell(at)) {
      const cell = Cell.at(at);
      if (cell.writer != 0) cell.writer = newNumber(bits, numbers, cell.writer);
      if (isCompanion(cell)) renamePieces(bits, numbers, collectionOf(at));
      else if (isOfSequence(cell)) renamePlaces(bits, numbers, Sequence.at(<usize>cell.value));
    }
  }
}

function renamePieces(bits: usize, numbers: usize, collection: Collection): void {
  for (let at = collection.pieces; at < collection.end; at = nextPiece(at)) {
    store<u32>(at, newNumber(bits, numbers, load<u32>(at)));
  }
}

function renamePlaces(bits: usize, numbers: usize, sequence: Sequence): void {
  for (let at = sequence.places; at < sequence.end; at = nextPlace(at)) {
    store<u32>(at, newNumber(bits, numbers, load<u32>(at)));
  }
}
