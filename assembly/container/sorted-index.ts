/**
 * A sorted index: a B+ tree of entries of 16 bytes, each the key of a value and a row. Keys that
 * are equal are compared by what they stand for, so that the order is total; the tree asks its
 * probe (graph/value-order.ts) for that, and keeps no value of its own.
 *
 *     page   0  count u16   2  level u16, 0 for a leaf   4  next u32   8  previous u32 (leaves)
 *           16  entries, 16 B each: key high u64, key low u32, row u32
 *          816  children u32, of an inner page only
 *
 * The entry of a child in an inner page is the first of its leaves; that of the first child is not
 * looked at. Half of a full page goes to a new one, but for the last leaf, which stays full while
 * values come in order. Pages that have become small are merged with the one after them.
 */

import { reserve, take, takenBytes } from '../memory/arena.ts';
import { guard } from '../memory/guard.ts';
import {
  count,
  SORTED_BYTES,
  SORTED_FREE_BYTES,
  SORTED_FREE_PAGES,
  SORTED_SPLIT,
} from '../memory/header.ts';

const PAGE_BYTES: u32 = 1024;
const ENTRY_BITS: u32 = 4;
const ENTRY_BYTES: u32 = 1 << ENTRY_BITS;
const HEADER_BYTES: u32 = 16;
const ENTRIES: usize = HEADER_BYTES;
const CHILDREN: usize = 816;
const LEAF_ENTRIES: u32 = 63;
const INNER_ENTRIES: u32 = 50;
/** Two pages are merged when they fill less than this share of one, in eighths. */
const MERGED_EIGHTHS_MAX: u32 = 6;
/** Reserved for the first pages of trees, and new roots. */
const SPARE_PAGES: u64 = 16;

if (ENTRIES + LEAF_ENTRIES * ENTRY_BYTES != PAGE_BYTES) ERROR('a leaf must fill its page');
if (ENTRIES + INNER_ENTRIES * ENTRY_BYTES != CHILDREN) ERROR('children must follow the entries');
if (CHILDREN + INNER_ENTRIES * 4 > PAGE_BYTES) ERROR('an inner page must fit');

/**
 * Compares an entry whose high part is that of the probe with all of it: negative, 0 or positive as
 * the entry stands before it, at it or behind it.
 */
export type Comparison = (entry: usize) => i32;

@unmanaged
class SortedPage {
  count: u16;
  level: u16;
  next: u32;
  previous: u32;

  @inline static at(page: usize): SortedPage {
    return changetype<SortedPage>(page);
  }

  @inline entry(index: u32): usize {
    return changetype<usize>(this) + ENTRIES + ((<usize>index) << ENTRY_BITS);
  }

  @inline child(index: u32): u32 {
    return load<u32>(this.childPlace(index));
  }

  @inline childPlace(index: u32): usize {
    return changetype<usize>(this) + CHILDREN + ((<usize>index) << 2);
  }

  @inline get capacity(): u32 {
    return this.level == 0 ? LEAF_ENTRIES : INNER_ENTRIES;
  }

  /** The first entry that does not stand before the probe. */
  lowerBound(key: u64, compare: Comparison): u32 {
    let low: u32 = 0;
    let end: u32 = this.count;
    while (low < end) {
      const middle = (low + end) >> 1;
      const entry = this.entry(middle);
      const high = load<u64>(entry);
      if (high != key ? high < key : compare(entry) < 0) low = middle + 1;
      else end = middle;
    }
    return low;
  }

  /** The child whose leaves hold the place of the probe. */
  childFor(key: u64, compare: Comparison): u32 {
    let low: u32 = 1;
    let end: u32 = this.count;
    while (low < end) {
      const middle = (low + end) >> 1;
      const entry = this.entry(middle);
      const high = load<u64>(entry);
      if (high != key ? high < key : compare(entry) <= 0) low = middle + 1;
      else end = middle;
    }
    return low - 1;
  }
}

/** An entry, and for an inner page the child that it stands for. */
@unmanaged
class Split {
  high: u64;
  low: u32;
  row: u32;
  /** A page that was split off, or 0. */
  page: u32;
  /** 1 when the first entry below a page is another one now: that above. */
  isFirstChanged: u32;

  @inline static get(): Split {
    return changetype<Split>(SORTED_SPLIT);
  }

  take(entry: usize): void {
    this.high = load<u64>(entry);
    this.low = load<u32>(entry, 8);
    this.row = load<u32>(entry, 12);
  }

  put(entry: usize): void {
    store<u64>(entry, this.high);
    store<u32>(entry, this.low, 8);
    store<u32>(entry, this.row, 12);
  }
}

/** Where an entry stands; a leaf of 0 is behind the last. */
@unmanaged
export class SortedPlace {
  leaf: u32;
  index: u32;

  get row(): u32 {
    return load<u32>(this.entry, 12);
  }

  get entry(): usize {
    return SortedPage.at(this.leaf).entry(this.index);
  }

  forward(): void {
    const page = SortedPage.at(this.leaf);
    this.index += 1;
    if (this.index < page.count) return;
    this.leaf = page.next;
    this.index = 0;
  }

  /** Before the first it is at leaf 0. */
  backward(): void {
    if (this.index > 0) {
      this.index -= 1;
      return;
    }
    this.leaf = SortedPage.at(this.leaf).previous;
    if (this.leaf != 0) this.index = <u32>SortedPage.at(this.leaf).count - 1;
  }
}

/** The root of a tree, as part of the row that has one. */
@unmanaged
export class SortedIndex {
  root: u32;
  count: u32;

  @inline static at(address: usize): SortedIndex {
    return changetype<SortedIndex>(address);
  }

  /** Adds an entry whose place `compare` tells. Pages are reserved. */
  insert(high: u64, low: u32, row: u32, compare: Comparison): void {
    const split = Split.get();
    if (this.root == 0) this.root = addPage(0);
    split.high = high;
    split.low = low;
    split.row = row;
    split.page = 0;
    insertBelow(this.root, high, compare);
    this.count += 1;
    if (split.page == 0) return;
    const first = this.root;
    const root = addPage(<u16>(SortedPage.at(first).level + 1));
    const page = SortedPage.at(root);
    page.count = 2;
    store<u32>(page.childPlace(0), first);
    split.put(page.entry(1));
    store<u32>(page.childPlace(1), split.page);
    this.root = root;
  }

  /** Removes the entry that `compare` finds equal. */
  remove(high: u64, compare: Comparison): void {
    const split = Split.get();
    split.isFirstChanged = 0;
    removeBelow(this.root, high, compare);
    this.count -= 1;
    const page = SortedPage.at(this.root);
    const isOnlyChild = page.level != 0 && page.count == 1;
    if (page.count != 0 && !isOnlyChild) return;
    const child: u32 = isOnlyChild ? page.child(0) : 0;
    freePage(this.root);
    this.root = child;
  }

  /** The first place whose entry does not stand before the probe. */
  seek(place: SortedPlace, high: u64, compare: Comparison): void {
    place.leaf = this.root;
    place.index = 0;
    if (this.root == 0) return;
    let page = SortedPage.at(this.root);
    while (page.level != 0) {
      place.leaf = page.child(page.childFor(high, compare));
      page = SortedPage.at(place.leaf);
    }
    place.index = page.lowerBound(high, compare);
    if (place.index < page.count) return;
    place.leaf = page.next;
    place.index = 0;
  }

  /** The first place, at leaf 0 when there is none. */
  seekFirst(place: SortedPlace): void {
    place.leaf = this.root;
    place.index = 0;
    if (this.root == 0) return;
    for (let page = SortedPage.at(place.leaf); page.level != 0; page = SortedPage.at(place.leaf)) {
      place.leaf = page.child(0);
    }
  }

  /** The last place, at leaf 0 when there is none. */
  seekLast(place: SortedPlace): void {
    place.leaf = this.root;
    place.index = 0;
    if (this.root == 0) return;
    let page = SortedPage.at(this.root);
    while (page.level != 0) {
      place.leaf = page.child(page.count - 1);
      page = SortedPage.at(place.leaf);
    }
    place.index = <u32>page.count - 1;
  }
}

/**
 * Arena bytes that `entries` more can take at most, over all trees: a page is split when it is
 * full, so there are few splits for many entries, or as many as there are pages.
 */
export function sortedReserve(entries: u64): u64 {
  if (entries == 0) return 0;
  const pages = <u64>load<u32>(SORTED_BYTES) / PAGE_BYTES;
  const leaves = min(entries, pages + entries / (LEAF_ENTRIES / 2) + SPARE_PAGES);
  // Inner pages may be full too, and then have half of their entries.
  return (leaves + leaves / (INNER_ENTRIES / 4) + SPARE_PAGES) * takenBytes(PAGE_BYTES);
}

/** Room for `entries` more now, outside a group. May grow. */
export function ensureSorted(entries: u32): bool {
  return reserve(sortedReserve(entries));
}

function insertBelow(address: u32, high: u64, compare: Comparison): void {
  const page = SortedPage.at(address);
  const split = Split.get();
  if (page.level == 0) {
    insertEntry(address, page.lowerBound(high, compare));
    return;
  }
  const index = page.childFor(high, compare);
  insertBelow(page.child(index), high, compare);
  if (split.page != 0) insertEntry(address, index + 1);
}

/** Puts the entry of the split, and its page, at a place, and leaves there what is split off. */
function insertEntry(address: u32, index: u32): void {
  const page = SortedPage.at(address);
  const split = Split.get();
  guard(address, PAGE_BYTES);
  if (page.count < page.capacity) {
    insertInto(page, index, split.page);
    split.page = 0;
    return;
  }
  const added = addPage(page.level);
  const right = SortedPage.at(added);
  const isLast = page.level == 0 && page.next == 0 && index == page.count;
  const kept: u32 = isLast ? page.count : (page.count + 1) >> 1;
  moveEntries(page, kept, right);
  if (page.level == 0) linkAfter(address, added);
  if (index <= kept && !isLast) insertInto(page, index, split.page);
  else insertInto(right, index - kept, split.page);
  split.take(right.entry(0));
  split.page = added;
}

function insertInto(page: SortedPage, index: u32, child: u32): void {
  const after = page.count - index;
  memory.copy(page.entry(index + 1), page.entry(index), after << ENTRY_BITS);
  Split.get().put(page.entry(index));
  if (page.level != 0) {
    memory.copy(page.childPlace(index + 1), page.childPlace(index), after << 2);
    store<u32>(page.childPlace(index), child);
  }
  page.count += 1;
}

/** Moves the entries from an index on to the end of a page. */
function moveEntries(page: SortedPage, from: u32, target: SortedPage): void {
  const moved = page.count - from;
  memory.copy(target.entry(target.count), page.entry(from), moved << ENTRY_BITS);
  if (page.level != 0) {
    memory.copy(target.childPlace(target.count), page.childPlace(from), moved << 2);
  }
  target.count += <u16>moved;
  page.count = <u16>from;
}

function linkAfter(address: u32, added: u32): void {
  const page = SortedPage.at(address);
  const right = SortedPage.at(added);
  right.next = page.next;
  right.previous = address;
  page.next = added;
  if (right.next == 0) return;
  guard(right.next, HEADER_BYTES);
  SortedPage.at(right.next).previous = added;
}

function removeBelow(address: u32, high: u64, compare: Comparison): void {
  const page = SortedPage.at(address);
  if (page.level == 0) {
    const index = page.lowerBound(high, compare);
    assert(index < page.count && compare(page.entry(index)) == 0);
    guard(address, PAGE_BYTES);
    removeAndNote(page, index);
    return;
  }
  const index = page.childFor(high, compare);
  const child = page.child(index);
  removeBelow(child, high, compare);
  if (SortedPage.at(child).count == 0) {
    guard(address, PAGE_BYTES);
    dropPage(child);
    removeAndNote(page, index);
    return;
  }
  const split = Split.get();
  // The entry of the first child is not looked at: it is a page above that has to know.
  if (split.isFirstChanged != 0 && index != 0) {
    guard(address, PAGE_BYTES);
    split.put(page.entry(index));
    split.isFirstChanged = 0;
  }
  mergeAfter(address, index);
  if (index != 0) mergeAfter(address, index - 1);
}

/** Removes an entry, and leaves in the split which one is the first now, where that has changed. */
function removeAndNote(page: SortedPage, index: u32): void {
  removeEntry(page, index);
  if (index != 0 || page.count == 0) return;
  const split = Split.get();
  split.isFirstChanged = 1;
  split.take(page.entry(0));
}

function removeEntry(page: SortedPage, index: u32): void {
  const after = page.count - index - 1;
  memory.copy(page.entry(index), page.entry(index + 1), after << ENTRY_BITS);
  if (page.level != 0) {
    memory.copy(page.childPlace(index), page.childPlace(index + 1), after << 2);
  }
  page.count -= 1;
}

/** Merges a child with the one after it where both are small. */
function mergeAfter(address: u32, index: u32): void {
  const page = SortedPage.at(address);
  if (index + 1 >= page.count) return;
  const child = page.child(index);
  const after = page.child(index + 1);
  const left = SortedPage.at(child);
  const right = SortedPage.at(after);
  if ((<u32>left.count + right.count) * 8 > left.capacity * MERGED_EIGHTHS_MAX) return;
  guard(address, PAGE_BYTES);
  guard(child, PAGE_BYTES);
  guard(after, PAGE_BYTES);
  // The entry of the first child of an inner page is not looked at, and may be an old one.
  if (right.level != 0) memory.copy(right.entry(0), page.entry(index + 1), ENTRY_BYTES);
  moveEntries(right, 0, left);
  dropPage(after);
  removeEntry(page, index + 1);
}

/** Takes an empty page out of the list of leaves, and frees it. */
function dropPage(address: u32): void {
  const page = SortedPage.at(address);
  if (page.level == 0) {
    if (page.previous != 0) {
      guard(page.previous, HEADER_BYTES);
      SortedPage.at(page.previous).next = page.next;
    }
    if (page.next != 0) {
      guard(page.next, HEADER_BYTES);
      SortedPage.at(page.next).previous = page.previous;
    }
  }
  freePage(address);
}

function addPage(level: u16): u32 {
  let page: usize = load<u32>(SORTED_FREE_PAGES);
  if (page != 0) {
    guard(page, PAGE_BYTES);
    store<u32>(SORTED_FREE_PAGES, load<u32>(page));
    count(SORTED_FREE_BYTES, -(<i32>PAGE_BYTES));
    memory.fill(page, 0, HEADER_BYTES);
  } else {
    page = take(PAGE_BYTES);
    count(SORTED_BYTES, PAGE_BYTES);
  }
  SortedPage.at(page).level = level;
  return <u32>page;
}

/** Frees a page that was written, and guarded, in this removal. */
function freePage(page: u32): void {
  store<u32>(page, load<u32>(SORTED_FREE_PAGES));
  store<u32>(SORTED_FREE_PAGES, page);
  count(SORTED_FREE_BYTES, PAGE_BYTES);
}
