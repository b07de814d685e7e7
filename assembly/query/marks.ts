/**
 * Marks on nodes that a search has come to: 8 bytes a node in the visit region (epoch u32, word
 * u32). A new epoch forgets them all at once.
 */

import { ROW_MASK } from '../abi.ts';
import { VISIT_EPOCH } from '../memory/header.ts';
import { POOL_NODES, Pool } from '../memory/pool.ts';
import { ensureRegion, REGION_VISIT, regionAddress, regionBytes } from '../memory/region.ts';

const MARK_BITS: u32 = 3;

/** Begins an epoch and returns it; 0 when there is no memory for the marks. May grow. */
export function beginMarks(): u32 {
  const held = regionBytes(REGION_VISIT);
  if (!ensureRegion(REGION_VISIT, Pool.of(POOL_NODES).count << MARK_BITS)) return 0;
  if (regionBytes(REGION_VISIT) != held) store<u32>(VISIT_EPOCH, 0);
  const last = load<u32>(VISIT_EPOCH);
  // When the count runs out, or the region moved, all marks are wiped.
  if (last == 0 || last == 0xffffffff) {
    memory.fill(regionAddress(REGION_VISIT), 0, regionBytes(REGION_VISIT));
    store<u32>(VISIT_EPOCH, 1);
    return 1;
  }
  store<u32>(VISIT_EPOCH, last + 1);
  return last + 1;
}

export function isMarked(epoch: u32, node: u32): bool {
  return load<u32>(markAt(node)) == epoch;
}

/** Of a node that is marked. */
export function markOf(node: u32): u32 {
  return load<u32>(markAt(node), 4);
}

export function setMark(epoch: u32, node: u32, word: u32): void {
  const mark = markAt(node);
  store<u32>(mark, epoch);
  store<u32>(mark, word, 4);
}

/** Address of a node's mark. */
export function markAt(node: u32): usize {
  return regionAddress(REGION_VISIT) + ((node & ROW_MASK) << MARK_BITS);
}
