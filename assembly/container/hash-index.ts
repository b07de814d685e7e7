/**
 * A hash index from keys that live elsewhere to row numbers. A table is a run of 64-byte buckets,
 * one cache line each; the home bucket is the high half of hash × buckets.
 *
 *     bucket   0..11  tags, one byte each, 0 is free
 *             12..13  entries that passed this bucket because it was full
 *             14..15  unused
 *             16..63  12 entries u32
 *     entry    0..27  row number without its partition
 *             28..30  the bits of the hash after those that name the home bucket
 *             31      stands in a bucket after its home
 *
 * A lookup compares 12 tags at once and goes on to the next bucket only while the count of those
 * that passed is not zero. The design is that of F14 (Facebook, 2019) with open addressing.
 *
 * A table grows to twice its size, or a higher power of two of it. Each doubling takes one bit from
 * the entries, so that three in a row read only the rows of entries that stand away from home; the
 * fourth hashes every row again.
 */

import { ROW_MASK } from '../abi.ts';
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
/** Bits of the hash that stand in an entry, and from which of its bits on. */
const NEXT_BITS: u32 = 3;
const NEXT_SHIFT: u32 = 28;
const NEXT_MASK: u32 = (1 << NEXT_BITS) - 1;
const AWAY: u32 = 1 << 31;

@unmanaged
export class HashIndex {
  table: u32;
  buckets: u32;
  count: u32;
  /** So many of these bits, the highest, are the hash's in every entry. */
  nextBits: u32;

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

  /** The row that a slot names, without its partition. */
  @inline static rowAt(slot: usize): u32 {
    return load<u32>(slot) & ROW_MASK;
  }

  /** The first row of the home bucket whose tag fits, or 0: most often the one that is there. */
  @inline guess(hash: u64): u32 {
    const bucket = this.home(hash);
    const fits = i8x16.bitmask(i8x16.eq(v128.load(bucket), i8x16.splat(tagOf(hash)))) & TAG_MASK;
    return fits == 0 ? 0 : HashIndex.rowAt(bucket + SLOTS_OFFSET + ((<usize>ctz(fits)) << 2));
  }

  /** Adds a row. The caller has ensured room, and that the key is not there. */
  insert(hash: u64, row: u32): void {
    this.putHashed(hash, row & ROW_MASK);
    this.count += 1;
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
   * Makes room for `extra` more entries. A table that grows asks `hashOf` for the hashes of rows,
   * which are of `rowBytes` in `pool`. False when memory runs out. May grow.
   */
  ensure(extra: u32, pool: u32, rowBytes: u32, hashOf: (row: u32) => u64): bool {
    const wanted = <u64>this.count + extra;
    let buckets: u64 = this.buckets;
    if (wanted * 100 <= buckets * BUCKET_SLOTS * LOAD_PERCENT_MAX) return true;
    if (buckets == 0) buckets = BUCKETS_MIN;
    let doublings: u32 = 0;
    while (wanted * 100 > buckets * BUCKET_SLOTS * LOAD_PERCENT_MAX) {
      doublings += 1;
      buckets <<= 1;
    }
    const bytes = buckets * BUCKET_BYTES;
    if (bytes > 0x7fffffff || !reserve(takenBytes(bytes + BUCKET_BYTES))) return false;
    this.grow(<u32>buckets, doublings, pool, rowBytes, hashOf);
    return true;
  }

  /** Address of the bucket where a lookup begins. */
  @inline home(hash: u64): usize {
    return <usize>this.table + <u32>(this.placeOf(hash) >>> 32) * BUCKET_BYTES;
  }

  /** The number of the home bucket in the high half; the bits after it in the low one. */
  @inline private placeOf(hash: u64): u64 {
    return (hash >>> 32) * <u64>this.buckets;
  }

  /** Writes the entry of a row whose hash is known. */
  @inline private putHashed(hash: u64, row: u32): void {
    const place = this.placeOf(hash);
    const next = <u32>place >>> (32 - NEXT_BITS);
    this.put(<u32>(place >>> 32), tagOf(hash), row | (next << NEXT_SHIFT));
  }

  /** Writes an entry into the first bucket with a free slot from its home on. */
  @inline private put(home: u32, tag: u8, entry: u32): void {
    const end: usize = <usize>this.table + this.buckets * BUCKET_BYTES;
    let bucket: usize = <usize>this.table + home * BUCKET_BYTES;
    let away: u32 = 0;
    for (;;) {
      guard(bucket, BUCKET_BYTES);
      const free = i8x16.bitmask(i8x16.eq(v128.load(bucket), i8x16.splat(0))) & TAG_MASK;
      if (free != 0) {
        const slot = <usize>ctz(free);
        store<u8>(bucket + slot, tag);
        store<u32>(bucket + SLOTS_OFFSET + (slot << 2), entry | away);
        return;
      }
      const passed: u32 = load<u16>(bucket, PASSED_OFFSET);
      if (passed != PASSED_STUCK) store<u16>(bucket, passed + 1, PASSED_OFFSET);
      bucket += BUCKET_BYTES;
      if (bucket == end) bucket = this.table;
      away = AWAY;
    }
  }

  /**
   * Goes through the old table in order, which is the order of the new one too. Rows whose hashes
   * are needed lie here and there: they are fetched for many buckets together, where the waits
   * overlap.
   */
  private grow(
    buckets: u32,
    doublings: u32,
    pool: u32,
    rowBytes: u32,
    hashOf: (row: u32) => u64,
  ): void {
    const oldTable: usize = this.table;
    const oldBuckets = this.buckets;
    const knowsBits = oldBuckets != 0 && doublings <= this.nextBits;
    this.table = <u32>takeLines(buckets * BUCKET_BYTES);
    // A page that is read before it is written would be mapped twice.
    memory.fill(this.table, 0, buckets * BUCKET_BYTES);
    this.buckets = buckets;
    this.nextBits = knowsBits ? this.nextBits - doublings : NEXT_BITS;
    /** Entries with one of these bits need their row. */
    const asked = knowsBits ? AWAY : ROW_MASK;
    for (let index: u32 = 0; index < oldBuckets; index++) {
      const bucket = oldTable + index * BUCKET_BYTES;
      if (index % BUCKETS_TOGETHER == 0) {
        fetchRows(bucket, min(oldBuckets - index, BUCKETS_TOGETHER), pool, rowBytes, asked);
      }
      for (let slot: u32 = 0; slot < BUCKET_SLOTS; slot++) {
        const tag = load<u8>(bucket + slot);
        if (tag == 0) continue;
        const entry = load<u32>(bucket + SLOTS_OFFSET + (slot << 2));
        const row = entry & ROW_MASK;
        if ((entry & asked) != 0) {
          this.putHashed(hashOf(row), row);
          continue;
        }
        const next = (entry >>> NEXT_SHIFT) & NEXT_MASK;
        const home = (index << doublings) | (next >>> (NEXT_BITS - doublings));
        this.put(home, tag, row | (((next << doublings) & NEXT_MASK) << NEXT_SHIFT));
      }
    }
    if (oldBuckets != 0) give(oldTable, oldBuckets * BUCKET_BYTES);
  }
}

if (offsetof<HashIndex>() > 32) ERROR('a hash index header must fit in 32 bytes');

/**
 * Loads the first and the last word of each key that is asked for: it may lie in two cache lines. A
 * free slot names a row that was there, or none.
 */
function fetchRows(first: usize, buckets: u32, pool: u32, rowBytes: u32, asked: u32): void {
  const last: usize = min(rowBytes - 4, KEY_BYTES_MAX);
  let sum: u32 = 0;
  for (let index: u32 = 0; index < buckets; index++) {
    const slots = first + index * BUCKET_BYTES + SLOTS_OFFSET;
    for (let slot: usize = 0; slot < BUCKET_SLOTS; slot++) {
      const entry = load<u32>(slots + (slot << 2));
      if ((entry & asked) == 0) continue;
      const row = Pool.at(pool, rowBytes, entry);
      sum += load<u32>(row) + load<u32>(row + last);
    }
  }
  store<u32>(FETCHED, sum);
}

function tagOf(hash: u64): u8 {
  return <u8>max<u32>(<u32>hash & 0xff, 1);
}
