/**
 * Lists of u32 that grow at their end, as adjacency needs them: a chain of blocks that double from
 * 16 bytes to 4 KiB, newest first. A list is named by the address of the word that holds its first
 * block.
 *
 *     block   0  next u32   4  count u16   6  capacity u16   8  entries u32 ...
 */

import { giveBlock, takeBlock } from '../memory/blocks.ts';
import { guard, isSnapshotRunning, keep } from '../memory/guard.ts';
import { ADJACENCY_BYTES } from '../memory/header.ts';

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

/**
 * Keeps the entries that pass, in their order, and lays them out as if no other had come. The
 * scratch has 4 bytes for each entry; nothing is taken from the arena.
 */
export function retain(head: usize, scratch: usize, passes: (entry: u32) => bool): void {
  let end: u32 = 0;
  for (let block: usize = load<u32>(head); block != 0; block = nextBlock(block)) {
    end += blockCount(block);
  }
  let first = end;
  for (let block: usize = load<u32>(head); block != 0; block = nextBlock(block)) {
    for (let index = blockCount(block); index > 0; index--) {
      const entry = blockEntry(block, index - 1);
      if (!passes(entry)) continue;
      first -= 1;
      store<u32>(scratch + ((<usize>first) << 2), entry);
    }
  }
  if (first == 0) return;
  clear(head);
  for (; first < end; first++) append(head, load<u32>(scratch + ((<usize>first) << 2)));
}

/** Gives all blocks back. As `retain`, it is for compaction: no snapshot runs meanwhile. */
export function clear(head: usize): void {
  let block: usize = load<u32>(head);
  if (block == 0) return;
  while (block != 0) {
    const next = nextBlock(block);
    giveBlock(block, BLOCK_HEADER_BYTES + ((<u32>load<u16>(block, 6)) << 2), ADJACENCY_BYTES);
    block = next;
  }
  store<u32>(head, 0);
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
  const block = takeBlock(bytes, ADJACENCY_BYTES);
  store<u32>(block, load<u32>(head));
  store<u16>(block, 0, 4);
  store<u16>(block, (bytes - BLOCK_HEADER_BYTES) >> 2, 6);
  guard(head, 4);
  store<u32>(head, <u32>block);
  return block;
}
