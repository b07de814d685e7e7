/**
 * Rows of the value index (value-index.ts).
 *
 *     declared   0  node type u32   4  next declared index of the same path u32
 *                8  root of the sorted index u32   12  its entries u32
 *     posting    0  first entry u32   4  count u32   8  type u32   12  path u32
 *     entry      0  cell u32   4  node u32   8  next u32   12  previous u32   16  posting u32
 */

import { SortedIndex } from '../container/sorted-index.ts';
import { POOL_DECLARED, POOL_ENTRIES, POOL_POSTINGS, Pool } from '../memory/pool.ts';

export const DECLARED_BYTES: u32 = 16;
export const POSTING_BYTES: u32 = 16;
export const ENTRY_BYTES: u32 = 20;

@unmanaged
export class Declared {
  type: u32;
  next: u32;
  root: u32;
  count: u32;

  @inline static at(declared: u32): Declared {
    return changetype<Declared>(Pool.at(POOL_DECLARED, DECLARED_BYTES, declared));
  }

  @inline get order(): SortedIndex {
    return SortedIndex.at(changetype<usize>(this) + offsetof<Declared>('root'));
  }
}

@unmanaged
export class Posting {
  first: u32;
  count: u32;
  type: u32;
  path: u32;

  @inline static at(posting: u32): Posting {
    return changetype<Posting>(Pool.at(POOL_POSTINGS, POSTING_BYTES, posting));
  }
}

@unmanaged
export class Entry {
  cell: u32;
  node: u32;
  next: u32;
  previous: u32;
  posting: u32;

  @inline static at(entry: u32): Entry {
    return changetype<Entry>(Pool.at(POOL_ENTRIES, ENTRY_BYTES, entry));
  }
}

if (offsetof<Declared>() != DECLARED_BYTES) ERROR('a declared row must be 16 bytes');
if (offsetof<Posting>() != POSTING_BYTES) ERROR('a posting row must be 16 bytes');
if (offsetof<Entry>() != ENTRY_BYTES) ERROR('an entry row must be 20 bytes');
