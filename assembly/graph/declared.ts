/**
 * Declared indexes: of one property of a node type, or of several together. Those of a type hang
 * from its symbol, the newest first.
 *
 *     declared   0  node type u32   4  next of the type u32   8  root of the tree u32
 *               12  its entries u32   16  paths u32 × 4, 0 behind the last
 */

import { INDEX_PATHS_MAX } from '../abi.ts';
import { SortedIndex } from '../container/sorted-index.ts';
import { POOL_DECLARED, Pool } from '../memory/pool.ts';
import { SymbolRow } from './symbols.ts';

export const DECLARED_BYTES: u32 = 32;

@unmanaged
export class Declared {
  type: u32;
  next: u32;
  root: u32;
  count: u32;
  path0: u32;
  path1: u32;
  path2: u32;
  path3: u32;

  @inline static at(declared: u32): Declared {
    return changetype<Declared>(Pool.at(POOL_DECLARED, DECLARED_BYTES, declared));
  }

  @inline get order(): SortedIndex {
    return SortedIndex.at(changetype<usize>(this) + offsetof<Declared>('root'));
  }

  @inline path(index: u32): u32 {
    return load<u32>(changetype<usize>(this) + offsetof<Declared>('path0') + (index << 2));
  }

  /** How many properties it is of. */
  get pathCount(): u32 {
    let count: u32 = 1;
    while (count < INDEX_PATHS_MAX && this.path(count) != 0) count += 1;
    return count;
  }

  /** Whether it is of these paths, `count` words at an address. */
  isOf(paths: usize, count: u32): bool {
    for (let index: u32 = 0; index < INDEX_PATHS_MAX; index++) {
      const wanted: u32 = index < count ? load<u32>(paths + (index << 2)) : 0;
      if (this.path(index) != wanted) return false;
    }
    return true;
  }
}

if (offsetof<Declared>() != DECLARED_BYTES) ERROR('a declared row must be 32 bytes');
if (offsetof<Declared>('path0') + INDEX_PATHS_MAX * 4 != DECLARED_BYTES) {
  ERROR('the paths must end the row');
}

/** The first index of a type, or 0. */
export function firstIndex(type: u32): u32 {
  return type == 0 ? 0 : SymbolRow.at(type).declared;
}

/** The index of a type on just these paths, in this order, or 0. */
export function findIndex(type: u32, paths: usize, count: u32): u32 {
  let declared = firstIndex(type);
  while (declared != 0 && !Declared.at(declared).isOf(paths, count)) {
    declared = Declared.at(declared).next;
  }
  return declared;
}
