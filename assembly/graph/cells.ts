/**
 * Cells: one per element and property path, in a list that hangs from the element. A cell holds
 * the value with the greatest stamp for its path, shown or not (visibility.ts decides).
 *
 *     cell   0  next u32   4  path (24 bits) and kind (8 bits) u32   8  writer u32   12  value u64
 *
 * A value of up to 8 bytes stands in the cell; a string, byte string or id names a blob.
 * Cells of the engine's own (natural key, edge key, delete stamp) use reserved paths.
 */

import { VALUE_BYTES, VALUE_ID, VALUE_STRING } from '../abi.ts';
import { freeBlob, putBlob } from '../memory/blobs.ts';
import { guard } from '../memory/guard.ts';
import { POOL_CELLS, Pool } from '../memory/pool.ts';

export const CELL_BYTES: u32 = 20;
/** Where in a row the value stands. */
export const CELL_VALUE: usize = 12;
export const PATH_MASK: u32 = 0xffffff;
const KIND_SHIFT: u32 = 24;

/** The second word of a cell. */
export function pathWithKind(path: u32, kind: u32): u32 {
  return path | (kind << KIND_SHIFT);
}

@unmanaged
export class Cell {
  next: u32;
  pathAndKind: u32;
  writer: u32;
  /** Two words, so that a row needs no alignment to 8. */
  value0: u32;
  value1: u32;

  @inline get value(): u64 {
    return load<u64>(changetype<usize>(this), CELL_VALUE);
  }

  set value(value: u64) {
    store<u64>(changetype<usize>(this), value, CELL_VALUE);
  }

  @inline static at(cell: u32): Cell {
    return changetype<Cell>(Pool.at(POOL_CELLS, CELL_BYTES, cell));
  }

  /** The cell `next`, which this one, of number `cell`, names. */
  @inline after(cell: u32, next: u32): Cell {
    const address = changetype<usize>(this);
    return changetype<Cell>(Pool.named(POOL_CELLS, CELL_BYTES, next, cell, address));
  }

  @inline get path(): u32 {
    return this.pathAndKind & PATH_MASK;
  }

  @inline get kind(): u32 {
    return this.pathAndKind >>> KIND_SHIFT;
  }

  @inline get isBlob(): bool {
    return needsBlob(this.kind);
  }

  /** Replaces the value; `bytes` and `length` say where a value that needs a blob stands. */
  put(kind: u32, value: u64, bytes: usize, length: u32): void {
    guard(changetype<usize>(this), CELL_BYTES);
    if (this.isBlob) freeBlob(<u32>this.value);
    this.value = needsBlob(kind) ? putBlob(bytes, length) : value;
    this.pathAndKind = pathWithKind(this.path, kind);
  }
}

if (offsetof<Cell>('value0') != CELL_VALUE) ERROR('the value must follow the writer');
if (offsetof<Cell>() != CELL_BYTES) ERROR('a cell row must be 20 bytes');

export function needsBlob(kind: u32): bool {
  return kind == VALUE_STRING || kind == VALUE_BYTES || kind == VALUE_ID;
}

/** The cell at a path in the list that begins with `first`, or 0. */
export function findCell(first: u32, path: u32): u32 {
  let cell = first;
  while (cell != 0) {
    const row = Cell.at(cell);
    if (row.path == path) return cell;
    cell = row.next;
  }
  return 0;
}

/** Adds an empty cell to the list whose head word is at `list`. */
export function addCell(list: usize, path: u32): u32 {
  const cell = Pool.add(POOL_CELLS, CELL_BYTES);
  const row = Cell.at(cell);
  row.next = load<u32>(list);
  row.pathAndKind = path;
  guard(list, 4);
  store<u32>(list, cell);
  return cell;
}

/** Gives back a cell that no list and no index names any more. */
export function freeCell(cell: u32): void {
  const row = Cell.at(cell);
  if (row.isBlob) freeBlob(<u32>row.value);
  Pool.remove(POOL_CELLS, CELL_BYTES, cell);
}

/** Adds a cell of the engine's own, without a writer. */
export function putEngineCell(list: usize, path: u32, kind: u32, value: u64): void {
  Cell.at(addCell(list, path)).put(kind, value, 0, 0);
}
