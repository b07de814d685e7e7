/**
 * The value index: from (node type, path, value) to the nodes whose cell holds it, for declared
 * fields, by hash and in order. A posting stands for one value and heads a doubly linked list of
 * entries, so that entering and leaving cost the same however many nodes share the value; a sorted
 * index (value-order.ts) holds the entries of each declared field. The index follows the cells;
 * whether a node or cell shows is asked when it is read.
 */

import { VALUE_COUNTER, VALUE_INT64, VALUE_MAP, VALUE_NULL } from '../abi.ts';
import { HashIndex, INDEX_VALUES } from '../container/hash-index.ts';
import { hashBytes, hashWords } from '../container/keyed-hash.ts';
import { ensureSorted, SortedIndex } from '../container/sorted-index.ts';
import { blobData, blobLength } from '../memory/blobs.ts';
import { sameBytes } from '../memory/bytes.ts';
import { guard } from '../memory/guard.ts';
import { rowNumber } from '../memory/header.ts';
import {
  ensureRows,
  POOL_DECLARED,
  POOL_ENTRIES,
  POOL_NODES,
  POOL_POSTINGS,
  Pool,
} from '../memory/pool.ts';
import { CELL_BYTES, Cell } from './cells.ts';
import { Node } from './elements.ts';
import { SYMBOL_BYTES, SymbolRow } from './symbols.ts';
import { enterOrder, leaveOrder } from './value-order.ts';
import {
  DECLARED_BYTES,
  Declared,
  ENTRY_BYTES,
  Entry,
  POSTING_BYTES,
  Posting,
} from './value-rows.ts';

/** The index of a field of a type, or 0. */
export function declaredIndex(type: u32, path: u32): u32 {
  let declared = SymbolRow.at(path).declared;
  while (declared != 0) {
    const row = Declared.at(declared);
    if (row.type == type) return declared;
    declared = row.next;
  }
  return 0;
}

/** Room for `cells` more indexed values. May grow. */
export function ensureValues(cells: u32): bool {
  return (
    ensureRows(POOL_POSTINGS, POSTING_BYTES, cells) &&
    ensureRows(POOL_ENTRIES, ENTRY_BYTES, cells) &&
    HashIndex.of(INDEX_VALUES).ensure(cells, POOL_POSTINGS, POSTING_BYTES, hashOfPosting)
  );
}

/** Declares an index and enters what is there already; false when memory runs out. May grow. */
export function declareIndex(type: u32, path: u32): bool {
  if (declaredIndex(type, path) != 0) return true;
  if (!ensureRows(POOL_DECLARED, DECLARED_BYTES, 1)) return false;
  const present = Pool.of(POOL_NODES).count;
  if (!ensureValues(present) || !ensureSorted(present)) return false;
  const declared = Pool.add(POOL_DECLARED, DECLARED_BYTES);
  Declared.at(declared).type = type;
  Declared.at(declared).next = SymbolRow.at(path).declared;
  guard(changetype<usize>(SymbolRow.at(path)), SYMBOL_BYTES);
  SymbolRow.at(path).declared = declared;
  for (let node: u32 = 1; node < present; node++) {
    if (Node.at(node).type == type) enterPath(declared, rowNumber(node), path);
  }
  return true;
}

/** Enters the cells that a node had before its type was known. */
export function enterNode(node: u32): void {
  const row = Node.at(node);
  let cell = row.cells;
  while (cell != 0) {
    const declared = declaredIndex(row.type, Cell.at(cell).path);
    if (declared != 0) enterCell(declared, node, cell);
    cell = Cell.at(cell).next;
  }
}

/** Enters a cell's value into the index of its field, where it holds one that can be looked up. */
export function enterCell(declared: u32, node: u32, cell: u32): void {
  const row = Cell.at(cell);
  if (row.kind == VALUE_NULL || row.kind == VALUE_MAP) return;
  const type = Declared.at(declared).type;
  const hash = hashOfCell(type, row);
  let posting = findPosting(type, row, hash);
  if (posting == 0) {
    posting = Pool.add(POOL_POSTINGS, POSTING_BYTES);
    Posting.at(posting).type = type;
    Posting.at(posting).path = row.path;
    HashIndex.of(INDEX_VALUES).insert(hash, posting);
  }
  const entry = Pool.add(POOL_ENTRIES, ENTRY_BYTES);
  const entryRow = Entry.at(entry);
  const head = Posting.at(posting);
  entryRow.cell = cell;
  entryRow.node = node;
  entryRow.posting = posting;
  entryRow.next = head.first;
  if (head.first != 0) {
    guard(changetype<usize>(Entry.at(head.first)), ENTRY_BYTES);
    Entry.at(head.first).previous = entry;
  }
  guard(changetype<usize>(head), POSTING_BYTES);
  head.first = entry;
  head.count += 1;
  guard(changetype<usize>(row), CELL_BYTES);
  row.entry = entry;
  enterOrder(changedOrder(declared), entry);
}

/** Takes a cell out before its value changes. */
export function leaveCell(cell: u32): void {
  const row = Cell.at(cell);
  const entry = row.entry;
  if (entry == 0) return;
  const entryRow = Entry.at(entry);
  const posting = entryRow.posting;
  const head = Posting.at(posting);
  leaveOrder(changedOrder(declaredIndex(head.type, head.path)), entry);
  guard(changetype<usize>(head), POSTING_BYTES);
  head.count -= 1;
  if (head.count == 0) removePosting(posting, hashOfCell(head.type, row));
  else unlink(head, entryRow);
  Pool.remove(POOL_ENTRIES, ENTRY_BYTES, entry);
  guard(changetype<usize>(row), CELL_BYTES);
  row.entry = 0;
}

/** The sorted index of a field, to be changed. */
function changedOrder(declared: u32): SortedIndex {
  const row = Declared.at(declared);
  guard(changetype<usize>(row), DECLARED_BYTES);
  return row.order;
}

/** Takes an entry that is not the only one out of its list. */
function unlink(head: Posting, row: Entry): void {
  if (row.previous == 0) head.first = row.next;
  else {
    guard(changetype<usize>(Entry.at(row.previous)), ENTRY_BYTES);
    Entry.at(row.previous).next = row.next;
  }
  if (row.next == 0) return;
  guard(changetype<usize>(Entry.at(row.next)), ENTRY_BYTES);
  Entry.at(row.next).previous = row.previous;
}

/** The posting of the value that `row`, a cell in the graph or a query's, holds; or 0. */
export function lookupValue(type: u32, row: Cell): u32 {
  return findPosting(type, row, hashOfCell(type, row));
}

function enterPath(declared: u32, node: u32, path: u32): void {
  let cell = Node.at(node).cells;
  while (cell != 0 && Cell.at(cell).path != path) cell = Cell.at(cell).next;
  if (cell != 0) enterCell(declared, node, cell);
}

function findPosting(type: u32, row: Cell, hash: u64): u32 {
  const index = HashIndex.of(INDEX_VALUES);
  for (let slot = index.find(hash, 0); slot != 0; slot = index.find(hash, slot)) {
    const posting = HashIndex.rowAt(slot);
    const head = Posting.at(posting);
    if (head.type != type || head.path != row.path) continue;
    if (isSameCell(Cell.at(Entry.at(head.first).cell), row)) return posting;
  }
  return 0;
}

function removePosting(posting: u32, hash: u64): void {
  HashIndex.of(INDEX_VALUES).removeRow(hash, posting);
  Pool.remove(POOL_POSTINGS, POSTING_BYTES, posting);
}

function isSameCell(left: Cell, right: Cell): bool {
  if (indexedKind(left) != indexedKind(right)) return false;
  if (!left.isBlob) return left.value == right.value;
  const length = blobLength(<u32>left.value);
  if (length != blobLength(<u32>right.value)) return false;
  return sameBytes(blobData(<u32>left.value), blobData(<u32>right.value), length);
}

function hashOfCell(type: u32, row: Cell): u64 {
  const what = <u64>type | ((<u64>row.path) << 32) | ((<u64>indexedKind(row)) << 56);
  if (!row.isBlob) return hashWords(what, row.value);
  const blob = <u32>row.value;
  return hashBytes(blobData(blob), blobLength(blob), what);
}

/** A counter is looked up as the int64 that it reads as. */
function indexedKind(row: Cell): u32 {
  return row.kind == VALUE_COUNTER ? VALUE_INT64 : row.kind;
}

function hashOfPosting(posting: u32): u64 {
  const head = Posting.at(posting);
  return hashOfCell(head.type, Cell.at(Entry.at(head.first).cell));
}
