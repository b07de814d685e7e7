/** The words of a source that is a range of an index, and how its order agrees with a list's. */

import { INDEX_PATHS_MAX, ORDER_LOWER, ORDER_UPPER, SOURCE_RANGE } from '../abi.ts';
import { isPathOpen, isSighted } from './sight.ts';

/** In the place of a number of paths. */
export const READS_EACH: u32 = 0xffffffff;

/** Address of a source in a plan. */
@unmanaged
export class IndexWords {
  source: u32;
  type: u32;
  pathCount: u32;
  path0: u32;
  path1: u32;
  path2: u32;
  path3: u32;
  flags: u32;
  /** Values that are given for the first paths. */
  given: u32;
  value0: u32;
  value1: u32;
  value2: u32;
  lower: u32;
  upper: u32;

  @inline static at(source: usize): IndexWords {
    return changetype<IndexWords>(source);
  }

  @inline get isRange(): bool {
    return this.source == SOURCE_RANGE;
  }

  @inline get paths(): usize {
    return changetype<usize>(this) + offsetof<IndexWords>('path0');
  }

  @inline get values(): usize {
    return changetype<usize>(this) + offsetof<IndexWords>('value0');
  }

  /** Whether a caller may read all paths of the index on all nodes that it sees. */
  get isOpen(): bool {
    if (!isSighted()) return true;
    for (let index: u32 = 0; index < this.pathCount; index++) {
      if (!isPathOpen(this.type, this.pathAt(index))) return false;
    }
    return true;
  }

  /**
   * How many of the first paths have to be read of each node for it to be in the range; READS_EACH
   * where a hidden value may be in it, as a missing one: the index does not tell which are.
   */
  get pathsToRead(): u32 {
    if (this.isOpen) return 0;
    for (let index: u32 = 0; index < this.given; index++) {
      if (this.valueAt(index) == 0) return READS_EACH;
    }
    return this.given + (this.isBounded ? 1 : 0);
  }

  /** Whether the value behind the given ones has a bound. */
  @inline get isBounded(): bool {
    return (this.flags & (ORDER_LOWER | ORDER_UPPER)) != 0;
  }

  /** A given value: the address of a cell, or 0 for a missing one. */
  @inline valueAt(index: u32): usize {
    return load<u32>(this.values + (index << 2));
  }

  /** The path at a place; 0 behind the last. */
  pathAt(index: u32): u32 {
    return index < INDEX_PATHS_MAX ? load<u32>(this.paths + (index << 2)) : 0;
  }
}
