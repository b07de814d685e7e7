/**
 * The arena: memory handed out upwards from the directories' end. Only `reserve` grows the linear
 * memory; `take` cannot fail after it. Tables that were outgrown come back as free ranges, which
 * slabs and later tables are cut from.
 */

import { isSnapshotRunning } from './guard.ts';
import {
  count,
  FREE_RANGES,
  FREE_RANGES_MAX,
  header,
  LOST_BYTES,
  PROMISED,
  WRITE_END,
} from './header.ts';

const PAGE_BYTES: u64 = 65536;
/** What the memory grows by at least, where it can; what is not used costs no memory. */
const GROWTH_PAGES: i32 = 512;
const SYSTEM_PAGE_BYTES: usize = 4096;
/** How much other threads have mapped ahead of its use. */
const AHEAD_BYTES: usize = 8388608;
const ALIGN_MASK: u32 = 15;
const LINE_BYTES: u32 = 64;
/** Smaller requests do not search the free ranges: they are many, and would crumble them. */
const RANGE_BYTES_MIN: u32 = 4096;

/**
 * Makes sure that `bytes` can be taken for the space, beside what is promised to a prepared group;
 * false when it is full. May grow.
 */
export function reserve(bytes: u64): bool {
  const wanted = <u64>header().arenaTop + load<u64>(PROMISED) + bytes;
  return wanted <= writeEnd() && reserveForCall(bytes);
}

/** Bytes that the space may still take; none when it is full. */
export function roomBytes(): u64 {
  return max<u64>(writeEnd(), header().arenaTop) - header().arenaTop;
}

function writeEnd(): u64 {
  return <u64>load<u32>(WRITE_END) * PAGE_BYTES;
}

/** The same for what calls use, which may take the room that the space leaves to them. */
export function reserveForCall(bytes: u64): bool {
  const wanted = <u64>header().arenaTop + load<u64>(PROMISED) + bytes;
  const present = <u64>memory.size() * PAGE_BYTES;
  if (wanted <= present) return true;
  if (wanted > 0xffff0000) return false;
  const pages = <i32>((wanted - present + PAGE_BYTES - 1) / PAGE_BYTES);
  return memory.grow(max(pages, GROWTH_PAGES)) >= 0 || memory.grow(pages) >= 0;
}

/**
 * For threads beside the one that writes: has the system map the pages that the arena takes next,
 * from `touched` on, so that the writer does not wait for each. Answers where it has got to.
 */
export function touchAhead(touched: usize): usize {
  const top: usize = header().arenaTop;
  // Short of the last page, so that no address wraps.
  const memoryEnd = <u64>memory.size() * PAGE_BYTES - SYSTEM_PAGE_BYTES;
  const end = <usize>min(<u64>top + AHEAD_BYTES, memoryEnd);
  let at = (max(touched, top) + SYSTEM_PAGE_BYTES - 1) & ~(SYSTEM_PAGE_BYTES - 1);
  // A write that leaves the word as it is, whatever the writer puts there at the same time. Not an
  // addition of 0: that reads first, so the system maps each page twice (measured: twice the time,
  // and the second time it stops the other processors).
  for (; at < end; at += SYSTEM_PAGE_BYTES) atomic.cmpxchg<u32>(at, 0, 0);
  return at;
}

/** What `take(bytes)` uses up at most: reservations add these. */
export function takenBytes(bytes: u64): u64 {
  return (bytes + <u64>ALIGN_MASK) & ~(<u64>ALIGN_MASK);
}

/** Zeroed memory of `bytes`, aligned to 16. The caller has reserved it. */
export function take(bytes: u32): usize {
  const rounded = <u32>takenBytes(bytes);
  if (rounded >= RANGE_BYTES_MIN && !isSnapshotRunning()) {
    const reused = takeFromRange(rounded);
    if (reused != 0) return reused;
  }
  const head = header();
  const address = head.arenaTop;
  assert(<u64>address + rounded <= <u64>memory.size() * PAGE_BYTES);
  head.arenaTop = address + rounded;
  return address;
}

/** What `takeLines(bytes)` uses up at most. */
export function takenLinesBytes(bytes: u64): u64 {
  return takenBytes(bytes + LINE_BYTES);
}

/** Zeroed memory of `bytes`, aligned to 64, for tables of cache lines. */
export function takeLines(bytes: u32): usize {
  return (take(bytes + LINE_BYTES) + LINE_BYTES - 1) & ~(<usize>LINE_BYTES - 1);
}

/** Gives back what `take` gave; the smallest known range makes room when the list is full. */
export function give(address: usize, bytes: u32): void {
  let place: usize = 0;
  let least: u32 = bytes;
  for (let index: u32 = 0; index < FREE_RANGES_MAX; index++) {
    const range = FREE_RANGES + (index << 3);
    const held = load<u32>(range, 4);
    if (held < least) {
      least = held;
      place = range;
    }
  }
  count(LOST_BYTES, least);
  if (place == 0) return;
  store<u32>(place, <u32>address);
  store<u32>(place, bytes, 4);
}

/** Bytes of all ranges that were given back. */
export function freeRangeBytes(): u32 {
  let bytes: u32 = 0;
  for (let index: u32 = 0; index < FREE_RANGES_MAX; index++) {
    bytes += load<u32>(FREE_RANGES + (index << 3), 4);
  }
  return bytes;
}

function takeFromRange(rounded: u32): usize {
  for (let index: u32 = 0; index < FREE_RANGES_MAX; index++) {
    const range = FREE_RANGES + (index << 3);
    const held = load<u32>(range, 4);
    if (held < rounded) continue;
    const address = load<u32>(range);
    store<u32>(range, address + rounded);
    store<u32>(range, held - rounded, 4);
    memory.fill(address, 0, rounded);
    return address;
  }
  return 0;
}
