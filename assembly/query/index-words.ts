/** The words of a source that is a range of an index, and how its order agrees with a list's. */

import { INDEX_PATHS_MAX, SOURCE_RANGE } from '../abi.ts';

/** Address of a source in a plan. */
@unmanaged
export class IndexWords {
  source: u32;
  visibility: u32;
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

  /** The path at a place; 0 behind the last. */
  pathAt(index: u32): u32 {
    return index < INDEX_PATHS_MAX ? load<u32>(this.paths + (index << 2)) : 0;
  }
}
