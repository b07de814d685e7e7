/**
 * Blocks of the arena that come back: cells of elements, lists of edges and blobs share free lists
 * by size, so that what one of them gives back, any other takes. Sizes step by 16 bytes up to 128,
 * then by a quarter of a power of two. Whoever takes a block knows its size.
 *
 * New blocks are cut from chunks, each of one kind of content: what is walked together stands
 * together (a scan that reads no text is a fifth faster than with texts between the cells). A chunk
 * is a 64th of the image, since a walk from chunk to chunk loses what the processor has fetched
 * ahead; what is left of it when the next one is taken are free blocks.
 */

import { IMAGE_START } from '../abi.ts';
import { take, takenBytes } from './arena.ts';
import { guard } from './guard.ts';
import { BLOCK_KINDS, BLOCK_LISTS, count, FREE_BLOCK_BYTES, header } from './header.ts';

export const BLOCKS_CELLS: u32 = 0;
export const BLOCKS_LISTS: u32 = 1;
export const BLOCKS_BLOBS: u32 = 2;
const KIND_COUNT: u32 = 3;

const STEP_BITS: u32 = 4;
const STEP: u32 = 1 << STEP_BITS;
const SMALL_MAX: u32 = 128;
const SMALL_CLASSES: u32 = (SMALL_MAX >> STEP_BITS) + 1;
const CHUNK_SHIFT: u32 = 6;
const CHUNK_BYTES_MAX: u32 = 1 << 20;
/** Larger parts of a chunk are taken by themselves, so that no more than this of it is left. */
const BLOCKS_PER_CHUNK_MIN: u32 = 8;

/** The blocks of a kind: their bytes, and what is left of its chunk. */
@unmanaged
class Kind {
  bytes: u32;
  next: u32;
  end: u32;

  @inline static of(kind: u32): Kind {
    return changetype<Kind>(BLOCK_KINDS + kind * offsetof<Kind>());
  }
}

if (BLOCK_KINDS + KIND_COUNT * offsetof<Kind>() > BLOCK_LISTS) ERROR('the kinds must fit');

/** Bytes of the blocks of a kind that are in use. */
export function blocksInUse(kind: u32): u32 {
  return Kind.of(kind).bytes;
}

/**
 * What is to be reserved for blocks of a kind, of so many bytes in all. The last chunk counts as
 * the largest: calls that come before the blocks are taken may move the arena's end, and with it
 * the size of chunks.
 */
export function blocksReserve(kind: u32, bytes: u64): u64 {
  const chunk = Kind.of(kind);
  if (bytes <= chunk.end - chunk.next) return 0;
  return bytes + bytes / (BLOCKS_PER_CHUNK_MIN - 1) + CHUNK_BYTES_MAX;
}

/** Bytes of the least block that holds so many. */
export function blockBytes(size: u32): u32 {
  if (size <= SMALL_MAX) return (size + (STEP - 1)) & ~(STEP - 1);
  const shift = 29 - clz(size - 1);
  return (((size - 1) >> shift) + 1) << shift;
}

/** Bytes of the largest block that so many hold, which are a multiple of 16. */
function blockBytesWithin(size: u32): u32 {
  if (size <= SMALL_MAX) return size;
  const shift = 29 - clz(size);
  return (size >> shift) << shift;
}

/**
 * A block of such a size, aligned to 16, for a kind of content. Reserved by the caller, who may
 * write to it; it is zeroed only when it is new.
 */
export function takeBlock(bytes: u32, kind: u32): usize {
  Kind.of(kind).bytes += bytes;
  const list = listOf(bytes);
  const block: usize = load<u32>(list);
  if (block == 0) return cutBlock(bytes, Kind.of(kind));
  store<u32>(list, load<u32>(block));
  count(FREE_BLOCK_BYTES, -(<i32>bytes));
  guard(block, bytes);
  return block;
}

export function giveBlock(block: usize, bytes: u32, kind: u32): void {
  Kind.of(kind).bytes -= bytes;
  count(FREE_BLOCK_BYTES, bytes);
  putFree(block, bytes);
}

/** Gives back what a block has behind its begin, of which no size may be that of a block. */
export function giveRest(from: usize, end: usize, kind: u32): void {
  Kind.of(kind).bytes -= <u32>(end - from);
  count(FREE_BLOCK_BYTES, <u32>(end - from));
  putAllFree(from, end);
}

/** A new block. */
function cutBlock(bytes: u32, kind: Kind): usize {
  if (kind.end - kind.next < bytes) {
    const size = chunkBytes(header().arenaTop);
    if (bytes > size / BLOCKS_PER_CHUNK_MIN) return take(bytes);
    putAllFree(kind.next, kind.end);
    kind.next = <u32>take(size);
    kind.end = kind.next + size;
    count(FREE_BLOCK_BYTES, size);
  }
  const block: usize = kind.next;
  kind.next += bytes;
  count(FREE_BLOCK_BYTES, -(<i32>bytes));
  guard(block, bytes);
  return block;
}

/** How large the next chunk is when the arena ends at `top`. */
function chunkBytes(top: u64): u32 {
  return <u32>min<u64>(takenBytes((top - IMAGE_START) >> CHUNK_SHIFT), CHUNK_BYTES_MAX);
}

function putAllFree(from: usize, end: usize): void {
  for (let at = from; at < end; ) {
    const bytes = blockBytesWithin(<u32>(end - at));
    putFree(at, bytes);
    at += bytes;
  }
}

/** The first word of a free block names the next one. */
function putFree(block: usize, bytes: u32): void {
  const list = listOf(bytes);
  guard(block, 4);
  store<u32>(block, load<u32>(list));
  store<u32>(list, <u32>block);
}

function listOf(bytes: u32): usize {
  return BLOCK_LISTS + ((<usize>classOf(bytes)) << 2);
}

function classOf(bytes: u32): u32 {
  if (bytes <= SMALL_MAX) return bytes >> STEP_BITS;
  const shift = 29 - clz(bytes - 1);
  return SMALL_CLASSES + (shift - 5) * 4 + ((bytes - 1) >> shift) - 4;
}
