/**
 * Collections: values that are merged from pieces which several writers have written, where any
 * other value is one write that wins. Two cells stand for one:
 *
 *   - at the path, what shows, like any other value: whatever reads values needs to know no more.
 *     Its writer is the greatest stamp that came to the path: that is what hides cells above and
 *     below it.
 *   - at a path of the engine's own, PATH_COLLECTION with it, what it is merged from, a block:
 *
 *     block    0  its bytes u32              4  bytes of its pieces u32
 *              8  writer of the register u32, 0: none
 *             12  kind of the register u8   13  1 while pieces show u8   14  unused u16
 *             16  value of the register u64
 *             24  pieces ...                then, aligned to 4, what shows: bytes u32, value ...
 *
 * The register is the set that wins the path; it shows while no piece does. All that the cell at
 * the path names belongs to the block. What pieces are, and what they show, is told where the kind
 * of collection is (set-pieces.ts). A block has room for twice its pieces, since they may all show.
 *
 * An element that has a collection says so by a flag: others pay nothing for it.
 */

import { VALUE_COUNTER, VALUE_LIST, VALUE_NULL } from '../abi.ts';
import { COLLECTION_PIECE_BYTES, COLLECTION_PIECES, VALUE_ADDS } from '../abi-collections.ts';
import { freeBlob } from '../memory/blobs.ts';
import { BLOCKS_BLOBS, blockBytes, giveBlock, giveRest, takeBlock } from '../memory/blocks.ts';
import { guard } from '../memory/guard.ts';
import { COLLECTIONS, count } from '../memory/header.ts';
import {
  CELL_BYTES,
  Cell,
  DROPPED,
  findCell,
  findCellOfKind,
  needsBlob,
  nextCell,
  pathWithKind,
} from './cells.ts';
import { Element, FLAG_COLLECTED } from './elements.ts';
import { PATH_COLLECTION } from './symbols.ts';
import { isLater } from './writers.ts';

const HEAD_BYTES: u32 = COLLECTION_PIECES;
const LENGTH_BYTES: u32 = 4;
const LIST_ALIGN_MASK: usize = 3;
/** Of a block; the free lists of blocks hold some larger ones. */
export const BLOCK_BYTES_MAX: u64 = 268435456;
/** All blocks that a collection has had come to at most so many times what it needs at last. */
export const GROWTHS: u64 = 6;

@unmanaged
export class Collection {
  capacity: u32;
  pieceBytes: u32;
  writer: u32;
  kind: u8;
  shows: u8;
  reserved: u16;
  value: u64;

  @inline static at(block: usize): Collection {
    return changetype<Collection>(block);
  }

  @inline get pieces(): usize {
    return changetype<usize>(this) + HEAD_BYTES;
  }

  @inline get end(): usize {
    return this.pieces + this.pieceBytes;
  }

  /** What the pieces show, as a blob: hosts read its length as an aligned word. */
  @inline get list(): usize {
    return (this.end + LIST_ALIGN_MASK) & ~LIST_ALIGN_MASK;
  }

  /** Stands before all writes to it. */
  guard(): void {
    guard(changetype<usize>(this), this.capacity);
  }
}

if (offsetof<Collection>() != HEAD_BYTES) ERROR('the pieces must follow the head');
if (offsetof<Collection>('pieceBytes') != COLLECTION_PIECE_BYTES)
  ERROR('hosts must find the bytes');

/** The cell that names the collection at a path, or 0. */
export function companionOf(element: Element, path: u32): usize {
  if ((element.typeAndFlags & FLAG_COLLECTED) == 0) return 0;
  return findCellOfKind(element.cells, pathWithKind(path | PATH_COLLECTION, VALUE_ADDS));
}

/** The collection that a companion names. */
export function collectionOf(companion: usize): Collection {
  return Collection.at(<usize>Cell.at(companion).value);
}

/** Whether a cell names a collection. */
export function isCompanion(cell: Cell): bool {
  return cell.kind == VALUE_ADDS;
}

/** The path at which the collection shows. */
export function pathOfCompanion(companion: Cell): u32 {
  return companion.path & ~PATH_COLLECTION;
}

/** Bytes that a collection needs for its pieces, and for what they show. */
function neededBytes(pieceBytes: u64): u64 {
  return HEAD_BYTES + <u32>LIST_ALIGN_MASK + LENGTH_BYTES + 2 * pieceBytes;
}

/** What all blocks of a new collection may take until it has so many bytes of pieces. */
export function newCollectionReserve(pieceBytes: u32): u64 {
  return GROWTHS * neededBytes(pieceBytes);
}

/** The same for one that is here, and more bytes; more than there are where it is too large. */
export function collectionReserve(collection: Collection, pieceBytes: u32): u64 {
  const needed = neededBytes(<u64>collection.pieceBytes + pieceBytes);
  if (needed <= collection.capacity) return 0;
  return withSlack(needed) > BLOCK_BYTES_MAX ? <u64>u32.MAX_VALUE : GROWTHS * needed;
}

/**
 * What the blocks of a collection take that is made at once with so many bytes of pieces; more than
 * there are where it is too large.
 */
export function wholeCollectionReserve(pieceBytes: u64): u64 {
  const needed = withSlack(neededBytes(pieceBytes));
  if (needed > BLOCK_BYTES_MAX) return u32.MAX_VALUE;
  return <u64>blockBytes(<u32>withSlack(neededBytes(0))) + blockBytes(<u32>needed);
}

/**
 * Makes a collection without pieces at an empty cell of the engine's own; what a set has put into
 * the cell at its path is its register. A counter ends.
 */
export function beginCollection(element: Element, companion: usize, cell: Cell): void {
  const bytes = blockBytes(<u32>withSlack(neededBytes(0)));
  const collection = Collection.at(takeBlock(bytes, BLOCKS_BLOBS));
  const isSet = cell.writer != 0 && cell.kind != VALUE_COUNTER;
  collection.capacity = bytes;
  collection.pieceBytes = 0;
  collection.writer = isSet ? cell.writer : 0;
  collection.kind = <u8>(isSet ? cell.kind : VALUE_NULL);
  collection.shows = 0;
  collection.value = isSet ? cell.value : 0;
  guard(changetype<usize>(cell), CELL_BYTES);
  if (!isSet) {
    cell.turn(VALUE_NULL);
    cell.value = 0;
    cell.writer = 0;
  }
  // New, so that a guard stood before it was made.
  Cell.at(companion).value = changetype<usize>(collection);
  Cell.at(companion).turn(VALUE_ADDS);
  count(COLLECTIONS, 1);
  if ((element.typeAndFlags & FLAG_COLLECTED) != 0) return;
  guard(changetype<usize>(element), offsetof<Element>());
  element.typeAndFlags |= FLAG_COLLECTED;
}

/** Makes room for so many more bytes of pieces: what they show is to be shown again. */
export function growCollection(companion: usize, bytes: u32): Collection {
  const collection = collectionOf(companion);
  const needed = neededBytes(<u64>collection.pieceBytes + bytes);
  if (needed <= collection.capacity) {
    collection.guard();
    return collection;
  }
  const size = blockBytes(<u32>withSlack(needed));
  const grown = Collection.at(takeBlock(size, BLOCKS_BLOBS));
  const held = HEAD_BYTES + collection.pieceBytes;
  memory.copy(changetype<usize>(grown), changetype<usize>(collection), held);
  grown.capacity = size;
  guard(companion, CELL_BYTES);
  Cell.at(companion).value = changetype<usize>(grown);
  giveBlock(changetype<usize>(collection), collection.capacity, BLOCKS_BLOBS);
  return grown;
}

/**
 * Lets the cell at the path show a list of items, 0: none, or the pieces, or the register unless
 * `hider` is later than it.
 */
export function showCollection(collection: Collection, cell: Cell, hider: u32, items: usize): void {
  guard(changetype<usize>(cell), CELL_BYTES);
  if (items != 0 || collection.shows != 0) {
    cell.value = items != 0 ? items : collection.list;
    cell.turn(VALUE_LIST);
  } else if (isRegisterShown(collection, hider)) {
    cell.value = collection.value;
    cell.turn(collection.kind);
  } else {
    cell.value = 0;
    cell.turn(VALUE_NULL);
  }
}

/** Whether the register would show where no piece does. */
export function isRegisterShown(collection: Collection, hider: u32): bool {
  if (collection.writer == 0 || collection.kind == VALUE_NULL) return false;
  return hider == 0 || !isLater(hider, collection.writer);
}

/**
 * Ends a collection at a seal: its register is in the cell at its path from now on, or nothing. The
 * companion goes. Nothing is guarded.
 */
export function endCollection(element: Element, companion: Cell, keepsRegister: bool): void {
  const collection = Collection.at(<usize>companion.value);
  const cell = Cell.at(findCell(element.cells, pathOfCompanion(companion)));
  if (keepsRegister) {
    cell.turn(collection.kind);
    cell.value = collection.value;
    cell.writer = collection.writer;
  } else {
    dropRegister(collection);
    cell.turn(VALUE_NULL);
    cell.value = 0;
  }
  companion.turn(VALUE_NULL);
  companion.word |= DROPPED;
  giveBlock(changetype<usize>(collection), collection.capacity, BLOCKS_BLOBS);
  count(COLLECTIONS, -1);
}

/** Of a collection that stays at a seal: forgets the register, and gives back what it has spare. */
export function trimCollection(collection: Collection): void {
  dropRegister(collection);
  const bytes = blockBytes(<u32>neededBytes(collection.pieceBytes));
  const from = changetype<usize>(collection) + bytes;
  const end = changetype<usize>(collection) + collection.capacity;
  if (from >= end) return;
  giveRest(from, end, BLOCKS_BLOBS);
  collection.capacity = bytes;
}

/** Before an element loses all its cells: frees what they name of collections. */
export function endCollections(element: Element): void {
  if ((element.typeAndFlags & FLAG_COLLECTED) == 0) return;
  for (let at: usize = element.cells; at != 0; at = nextCell(at)) {
    if (isCompanion(Cell.at(at))) endCollection(element, Cell.at(at), false);
  }
}

function dropRegister(collection: Collection): void {
  if (needsBlob(collection.kind)) freeBlob(<u32>collection.value);
  collection.kind = <u8>VALUE_NULL;
  collection.value = 0;
  collection.writer = 0;
}

/** A block of half as much again grows seldom. */
export function withSlack(needed: u64): u64 {
  return needed + needed / 2;
}
