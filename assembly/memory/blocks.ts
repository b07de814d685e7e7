/**
 * Blocks of the arena that come back: cells of elements, lists of edges and blobs share free lists
 * by size, so that what one of them gives back, any other takes. Sizes step by 16 bytes up to 128,
 * then by a quarter of a power of two. Whoever takes a block knows its size, and counts it.
 */

import { take } from './arena.ts';
import { guard } from './guard.ts';
import { BLOCK_LISTS, count, FREE_BLOCK_BYTES } from './header.ts';

const STEP_BITS: u32 = 4;
const STEP: u32 = 1 << STEP_BITS;
const SMALL_MAX: u32 = 128;
const SMALL_CLASSES: u32 = (SMALL_MAX >> STEP_BITS) + 1;

/** Bytes of the least block that holds so many. */
export function blockBytes(size: u32): u32 {
  if (size <= SMALL_MAX) return (size + (STEP - 1)) & ~(STEP - 1);
  const shift = 29 - clz(size - 1);
  return (((size - 1) >> shift) + 1) << shift;
}

/** Bytes of the largest block that so many hold, which are a multiple of 16. */
export function blockBytesWithin(size: u32): u32 {
  if (size <= SMALL_MAX) return size;
  const shift = 29 - clz(size);
  return (size >> shift) << shift;
}

/**
 * A block of such a size, aligned to 16, and counted at `counter`. Reserved by the caller, who may
 * write to it; it is zeroed only when it is new.
 */
export function takeBlock(bytes: u32, counter: usize): usize {
  count(counter, bytes);
  const list = listOf(bytes);
  const block: usize = load<u32>(list);
  if (block == 0) return take(bytes);
  store<u32>(list, load<u32>(block));
  count(FREE_BLOCK_BYTES, -(<i32>bytes));
  guard(block, bytes);
  return block;
}

/** Gives a block back; its first word names the next free one. */
export function giveBlock(block: usize, bytes: u32, counter: usize): void {
  const list = listOf(bytes);
  count(counter, -(<i32>bytes));
  count(FREE_BLOCK_BYTES, bytes);
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
