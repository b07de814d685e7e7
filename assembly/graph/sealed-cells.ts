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
import { Cell, freeCell } from './cells.ts';
import { Element, FLAG_DELETED } from './elements.ts';
import { isReservedPath, PATH_DELETED, PATH_NESTED, SymbolRow } from './symbols.ts';
import { deletedBy } from './visibility.ts';
import { isLater } from './writers.ts';

const PLACE_BITS: u32 = 3;
/** Offset of the latest writer below a path. */
const BELOW: usize = 4;
/** In the word of a cell's path and kind: it is to go. */
const MARK: u32 = 1 << 31;

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
  let isMarked = false;
  fillTable(element);
  for (let cell = element.cells; cell != 0; cell = Cell.at(cell).next) {
    const cellRow = Cell.at(cell);
    const path = cellRow.path;
    if (isReservedPath(path) ? path != PATH_DELETED : shows(cellRow, deleted)) continue;
    cellRow.pathAndKind |= MARK;
    isMarked = true;
  }
  clearTable(element);
  if (isMarked) unlinkCells(kind, row, MARK);
  element.typeAndFlags &= ~FLAG_DELETED;
}

/** Removes all cells of an element. */
export function removeCells(kind: u32, row: u32): void {
  unlinkCells(kind, row, 0);
}

/** Whether any cell was written since the last seal: where none was, all of them show. */
function isWritten(element: Element): bool {
  const sealed = load<u32>(SEALED_END);
  for (let cell = element.cells; cell != 0; cell = Cell.at(cell).next) {
    if (Cell.at(cell).writer >= sealed) return true;
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
  for (let cell = element.cells; cell != 0; cell = Cell.at(cell).next) {
    const row = Cell.at(cell);
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
  for (let cell = element.cells; cell != 0; cell = Cell.at(cell).next) {
    const row = Cell.at(cell);
    if (!isNested(row)) continue;
    for (let path = row.path; path != 0; path = SymbolRow.at(path).parent) {
      store<u64>(placeOf(path), 0);
    }
  }
}

function isNested(row: Cell): bool {
  return (SymbolRow.at(row.path).flags & PATH_NESTED) != 0;
}

function placeOf(path: u32): usize {
  return regionAddress(REGION_SCRATCH) + ((<usize>path) << PLACE_BITS);
}

/** Takes the cells with a mark out of the list of an element, all of them for no mark. */
function unlinkCells(kind: u32, row: u32, marked: u32): void {
  let link = Element.at(kind, row).cellList;
  let cell = load<u32>(link);
  while (cell != 0) {
    const cellRow = Cell.at(cell);
    const next = cellRow.next;
    if ((cellRow.pathAndKind & marked) == marked) {
      cellRow.pathAndKind &= ~marked;
      store<u32>(link, next);
      freeCell(cell);
    } else link = changetype<usize>(cellRow);
    cell = next;
  }
}

if (offsetof<Cell>('next') != 0) ERROR('a cell must be the link to the next one');
