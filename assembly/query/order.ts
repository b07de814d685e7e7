/**
 * Nodes of a type in the order of a declared field, between bounds and up to a limit: a page of a
 * sorted list costs as much as it holds, whatever the list.
 */

import {
  ELEMENT_NODE,
  ORDER_AFTER_ID,
  ORDER_ID,
  ORDER_LOWER,
  ORDER_UPPER,
  ORDER_UPPER_EXCLUDED,
  ORDER_UPPER_OFFSET,
} from '../abi.ts';
import { CELL_BYTES, Cell } from '../graph/cells.ts';
import { Declared } from '../graph/declared.ts';
import {
  ensureRegion,
  REGION_INPUT,
  REGION_OUTPUT,
  REGION_SCRATCH,
  regionAddress,
} from '../memory/region.ts';
import { beginRange, nameRange, nextInRange } from './range.ts';
import { askedCell, indexOfPath, LIST_FULL } from './read.ts';
import { isFieldSeen, isNodeSeen } from './sight.ts';

const NO_MISSING: u32 = ORDER_UPPER | ORDER_UPPER_EXCLUDED;

/** Lists rows, so many at most, and counts them; none where the field has no index. May grow. */
export function listInOrder(type: u32, path: u32, flags: u32, most: u32): u32 {
  const declared = indexOfPath(type, path);
  if (declared == 0) return 0;
  const limit = min(most, Declared.at(declared).count);
  if (!ensureRegion(REGION_SCRATCH, CELL_BYTES * 2)) return LIST_FULL;
  if (!ensureRegion(REGION_OUTPUT, limit << 2)) return LIST_FULL;
  beginOrder(declared, path, flags, regionAddress(REGION_SCRATCH));
  const output = regionAddress(REGION_OUTPUT);
  let count: u32 = 0;
  while (count < limit) {
    const node = nextInRange();
    if (node == 0) break;
    if (!isNodeSeen(node) || !isFieldSeen(ELEMENT_NODE, node, path)) continue;
    store<u32>(output + (count << 2), node);
    count += 1;
  }
  return count;
}

/** Begins the range that the input says, of values that are there; `cells` has room for two. */
export function beginOrder(declared: u32, path: u32, flags: u32, cells: usize): void {
  const input = regionAddress(REGION_INPUT);
  const lower = cells;
  const upper = cells + CELL_BYTES;
  if ((flags & ORDER_LOWER) != 0) {
    askedCell(changetype<Cell>(lower), path, input + load<u32>(input));
  }
  const isBounded = (flags & ORDER_UPPER) != 0;
  if (isBounded) {
    askedCell(changetype<Cell>(upper), path, input + load<u32>(input, ORDER_UPPER_OFFSET));
  }
  // Up to where values are missing, in any case.
  const range = nameRange(declared, isBounded ? flags : flags | NO_MISSING, 0);
  range.lower = <u32>lower;
  range.upper = isBounded ? <u32>upper : 0;
  beginRange(range, (flags & ORDER_AFTER_ID) != 0 ? input + ORDER_ID : 0);
}
