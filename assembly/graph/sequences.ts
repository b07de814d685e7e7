/**
 * Sequences: lists and streams, whose items are inserted, removed and moved one by one
 * (schema/merge.md, M21 to M27). What one is merged from, its places (places.ts), stands in a block
 * that a cell of the engine's own names, beside that of the collection at the path
 * (collections.ts), which holds the register below. The cell at the path shows the list here while
 * any item shows.
 *
 *     block    0  its bytes u32              4  bytes of its places u32
 *              8  bytes before the last place u32
 *             12  bytes of the places that the list has taken up u32
 *             16  the latest writer of a place u32, 0: none   20  its greatest number u16
 *             22  1 while items show u8     23  unused u8
 *             24  the last place at the root: writer u32, 0: none   28  number u16   30  unused u16
 *             32  place ...
 *                 behind the room for places, what shows: bytes u32, value ...
 *
 * Places and list have half of the room each, and the list is not longer: so what is put behind all
 * costs no more than itself. The latest writer and the last place at the root are those since the
 * last seal, as no later stamp is less.
 */

import { VALUE_NULL } from '../abi.ts';
import {
  PLACE_DEPTH,
  PLACE_FLAGS,
  PLACE_IS_LEFT,
  PLACE_IS_OF_MOVE,
  PLACE_NUMBER,
  PLACE_OF_MOVE_VALUE,
  PLACE_SHOWS,
  PLACE_VALUE,
  SEQUENCE_PLACE_BYTES,
  SEQUENCE_PLACES,
  SEQUENCE_SHOWS,
  VALUE_PLACES,
} from '../abi-collections.ts';
import { BLOCKS_BLOBS, blockBytes, giveBlock, giveRest, takeBlock } from '../memory/blocks.ts';
import { guard } from '../memory/guard.ts';
import { CELL_BYTES, Cell, DROPPED, findCellOfKind, nextCell, pathWithKind } from './cells.ts';
import { BLOCK_BYTES_MAX, GROWTHS, withSlack } from './collections.ts';
import { Element, FLAG_COLLECTED } from './elements.ts';
import {
  findPlace,
  holdsItem,
  itemNumber,
  itemWriter,
  nextPlace,
  placeDepth,
  placeNumber,
  placeOnLeft,
  placeOnRight,
  placeValue,
  placeWriter,
  setFlag,
} from './places.ts';
import { PATH_COLLECTION } from './symbols.ts';
import { bytesOf, valueBytes } from './value-bytes.ts';
import { isLater } from './writers.ts';

const HEAD_BYTES: u32 = SEQUENCE_PLACES;
const LENGTH_BYTES: u32 = 4;
const ALIGN_MASK: u32 = 3;

@unmanaged
export class Sequence {
  capacity: u32;
  placeBytes: u32;
  last: u32;
  taken: u32;
  latestWriter: u32;
  latestNumber: u16;
  shows: u8;
  reserved: u8;
  rootWriter: u32;
  rootNumber: u16;
  unused: u16;

  @inline static at(block: usize): Sequence {
    return changetype<Sequence>(block);
  }

  @inline get places(): usize {
    return changetype<usize>(this) + HEAD_BYTES;
  }

  @inline get end(): usize {
    return this.places + this.placeBytes;
  }

  /** What the places show, as a blob: hosts read its length as an aligned word. */
  @inline get list(): usize {
    return this.places + (((this.capacity - HEAD_BYTES - LENGTH_BYTES) >> 1) & ~ALIGN_MASK);
  }

  /** Stands before all writes to it. */
  guard(): void {
    guard(changetype<usize>(this), this.capacity);
  }
}

if (offsetof<Sequence>() != HEAD_BYTES) ERROR('the places must follow the head');
if (offsetof<Sequence>('shows') != SEQUENCE_SHOWS) ERROR('hosts must find whether items show');
if (offsetof<Sequence>('placeBytes') != SEQUENCE_PLACE_BYTES) ERROR('hosts must find the bytes');

/** The cell that names the sequence at a path, or 0. */
export function sequenceCellOf(element: Element, path: u32): usize {
  if ((element.typeAndFlags & FLAG_COLLECTED) == 0) return 0;
  return findCellOfKind(element.cells, pathWithKind(path | PATH_COLLECTION, VALUE_PLACES));
}

/** The sequence at a path, or one at 0. */
export function sequenceOf(element: Element, path: u32): Sequence {
  const cell = sequenceCellOf(element, path);
  return Sequence.at(cell == 0 ? 0 : <usize>Cell.at(cell).value);
}

/** Whether a cell names a sequence. */
export function isOfSequence(cell: Cell): bool {
  return cell.kind == VALUE_PLACES;
}

function neededBytes(placeBytes: u64): u64 {
  return HEAD_BYTES + LENGTH_BYTES + 2 * (placeBytes + ALIGN_MASK);
}

/** What all blocks of a new sequence may take until it has so many bytes of places. */
export function newSequenceReserve(placeBytes: u32): u64 {
  return GROWTHS * neededBytes(placeBytes);
}

/** The same for one that is here, and more bytes; more than there are where it is too large. */
export function sequenceReserve(sequence: Sequence, placeBytes: u32): u64 {
  const needed = neededBytes(<u64>sequence.placeBytes + placeBytes);
  if (needed <= sequence.capacity) return 0;
  return withSlack(needed) > BLOCK_BYTES_MAX ? <u64>u32.MAX_VALUE : GROWTHS * needed;
}

/**
 * What the blocks of a sequence take that is made at once with so many bytes of places; more than
 * there are where it is too large.
 */
export function wholeSequenceReserve(placeBytes: u64): u64 {
  const needed = withSlack(neededBytes(placeBytes));
  if (needed > BLOCK_BYTES_MAX) return u32.MAX_VALUE;
  return <u64>blockBytes(<u32>withSlack(neededBytes(0))) + blockBytes(<u32>needed);
}

/** Makes a sequence without places at an empty cell of the engine's own. */
export function beginSequence(element: Element, cell: usize): void {
  const bytes = blockBytes(<u32>withSlack(neededBytes(0)));
  const sequence = Sequence.at(takeBlock(bytes, BLOCKS_BLOBS));
  memory.fill(changetype<usize>(sequence), 0, HEAD_BYTES);
  sequence.capacity = bytes;
  store<u32>(sequence.list, 0);
  // New, so that a guard stood before it was made.
  Cell.at(cell).value = changetype<usize>(sequence);
  Cell.at(cell).turn(VALUE_PLACES);
  if ((element.typeAndFlags & FLAG_COLLECTED) != 0) return;
  guard(changetype<usize>(element), offsetof<Element>());
  element.typeAndFlags |= FLAG_COLLECTED;
}

/**
 * Makes room for so many more bytes of places; a guard stands before writes to it. The list moves
 * with the places: a cell that shows it is to be told.
 */
export function growSequence(cell: usize, bytes: u32): Sequence {
  const sequence = Sequence.at(<usize>Cell.at(cell).value);
  const needed = neededBytes(<u64>sequence.placeBytes + bytes);
  if (needed <= sequence.capacity) {
    sequence.guard();
    return sequence;
  }
  const size = blockBytes(<u32>withSlack(needed));
  const grown = Sequence.at(takeBlock(size, BLOCKS_BLOBS));
  const held = HEAD_BYTES + sequence.placeBytes;
  memory.copy(changetype<usize>(grown), changetype<usize>(sequence), held);
  grown.capacity = size;
  memory.copy(grown.list, sequence.list, LENGTH_BYTES + load<u32>(sequence.list));
  guard(cell, CELL_BYTES);
  Cell.at(cell).value = changetype<usize>(grown);
  giveBlock(changetype<usize>(sequence), sequence.capacity, BLOCKS_BLOBS);
  return grown;
}

/** The place with a name, or 0; nobody has none. The last one is asked for most. */
export function placeNamed(sequence: Sequence, writer: u32, number: u32): usize {
  const end = sequence.end;
  if (writer == 0 || end == sequence.places) return 0;
  const last = sequence.places + sequence.last;
  if (placeWriter(last) == writer && placeNumber(last) == number) return last;
  const found = findPlace(sequence.places, end, writer, number);
  return found == end ? 0 : found;
}

/** Whether one of the numbers is taken; where no place is as late, nothing has to be looked for. */
export function isTaken(sequence: Sequence, writer: u32, first: u32, count: u32): bool {
  const latest = sequence.latestWriter;
  if (latest == 0) return false;
  if (latest == writer ? first > <u32>sequence.latestNumber : isLater(writer, latest)) return false;
  for (let at = sequence.places; at < sequence.end; at = nextPlace(at)) {
    if (placeWriter(at) == writer && placeNumber(at) - first < count) return true;
  }
  return false;
}

/**
 * Puts new places into the sequence: the first at a side of a parent, 0: at the root, each other
 * one right of that before it. Each gets its value, or a null where there are none. There is room,
 * and a guard stands before it. Answers the first one.
 */
export function insertPlaces(
  sequence: Sequence,
  parent: usize,
  flags: u32,
  writer: u32,
  number: u32,
  values: usize,
  count: u32,
): usize {
  const depth: u32 = parent == 0 ? 1 : placeDepth(parent) + 1;
  const isLeft = (flags & PLACE_IS_LEFT) != 0;
  const first = findGap(sequence, parent, isLeft, writer, number);
  const isAtEnd = first == sequence.end;
  const valueAt: u32 = (flags & PLACE_IS_OF_MOVE) != 0 ? PLACE_OF_MOVE_VALUE : PLACE_VALUE;
  makeGap(sequence, first, count * valueAt + (values == 0 ? count : bytesOf(values, count)));
  let at = first;
  let value = values;
  for (let index: u32 = 0; index < count; index++) {
    if (isAtEnd) sequence.last = <u32>(at - sequence.places);
    store<u32>(at, writer);
    store<u16>(at, <u16>(number + index), PLACE_NUMBER);
    store<u16>(at, <u16>(index == 0 ? flags : flags & ~PLACE_IS_LEFT), PLACE_FLAGS);
    store<u32>(at, depth + index, PLACE_DEPTH);
    const bytes: u32 = values == 0 ? 1 : valueBytes(value);
    if (values == 0) store<u8>(at + valueAt, <u8>VALUE_NULL);
    else memory.copy(at + valueAt, value, bytes);
    at += valueAt + bytes;
    value += bytes;
  }
  noteLatest(sequence, writer, number + count - 1);
  return first;
}

/**
 * Puts an item behind all others, at a place right of the root, as a seal leaves it; there is room.
 */
export function appendSealedItem(sequence: Sequence, writer: u32, number: u32, value: usize): void {
  const at = sequence.end;
  const bytes = valueBytes(value);
  sequence.last = sequence.placeBytes;
  store<u32>(at, writer);
  store<u16>(at, <u16>number, PLACE_NUMBER);
  store<u16>(at, 0, PLACE_FLAGS);
  store<u32>(at, 1, PLACE_DEPTH);
  memory.copy(at + PLACE_VALUE, value, bytes);
  sequence.placeBytes += PLACE_VALUE + bytes;
}

/**
 * Moves the value of an item to another of its places, by way of the room of the list: that is made
 * anew.
 */
export function moveValue(sequence: Sequence, from: usize, to: usize): void {
  const value = placeValue(from);
  const bytes = valueBytes(value);
  const kept = sequence.list;
  memory.copy(kept, value, bytes);
  setFlag(from, PLACE_SHOWS, false);
  const isBehind = to > from;
  sequence.taken = 0;
  store<u8>(value, <u8>VALUE_NULL);
  closeGap(sequence, value + 1, bytes - 1);
  putValue(sequence, isBehind ? to - (bytes - 1) : to, kept);
  store<u32>(kept, 0);
}

/** The place where the item of that name is, or 0. */
export function placeOfItem(sequence: Sequence, writer: u32, number: u32): usize {
  const end = sequence.end;
  for (let at = sequence.places; at < end; at = nextPlace(at)) {
    if (holdsItem(at) && itemWriter(at) == writer && itemNumber(at) == number) return at;
  }
  return 0;
}

/** Ends the sequence that a cell names, which goes, at a seal. Nothing is guarded. */
export function endSequence(cell: Cell): void {
  const sequence = Sequence.at(<usize>cell.value);
  cell.turn(VALUE_NULL);
  cell.word |= DROPPED;
  giveBlock(changetype<usize>(sequence), sequence.capacity, BLOCKS_BLOBS);
}

/** Before an element loses all its cells: frees what they name of sequences. */
export function endSequences(element: Element): void {
  if ((element.typeAndFlags & FLAG_COLLECTED) == 0) return;
  for (let at: usize = element.cells; at != 0; at = nextCell(at)) {
    if (isOfSequence(Cell.at(at))) endSequence(Cell.at(at));
  }
}

/** Where a new place comes; of one that is the last at the root, the sequence takes note. */
function findGap(sequence: Sequence, parent: usize, isLeft: bool, writer: u32, number: u32): usize {
  if (isLeft) return placeOnLeft(sequence.places, parent, writer, number);
  const end = sequence.end;
  if (parent != 0) {
    return placeOnRight(nextPlace(parent), end, placeDepth(parent), writer, number);
  }
  if (!isBehindRoot(sequence, writer, number)) {
    return placeOnRight(sequence.places, end, 0, writer, number);
  }
  sequence.rootWriter = writer;
  sequence.rootNumber = <u16>number;
  return end;
}

/** Whether a place at the root comes behind all others. */
function isBehindRoot(sequence: Sequence, writer: u32, number: u32): bool {
  const root = sequence.rootWriter;
  if (root == 0) return true;
  if (root == writer) return number > <u32>sequence.rootNumber;
  return isLater(writer, root);
}

function noteLatest(sequence: Sequence, writer: u32, number: u32): void {
  const latest = sequence.latestWriter;
  if (latest == writer) sequence.latestNumber = max(sequence.latestNumber, <u16>number);
  else if (latest == 0 || isLater(writer, latest)) {
    sequence.latestWriter = writer;
    sequence.latestNumber = <u16>number;
  }
}

/** Gives a place, which has none, a value. */
function putValue(sequence: Sequence, place: usize, value: usize): void {
  const bytes = valueBytes(value);
  const target = placeValue(place);
  makeGap(sequence, target, bytes - 1);
  memory.copy(target, value, bytes);
}

/** Unless it is at the end, the list is made anew. */
function makeGap(sequence: Sequence, at: usize, bytes: u32): void {
  const end = sequence.end;
  const offset = <u32>(at - sequence.places);
  if (at < end) {
    memory.copy(at + bytes, at, end - at);
    if (offset <= sequence.last) sequence.last += bytes;
    if (offset < sequence.taken) sequence.taken = 0;
  }
  sequence.placeBytes += bytes;
}

function closeGap(sequence: Sequence, at: usize, bytes: u32): void {
  memory.copy(at, at + bytes, sequence.end - at - bytes);
  if (at <= sequence.places + sequence.last) sequence.last -= bytes;
  sequence.placeBytes -= bytes;
}

/** Gives back what room is spare, at a seal: the list moves. */
export function trimSequence(sequence: Sequence): void {
  const bytes = blockBytes(<u32>neededBytes(sequence.placeBytes));
  const from = changetype<usize>(sequence) + bytes;
  const end = changetype<usize>(sequence) + sequence.capacity;
  if (from >= end) return;
  giveRest(from, end, BLOCKS_BLOBS);
  sequence.capacity = bytes;
}
