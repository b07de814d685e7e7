/**
 * The conflict rules (schema/merge.md): what a delta does to the state that is there. Each rule
 * gives the same state whatever the order in which transactions come, because it keeps the
 * greatest stamp and compares nothing else. Nothing here can fail: prepare reserved.
 */

import {
  CHANGE_BYTES,
  CHANGE_EDGE_CREATED,
  CHANGE_EDGE_DELETED,
  CHANGE_EDGE_VALUE,
  CHANGE_NODE_CREATED,
  CHANGE_NODE_DELETED,
  CHANGE_NODE_VALUE,
  ELEMENT_NODE,
  OP_SET,
  ROW_MASK,
  VALUE_COUNTER,
  VALUE_INT64,
} from '../abi.ts';
import { addCell, CELL_BYTES, Cell, findCell, nextCell, placeCell } from '../graph/cells.ts';
import { firstIndex } from '../graph/declared.ts';
import { EdgeList, edgeOf } from '../graph/edge-list.ts';
import {
  EDGE_BYTES,
  Edge,
  Element,
  FLAG_DELETED,
  FLAG_EXISTS,
  FLAG_SHOWN,
  Node,
} from '../graph/elements.ts';
import { joinHead } from '../graph/heads.ts';
import { isReservedPath, PATH_DELETED } from '../graph/symbols.ts';
import { valueBytes } from '../graph/value-bytes.ts';
import { ANY_PATH, enterIndexes, leaveIndexes } from '../graph/value-index.ts';
import { deletedBy, isCellVisible, isNodeVisible, isVisible } from '../graph/visibility.ts';
import { isLater } from '../graph/writers.ts';
import { guard } from '../memory/guard.ts';
import { header } from '../memory/header.ts';
import { SET_BYTES } from './reader.ts';
import { keepCell, keepExistence, UNDO_BYTES } from './undo.ts';

/** The element that the deltas of a transaction act on, and where changes are written. */
@unmanaged
export class Subject {
  kind: u32;
  row: u32;
  transaction: u32;
  /** Place of the next change in the changes region. */
  changes: u32;
  /** Place of the next record of what is replaced; 0 where none are kept (undo.ts). */
  undo: u32;
  /** Where the next delta of the transaction stands, and where it ends. */
  next: u32;
  end: u32;
  /** The indexes that a node is out of while it changes, as bits; see graph/value-index.ts. */
  out: u64;

  @inline get element(): Element {
    return Element.at(this.kind, this.row);
  }
}

/** Puts a node that has changed into its indexes again, before there is another subject. */
export function settle(subject: Subject): void {
  if (subject.out == 0) return;
  enterIndexes(subject.row, subject.out);
  subject.out = 0;
}

/** Existence: keeps the greatest create stamp. */
export function mergeCreate(subject: Subject): void {
  const element = subject.element;
  const transaction = subject.transaction;
  unsettle(subject, ANY_PATH);
  if (subject.undo != 0) noteExistence(subject, false, 0);
  guard(changetype<usize>(element), offsetof<Element>());
  if (element.created == 0 || isLater(transaction, element.created)) element.created = transaction;
  updateExistence(subject, element);
}

/**
 * Existence: keeps the greatest delete stamp, as a cell. A delete that comes late, older than the
 * create, leaves the element and hides what was written before it: deleted and created again.
 */
export function mergeDelete(subject: Subject): void {
  const element = subject.element;
  const transaction = subject.transaction;
  const known = deletedBy(element);
  if (known != 0 && !isLater(transaction, known)) return;
  unsettle(subject, ANY_PATH);
  if (subject.undo != 0) noteExistence(subject, true, known);
  const hides = isVisible(subject.kind, subject.row) && hidesCell(element, transaction);
  let cell = findCell(element.cells, PATH_DELETED);
  if (cell == 0) cell = newCell(subject, PATH_DELETED);
  guard(cell, CELL_BYTES);
  Cell.at(cell).writer = transaction;
  guard(changetype<usize>(element), offsetof<Element>());
  element.typeAndFlags |= FLAG_DELETED;
  updateExistence(subject, element);
  if (!hides || !element.exists) return;
  const isNode = subject.kind == ELEMENT_NODE;
  note(subject, isNode ? CHANGE_NODE_DELETED : CHANGE_EDGE_DELETED, 0);
  note(subject, isNode ? CHANGE_NODE_CREATED : CHANGE_EDGE_CREATED, 0);
}

/** Register: the write with the greatest stamp; any set beats a counter that names no set. */
export function mergeSet(
  subject: Subject,
  path: u32,
  kind: u32,
  value: u64,
  bytes: usize,
  length: u32,
): void {
  const element = subject.element;
  const transaction = subject.transaction;
  let cell = findCell(element.cells, path);
  if (cell != 0) {
    const row = Cell.at(cell);
    const wins =
      row.kind == VALUE_COUNTER || row.writer == transaction || isLater(transaction, row.writer);
    if (!wins) return;
  }
  unsettle(subject, path);
  if (subject.undo != 0) noteCell(subject, path, cell);
  if (cell == 0) cell = newCell(subject, path);
  const row = Cell.at(cell);
  if (subject.undo == 0) row.put(kind, value, bytes, length);
  else row.fill(kind, value, bytes, length);
  row.writer = transaction;
  noteValue(subject, path);
}

/**
 * Increment: counts while the set that it names holds the path, as an int64. Naming none, it
 * counts in a counter that exists until any set comes.
 */
export function mergeIncrement(subject: Subject, path: u32, base: u32, amount: u64): void {
  const element = subject.element;
  const transaction = subject.transaction;
  let cell = findCell(element.cells, path);
  const isNew = cell == 0;
  if (isNew) {
    if (base != 0) return;
    unsettle(subject, path);
    if (subject.undo != 0) noteCell(subject, path, 0);
    cell = newCell(subject, path);
    Cell.at(cell).put(VALUE_COUNTER, 0, 0, 0);
    Cell.at(cell).writer = transaction;
  }
  const row = Cell.at(cell);
  if (base == 0 ? row.kind != VALUE_COUNTER : row.kind != VALUE_INT64 || row.writer != base) return;
  unsettle(subject, path);
  if (subject.undo != 0 && !isNew) noteCell(subject, path, cell);
  guard(cell, CELL_BYTES);
  row.value += amount;
  if (base == 0 && isLater(transaction, row.writer)) row.writer = transaction;
  noteValue(subject, path);
}

/** An empty cell of the subject, and room for those that the sets that follow may need. */
export function newCell(subject: Subject, path: u32): usize {
  const list = subject.element.cellList;
  const cell = placeCell(list, path);
  if (cell != 0) return cell;
  let sets: u32 = 0;
  let at: usize = subject.next;
  while (at < subject.end && load<u8>(at) == OP_SET) {
    sets += 1;
    at += SET_BYTES + valueBytes(at + SET_BYTES);
  }
  return addCell(list, path, sets);
}

/** Takes a node out of the indexes that a change at a path concerns, before it is made. */
function unsettle(subject: Subject, path: u32): void {
  if (subject.kind != ELEMENT_NODE) return;
  const type = Node.at(subject.row).type;
  if (firstIndex(type) == 0) return;
  subject.out = leaveIndexes(subject.row, path, subject.out);
}

/** Whether a cell of a visible element shows, and would not after this delete. */
function hidesCell(element: Element, deleted: u32): bool {
  for (let cell: usize = element.cells; cell != 0; cell = nextCell(cell)) {
    const row = Cell.at(cell);
    const isOlder = row.kind == VALUE_COUNTER || isLater(deleted, row.writer);
    if (!isReservedPath(row.path) && isOlder && isCellVisible(element, row)) return true;
  }
  return false;
}

/** An element exists when it was created and no delete is later than the create. */
function updateExistence(subject: Subject, element: Element): void {
  const existed = (element.typeAndFlags & FLAG_EXISTS) != 0;
  let exists = element.created != 0;
  if (exists && (element.typeAndFlags & FLAG_DELETED) != 0) {
    const deleted = Cell.at(findCell(element.cells, PATH_DELETED)).writer;
    exists = !isLater(deleted, element.created);
  }
  if (existed == exists) return;
  if (subject.kind == ELEMENT_NODE) changeNode(subject, element, exists);
  else changeEdge(subject, element, exists);
}

function changeNode(subject: Subject, element: Element, exists: bool): void {
  const head = header();
  const row = Node.at(subject.row);
  if (exists) {
    element.typeAndFlags |= FLAG_EXISTS;
    head.nodeCount += 1;
    head.edgeCount += turnLists(row, true);
    joinHead(row.type, subject.row & ROW_MASK);
    note(subject, CHANGE_NODE_CREATED, 0);
  } else {
    element.typeAndFlags &= ~FLAG_EXISTS;
    head.nodeCount -= 1;
    head.edgeCount -= turnLists(row, false);
    note(subject, CHANGE_NODE_DELETED, 0);
  }
}

function changeEdge(subject: Subject, element: Element, exists: bool): void {
  const head = header();
  if (exists) {
    element.typeAndFlags |= FLAG_EXISTS;
    if (!showEdge(subject.row)) return;
    head.edgeCount += 1;
    note(subject, CHANGE_EDGE_CREATED, 0);
  } else {
    element.typeAndFlags &= ~FLAG_EXISTS;
    if (!hideEdge(subject.row)) return;
    head.edgeCount -= 1;
    note(subject, CHANGE_EDGE_DELETED, 0);
  }
}

/** Shows or hides what edges of a node it can, and counts them; a loop stands in both lists. */
function turnLists(row: Node, shows: bool): u32 {
  return turnEdges(row.outgoingList, shows) + turnEdges(row.incomingList, shows);
}

function turnEdges(list: EdgeList, shows: bool): u32 {
  let turned: u32 = 0;
  for (let piece: EdgeList | null = list; piece !== null; piece = piece.older) {
    const end = piece.entries + ((<usize>piece.count) << 2);
    for (let at = piece.entries; at < end; at += 4) {
      const edge = edgeOf(load<u32>(at));
      if (shows ? showEdge(edge) : hideEdge(edge)) turned += 1;
    }
  }
  return turned;
}

/** Shows an edge that exists between nodes that do; false when it was shown, or cannot be. */
function showEdge(edge: u32): bool {
  const row = Edge.at(edge);
  if ((row.typeAndFlags & (FLAG_EXISTS | FLAG_SHOWN)) != FLAG_EXISTS) return false;
  if (!isNodeVisible(row.from) || !isNodeVisible(row.to)) return false;
  guard(changetype<usize>(row), EDGE_BYTES);
  row.typeAndFlags |= FLAG_SHOWN;
  return true;
}

/** Hides an edge; false when it was hidden. */
function hideEdge(edge: u32): bool {
  const row = Edge.at(edge);
  if ((row.typeAndFlags & FLAG_SHOWN) == 0) return false;
  guard(changetype<usize>(row), EDGE_BYTES);
  row.typeAndFlags &= ~FLAG_SHOWN;
  return true;
}

/** Of an increment and a set: what the cell holds before it, 0 where there is none. */
function noteCell(subject: Subject, path: u32, cell: usize): void {
  keepCell(subject.undo, subject.transaction, subject.kind, subject.row, path, cell);
  subject.undo += UNDO_BYTES;
}

/** Of a create, or of a delete, with the greatest delete stamp before it. */
function noteExistence(subject: Subject, isDelete: bool, deleted: u32): void {
  keepExistence(subject.undo, subject.transaction, subject.kind, subject.row, isDelete, deleted);
  subject.undo += UNDO_BYTES;
}

function noteValue(subject: Subject, path: u32): void {
  if (!isVisible(subject.kind, subject.row)) return;
  note(subject, subject.kind == ELEMENT_NODE ? CHANGE_NODE_VALUE : CHANGE_EDGE_VALUE, path);
}

function note(subject: Subject, kind: u32, path: u32): void {
  const place: usize = subject.changes;
  store<u32>(place, subject.transaction);
  store<u32>(place, subject.row, 4);
  store<u32>(place, path, 8);
  store<u32>(place, kind, 12);
  subject.changes += CHANGE_BYTES;
}
