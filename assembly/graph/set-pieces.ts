/**
 * Sets of values: each piece of the collection is an add that no removal has named and no set has
 * come after (schema/merge.md, M17). What they show is a list: each value once, in the order of
 * values.
 *
 *     piece   0  writer u32   4  1 while it shows u8   5  value as in a payload
 *
 * Pieces are in the order of their values, those of one value in the order of their stamps.
 */

import { VALUE_FLOAT64 } from '../abi.ts';
import { PIECE_SHOWS, PIECE_VALUE } from '../abi-collections.ts';
import { sameBytes } from '../memory/bytes.ts';
import { NAMED_ADDS } from '../memory/header.ts';
import { Cell } from './cells.ts';
import { Collection, collectionOf, companionOf, isRegisterShown } from './collections.ts';
import { Element } from './elements.ts';
import { areItemsShownOtherwise, isAnyItemOlder, latestItem } from './sequence-items.ts';
import { Sequence, sequenceOf } from './sequences.ts';
import { valueBytes } from './value-bytes.ts';
import { compareItems } from './values.ts';
import { isLater } from './writers.ts';

/** Bytes of a piece with a value of so many. */
export function pieceBytesOf(value: u32): u32 {
  return PIECE_VALUE + value;
}

export function pieceWriter(piece: usize): u32 {
  return load<u32>(piece);
}

export function nextPiece(piece: usize): usize {
  return piece + PIECE_VALUE + valueBytes(piece + PIECE_VALUE);
}

/** Puts an add in its place, unless it is there; there is room, and a guard stands before it. */
export function insertPiece(collection: Collection, writer: u32, value: usize): void {
  const end = collection.end;
  let at = collection.pieces;
  for (; at < end; at = nextPiece(at)) {
    const order = compareExactly(at + PIECE_VALUE, value);
    if (order < 0) continue;
    if (order > 0) break;
    const held = pieceWriter(at);
    if (held == writer) return;
    if (isLater(held, writer)) break;
  }
  const length = valueBytes(value);
  const bytes = pieceBytesOf(length);
  memory.copy(at + bytes, at, end - at);
  store<u32>(at, writer);
  store<u8>(at, 0, PIECE_SHOWS);
  memory.copy(at + PIECE_VALUE, value, length);
  collection.pieceBytes += bytes;
}

/** Whether an add stands before another: by its value, then by its stamp. */
export function isAddBefore(value: usize, writer: u32, other: usize, otherWriter: u32): bool {
  const order = compareExactly(value, other);
  return order == 0 ? isLater(otherWriter, writer) : order < 0;
}

/** Puts an add behind all others, where it belongs; there is room. It shows nothing yet. */
export function appendPiece(collection: Collection, writer: u32, value: usize): void {
  const at = collection.end;
  const length = valueBytes(value);
  store<u32>(at, writer);
  store<u8>(at, 0, PIECE_SHOWS);
  memory.copy(at + PIECE_VALUE, value, length);
  collection.pieceBytes += pieceBytesOf(length);
}

/** Whether a piece has this value, and one of the first `count` writers at NAMED_ADDS. */
export function hasNamed(collection: Collection, value: usize, count: u32): bool {
  for (let at = collection.pieces; at < collection.end; at = nextPiece(at)) {
    if (isNamed(at, value, count)) return true;
  }
  return false;
}

/** Takes the pieces away that `hasNamed` asks for. */
export function dropNamed(collection: Collection, value: usize, count: u32): void {
  let to = collection.pieces;
  const end = collection.end;
  for (let at = to; at < end; ) {
    const next = nextPiece(at);
    if (!isNamed(at, value, count)) to = movePiece(at, next, to);
    at = next;
  }
  collection.pieceBytes = <u32>(to - collection.pieces);
}

/** Takes the adds away that a set is later than. */
export function dropOlder(collection: Collection, set: u32): void {
  let to = collection.pieces;
  const end = collection.end;
  for (let at = to; at < end; ) {
    const next = nextPiece(at);
    if (!isLater(set, pieceWriter(at))) to = movePiece(at, next, to);
    at = next;
  }
  collection.pieceBytes = <u32>(to - collection.pieces);
}

/** Takes all adds away, at a seal that finds items to show. */
export function dropAll(collection: Collection): void {
  collection.pieceBytes = 0;
  collection.shows = 0;
}

/** Takes the adds away that do not show, and answers the latest writer of the others. */
export function dropHidden(collection: Collection): u32 {
  let latest: u32 = 0;
  let to = collection.pieces;
  const end = collection.end;
  for (let at = to; at < end; ) {
    const next = nextPiece(at);
    const writer = pieceWriter(at);
    if (load<u8>(at, PIECE_SHOWS) != 0) {
      if (latest == 0 || isLater(writer, latest)) latest = writer;
      to = movePiece(at, next, to);
    }
    at = next;
  }
  collection.pieceBytes = <u32>(to - collection.pieces);
  return latest;
}

/** Writes what shows behind the pieces: all values that `hider` is not later than, each once. */
export function showPieces(collection: Collection, hider: u32): void {
  const end = collection.end;
  const list = collection.list;
  const begin = list + 4;
  let to = begin;
  let last: usize = 0;
  let lastBytes: u32 = 0;
  for (let at = collection.pieces; at < end; ) {
    const next = nextPiece(at);
    const value = at + PIECE_VALUE;
    const bytes = <u32>(next - value);
    const isShown = isPieceShown(at, hider);
    store<u8>(at, isShown ? 1 : 0, PIECE_SHOWS);
    if (isShown && (bytes != lastBytes || !sameBytes(last, value, bytes))) {
      memory.copy(to, value, bytes);
      to += bytes;
      last = value;
      lastBytes = bytes;
    }
    at = next;
  }
  store<u32>(list, <u32>(to - begin));
  collection.shows = to == begin ? 0 : 1;
}

/** Whether items, pieces, and the register where none shows, would come to something else now. */
export function isShownOtherwise(
  collection: Collection,
  sequence: Sequence,
  cell: Cell,
  hider: u32,
): bool {
  if (changetype<usize>(sequence) != 0) {
    if (areItemsShownOtherwise(sequence, hider)) return true;
    if (sequence.shows != 0) return false;
  }
  for (let at = collection.pieces; at < collection.end; at = nextPiece(at)) {
    if (isPieceShown(at, hider) != (load<u8>(at, PIECE_SHOWS) != 0)) return true;
  }
  if (collection.shows != 0) return false;
  return isRegisterShown(collection, hider) != (cell.kind != 0);
}

/** Whether something shows that `hider` is later than. */
export function isAnyOlder(
  collection: Collection,
  sequence: Sequence,
  cell: Cell,
  hider: u32,
): bool {
  if (showsItems(sequence)) return isAnyItemOlder(sequence, hider);
  if (collection.shows == 0) return cell.kind != 0 && isLater(hider, collection.writer);
  for (let at = collection.pieces; at < collection.end; at = nextPiece(at)) {
    if (load<u8>(at, PIECE_SHOWS) != 0 && isLater(hider, pieceWriter(at))) return true;
  }
  return false;
}

/** Who wrote what a cell shows: of a collection the latest of the adds, or items, that show. */
export function writerOf(element: Element, cell: Cell): u32 {
  const companion = companionOf(element, cell.path);
  if (companion == 0) return cell.writer;
  const sequence = sequenceOf(element, cell.path);
  if (showsItems(sequence)) return latestItem(sequence);
  const collection = collectionOf(companion);
  if (collection.shows == 0) return collection.writer;
  let latest: u32 = 0;
  for (let at = collection.pieces; at < collection.end; at = nextPiece(at)) {
    if (load<u8>(at, PIECE_SHOWS) == 0) continue;
    if (latest == 0 || isLater(pieceWriter(at), latest)) latest = pieceWriter(at);
  }
  return latest;
}

/** Whether what a cell shows are pieces of a collection, or items. */
export function showsPieces(element: Element, cell: Cell): bool {
  const companion = companionOf(element, cell.path);
  if (companion == 0) return false;
  return collectionOf(companion).shows != 0 || showsItems(sequenceOf(element, cell.path));
}

function showsItems(sequence: Sequence): bool {
  return changetype<usize>(sequence) != 0 && sequence.shows != 0;
}

function isPieceShown(piece: usize, hider: u32): bool {
  return hider == 0 || !isLater(hider, pieceWriter(piece));
}

function isNamed(piece: usize, value: usize, count: u32): bool {
  const bytes = valueBytes(value);
  if (valueBytes(piece + PIECE_VALUE) != bytes) return false;
  if (!sameBytes(piece + PIECE_VALUE, value, bytes)) return false;
  const writer = pieceWriter(piece);
  for (let index: u32 = 0; index < count; index++) {
    if (load<u32>(NAMED_ADDS + (index << 2)) == writer) return true;
  }
  return false;
}

/** Moves a piece towards the begin; answers where it ends then. */
function movePiece(piece: usize, next: usize, to: usize): usize {
  if (piece != to) memory.copy(to, piece, next - piece);
  return to + (next - piece);
}

/** The order of values, and of the two zeros, which are equal in it and differ: 0 before -0. */
function compareExactly(left: usize, right: usize): i32 {
  const order = compareItems(left, right);
  if (order != 0 || <u32>load<u8>(left) != VALUE_FLOAT64) return order;
  const leftBits = load<u64>(left, 1);
  const rightBits = load<u64>(right, 1);
  if (leftBits == rightBits) return 0;
  return leftBits < rightBits ? -1 : 1;
}
