/**
 * A hash index from keys that live elsewhere to row numbers: linear hashing with partial expansions
 * (Litwin 1980, Larson 1980). It grows by a page at a time, so that no write waits for a whole
 * table, and its load is 60 to 68 in a hundred at any size.
 *
 *     directory   parts (hash-part.ts), as many as a power of two
 *     entry     0..26  row number without its partition
 *              27..29  bits of the hash that come after those of the number of the part, at first
 *              30..31  the last bits of the cell
 *     hash      0..7   tag
 *               8..    number of the part, from the lowest bit on
 *              52..63  place in the part; three eighths of it are the cell
 *
 * In a round each part has its turn. It gets one page more; four pages are two parts, its halves.
 * Then its entries are put anew. The cell that an entry shows tells its new home. Its bits tell the
 * half in three rounds of splits; in every fourth one the row is read and hashed again.
 *
 * A lookup compares 12 tags at once and goes on to the next bucket only while the count of those
 * that passed is not zero. The buckets are those of F14 (Facebook, 2019).
 */

import { give, reserve, take, takeLines, takenBytes, takenLinesBytes } from '../memory/arena.ts';
import { guard } from '../memory/guard.ts';
import { FETCHED, HASH_INDEXES } from '../memory/header.ts';
import { Pool, rowsEnd } from '../memory/pool.ts';
import { ensureRegion, REGION_SCRATCH, regionAddress } from '../memory/region.ts';
import {
  BUCKET_BYTES,
  BUCKET_CELLS,
  BUCKET_SLOTS,
  Bucket,
  cellOf,
  firstCell,
  PAGE_BUCKETS,
  PAGE_BYTES,
  PAGE_SLOTS,
  PART_BYTES,
  PART_PAGES_MAX,
  PART_PAGES_MIN,
  Part,
} from './hash-part.ts';

export const INDEX_NODES: u32 = 0;
export const INDEX_EDGES: u32 = 1;
export const INDEX_SYMBOLS: u32 = 2;
export const INDEX_COMMITS: u32 = 3;
export const INDEX_OBJECTS: u32 = 4;
export const INDEX_GRANTS: u32 = 5;
export const INDEX_COUNT: u32 = 6;

const HEADER_BYTES: u32 = 32;
/** A tag and an entry. */
const SLOT_BYTES: u32 = 5;
/**
 * Of a thousand slots, how many are taken in the last part when it has its turn. The hash is keyed,
 * so that none is ever full: that would be 8 standard deviations from it.
 */
const LOAD_PERMILLE_MAX: u64 = 900;

const PART_SHIFT: u64 = 8;
/** Of a row number without its partition. */
export const INDEXED_ROW_BITS: u32 = 27;
const ROW_MASK: u32 = (1 << INDEXED_ROW_BITS) - 1;
/** Bits of the hash that an entry shows for the next splits. */
const NEXT_BITS: u32 = 3;
/**
 * How many of them count as used up at the begin. So rows are read while 22,000 entries become
 * 33,000, 354,000 become 531,000, and 5.7 million become 8.5 million.
 */
const NEXT_BITS_SPENT: u32 = 1;
const NEXT_MASK: u32 = (1 << NEXT_BITS) - 1;
const CELL_SHIFT: u32 = INDEXED_ROW_BITS + NEXT_BITS;
const CELL_MASK: u32 = (1 << (32 - CELL_SHIFT)) - 1;

/** Where the key of any row ends at most: an edge's has its type after other fields. */
const KEY_BYTES_MAX: u32 = 16;
/** Rows that are fetched together, before they are hashed. */
const ROWS_TOGETHER: u32 = 256;
/** Scratch: the pages of a part as they were, how full its buckets are now, and rows to fetch. */
const ASIDE_BYTES: u32 = PART_PAGES_MAX * PAGE_BYTES;
const FILLED_BYTES: u32 = (PART_PAGES_MAX + 1) * PAGE_BUCKETS;
const SCRATCH_BYTES: u32 = ASIDE_BYTES + FILLED_BYTES + ((ROWS_TOGETHER + BUCKET_SLOTS) << 2);

if (CELL_MASK < BUCKET_CELLS - 1) ERROR('an entry must tell cells of a home apart');

@unmanaged
export class HashIndex {
  /** 0 before the first use. */
  directory: u32;
  count: u32;
  /** Parts in the directory, less 1. */
  mask: u32;
  /** How many there were when this round began, and how many have had their turn. */
  parts: u32;
  turns: u32;
  /** Pages of a part before its turn. */
  pages: u32;
  /** From which bit of the hash on entries show some. */
  nextShift: u32;

  @inline static of(index: u32): HashIndex {
    return changetype<HashIndex>(HASH_INDEXES + index * HEADER_BYTES);
  }

  /**
   * Address of the next slot whose tag fits, after the slot `after` (0: from the start); 0 at the
   * end. The caller compares the row's key, and goes on while it differs.
   */
  find(hash: u64, after: usize): usize {
    if (this.directory == 0) return 0;
    const part = this.partOf(hash);
    const tag = tagOf(hash);
    let number = part.home(hash);
    let bucket = part.bucket(number);
    let fits = bucket.slotsOf(tag);
    if (after != 0) {
      while (bucket != Bucket.ofSlot(after)) {
        number = part.following(number);
        bucket = part.bucket(number);
      }
      fits = bucket.slotsOf(tag) & ~((2 << bucket.slotNumber(after)) - 1);
    }
    for (let probes: u32 = 0; probes <= part.buckets; probes++) {
      if (fits != 0) return bucket.slot(ctz(fits));
      if (bucket.passed == 0) return 0;
      number = part.following(number);
      bucket = part.bucket(number);
      fits = bucket.slotsOf(tag);
    }
    return 0;
  }

  /** The row that a slot names, without its partition. */
  @inline static rowAt(slot: usize): u32 {
    return load<u32>(slot) & ROW_MASK;
  }

  /** Address of the bucket where a lookup begins. Something has ensured room before. */
  @inline home(hash: u64): usize {
    return changetype<usize>(this.homeOf(hash));
  }

  /**
   * The first row of a bucket, by its address, whose entry fits, or 0: most often the one that is
   * there.
   */
  @inline static guess(bucket: usize, hash: u64): u32 {
    const cell = cellOf(hash);
    for (let fits = Bucket.at(bucket).slotsOf(tagOf(hash)); fits != 0; fits &= fits - 1) {
      const entry = load<u32>(Bucket.at(bucket).slot(ctz(fits)));
      if ((((entry >>> CELL_SHIFT) ^ cell) & CELL_MASK) == 0) return entry & ROW_MASK;
    }
    return 0;
  }

  /** Whether something found this home bucket full, and went on to the following one. */
  @inline static isPassed(home: usize): bool {
    return Bucket.at(home).passed != 0;
  }

  /** Whether a home bucket shows that no row has this hash: no entry fits, and none passed. */
  @inline static isAbsent(home: usize, hash: u64): bool {
    return !HashIndex.isPassed(home) && HashIndex.guess(home, hash) == 0;
  }

  /** Address of the bucket after the home of a hash. */
  following(hash: u64): usize {
    const part = this.partOf(hash);
    return changetype<usize>(part.bucket(part.following(part.home(hash))));
  }

  /** Adds a row. The caller has ensured room, and that the key is not there. */
  insert(hash: u64, row: u32): void {
    this.insertAt(this.home(hash), hash, row);
  }

  /** Adds a row whose home is known. */
  @inline insertAt(home: usize, hash: u64, row: u32): void {
    const bucket = Bucket.at(home);
    const free = bucket.freeSlots;
    if (free == 0) this.insertAway(hash, row);
    else {
      guard(changetype<usize>(bucket), BUCKET_BYTES);
      bucket.put(ctz(free), tagOf(hash), this.entryOf(hash, row));
    }
    this.count += 1;
  }

  /** Removes the entry of a row. Unguarded: only compaction does it, while no snapshot runs. */
  remove(hash: u64, row: u32): void {
    let slot = this.find(hash, 0);
    while (HashIndex.rowAt(slot) != (row & ROW_MASK)) slot = this.find(hash, slot);
    const part = this.partOf(hash);
    const last = Bucket.ofSlot(slot);
    last.free(last.slotNumber(slot));
    let number = part.home(hash);
    for (;;) {
      const bucket = part.bucket(number);
      if (bucket == last) break;
      bucket.uncountPassed();
      number = part.following(number);
    }
    this.count -= 1;
  }

  /**
   * Makes room for `extra` more entries. Parts that grow may ask `hashOf` for the hashes of rows,
   * which are of `rowBytes` in `pool`. False when memory runs out. May grow the memory.
   */
  ensure(extra: u32, pool: u32, rowBytes: u32, hashOf: (row: u32) => u64): bool {
    if (rowsEnd(pool, extra) > ROW_MASK) return false;
    if (this.directory == 0 && !this.begin()) return false;
    while (!this.holds(<u64>this.count + extra)) {
      if (this.pages == PART_PAGES_MAX && !this.ensureHalves()) return false;
      if (!reserve(takenLinesBytes(PAGE_BYTES))) return false;
      this.growPart(pool, rowBytes, hashOf);
    }
    return true;
  }

  /** Bytes of its directory and its pages. */
  get bytes(): u32 {
    if (this.directory == 0) return 0;
    return <u32>(
      (takenBytes((this.mask + 1) * PART_BYTES) + this.allPages * takenLinesBytes(PAGE_BYTES))
    );
  }

  /** Bytes of the slots that no entry has taken. */
  get freeBytes(): u32 {
    if (this.directory == 0) return 0;
    return (this.allPages * PAGE_SLOTS - this.count) * SLOT_BYTES;
  }

  /** A turn gives a part one page more, or its two halves together. */
  private get allPages(): u32 {
    return this.parts * this.pages + this.turns;
  }

  @inline private partOf(hash: u64): Part {
    return this.partAt(<u32>(hash >>> PART_SHIFT) & this.mask);
  }

  @inline private partAt(number: u32): Part {
    return Part.at(<usize>this.directory + <usize>number * PART_BYTES);
  }

  @inline private homeOf(hash: u64): Bucket {
    const part = this.partOf(hash);
    return part.bucket(part.home(hash));
  }

  @inline private entryOf(hash: u64, row: u32): u32 {
    const next = <u32>(hash >>> this.nextShift) & NEXT_MASK;
    return (row & ROW_MASK) | (next << INDEXED_ROW_BITS) | (cellOf(hash) << CELL_SHIFT);
  }

  /** Inserts a row whose home bucket is full into the first one after it that is not. */
  private insertAway(hash: u64, row: u32): void {
    const part = this.partOf(hash);
    const home = part.home(hash);
    let number = home;
    let bucket = part.bucket(home);
    while (bucket.freeSlots == 0) {
      guard(changetype<usize>(bucket), BUCKET_BYTES);
      bucket.countPassed();
      number = part.following(number);
      assert(number != home);
      bucket = part.bucket(number);
    }
    const slot = ctz(bucket.freeSlots);
    guard(changetype<usize>(bucket), BUCKET_BYTES);
    bucket.put(slot, tagOf(hash), this.entryOf(hash, row));
    bucket.setAway(slot);
  }

  /** One part of the fewest pages. */
  private begin(): bool {
    if (!ensureRegion(REGION_SCRATCH, SCRATCH_BYTES)) return false;
    const pages = PART_PAGES_MIN * takenLinesBytes(PAGE_BYTES);
    if (!reserve(takenBytes(PART_BYTES) + pages)) return false;
    this.directory = <u32>take(PART_BYTES);
    for (let page: u32 = 0; page < PART_PAGES_MIN; page++) {
      this.partAt(0).setLastPage(page, takeLines(PAGE_BYTES));
    }
    this.parts = 1;
    this.pages = PART_PAGES_MIN;
    this.nextShift = <u32>PART_SHIFT - NEXT_BITS_SPENT;
    return true;
  }

  /**
   * Whether the next part need not have its turn yet for `wanted` entries. A round begins as full
   * as the one before it has left its parts, and its turns are spread over the growth to its end.
   */
  private holds(wanted: u64): bool {
    const pages: u64 = this.pages;
    const before: u64 = pages == PART_PAGES_MIN ? PART_PAGES_MAX : pages - 1;
    const start = (LOAD_PERMILLE_MAX * before) / (before + 1);
    const load = start * this.parts + (LOAD_PERMILLE_MAX - start) * this.turns;
    return wanted * 1000 <= load * pages * PAGE_SLOTS;
  }

  /** Doubles the directory before a round of splits: a part has the places of both its halves. */
  private ensureHalves(): bool {
    const parts = this.parts;
    if (this.mask >= parts) return true;
    const bytes = parts * PART_BYTES;
    if (!reserve(takenBytes(<u64>bytes * 2))) return false;
    const directory = take(bytes * 2);
    memory.copy(directory, this.directory, bytes);
    memory.copy(directory + bytes, this.directory, bytes);
    give(this.directory, bytes);
    this.directory = <u32>directory;
    if (this.bitsUsed() == NEXT_BITS) this.nextShift += NEXT_BITS + 1;
    this.mask = parts * 2 - 1;
    return true;
  }

  /** How many of the bits that entries show the numbers of this round's parts show too. */
  private bitsUsed(): u32 {
    return (popcnt(this.parts - 1) + NEXT_BITS_SPENT) % (NEXT_BITS + 1);
  }

  /** Gives the next part its turn. */
  private growPart(pool: u32, rowBytes: u32, hashOf: (row: u32) => u64): void {
    const pages = this.pages;
    const part = this.partAt(this.turns);
    setAside(part, pages);
    const added = takeLines(PAGE_BYTES);
    guard(changetype<usize>(part), PART_BYTES);
    let half = part;
    if (pages < PART_PAGES_MAX) part.setLastPage(pages, added);
    else {
      half = this.partAt(this.turns + this.parts);
      guard(changetype<usize>(half), PART_BYTES);
      part.split(half, added);
    }
    this.putAnew(part, half, pool, rowBytes, hashOf);
    this.turns += 1;
    if (this.turns < this.parts) return;
    this.turns = 0;
    this.parts = this.mask + 1;
    this.pages = pages == PART_PAGES_MAX ? PART_PAGES_MIN : pages + 1;
  }

  /** Puts the entries that were set aside where they belong now: in the part, or its other half. */
  private putAnew(
    part: Part,
    half: Part,
    pool: u32,
    rowBytes: u32,
    hashOf: (row: u32) => u64,
  ): void {
    const aside = regionAddress(REGION_SCRATCH);
    const filled = aside + ASIDE_BYTES;
    const list = filled + FILLED_BYTES;
    const held = this.pages * PAGE_BUCKETS;
    const bitShift = INDEXED_ROW_BITS + this.bitsUsed();
    const isRead = half != part && bitShift == CELL_SHIFT;
    const toHalf = changetype<usize>(half) - changetype<usize>(part);
    const toHalfFilled = half != part ? <usize>half.buckets : 0;
    memory.fill(filled, 0, FILLED_BYTES);
    let waiting = list;
    let firstBefore = firstCell(held - 1, held);
    for (let number: u32 = 0; number < held; number++) {
      const bucket = Bucket.at(aside + number * BUCKET_BYTES);
      const first = firstCell(number, held);
      const away: u32 = bucket.away;
      // Where nothing passed the bucket two before, what is away here comes from the one before.
      const before = Bucket.at(
        aside + (number < 2 ? number + held - 2 : number - 2) * BUCKET_BYTES,
      );
      let unknown = isRead ? bucket.takenSlots : before.passed != 0 ? away : 0;
      for (let rest = bucket.takenSlots & ~unknown; rest != 0; rest &= rest - 1) {
        const slot = ctz(rest);
        const entry = load<u32>(bucket.slot(slot));
        const start = ((away >> slot) & 1) != 0 ? firstBefore : first;
        const cell = start + (((entry >>> CELL_SHIFT) - start) & CELL_MASK);
        const other: usize = 0 - ((entry >>> bitShift) & 1);
        const place = Part.at(changetype<usize>(part) + (toHalf & other));
        const home = place.homeOfCell(cell);
        place.append(filled + (toHalfFilled & other), home, bucket.tag(slot), entry);
      }
      firstBefore = first;
      for (; unknown != 0; unknown &= unknown - 1) {
        store<u32>(waiting, HashIndex.rowAt(bucket.slot(ctz(unknown))));
        waiting += 4;
      }
      if (waiting - list < ROWS_TOGETHER << 2 && number + 1 != held) continue;
      fetchRows(list, waiting, pool, rowBytes);
      for (let at = list; at < waiting; at += 4) {
        const row = load<u32>(at);
        const hash = hashOf(row);
        const place = this.partOf(hash);
        const placeFilled = place == part ? filled : filled + toHalfFilled;
        const home = place.home(hash);
        place.append(placeFilled, home, tagOf(hash), this.entryOf(hash, row));
      }
      waiting = list;
    }
  }
}

if (offsetof<HashIndex>() > HEADER_BYTES) ERROR('a hash index header must fit in 32 bytes');

/** Takes the pages of a part into the scratch, and empties them. */
function setAside(part: Part, pages: u32): void {
  let aside = regionAddress(REGION_SCRATCH);
  for (let index: u32 = 0; index < pages; index++) {
    const page = part.page(index);
    guard(page, PAGE_BYTES);
    memory.copy(aside, page, PAGE_BYTES);
    memory.fill(page, 0, PAGE_BYTES);
    aside += PAGE_BYTES;
  }
}

/**
 * Loads the first and the last word of the key of each row in a list, which may lie in two cache
 * lines. The rows lie here and there, and the waits for them overlap.
 */
function fetchRows(list: usize, end: usize, pool: u32, rowBytes: u32): void {
  const last: usize = min(rowBytes - 4, KEY_BYTES_MAX);
  let sum: u32 = 0;
  for (let at = list; at < end; at += 4) {
    const row = Pool.at(pool, rowBytes, load<u32>(at));
    sum += load<u32>(row) + load<u32>(row + last);
  }
  store<u32>(FETCHED, sum);
}

function tagOf(hash: u64): u8 {
  return <u8>max<u32>(<u32>hash & 0xff, 1);
}
