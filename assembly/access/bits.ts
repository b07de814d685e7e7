/**
 * Two bits for each row of a pool: whether a rule was decided on it, and how. They stand in pages,
 * which are taken as rows are asked about and found by the rule and their number in a table:
 *
 *     bits     00 not decided   01 denied   11 granted
 *     page     512 B: 2,048 rows; in the bits region, one behind the other. Page 0 is none, and
 *              page 1 grants all
 *     place    0  rule u32 (0: free)   4  number of the page among those of the rule u32
 *              8  page u32
 *
 * When as many pages are taken as there may be, rules are decided anew each time, and all pages are
 * forgotten before the next caller reads.
 */

import { ROW_MASK } from '../abi.ts';
import { SIGHT_PAGES_MAX } from '../abi-access.ts';
import { extendRegion, REGION_BITS, regionAddress } from '../memory/region.ts';

export const BITS_NONE: u32 = 0;
export const BITS_DENIED: u32 = 1;
/** Its upper bit grants. */
export const BITS_GRANTED: u32 = 3;

export const WORD_ROWS_MASK: u32 = 31;
const PAGE_ROWS_BITS: u32 = 11;
const PAGE_ROWS_MASK: u32 = (1 << PAGE_ROWS_BITS) - 1;
const PAGE_BYTES_BITS: u32 = 9;
const PLACE_BYTES: u32 = 12;
const PLACES: u32 = SIGHT_PAGES_MAX * 2;
const TABLE_BYTES: u32 = PLACES * PLACE_BYTES;
/** The page that grants all rows. */
export const PAGE_GRANTED: u32 = 1;
/** Bytes of the table and its head. */
export const BITS_BYTES: u32 = 16 + TABLE_BYTES;

if (1 << (PAGE_ROWS_BITS - 2) != 1 << PAGE_BYTES_BITS) ERROR('a page must hold its rows');
if (popcnt(PLACES) != 1) ERROR('the places must be a power of two');

/** The table, and how many pages are taken, the one that grants all among them. */
@unmanaged
export class BitPages {
  count: u32;

  @inline static at(address: usize): BitPages {
    return changetype<BitPages>(address);
  }

  /** Forgets all; false without memory. May grow. */
  clear(): bool {
    if (!extendRegion(REGION_BITS, 2 << PAGE_BYTES_BITS, 0)) return false;
    memory.fill(this.table, 0, TABLE_BYTES);
    memory.fill(addressOf(PAGE_GRANTED), 0xff, 1 << PAGE_BYTES_BITS);
    this.count = PAGE_GRANTED + 1;
    return true;
  }

  @inline get isFull(): bool {
    return this.count >= SIGHT_PAGES_MAX;
  }

  /** The page of a rule for a row, taken where it is new: 0 where there is no room. May grow. */
  find(rule: u32, row: u32): u32 {
    const number = numberOf(row);
    let at = ((rule * 0x9e3779b1) ^ (number * 0x85ebca6b)) >>> 8;
    let place = this.place(at);
    for (let held = load<u32>(place); held != 0; held = load<u32>(place)) {
      if (held == rule && load<u32>(place, 4) == number) return load<u32>(place, 8);
      at += 1;
      place = this.place(at);
    }
    const end = (this.count + 1) << PAGE_BYTES_BITS;
    if (this.isFull || !extendRegion(REGION_BITS, end, this.count << PAGE_BYTES_BITS)) return 0;
    const page = this.count;
    this.count += 1;
    memory.fill(addressOf(page), 0, 1 << PAGE_BYTES_BITS);
    store<u32>(place, rule);
    store<u32>(place, number, 4);
    store<u32>(place, page, 8);
    return page;
  }

  @inline private get table(): usize {
    return changetype<usize>(this) + 16;
  }

  @inline private place(at: u32): usize {
    return this.table + (at & (PLACES - 1)) * PLACE_BYTES;
  }
}

/** The first row of the page after a row's. */
export function pageAfter(row: u32): u32 {
  return (row | PAGE_ROWS_MASK) + 1;
}

/** The number of a row's page among those of a rule. */
export function numberOf(row: u32): u32 {
  return (row & ROW_MASK) >>> PAGE_ROWS_BITS;
}

/** What a page says of a row, BITS_... */
export function bitsOf(page: u32, row: u32): u32 {
  const byte: u32 = load<u8>(addressOf(page) + ((row & PAGE_ROWS_MASK) >>> 2));
  return (byte >>> ((row & 3) << 1)) & BITS_GRANTED;
}

/** The same of a row and those behind it in its word of 32 rows, two bits each, from the lowest. */
export function wordFrom(page: u32, row: u32): u64 {
  const word = load<u64>(addressOf(page) + (((row & PAGE_ROWS_MASK) >>> 5) << 3));
  return word >> ((<u64>(row & WORD_ROWS_MASK)) << 1);
}

/** Says it of a row of which nothing was said. */
export function putBits(page: u32, row: u32, bits: u32): void {
  const at = addressOf(page) + ((row & PAGE_ROWS_MASK) >>> 2);
  store<u8>(at, load<u8>(at) | <u8>(bits << ((row & 3) << 1)));
}

function addressOf(page: u32): usize {
  return regionAddress(REGION_BITS) + (page << PAGE_BYTES_BITS);
}
