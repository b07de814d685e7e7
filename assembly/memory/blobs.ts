/**
 * Blobs: byte strings of values and names, in blocks of size classes with a free list each.
 *
 *     block   0  length u32   4  bytes ...
 *
 * Classes step by 8 bytes up to 128, then by a quarter of a power of two.
 */

import { take, takenBytes } from './arena.ts';
import { guard } from './guard.ts';
import { BLOB_BYTES, BLOB_FREE_BYTES, BLOB_LISTS, count } from './header.ts';

const SMALL_MAX: u32 = 128;
const SMALL_CLASSES: u32 = 17;
const LENGTH_BYTES: u32 = 4;

/** Bytes of the block that holds `length` bytes. */
export function blobBytes(length: u32): u32 {
  const size = length + LENGTH_BYTES;
  if (size <= SMALL_MAX) return (size + 7) & ~7;
  const shift = 29 - clz(size - 1);
  return (((size - 1) >> shift) + 1) << shift;
}

/** What a reservation counts for a blob of `length` bytes. */
export function blobReserve(length: u32): u64 {
  return takenBytes(blobBytes(length));
}

/** Copies bytes into a new block and returns its address. Reserved by the caller. */
export function putBlob(source: usize, length: u32): u32 {
  const bytes = blobBytes(length);
  const list = BLOB_LISTS + (classOf(bytes) << 2);
  let block: usize = load<u32>(list);
  if (block != 0) {
    store<u32>(list, load<u32>(block));
    guard(block, LENGTH_BYTES + length);
    count(BLOB_FREE_BYTES, -(<i32>takenBytes(bytes)));
  } else {
    block = take(bytes);
    count(BLOB_BYTES, <i32>takenBytes(bytes));
  }
  store<u32>(block, length);
  memory.copy(block + LENGTH_BYTES, source, length);
  return <u32>block;
}

export function freeBlob(block: u32): void {
  const bytes = blobBytes(blobLength(block));
  const list = BLOB_LISTS + (classOf(bytes) << 2);
  count(BLOB_FREE_BYTES, <i32>takenBytes(bytes));
  guard(block, LENGTH_BYTES);
  store<u32>(block, load<u32>(list));
  store<u32>(list, block);
}

export function blobLength(block: u32): u32 {
  return load<u32>(block);
}

export function blobData(block: u32): usize {
  return <usize>block + LENGTH_BYTES;
}

function classOf(bytes: u32): u32 {
  if (bytes <= SMALL_MAX) return bytes >> 3;
  const shift = 29 - clz(bytes - 1);
  return SMALL_CLASSES + (shift - 5) * 4 + ((bytes - 1) >> shift) - 4;
}
