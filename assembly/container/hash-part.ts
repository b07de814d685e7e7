/**
 * Parts of a hash index (hash-index.ts): 2 or 3 pages of 256 buckets of one cache line, as the
 * directory lists them. A part has 1,536 cells, two or three for each of its buckets, in order.
 *
 *     part     0..11  addresses of its pages u32
 *             12..15  how many buckets these have
 *     bucket   0..11  tags, one byte each, 0 is free
 *             12..13  entries that passed this bucket because it was full
 *             14..15  which slots hold an entry that stands after its home bucket
 *             16..63  12 entries u32
 */

export const BUCKET_BYTES: u32 = 64;
export const BUCKET_SLOTS: u32 = 12;
const SLOTS_OFFSET: usize = 16;
const SLOTS_MASK: u32 = (1 << BUCKET_SLOTS) - 1;
const PASSED_STUCK: u16 = 0xffff;

const PAGE_BITS: u32 = 8;
export const PAGE_BUCKETS: u32 = 1 << PAGE_BITS;
export const PAGE_BYTES: u32 = PAGE_BUCKETS * BUCKET_BYTES;
export const PAGE_SLOTS: u32 = PAGE_BUCKETS * BUCKET_SLOTS;

export const PART_BYTES: u32 = 16;
/** Pages of a half that was just made, and of a part that is split next. */
export const PART_PAGES_MIN: u32 = 2;
export const PART_PAGES_MAX: u32 = 3;

/** Bits of a hash that say where in a part it belongs. */
const PLACE_BITS: u32 = 12;
/** As few as buckets of both kinds of parts have a whole number of. */
const PART_CELLS: u32 = PART_PAGES_MIN * PART_PAGES_MAX * PAGE_BUCKETS;
/** So many cells have one bucket as their home at most. */
export const BUCKET_CELLS: u32 = PART_CELLS / (PART_PAGES_MIN * PAGE_BUCKETS);

@unmanaged
export class Bucket {
  tags0: u64;
  tags8: u32;
  passed: u16;
  away: u16;

  @inline static at(address: usize): Bucket {
    return changetype<Bucket>(address);
  }

  @inline static ofSlot(slot: usize): Bucket {
    return changetype<Bucket>(slot & ~(<usize>BUCKET_BYTES - 1));
  }

  /** A bit for each slot with this tag. */
  @inline slotsOf(tag: u8): u32 {
    const tags = v128.load(changetype<usize>(this));
    return i8x16.bitmask(i8x16.eq(tags, i8x16.splat(tag))) & SLOTS_MASK;
  }

  @inline get freeSlots(): u32 {
    return this.slotsOf(0);
  }

  @inline get takenSlots(): u32 {
    return this.slotsOf(0) ^ SLOTS_MASK;
  }

  @inline tag(slot: u32): u8 {
    return load<u8>(changetype<usize>(this) + slot);
  }

  /** Address of an entry. */
  @inline slot(slot: u32): usize {
    return changetype<usize>(this) + SLOTS_OFFSET + ((<usize>slot) << 2);
  }

  /** Which slot has this address. */
  @inline slotNumber(slot: usize): u32 {
    return <u32>(slot - SLOTS_OFFSET - changetype<usize>(this)) >> 2;
  }

  @inline put(slot: u32, tag: u8, entry: u32): void {
    store<u8>(changetype<usize>(this) + slot, tag);
    store<u32>(this.slot(slot), entry);
  }

  @inline setAway(slot: u32): void {
    this.away = <u16>(<u32>this.away | (1 << slot));
  }

  @inline free(slot: u32): void {
    store<u8>(changetype<usize>(this) + slot, 0);
    this.away = <u16>(<u32>this.away & ~(1 << slot));
  }

  @inline countPassed(): void {
    if (this.passed != PASSED_STUCK) this.passed += 1;
  }

  @inline uncountPassed(): void {
    if (this.passed != PASSED_STUCK) this.passed -= 1;
  }
}

if (offsetof<Bucket>() != SLOTS_OFFSET) ERROR('entries must follow what a bucket says of them');

@unmanaged
export class Part {
  page0: u32;
  page1: u32;
  page2: u32;
  buckets: u32;

  @inline static at(address: usize): Part {
    return changetype<Part>(address);
  }

  /** The number of the bucket where the entry of a hash belongs. */
  @inline home(hash: u64): u32 {
    return (placeOf(hash) * this.buckets) >> PLACE_BITS;
  }

  /** The same of a cell, which is as much of a hash as that hangs on. */
  @inline homeOfCell(cell: u32): u32 {
    return (cell * this.buckets) / PART_CELLS;
  }

  @inline bucket(number: u32): Bucket {
    return Bucket.at(this.page(number >> PAGE_BITS) + (number & (PAGE_BUCKETS - 1)) * BUCKET_BYTES);
  }

  /** The number of the bucket where what finds no place in this one goes. */
  @inline following(number: u32): u32 {
    return number + 1 == this.buckets ? 0 : number + 1;
  }

  /**
   * Puts an entry into the first bucket from its home on that has a free slot, in a part that is
   * filled from nothing: `filled` has a byte for each bucket, how many of its slots are taken.
   */
  @inline append(filled: usize, home: u32, tag: u8, entry: u32): void {
    let number = home;
    let slot: u32 = load<u8>(filled + number);
    while (slot == BUCKET_SLOTS) {
      this.bucket(number).countPassed();
      number = this.following(number);
      assert(number != home);
      slot = load<u8>(filled + number);
    }
    store<u8>(filled + number, <u8>(slot + 1));
    const bucket = this.bucket(number);
    bucket.put(slot, tag, entry);
    if (number != home) bucket.setAway(slot);
  }

  /** Address of a page. */
  @inline page(index: u32): usize {
    return load<u32>(changetype<usize>(this) + (index << 2));
  }

  /** Lists a page as the last one. */
  setLastPage(index: u32, address: usize): void {
    store<u32>(changetype<usize>(this) + (index << 2), <u32>address);
    this.buckets = (index + 1) << PAGE_BITS;
  }

  /** Shares the pages, and one more, with the other half. */
  split(half: Part, address: usize): void {
    half.setLastPage(0, this.page2);
    half.setLastPage(1, address);
    this.setLastPage(1, this.page1);
  }
}

if (offsetof<Part>() != PART_BYTES) ERROR('a part must be 16 bytes');
if (PART_PAGES_MIN != 2 || PART_PAGES_MAX != 3) ERROR('four pages must be two halves');

/** Where in a part a hash belongs. */
function placeOf(hash: u64): u32 {
  return <u32>(hash >>> (64 - PLACE_BITS));
}

export function cellOf(hash: u64): u32 {
  return (placeOf(hash) * PART_CELLS) >> PLACE_BITS;
}

/** The first cell that has a bucket as its home, in a part of so many. */
export function firstCell(number: u32, buckets: u32): u32 {
  return (number * PART_CELLS) / buckets;
}
