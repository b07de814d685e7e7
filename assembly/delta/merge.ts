/**
 * The conflict rules (schema/merge.md): what a delta does to the state that is there. Each rule
 * gives the same state whatever the order in which transactions come, because it keeps the
 * greatest stamp and compares nothing else. Nothing here can fail: prepare reserved.
 */

import {
  CHANGE_EDGE_CREATED,
  CHANGE_EDGE_DELETED,
  CHANGE_NODE_CREATED,
  CHANGE_NODE_DELETED,
  ELEMENT_NODE,
  ROW_MASK,
  VALUE_COUNTER,
  VALUE_INT64,
} from '../abi.ts';
import { CELL_BYTES, Cell, findCell, nextCell } from '../graph/cells.ts';
import { isCompanion } from '../graph/collections.ts';
import { EdgeList, edgeOf } from '../graph/edge-list.ts';
import {
  EDGE_BYTES,
  Edge,
  Element,
  FLAG_COLLECTED,
  FLAG_DELETED,
  FLAG_EXISTS,
  FLAG_SHOWN,
  Node,
} from '../graph/elements.ts';
import { joinHead } from '../graph/heads.ts';
import { isReservedPath, PATH_DELETED } from '../graph/symbols.ts';
import { ANY_PATH } from '../graph/value-index.ts';
import { deletedBy, isCellVisible, isNodeVisible, isVisible } from '../graph/visibility.ts';
import { isLater } from '../graph/writers.ts';
import { guard } from '../memory/guard.ts';
import { header } from '../memory/header.ts';
import {
  hidesPiece,
  incrementCollection,
  setCollection,
  showAll,
  showAround,
} from './merge-collections.ts';
import { newCell, note, noteCell, noteExistence, noteValue, Subject, unsettle } from './subject.ts';

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
  if (isCollected(element)) showAll(subject);
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
  const hasCollections = isCollected(element);
  if (hasCollections && setCollection(subject, path, kind, value, bytes, length)) return;
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
  if (hasCollections) showAround(subject, path);
  noteValue(subject, path);
}

/**
 * Increment: counts while the set that it names holds the path, as an int64. Naming none, it
 * counts in a counter that exists until any set comes.
 */
export function mergeIncrement(subject: Subject, path: u32, base: u32, amount: u64): void {
  const element = subject.element;
  const transaction = subject.transaction;
  const hasCollections = isCollected(element);
  if (hasCollections && incrementCollection(subject, path, base, amount)) return;
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
  if (hasCollections) showAround(subject, path);
  noteValue(subject, path);
}

/** Most elements have no collection. */
function isCollected(element: Element): bool {
  return (element.typeAndFlags & FLAG_COLLECTED) != 0;
}

/** Whether a cell of a visible element shows, and would not after this delete. */
function hidesCell(element: Element, deleted: u32): bool {
  for (let cell: usize = element.cells; cell != 0; cell = nextCell(cell)) {
    const row = Cell.at(cell);
    if (isCompanion(row) && hidesPiece(element, row, deleted)) return true;
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
