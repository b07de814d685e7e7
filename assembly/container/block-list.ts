/**
 * Append-only lists of u32, as adjacency needs them: a chain of blocks that double from 16 bytes
 * to 4 KiB, newest first. A list is named by the address of the word that holds its first block.
 *
 *     block   0  next u32   4  count u16   6  capacity u16   8  entries u32 ...
 */

import { take } from '../memory/arena.ts';
import { guard, isSnapshotRunning, keep } from '../memory/guard.ts';
import { ADJACENCY_BYTES, count } from '../memory/header.ts';

const BLOCK_HEADER_BYTES: u32 = 8;
const BLOCK_BYTES_MIN: u32 = 16;
const BLOCK_BYTES_MAX: u32 = 4096;

/** What one append takes from the arena at most. */
export const APPEND_BYTES_MAX: u32 = BLOCK_BYTES_MAX;

/** Appends to the list whose head word is at `head`. Reserved by the caller. */
export function append(head: usize, entry: u32): void {
  let block: usize = load<u32>(head);
  let count: u32 = 0;
  let capacity: u32 = 0;
  if (block != 0) {
    count = load<u16>(block, 4);
    capacity = load<u16>(block, 6);
  }
  if (count == capacity) {
    block = addBlock(head, capacity);
    count = 0;
  } else if (isSnapshotRunning()) {
    keep(block, BLOCK_HEADER_BYTES);
    keep(block + BLOCK_HEADER_BYTES + (count << 2), 4);
  }
  store<u32>(block + BLOCK_HEADER_BYTES + (count << 2), entry);
  store<u16>(block, count + 1, 4);
}

/** The block after `block`, 0 at the end. Walk with firstBlock, blockCount, blockEntry. */
export function nextBlock(block: usize): usize {
  return load<u32>(block);
}

export function blockCount(block: usize): u32 {
  return load<u16>(block, 4);
}

export function blockEntry(block: usize, index: u32): u32 {
  return load<u32>(block + BLOCK_HEADER_BYTES + (index << 2));
}

function addBlock(head: usize, capacity: u32): usize {
  const last = capacity == 0 ? 0 : BLOCK_HEADER_BYTES + (capacity << 2);
  const bytes = min(max(last << 1, BLOCK_BYTES_MIN), BLOCK_BYTES_MAX);
  const block = take(bytes);
  count(ADJACENCY_BYTES, bytes);
  store<u32>(block, load<u32>(head));
  store<u16>(block, (bytes - BLOCK_HEADER_BYTES) >> 2, 6);
  guard(head, 4);
  store<u32>(head, <u32>block);
  return block;
}
