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
import { Cell, DROPPED, dropCells, nextCell } from './cells.ts';
import { Element, FLAG_DELETED } from './elements.ts';
import { isReservedPath, PATH_DELETED, PATH_NESTED, SymbolRow } from './symbols.ts';
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

/** Whether any cell was written since the last seal: where none was, all of them show. */
function isWritten(element: Element): bool {
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
  return (SymbolRow.at(row.path).flags & PATH_NESTED) != 0;
}

function placeOf(path: u32): usize {
  return regionAddress(REGION_SCRATCH) + ((<usize>path) << PLACE_BITS);
}
