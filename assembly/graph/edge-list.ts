/**
 * The edges of a node in one direction, in the order of arrival. A list is named by the address of
 * a word: 0 where there is none, the only entry, which is odd, or the address of a block, which is
 * a multiple of 16, and the form of the block in bits 1..3.
 *
 *     entry         31..28 partition | 27..1 row | 0 is 1, so that 0 is no entry
 *     forms 0..5    16, 32, 48, 64, 96 and 128 bytes of entries; those that are not there are 0
 *     form 6        long: 256 bytes, doubled up to 4 KiB
 *                   0  older u32   4  count u16   6  capacity u16   8  entries u32 ...
 *
 * A list stands in the smallest block that holds it, and what is more than 4 KiB in a chain of
 * such, newest first: the first word of each names the list of what is older. So a list is seen as
 * pieces, and most lists are one. Of most graphs most lists are short: what such a list takes, and
 * that a list of one takes nothing, decides what an edge costs.
 */

import { ROW_BITS, ROW_MASK } from '../abi.ts';
import { INDEXED_ROW_BITS } from '../container/hash-index.ts';
import { BLOCKS_LISTS, giveBlock, takeBlock } from '../memory/blocks.ts';
import { guard, isSnapshotRunning, keep } from '../memory/guard.ts';

/** What the low bits of a word say of a block: twice its form. An entry has the lowest one. */
const TAG_MASK: u32 = 15;
const TAG_STEP: u32 = 2;
const TAG_LONG: u32 = 12;
const ONLY_ENTRY: u32 = 1;
/** Four bits for each form: how many times 16 bytes a small block has. */
const UNITS_OF_FORMS: u32 = 0x864321;
const UNIT_BITS: u32 = 4;
const UNIT_BYTES: usize = 1 << UNIT_BITS;
/** Up to here a block has four entries more than the one before, then eight. */
const UNITS_BY_ONE: u32 = 4;
const SMALL_BYTES_MAX: u32 = 128;
const LONG_HEADER_BYTES: u32 = 8;
const LONG_BYTES_MIN: u32 = 256;
const LONG_BYTES_MAX: u32 = 4096;
const LONG_ENTRIES_MAX: u32 = (LONG_BYTES_MAX - LONG_HEADER_BYTES) >> 2;

/** What one append takes from the arena at most, and entries of a piece. */
export const APPEND_BYTES_MAX: u32 = LONG_BYTES_MAX;
export const PIECE_ENTRIES_MAX: u32 = LONG_ENTRIES_MAX;

if (INDEXED_ROW_BITS + 1 != ROW_BITS) ERROR('an entry must have a bit more than a row');

/** A view over the word of a list. What it says is that of the newest piece, and what is older. */
@unmanaged
export class EdgeList {
  word: u32;

  @inline static at(address: usize): EdgeList {
    return changetype<EdgeList>(address);
  }

  /** Address of the entries. */
  @inline get entries(): usize {
    const word = this.word;
    if ((word & ONLY_ENTRY) != 0) return changetype<usize>(this);
    return blockOf(word) + ((<usize>u32((word & TAG_MASK) == TAG_LONG)) << 3);
  }

  /** How many there are. */
  @inline get count(): u32 {
    const word = this.word;
    if ((word & ONLY_ENTRY) != 0) return 1;
    if ((word & TAG_MASK) == TAG_LONG) return load<u16>(blockOf(word), 4);
    return word == 0 ? 0 : smallCount(word);
  }

  /** The list of what is older; null where there is none. */
  @inline get older(): EdgeList | null {
    const word = this.word;
    if ((word & TAG_MASK) != TAG_LONG || load<u32>(blockOf(word)) == 0) return null;
    return EdgeList.at(blockOf(word));
  }

  /** Where the entries begin that stand elsewhere, or 0: to load from, without looking. */
  @inline get begin(): u32 {
    const word = this.word;
    return word & ~TAG_MASK & ((word & ONLY_ENTRY) - 1);
  }

  /** Where an append looks first, likewise: a small block is full but for its last entries. */
  @inline get end(): u32 {
    const units = unitsOf(this.word);
    return this.begin + ((units - u32(units != 0)) << UNIT_BITS);
  }
}

/** The row that an entry names. */
export function edgeOf(entry: u32): u32 {
  return (entry & ~ROW_MASK) | localEdgeOf(entry);
}

/** The same without its partition. */
export function localEdgeOf(entry: u32): u32 {
  return (entry & ROW_MASK) >> 1;
}

/** Appends an edge. Reserved by the caller. */
export function append(list: EdgeList, edge: u32): void {
  const entry = (edge & ~ROW_MASK) | ((edge & ROW_MASK) << 1) | ONLY_ENTRY;
  const word = list.word;
  if (word == 0) name(list, entry);
  else if ((word & ONLY_ENTRY) != 0) {
    const block = takeBlock(<u32>UNIT_BYTES, BLOCKS_LISTS);
    store<u64>(block, <u64>word | ((<u64>entry) << 32));
    store<u64>(block, 0, 8);
    name(list, <u32>block);
  } else if ((word & TAG_MASK) == TAG_LONG) appendLong(list, word, entry);
  else appendSmall(list, word, entry);
}

/**
 * Keeps the edges that pass, in their order, and lays them out as if no other had come. The
 * scratch has 4 bytes for each entry; nothing is taken from the arena, since what a block is too
 * large by is given back. For compaction: no snapshot runs meanwhile.
 */
export function retain(list: EdgeList, scratch: usize, passes: (edge: u32) => bool): void {
  let held: u32 = 0;
  for (let piece: EdgeList | null = list; piece !== null; piece = piece.older) held += piece.count;
  const end = scratch + ((<usize>held) << 2);
  let first = end;
  for (let piece: EdgeList | null = list; piece !== null; piece = piece.older) {
    const entries = piece.entries;
    for (let index = piece.count; index > 0; index--) {
      const entry = load<u32>(entries + ((<usize>(index - 1)) << 2));
      if (!passes(edgeOf(entry))) continue;
      first -= 4;
      store<u32>(first, entry);
    }
  }
  const count = <u32>(end - first) >> 2;
  if (count == held) return;
  if (count > 1) {
    for (let more = piecesOf(held) - piecesOf(count); more > 0; more--) dropNewest(list);
    if (count <= LONG_ENTRIES_MAX) shrink(list, count);
    put(list, first, count);
  } else {
    clear(list);
    if (count == 1) list.word = load<u32>(first);
  }
}

/** Gives all blocks back. As `retain`, it is for compaction. */
export function clear(list: EdgeList): void {
  while (list.word != 0) dropNewest(list);
}

function blockOf(word: u32): usize {
  return word & ~TAG_MASK;
}

/** How many times 16 bytes a small block has; 0 for a long one. */
function unitsOf(word: u32): u32 {
  return (UNITS_OF_FORMS >> ((word & (TAG_MASK - ONLY_ENTRY)) << 1)) & 15;
}

/** Only the last entries of a small block may be none, since it is the smallest that holds all. */
function smallCount(word: u32): u32 {
  const units = unitsOf(word);
  const last = blockOf(word) + ((<usize>units) << UNIT_BITS) - UNIT_BYTES;
  const count = (units << 2) - noneCount(last);
  return units <= UNITS_BY_ONE ? count : count - noneCount(last - UNIT_BYTES);
}

/** How many of four entries are none. */
function noneCount(unit: usize): u32 {
  return popcnt(i32x4.bitmask(i32x4.eq(v128.load(unit), i32x4.splat(0))));
}

/** Bytes of the block that a word names. */
function bytesOf(word: u32): u32 {
  if ((word & TAG_MASK) != TAG_LONG) return unitsOf(word) << UNIT_BITS;
  return LONG_HEADER_BYTES + ((<u32>load<u16>(blockOf(word), 6)) << 2);
}

function name(list: EdgeList, word: u32): void {
  guard(changetype<usize>(list), 4);
  list.word = word;
}

function appendSmall(list: EdgeList, word: u32, entry: u32): void {
  const block = blockOf(word);
  const bytes = unitsOf(word) << UNIT_BITS;
  const count = smallCount(word);
  if (count << 2 < bytes) {
    guard(block + (count << 2), 4);
    store<u32>(block + (count << 2), entry);
    return;
  }
  const tag = (word & TAG_MASK) + TAG_STEP;
  let grown: usize;
  if (tag == TAG_LONG) {
    grown = takeLong(LONG_BYTES_MIN, 0, count + 1);
    copyUnits(grown + LONG_HEADER_BYTES, block, bytes);
    store<u32>(grown + LONG_HEADER_BYTES + bytes, entry);
  } else {
    const grownBytes = unitsOf(tag) << UNIT_BITS;
    grown = takeBlock(grownBytes, BLOCKS_LISTS);
    copyUnits(grown, block, bytes);
    v128.store(grown + grownBytes - UNIT_BYTES, i32x4.splat(0));
    v128.store(grown + bytes, i32x4.replace_lane(i32x4.splat(0), 0, entry));
  }
  giveBlock(block, bytes, BLOCKS_LISTS);
  name(list, <u32>grown | tag);
}

function appendLong(list: EdgeList, word: u32, entry: u32): void {
  let block = blockOf(word);
  const bytes = bytesOf(word);
  const count: u32 = load<u16>(block, 4);
  const isFull = LONG_HEADER_BYTES + (count << 2) == bytes;
  if (isFull && bytes == LONG_BYTES_MAX) {
    block = takeLong(bytes, word, 1);
    store<u32>(block, entry, LONG_HEADER_BYTES);
    name(list, <u32>block | TAG_LONG);
    return;
  }
  if (isFull) {
    const grown = takeLong(bytes << 1, 0, count);
    copyUnits(grown + LONG_HEADER_BYTES, block + LONG_HEADER_BYTES, count << 2);
    giveBlock(block, bytes, BLOCKS_LISTS);
    name(list, <u32>grown | TAG_LONG);
    block = grown;
  } else if (isSnapshotRunning()) {
    keep(block, LONG_HEADER_BYTES);
    keep(block + LONG_HEADER_BYTES + (count << 2), 4);
  }
  store<u32>(block + LONG_HEADER_BYTES + (count << 2), entry);
  store<u16>(block, count + 1, 4);
}

function takeLong(bytes: u32, older: u32, count: u32): usize {
  const block = takeBlock(bytes, BLOCKS_LISTS);
  store<u32>(block, older);
  store<u16>(block, count, 4);
  store<u16>(block, (bytes - LONG_HEADER_BYTES) >> 2, 6);
  return block;
}

/** Whole units: what is between the bytes and the end of the last one has room in the target. */
function copyUnits(target: usize, source: usize, bytes: u32): void {
  for (let at: usize = 0; at < bytes; at += UNIT_BYTES) {
    v128.store(target + at, v128.load(source + at));
  }
}

function piecesOf(count: u32): u32 {
  return (count + LONG_ENTRIES_MAX - 1) / LONG_ENTRIES_MAX;
}

function dropNewest(list: EdgeList): void {
  const word = list.word;
  if ((word & ONLY_ENTRY) != 0) list.word = 0;
  else {
    const block = blockOf(word);
    list.word = (word & TAG_MASK) == TAG_LONG ? load<u32>(block) : 0;
    giveBlock(block, bytesOf(word), BLOCKS_LISTS);
  }
}

/**
 * Cuts the only block of a list down to what so many entries, two at least, need: the other half
 * of a long block is a block again, and so is what a small one is larger by.
 */
function shrink(list: EdgeList, count: u32): void {
  const word = list.word;
  const block = blockOf(word);
  let tag: u32 = 0;
  while (tag != TAG_LONG && unitsOf(tag) << 2 < count) tag += TAG_STEP;
  let wanted = unitsOf(tag) << UNIT_BITS;
  if (tag == TAG_LONG) {
    wanted = LONG_BYTES_MIN;
    while ((wanted - LONG_HEADER_BYTES) >> 2 < count) wanted <<= 1;
  }
  let bytes = bytesOf(word);
  while (bytes > wanted) {
    const left = bytes > SMALL_BYTES_MAX ? bytes >> 1 : wanted;
    giveBlock(block + left, bytes - left, BLOCKS_LISTS);
    bytes = left;
  }
  list.word = <u32>block | tag;
  if (tag == TAG_LONG) store<u16>(block, (bytes - LONG_HEADER_BYTES) >> 2, 6);
}

/** Writes so many entries, two at least, into the pieces of a list, which they fill. */
function put(list: EdgeList, source: usize, count: u32): void {
  let left = count;
  for (let piece: EdgeList | null = list; piece !== null; piece = piece.older) {
    const held = ((left - 1) % LONG_ENTRIES_MAX) + 1;
    left -= held;
    const entries = piece.entries;
    memory.copy(entries, source + ((<usize>left) << 2), held << 2);
    const block = blockOf(piece.word);
    if ((piece.word & TAG_MASK) == TAG_LONG) store<u16>(block, held, 4);
    else memory.fill(entries + (held << 2), 0, bytesOf(piece.word) - (held << 2));
  }
}
