/**
 * A hash index from keys that live elsewhere to row numbers. A table is a run of 64-byte buckets,
 * one cache line each; its size need not be a power of two (the home bucket is the high half of
 * hash × buckets), so memory follows the count.
 *
 *     bucket   0..11  tags, one byte each, 0 is free
 *             12..13  entries that passed this bucket because it was full
 *             14..15  unused
 *             16..63  12 row numbers u32
 *
 * A lookup compares 12 tags at once and goes on to the next bucket only while the count of those
 * that passed is not zero. The design is that of F14 (Facebook, 2019) with open addressing.
 */

import { give, reserve, takeLines, takenBytes } from '../memory/arena.ts';
import { guard } from '../memory/guard.ts';
import { FETCHED, HASH_INDEXES } from '../memory/header.ts';
import { Pool } from '../memory/pool.ts';

export const INDEX_NODES: u32 = 0;
export const INDEX_EDGES: u32 = 1;
export const INDEX_SYMBOLS: u32 = 2;
export const INDEX_VALUES: u32 = 3;
export const INDEX_COMMITS: u32 = 4;

const BUCKET_BYTES: u32 = 64;
const BUCKET_SLOTS: u32 = 12;
const SLOTS_OFFSET: u32 = 16;
const TAG_MASK: i32 = 0xfff;
const PASSED_OFFSET: usize = 12;
const PASSED_STUCK: u32 = 0xffff;
const BUCKETS_MIN: u32 = 64;
/** Where the key of any row ends at most: an edge's has its type after other fields. */
const KEY_BYTES_MAX: u32 = 16;
/** Buckets whose rows are fetched together, before they are hashed again. */
const BUCKETS_TOGETHER: u32 = 32;
/** A table is rebuilt when it would be fuller than this many slots in a hundred. */
const LOAD_PERCENT_MAX: u64 = 85;
/** How much larger it is then: with 2, an insert pays for 1 entry that moves, with 1.6 for 1.7. */
const GROWTH: u64 = 2;

@unmanaged
export class HashIndex {
  table: u32;
  buckets: u32;
  count: u32;

  @inline static of(index: u32): HashIndex {
    return changetype<HashIndex>(HASH_INDEXES + (index << 5));
  }

  /**
   * Address of the next slot whose tag fits, after the slot `after` (0: from the start); 0 at the
   * end. The caller compares the row's key, and goes on while it differs.
   */
  find(hash: u64, after: usize): usize {
    if (this.buckets == 0) return 0;
    const tag = i8x16.splat(tagOf(hash));
    const end: usize = <usize>this.table + this.buckets * BUCKET_BYTES;
    let bucket = this.home(hash);
    let mask: i32 = TAG_MASK;
    if (after != 0) {
      bucket = after & ~(<usize>BUCKET_BYTES - 1);
      const slot = <i32>((after - bucket - SLOTS_OFFSET) >> 2);
      mask = TAG_MASK & ~((2 << slot) - 1);
    }
    for (let probes: u32 = 0; probes <= this.buckets; probes++) {
      const fits = i8x16.bitmask(i8x16.eq(v128.load(bucket), tag)) & mask;
      if (fits != 0) return bucket + SLOTS_OFFSET + ((<usize>ctz(fits)) << 2);
      if (load<u16>(bucket, PASSED_OFFSET) == 0) return 0;
      bucket += BUCKET_BYTES;
      if (bucket == end) bucket = this.table;
      mask = TAG_MASK;
    }
    return 0;
  }

  /** The first row of the home bucket whose tag fits, or 0: most often the one that is there. */
  @inline guess(hash: u64): u32 {
    const bucket = this.home(hash);
    const fits = i8x16.bitmask(i8x16.eq(v128.load(bucket), i8x16.splat(tagOf(hash)))) & TAG_MASK;
    return fits == 0 ? 0 : load<u32>(bucket + SLOTS_OFFSET + ((<usize>ctz(fits)) << 2));
  }

  /** Adds a row. The caller has ensured room, and that the key is not there. */
  insert(hash: u64, row: u32): void {
    const end: usize = <usize>this.table + this.buckets * BUCKET_BYTES;
    let bucket = this.home(hash);
    for (;;) {
      guard(bucket, BUCKET_BYTES);
      const free = i8x16.bitmask(i8x16.eq(v128.load(bucket), i8x16.splat(0))) & TAG_MASK;
      if (free != 0) {
        const slot = <usize>ctz(free);
        store<u8>(bucket + slot, tagOf(hash));
        store<u32>(bucket + SLOTS_OFFSET + (slot << 2), row);
        this.count += 1;
        return;
      }
      const passed: u32 = load<u16>(bucket, PASSED_OFFSET);
      if (passed != PASSED_STUCK) store<u16>(bucket, passed + 1, PASSED_OFFSET);
      bucket += BUCKET_BYTES;
      if (bucket == end) bucket = this.table;
    }
  }

  /** Removes the entry at a slot that `find` gave for this hash. */
  remove(hash: u64, slot: usize): void {
    const end: usize = <usize>this.table + this.buckets * BUCKET_BYTES;
    const last = slot & ~(<usize>BUCKET_BYTES - 1);
    guard(last, BUCKET_BYTES);
    store<u8>(last + ((slot - last - SLOTS_OFFSET) >> 2), 0);
    let bucket = this.home(hash);
    while (bucket != last) {
      guard(bucket, BUCKET_BYTES);
      const passed: u32 = load<u16>(bucket, PASSED_OFFSET);
      if (passed != PASSED_STUCK) store<u16>(bucket, passed - 1, PASSED_OFFSET);
      bucket += BUCKET_BYTES;
      if (bucket == end) bucket = this.table;
    }
    this.count -= 1;
  }

  /**
   * Makes room for `extra` more entries, hashing every row again with `hashOf` when the table
   * grows; the rows are of `rowBytes` in `pool`. False when memory runs out. May grow.
   */
  ensure(extra: u32, pool: u32, rowBytes: u32, hashOf: (row: u32) => u64): bool {
    const wanted = <u64>this.count + extra;
    if (wanted * 100 <= <u64>this.buckets * BUCKET_SLOTS * LOAD_PERCENT_MAX) return true;
    const entries = max<u64>(wanted, <u64>this.count * GROWTH);
    const buckets = max<u64>(BUCKETS_MIN, (entries * 100) / (BUCKET_SLOTS * LOAD_PERCENT_MAX) + 1);
    const bytes = buckets * BUCKET_BYTES;
    if (bytes > 0x7fffffff || !reserve(takenBytes(bytes + BUCKET_BYTES))) return false;
    this.rebuild(<u32>buckets, pool, rowBytes, hashOf);
    return true;
  }

  /** Address of the bucket where a lookup begins. */
  @inline home(hash: u64): usize {
    const bucket = <u32>(((hash >>> 32) * <u64>this.buckets) >>> 32);
    return <usize>this.table + bucket * BUCKET_BYTES;
  }

  /**
   * Goes through the old table in order, which is the order of the new one too: only the rows are
   * read here and there, so they are fetched for many buckets together, where the waits overlap.
   */
  private rebuild(buckets: u32, pool: u32, rowBytes: u32, hashOf: (row: u32) => u64): void {
    const oldTable: usize = this.table;
    const oldBuckets = this.buckets;
    this.table = <u32>takeLines(buckets * BUCKET_BYTES);
    // A page that is read before it is written would be mapped twice.
    memory.fill(this.table, 0, buckets * BUCKET_BYTES);
    this.buckets = buckets;
    this.count = 0;
    for (let index: u32 = 0; index < oldBuckets; index++) {
      const bucket = oldTable + index * BUCKET_BYTES;
      if (index % BUCKETS_TOGETHER == 0) {
        fetchRows(bucket, min(oldBuckets - index, BUCKETS_TOGETHER), pool, rowBytes);
      }
      for (let slot: u32 = 0; slot < BUCKET_SLOTS; slot++) {
        if (load<u8>(bucket + slot) == 0) continue;
        const row = load<u32>(bucket + SLOTS_OFFSET + (slot << 2));
        this.insert(hashOf(row), row);
      }
    }
    if (oldBuckets != 0) give(oldTable, oldBuckets * BUCKET_BYTES);
  }
}

if (offsetof<HashIndex>() > 32) ERROR('a hash index header must fit in 32 bytes');

/**
 * Loads the first and the last word of each key: it may lie in two cache lines. A free slot names
 * a row that was there, or none.
 */
function fetchRows(first: usize, buckets: u32, pool: u32, rowBytes: u32): void {
  const last: usize = min(rowBytes - 4, KEY_BYTES_MAX);
  let sum: u32 = 0;
  for (let index: u32 = 0; index < buckets; index++) {
    const slots = first + index * BUCKET_BYTES + SLOTS_OFFSET;
    for (let slot: usize = 0; slot < BUCKET_SLOTS; slot++) {
      const row = Pool.at(pool, rowBytes, load<u32>(slots + (slot << 2)));
      sum += load<u32>(row) + load<u32>(row + last);
    }
  }
  store<u32>(FETCHED, sum);
}

function tagOf(hash: u64): u8 {
  return <u8>max<u32>(<u32>hash & 0xff, 1);
}
