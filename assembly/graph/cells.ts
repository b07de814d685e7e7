/**
 * Cells: one per element and property path, in a block that the element names. A cell holds the
 * value with the greatest stamp for its path, shown or not (visibility.ts decides).
 *
 *     cell   0  path (24 bits), kind (6 bits), dropped, last u32   4  writer u32   8  value u64
 *
 * A value of up to 8 bytes stands in the cell; a string, byte string, id or list names a
 * blob.
 * Cells of the engine's own (natural key, edge key, delete stamp) use reserved paths.
 *
 * A block has places for 1 to 32 cells, filled from its begin; the last place says that it is the
 * last. An element with more cells has several blocks, the newest first: the last place of all but
 * the oldest is a link to the next one. What walks the cells passes places that are free.
 */

import {
  CELL_KIND_MASK,
  CELL_KIND_OFFSET,
  CELL_VALUE_OFFSET,
  CELL_WRITER_OFFSET,
  VALUE_BYTES,
  VALUE_COUNTER,
  VALUE_ID,
  VALUE_LIST,
  VALUE_STRING,
} from '../abi.ts';
import { freeBlob, putBlob } from '../memory/blobs.ts';
import { BLOCKS_CELLS, blockBytes, giveBlock, giveRest, takeBlock } from '../memory/blocks.ts';
import { guard } from '../memory/guard.ts';

export const CELL_BYTES: u32 = 16;
export const PATH_MASK: u32 = 0xffffff;
const KIND_SHIFT: u32 = CELL_KIND_OFFSET * 8;
/** A cell that goes, while compaction runs. */
export const DROPPED: u32 = 1 << 30;
const LAST: u32 = 1 << 31;
/** The first word of a link: it has no path. */
const LINK: u32 = LAST | (CELL_KIND_MASK << KIND_SHIFT);
/** Places of the largest block. */
const CELLS_MAX: u32 = 32;
export const CELLS_BYTES_MAX: u32 = CELLS_MAX * CELL_BYTES;

/** The first word of a cell. */
export function pathWithKind(path: u32, kind: u32): u32 {
  return path | (kind << KIND_SHIFT);
}

@unmanaged
export class Cell {
  word: u32;
  writer: u32;
  value: u64;

  @inline static at(cell: usize): Cell {
    return changetype<Cell>(cell);
  }

  @inline get pathAndKind(): u32 {
    return this.word & ~LAST;
  }

  @inline get path(): u32 {
    return this.word & PATH_MASK;
  }

  @inline get kind(): u32 {
    return (this.word >>> KIND_SHIFT) & CELL_KIND_MASK;
  }

  @inline get isCounter(): bool {
    return this.kind == VALUE_COUNTER;
  }

  @inline get isBlob(): bool {
    return needsBlob(this.kind);
  }

  /** Replaces the value; `bytes` and `length` say where a value that needs a blob stands. */
  put(kind: u32, value: u64, bytes: usize, length: u32): void {
    if (this.isBlob) freeBlob(<u32>this.value);
    this.fill(kind, value, bytes, length);
  }

  /** The same, and the blob that it may name is another's from now on. */
  fill(kind: u32, value: u64, bytes: usize, length: u32): void {
    guard(changetype<usize>(this), CELL_BYTES);
    this.value = needsBlob(kind) ? putBlob(bytes, length) : value;
    this.turn(kind);
  }

  /** Gives it another kind, behind a guard. */
  turn(kind: u32): void {
    this.word = (this.word & (LAST | PATH_MASK)) | (kind << KIND_SHIFT);
  }
}

if (offsetof<Cell>('writer') != CELL_WRITER_OFFSET) ERROR('hosts must find the writer');
if (offsetof<Cell>('value') != CELL_VALUE_OFFSET) ERROR('hosts must find the value');
if (offsetof<Cell>() != CELL_BYTES) ERROR('a cell must be 16 bytes');

export function needsBlob(kind: u32): bool {
  if (kind == VALUE_STRING || kind == VALUE_BYTES) return true;
  return kind == VALUE_ID || kind == VALUE_LIST;
}

/** The cell at a path in the blocks that begin at `first`, or 0. */
export function findCell(first: u32, path: u32): usize {
  let cell: usize = first;
  while (cell != 0) {
    const word = load<u32>(cell);
    if ((word & PATH_MASK) == path) break;
    cell = placeAfter(cell, word);
  }
  return cell;
}

/** The cell of a path and a kind, or 0. */
export function findCellOfKind(first: u32, pathAndKind: u32): usize {
  let cell: usize = first;
  while (cell != 0) {
    const word = load<u32>(cell);
    if ((word & ~(LAST | DROPPED)) == pathAndKind) break;
    cell = placeAfter(cell, word);
  }
  return cell;
}

/** The cell of a path and kind in the first block, or 0: it may stand in one of the others. */
export function findCellInFirst(first: u32, pathAndKind: u32): usize {
  if (first == 0) return 0;
  let cell: usize = first;
  let word = load<u32>(cell);
  while ((word & ~LAST) != pathAndKind) {
    if (<i32>word < 0) {
      cell = 0;
      break;
    }
    cell += CELL_BYTES;
    word = load<u32>(cell);
  }
  return cell;
}

/** Bytes of the only block of cells; 0 where there are others. */
export function bytesInFirst(first: u32): u32 {
  const last = lastPlace(first);
  return load<u32>(last) == LINK ? 0 : <u32>last - first + CELL_BYTES;
}

/** Loads the begins of the blobs that the first block of cells names; the sum is of no use. */
export function touchBlobs(first: u32): u32 {
  let sum: u32 = 0;
  for (let cell: usize = first; cell != 0; ) {
    if (Cell.at(cell).isBlob) sum += load<u32>(<usize>Cell.at(cell).value);
    cell = load<i32>(cell) < 0 ? 0 : cell + CELL_BYTES;
  }
  return sum;
}

/** The cell after another, or 0. */
export function nextCell(cell: usize): usize {
  let next = cell;
  do next = placeAfter(next, load<u32>(next));
  while (next != 0 && (load<u32>(next) & PATH_MASK) == 0);
  return next;
}

/** An empty cell where a place is free for it, or 0; the element names its cells at `list`. */
export function placeCell(list: usize, path: u32): usize {
  let place: usize = load<u32>(list);
  while (place != 0) {
    const word = load<u32>(place);
    if ((word & ~LAST) == 0) {
      guard(place, CELL_BYTES);
      store<u32>(place, word | path);
      break;
    }
    place = <i32>word < 0 ? 0 : place + CELL_BYTES;
  }
  return place;
}

/**
 * Adds an empty cell where no place is free, with room for so many `more` that are to follow. Cells
 * that are there may move.
 */
export function addCell(list: usize, path: u32, more: u32): usize {
  const place = growCells(list, more);
  store<u32>(place, load<u32>(place) | path);
  return place;
}

/** Adds a cell of the engine's own, without a writer. */
export function putEngineCell(list: usize, path: u32, kind: u32, value: u64): void {
  Cell.at(addCell(list, path, 0)).put(kind, value, 0, 0);
}

/**
 * Takes the cells that are marked as dropped from an element, or all, and gives back what room they
 * leave: those that stay move together. It takes nothing, and no snapshot runs meanwhile.
 */
export function dropCells(list: usize, dropsAll: bool): void {
  let block: usize = load<u32>(list);
  if (block == 0) return;
  let last = lastPlace(block);
  let to = block;
  for (let cell = block; cell != 0; ) {
    const row = Cell.at(cell);
    const next = nextCell(cell);
    if (!dropsAll && (row.word & DROPPED) == 0) {
      if (to == last && load<u32>(last) == LINK) {
        block = placeAfter(last, LINK);
        last = lastPlace(block);
        to = block;
      }
      moveCell(cell, to);
      to += CELL_BYTES;
    } else if (row.isBlob) freeBlob(<u32>row.value);
    cell = next;
  }
  if (to == block) {
    giveBlocks(block);
    store<u32>(list, 0);
    return;
  }
  giveBlocks(placeAfter(last, load<u32>(last)));
  cutBlock(block, last + CELL_BYTES, to);
}

/** A free place in a larger block, or in one more. */
function growCells(list: usize, more: u32): usize {
  const first: usize = load<u32>(list);
  let held: usize = 0;
  let next: usize = 0;
  if (first != 0) {
    const last = lastPlace(first);
    held = last - first + CELL_BYTES;
    next = placeAfter(last, load<u32>(last));
  }
  const isFull = held == CELLS_BYTES_MAX;
  if (isFull) next = first;
  const moved: usize = isFull ? 0 : held;
  const added = (min<u32>(more, CELLS_MAX) + (isFull ? 2 : 1)) * CELL_BYTES;
  const bytes = blockBytes(min(<u32>moved + added, CELLS_BYTES_MAX));
  const block = takeBlock(bytes, BLOCKS_CELLS);
  for (let offset: usize = 0; offset < moved; offset += CELL_BYTES) {
    v128.store(block + offset, v128.load(first + offset));
  }
  for (let offset = moved; offset < bytes; offset += CELL_BYTES) {
    v128.store(block + offset, i64x2(0, 0));
  }
  let place = block + moved;
  if (moved != 0) {
    // A link moves to the new end; any other place that was the last is one like others now.
    const before = place - CELL_BYTES;
    if (next == 0) store<u32>(before, load<u32>(before) & ~LAST);
    else {
      v128.store(before, i64x2(0, 0));
      place = before;
    }
    giveBlock(first, <u32>held, BLOCKS_CELLS);
  }
  const end = block + bytes - CELL_BYTES;
  store<u32>(end, load<u32>(end) | (next == 0 ? LAST : LINK));
  if (next != 0) store<u64>(end, next, CELL_VALUE_OFFSET);
  guard(list, 4);
  store<u32>(list, <u32>block);
  return place;
}

/** The place after one that begins with this word: in the next block after a link; 0 at the end. */
function placeAfter(place: usize, word: u32): usize {
  if (<i32>word >= 0) return place + CELL_BYTES;
  return word == LINK ? <usize>load<u32>(place, CELL_VALUE_OFFSET) : 0;
}

function lastPlace(block: usize): usize {
  let place = block;
  while (<i32>load<u32>(place) >= 0) place += CELL_BYTES;
  return place;
}

/** The place keeps what it says of being the last. */
function moveCell(cell: usize, place: usize): void {
  if (cell == place) return;
  const source = Cell.at(cell);
  const target = Cell.at(place);
  target.word = (target.word & LAST) | source.pathAndKind;
  target.writer = source.writer;
  target.value = source.value;
}

/** Gives back what a block has behind its cells, which end at `used`, as far as sizes go. */
function cutBlock(block: usize, end: usize, used: usize): void {
  const kept = block + blockBytes(<u32>(used - block));
  memory.fill(used, 0, kept - used);
  const last = kept - CELL_BYTES;
  store<u32>(last, load<u32>(last) | LAST);
  giveRest(kept, end, BLOCKS_CELLS);
}

function giveBlocks(first: usize): void {
  for (let block = first; block != 0; ) {
    const last = lastPlace(block);
    const next = placeAfter(last, load<u32>(last));
    giveBlock(block, <u32>(last - block) + CELL_BYTES, BLOCKS_CELLS);
    block = next;
  }
}
