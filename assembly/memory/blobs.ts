/**
 * Blobs: byte strings of values and names, each in a block of its own.
 *
 *     blob   0  length u32   4  bytes ...
 */

import { BLOCKS_BLOBS, blockBytes, giveBlock, takeBlock } from './blocks.ts';

const LENGTH_BYTES: u32 = 4;

/** What a reservation counts for a blob of `length` bytes. */
export function blobReserve(length: u32): u64 {
  return blockBytes(length + LENGTH_BYTES);
}

/** Copies bytes into a new blob and returns its address. Reserved by the caller. */
export function putBlob(source: usize, length: u32): u32 {
  const blob = takeBlock(blockBytes(length + LENGTH_BYTES), BLOCKS_BLOBS);
  store<u32>(blob, length);
  memory.copy(blob + LENGTH_BYTES, source, length);
  return <u32>blob;
}

export function freeBlob(blob: u32): void {
  giveBlock(blob, blockBytes(blobLength(blob) + LENGTH_BYTES), BLOCKS_BLOBS);
}

export function blobLength(blob: u32): u32 {
  return load<u32>(blob);
}

export function blobData(blob: u32): usize {
  return <usize>blob + LENGTH_BYTES;
}
