/**
 * Regions: buffers that the host writes and reads, and that the engine uses within one call.
 * Their content does not outlive the call that fills them, but for those of a group: between
 * prepare and apply the host appends to its log, and readers go on meanwhile with the others. Those
 * of readers find room in a space that is full.
 */

import { give, reserve, reserveForCall, take } from './arena.ts';
import { REGION_COUNT, REGIONS } from './header.ts';

/** The host writes arguments here. */
export const REGION_INPUT: u32 = 0;
/** Rows to sort, the queue of a traversal. */
export const REGION_SCRATCH: u32 = 1;
/** Answers for the host. */
export const REGION_OUTPUT: u32 = 2;
/** Marks of a traversal, 8 bytes a node; the epoch tells old marks from new. */
export const REGION_VISIT: u32 = 3;
/** The host writes a group of commits here. */
export const REGION_GROUP: u32 = 4;
/** Tables that prepare lays out, where no thread did, and apply uses. */
export const REGION_TABLES: u32 = 5;
/** Changes that apply reports. */
export const REGION_CHANGES: u32 = 6;
/** What is found out while a question about permissions is answered (access/). */
export const REGION_ACCESS: u32 = 7;
/** The question of the caller that the engine reads for (access/caller.ts). */
export const REGION_QUESTION: u32 = 8;
/** What callers see, kept from one to the next (access/sight.ts), and its bits (access/bits.ts). */
export const REGION_SIGHT: u32 = 9;
export const REGION_BITS: u32 = 10;
/** Where in the last answer rules held back values (query/hidden.ts). */
export const REGION_HIDDEN: u32 = 11;
/** The first nodes of types, kept from one list to the next (graph/heads.ts). */
export const REGION_HEADS: u32 = 12;
/** What apply replaced, for readers of changes (delta/undo.ts). */
export const REGION_UNDO: u32 = 13;

export function regionAddress(region: u32): usize {
  return load<u32>(REGIONS + (region << 3));
}

export function regionBytes(region: u32): u32 {
  return load<u32>(REGIONS + (region << 3), 4);
}

export function allRegionBytes(): u32 {
  let bytes: u32 = 0;
  for (let region: u32 = 0; region < REGION_COUNT; region++) bytes += regionBytes(region);
  return bytes;
}

/** Makes a region at least this large; false when memory runs out. May grow, and may move it. */
export function ensureRegion(region: u32, bytes: u32): bool {
  return extendRegion(region, bytes, 0);
}

/** The same, and its first `kept` bytes stay as they are. */
export function extendRegion(region: u32, bytes: u32, kept: u32): bool {
  const held = regionBytes(region);
  if (bytes <= held) return true;
  let size: u32 = 65536;
  while (size < bytes && size < 0x80000000) size <<= 1;
  if (size < bytes) return false;
  const isOfGroup = region >= REGION_GROUP && region <= REGION_CHANGES;
  const isReserved = isOfGroup ? reserve(size) : reserveForCall(size);
  if (!isReserved) return false;
  const before = regionAddress(region);
  if (held != 0 && kept == 0) give(before, held);
  const address = take(size);
  store<u32>(REGIONS + (region << 3), <u32>address);
  store<u32>(REGIONS + (region << 3), size, 4);
  if (kept == 0) return true;
  memory.copy(address, before, kept);
  give(before, held);
  return true;
}
