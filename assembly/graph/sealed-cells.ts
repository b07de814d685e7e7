/**
 * The cells of an element at a seal: those that would show stay, and the others go. In a few walks
 * over the list, however long it is: what a cell shows is asked of a table of paths, not of all
 * other cells.
 *
 *     scratch   for each path, 8 B: writer of the cell there u32, the latest of those below it u32
 *
 * The table is all zero between two elements.
 */

import { VALUE_COUNTER, VALUE_NULL } from '../abi.ts';
import { SEALED_END } from '../memory/header.ts';
import { POOL_SYMBOLS, Pool } from '../memory/pool.ts';
import { REGION_SCRATCH, regionAddress } from '../memory/region.ts';
import { Cell, DROPPED, dropCells, findCell, nextCell } from './cells.ts';
import {
  collectionOf,
  endCollection,
  isCompanion,
  pathOfCompanion,
  trimCollection,
} from './collections.ts';
import { Element, FLAG_COLLECTED, FLAG_DELETED } from './elements.ts';
import { latestItem, sealSequence } from './sequence-items.ts';
import { endSequence, isOfSequence, Sequence, sequenceOf } from './sequences.ts';
import { dropAll, dropHidden, showPieces } from './set-pieces.ts';
import {
  isReservedPath,
  PATH_COLLECTION,
  PATH_DELETED,
  PATH_NESTED,
  SymbolRow,
} from './symbols.ts';
import { deletedBy } from './visibility.ts';
import { isLater } from './writers.ts';

const PLACE_BITS: u32 = 3;
/** Offset of the latest writer below a path. */
const BELOW: usize = 4;

export function pathTableBytes(): u32 {
  return Pool.of(POOL_SYMBOLS).count << PLACE_BITS;
}

/** Before the first element. */
export function beginPathTable(): void {
  memory.fill(regionAddress(REGION_SCRATCH), 0, pathTableBytes());
}

/**
 * Removes the cells of an element that do not show, or would not if it existed. They are marked
 * first: one that goes may hide another that goes.
 */
export function sealCells(kind: u32, row: u32): void {
  const element = Element.at(kind, row);
  if (!isWritten(element)) return;
  const deleted = deletedBy(element);
  fillTable(element);
  if (hasCollections(element)) sealCollections(element);
  for (let at: usize = element.cells; at != 0; at = nextCell(at)) {
    const cell = Cell.at(at);
    const path = cell.path;
    if (isReservedPath(path) ? path != PATH_DELETED : shows(cell, deleted)) continue;
    cell.word |= DROPPED;
  }
  clearTable(element);
  dropCells(element.cellList, false);
  element.typeAndFlags &= ~FLAG_DELETED;
}

/**
 * Of each collection what shows stays: items or pieces with their writers, or the register, which
 * is a value like any other then. The table has the stamps of the cells as they were.
 */
function sealCollections(element: Element): void {
  let stays = false;
  for (let at: usize = element.cells; at != 0; at = nextCell(at)) {
    const companion = Cell.at(at);
    if (!isCompanion(companion)) continue;
    const cell = Cell.at(findCell(element.cells, pathOfCompanion(companion)));
    const collection = collectionOf(at);
    const sequence = sequenceOf(element, cell.path);
    if (changetype<usize>(sequence) != 0 && sequence.shows != 0) {
      stays = true;
      dropAll(collection);
      trimCollection(collection);
      cell.writer = latestItem(sequence);
      sealSequence(sequence);
      cell.value = sequence.list;
      continue;
    }
    if (collection.shows == 0) {
      endCollection(element, companion, cell.kind != VALUE_NULL);
      continue;
    }
    stays = true;
    cell.writer = dropHidden(collection);
    showPieces(collection, 0);
    cell.value = collection.list;
    trimCollection(collection);
  }
  for (let at: usize = element.cells; at != 0; at = nextCell(at)) {
    const cell = Cell.at(at);
    if (isOfSequence(cell) && Sequence.at(<usize>cell.value).shows == 0) endSequence(cell);
  }
  if (!stays) element.typeAndFlags &= ~FLAG_COLLECTED;
}

function hasCollections(element: Element): bool {
  return (element.typeAndFlags & FLAG_COLLECTED) != 0;
}

/**
 * Whether any cell was written since the last seal: where none was, all of them show. A removal
 * writes none.
 */
function isWritten(element: Element): bool {
  if (hasCollections(element)) return true;
  const sealed = load<u32>(SEALED_END);
  for (let at: usize = element.cells; at != 0; at = nextCell(at)) {
    if (Cell.at(at).writer >= sealed) return true;
  }
  return false;
}

/** As visibility.ts says it. */
function shows(row: Cell, deleted: u32): bool {
  if (row.kind == VALUE_NULL) return false;
  if (deleted != 0 && (row.kind == VALUE_COUNTER || isLater(deleted, row.writer))) return false;
  return !isNested(row) || !isDisplaced(row);
}

function isDisplaced(row: Cell): bool {
  const below = load<u32>(placeOf(row.path), BELOW);
  if (below != 0 && isLater(below, row.writer)) return true;
  for (let path = SymbolRow.at(row.path).parent; path != 0; path = SymbolRow.at(path).parent) {
    const above = load<u32>(placeOf(path));
    if (above != 0 && isLater(above, row.writer)) return true;
  }
  return false;
}

/** Notes the writer of each cell at its path, and at all paths above it. */
function fillTable(element: Element): void {
  for (let at: usize = element.cells; at != 0; at = nextCell(at)) {
    const row = Cell.at(at);
    if (!isNested(row)) continue;
    store<u32>(placeOf(row.path), row.writer);
    for (let path = SymbolRow.at(row.path).parent; path != 0; path = SymbolRow.at(path).parent) {
      const place = placeOf(path);
      const latest = load<u32>(place, BELOW);
      if (latest == 0 || isLater(row.writer, latest)) store<u32>(place, row.writer, BELOW);
    }
  }
}

function clearTable(element: Element): void {
  for (let at: usize = element.cells; at != 0; at = nextCell(at)) {
    const row = Cell.at(at);
    if (!isNested(row)) continue;
    for (let path = row.path; path != 0; path = SymbolRow.at(path).parent) {
      store<u64>(placeOf(path), 0);
    }
  }
}

function isNested(row: Cell): bool {
  return row.path < PATH_COLLECTION && (SymbolRow.at(row.path).flags & PATH_NESTED) != 0;
}

function placeOf(path: u32): usize {
  return regionAddress(REGION_SCRATCH) + ((<usize>path) << PLACE_BITS);
}
