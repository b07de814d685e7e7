/**
 * Pools of fixed-size rows, named by number. A pool is a list of slabs of 16,384 rows, so it
 * grows without moving a row; its directory of slab addresses has a fixed place, so a row's
 * address costs one load. Row 0 is none; the top 4 bits of a row number name the partition.
 *
 *     row number   31..28 partition | 27..14 slab | 13..0 row in the slab
 */

import { IMAGE_HEAD_BYTES, IMAGE_START, ROW_MASK } from '../abi.ts';
import { reserve, take, takenBytes } from './arena.ts';
import { guard, isSnapshotRunning, keep } from './guard.ts';
import { DIRECTORIES, POOLS } from './header.ts';

export const POOL_NODES: u32 = 0;
export const POOL_EDGES: u32 = 1;
export const POOL_TRANSACTIONS: u32 = 2;
export const POOL_COMMITS: u32 = 3;
export const POOL_SYMBOLS: u32 = 4;
export const POOL_DECLARED: u32 = 5;
export const POOL_OBJECTS: u32 = 6;
export const POOL_SETS: u32 = 7;
export const POOL_GRANTS: u32 = 8;
export const POOL_COUNT: u32 = 9;

const SLAB_BITS: u32 = 14;
const SLAB_ROWS: u32 = 1 << SLAB_BITS;
const SLAB_MASK: u32 = SLAB_ROWS - 1;
const DIRECTORY_BYTES: u32 = 65536;

export const ARENA_START: usize = DIRECTORIES + POOL_COUNT * DIRECTORY_BYTES;

if (ARENA_START != IMAGE_START + IMAGE_HEAD_BYTES) ERROR('the arena must follow the head');

/** Rows handed out (row 0 included), rows that slabs hold, and the head of the free rows. */
@unmanaged
export class Pool {
  count: u32;
  capacity: u32;
  free: u32;
  freeCount: u32;

  @inline static of(pool: u32): Pool {
    return changetype<Pool>(POOLS + (pool << 4));
  }

  /** Address of a row whose pool has rows of `bytes`. */
  @inline static at(pool: u32, bytes: u32, row: u32): usize {
    const local = row & ROW_MASK;
    const slab = load<u32>(DIRECTORIES + pool * DIRECTORY_BYTES + ((local >> SLAB_BITS) << 2));
    return <usize>slab + <usize>(local & SLAB_MASK) * bytes;
  }

  /** The first row of the slab after a row's: up to it, rows stand one behind the other. */
  @inline static slabAfter(row: u32): u32 {
    return (row | SLAB_MASK) + 1;
  }

  /** A zeroed row. The caller has ensured it with `ensureRows`. */
  @inline static add(pool: u32, bytes: u32): u32 {
    const rows = Pool.of(pool);
    const free = rows.free;
    if (free != 0) {
      const address = Pool.at(pool, bytes, free);
      guard(address, bytes);
      rows.free = load<u32>(address);
      rows.freeCount -= 1;
      store<u32>(address, 0);
      return free;
    }
    const row = rows.count;
    assert(row < rows.capacity);
    rows.count = row + 1;
    if (isSnapshotRunning()) keep(Pool.at(pool, bytes, row), bytes);
    return row;
  }

  /**
   * Zeroes a row and puts it on the free list, through its first 4 bytes. Unguarded: only
   * compaction does it, while no snapshot runs.
   */
  static remove(pool: u32, bytes: u32, row: u32): void {
    const rows = Pool.of(pool);
    const address = Pool.at(pool, bytes, row);
    memory.fill(address, 0, bytes);
    store<u32>(address, rows.free);
    rows.free = row & ROW_MASK;
    rows.freeCount += 1;
  }
}

if (offsetof<Pool>() != 16) ERROR('a pool must be 16 bytes');

/** Bytes of a pool's slabs. */
export function slabBytes(pool: u32, bytes: u32): u32 {
  return Pool.of(pool).capacity * bytes;
}

/** Of these, bytes of rows that nothing has taken. */
export function freeRowBytes(pool: u32, bytes: u32): u32 {
  const rows = Pool.of(pool);
  return (rows.capacity - rows.count + rows.freeCount) * bytes;
}

/** Where the rows of a pool end once it has `extra` more: free ones are taken first. */
export function rowsEnd(pool: u32, extra: u32): u64 {
  const rows = Pool.of(pool);
  return <u64>rows.count + extra - min(extra, rows.freeCount);
}

/** Makes room for `extra` more rows; false when row numbers or memory run out. May grow. */
export function ensureRows(pool: u32, bytes: u32, extra: u32): bool {
  const rows = Pool.of(pool);
  if (rows.count == 0) rows.count = 1;
  const wanted = rowsEnd(pool, extra);
  if (wanted > ROW_MASK) return false;
  while (<u64>rows.capacity < wanted) {
    if (!reserve(takenBytes(<u64>SLAB_ROWS * bytes))) return false;
    const slab = take(SLAB_ROWS * bytes);
    const place = DIRECTORIES + pool * DIRECTORY_BYTES + ((rows.capacity >> SLAB_BITS) << 2);
    store<u32>(place, <u32>slab);
    rows.capacity += SLAB_ROWS;
  }
  return true;
}
