/**
 * The conflict rules of sets of values (schema/merge.md, M17 to M20), and what these have in common
 * with sequences (merge-sequences.ts), which show before them. Like those of registers they
 * compare stamps alone, so that the order of arrival does not matter: what a collection holds is a
 * function of the adds, removals and sets at its path; what it shows, of the stamps above and below
 * it and of the delete as well, so it is shown anew when one of these changes.
 */

import { VALUE_INT64 } from '../abi.ts';
import { CELL_BYTES, Cell, findCell, needsBlob, nextCell } from '../graph/cells.ts';
import {
  beginCollection,
  Collection,
  collectionOf,
  companionOf,
  growCollection,
  isCompanion,
  pathOfCompanion,
  showCollection,
} from '../graph/collections.ts';
import { Element } from '../graph/elements.ts';
import { dropOlderItems, showPlaces } from '../graph/sequence-items.ts';
import { sequenceOf } from '../graph/sequences.ts';
import {
  dropNamed,
  dropOlder,
  hasNamed,
  insertPiece,
  isAnyOlder,
  isShownOtherwise,
  pieceBytesOf,
  showPieces,
} from '../graph/set-pieces.ts';
import { PATH_COLLECTION, PATH_NESTED, SymbolRow } from '../graph/symbols.ts';
import { valueBytes } from '../graph/value-bytes.ts';
import { hiderOf, isRelated } from '../graph/visibility.ts';
import { isLater } from '../graph/writers.ts';
import { freeBlob, putBlob } from '../memory/blobs.ts';
import { guard } from '../memory/guard.ts';
import { newCell, noteShown, noteValue, Subject, unsettle } from './subject.ts';

/**
 * An add counts until a removal names it or a later set comes. Where another add to the path
 * follows at once, what shows waits for that.
 */
export function mergeAdd(subject: Subject, path: u32, value: usize, isFollowed: bool): void {
  const element = subject.element;
  const transaction = subject.transaction;
  const set = setterAt(element, path);
  if (set != 0 && isLater(set, transaction)) return;
  if (subject.isAdding == 0) {
    unsettle(subject, path);
    noteShown(subject, path, findCell(element.cells, path));
  }
  const companion = beginCollectionAt(subject, path);
  const collection = growCollection(companion, pieceBytesOf(valueBytes(value)));
  insertPiece(collection, transaction, value);
  subject.isAdding = isFollowed ? 1 : 0;
  if (isFollowed) return;
  raise(Cell.at(findCell(element.cells, path)), transaction);
  showChange(subject, path);
}

/** The cell that names the collection at a path, new or known. */
export function beginCollectionAt(subject: Subject, path: u32): usize {
  const element = subject.element;
  const known = companionOf(element, path);
  if (known != 0) return known;
  if (findCell(element.cells, path) == 0) newCell(subject, path);
  // Cells that are there may move.
  const companion = newCell(subject, path | PATH_COLLECTION);
  beginCollection(element, companion, Cell.at(findCell(element.cells, path)));
  return companion;
}

/** Shows what is merged at a path after a change of it, which may hide what is above and below. */
export function showChange(subject: Subject, path: u32): void {
  const element = subject.element;
  const collection = collectionOf(companionOf(element, path));
  collection.guard();
  show(element, path, collection, Cell.at(findCell(element.cells, path)));
  showAround(subject, path);
  noteValue(subject, path);
}

/** A removal takes the adds of a value away that it names, the first `count` at NAMED_ADDS. */
export function mergeRemove(subject: Subject, path: u32, value: usize, count: u32): void {
  const element = subject.element;
  const companion = companionOf(element, path);
  if (companion == 0) return;
  const collection = collectionOf(companion);
  if (!hasNamed(collection, value, count)) return;
  const cell = findCell(element.cells, path);
  unsettle(subject, path);
  noteShown(subject, path, cell);
  collection.guard();
  dropNamed(collection, value, count);
  show(element, path, collection, Cell.at(cell));
  noteValue(subject, path);
}

/** A set where a collection is, which takes older adds away; false where there is none. */
export function setCollection(
  subject: Subject,
  path: u32,
  kind: u32,
  value: u64,
  bytes: usize,
  length: u32,
): bool {
  const element = subject.element;
  const transaction = subject.transaction;
  const companion = companionOf(element, path);
  if (companion == 0) return false;
  const collection = collectionOf(companion);
  const set = collection.writer;
  if (set != 0 && set != transaction && !isLater(transaction, set)) return true;
  const cell = findCell(element.cells, path);
  unsettle(subject, path);
  noteShown(subject, path, cell);
  collection.guard();
  if (needsBlob(collection.kind)) freeBlob(<u32>collection.value);
  collection.value = needsBlob(kind) ? putBlob(bytes, length) : value;
  collection.kind = <u8>kind;
  collection.writer = transaction;
  dropOlder(collection, transaction);
  const sequence = sequenceOf(element, path);
  if (changetype<usize>(sequence) != 0) {
    sequence.guard();
    dropOlderItems(sequence, transaction);
  }
  raise(Cell.at(cell), transaction);
  show(element, path, collection, Cell.at(cell));
  showAround(subject, path);
  noteValue(subject, path);
  return true;
}

/** An increment where a collection is: it may name the set below; false where there is none. */
export function incrementCollection(subject: Subject, path: u32, base: u32, amount: u64): bool {
  const element = subject.element;
  const companion = companionOf(element, path);
  if (companion == 0) return false;
  const collection = collectionOf(companion);
  if (base == 0 || collection.writer != base || <u32>collection.kind != VALUE_INT64) return true;
  const cell = findCell(element.cells, path);
  unsettle(subject, path);
  noteShown(subject, path, cell);
  collection.guard();
  collection.value += amount;
  show(element, path, collection, Cell.at(cell));
  noteValue(subject, path);
  return true;
}

/** Shows the collections above and below a path anew, whose stamp may have changed. */
export function showAround(subject: Subject, path: u32): void {
  if ((SymbolRow.at(path).flags & PATH_NESTED) == 0) return;
  const element = subject.element;
  for (let at: usize = element.cells; at != 0; at = nextCell(at)) {
    const companion = Cell.at(at);
    if (!isCompanion(companion)) continue;
    if (isRelated(pathOfCompanion(companion), path)) showAnew(subject, companion);
  }
}

/** Shows all collections of the subject anew, after a delete. */
export function showAll(subject: Subject): void {
  const element = subject.element;
  for (let at: usize = element.cells; at != 0; at = nextCell(at)) {
    if (isCompanion(Cell.at(at))) showAnew(subject, Cell.at(at));
  }
}

/** Whether a delete hides something of a collection that shows. */
export function hidesPiece(element: Element, companion: Cell, deleted: u32): bool {
  const path = pathOfCompanion(companion);
  const cell = Cell.at(findCell(element.cells, path));
  const collection = Collection.at(<usize>companion.value);
  return isAnyOlder(collection, sequenceOf(element, path), cell, deleted);
}

/** The writer of the set that a path holds, or 0; a counter is none. */
export function setterAt(element: Element, path: u32): u32 {
  const companion = companionOf(element, path);
  if (companion != 0) return collectionOf(companion).writer;
  const cell = findCell(element.cells, path);
  return cell == 0 || Cell.at(cell).isCounter ? 0 : Cell.at(cell).writer;
}

/** The cell of a collection keeps the greatest stamp that came to its path. */
export function raise(cell: Cell, transaction: u32): void {
  if (cell.writer != 0 && !isLater(transaction, cell.writer)) return;
  guard(changetype<usize>(cell), CELL_BYTES);
  cell.writer = transaction;
}

/**
 * Lets the cell at a path show what is merged there. There is a guard before all writes to the
 * collection.
 */
export function show(element: Element, path: u32, collection: Collection, cell: Cell): void {
  const hider = hiderOf(element, path);
  const sequence = sequenceOf(element, path);
  let items: usize = 0;
  if (changetype<usize>(sequence) != 0) {
    sequence.guard();
    showPlaces(sequence, hider);
    if (sequence.shows != 0) items = sequence.list;
  }
  showPieces(collection, hider);
  showCollection(collection, cell, hider, items);
}

function showAnew(subject: Subject, companion: Cell): void {
  const element = subject.element;
  const path = pathOfCompanion(companion);
  const cell = Cell.at(findCell(element.cells, path));
  const collection = Collection.at(<usize>companion.value);
  const sequence = sequenceOf(element, path);
  if (!isShownOtherwise(collection, sequence, cell, hiderOf(element, path))) return;
  noteShown(subject, path, changetype<usize>(cell));
  if (changetype<usize>(sequence) != 0) {
    sequence.guard();
    sequence.taken = 0;
  }
  collection.guard();
  show(element, path, collection, cell);
}
