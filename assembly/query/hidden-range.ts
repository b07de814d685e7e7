/**
 * Ranges of an index for a caller who may not read all that the index is by. A value that is hidden
 * is missing: where the range asks for values that are there, what it leaves is gone through, and
 * otherwise all nodes of the type, since the index has them elsewhere than the caller sees them.
 */

import {
  ELEMENT_NODE,
  ORDER_LOWER,
  ORDER_LOWER_EXCLUDED,
  ORDER_UPPER,
  ORDER_UPPER_EXCLUDED,
} from '../abi.ts';
import { Element, FLAG_EXISTS, Node, TYPE_MASK } from '../graph/elements.ts';
import { compareCells } from '../graph/values.ts';
import { visibleCell } from '../graph/visibility.ts';
import { rowNumber } from '../memory/header.ts';
import { POOL_NODES, Pool } from '../memory/pool.ts';
import { IndexWords } from './index-words.ts';
import { Gathered, offer } from './rows.ts';
import { Run } from './run.ts';
import { isFieldSeen, isNodeSeen } from './sight.ts';

/** Whether a caller may read so many paths at an address of a node. May grow. */
export function arePathsSeen(node: u32, paths: usize, count: u32): bool {
  for (let index: u32 = 0; index < count; index++) {
    if (!isFieldSeen(ELEMENT_NODE, node, load<u32>(paths + (index << 2)))) return false;
  }
  return true;
}

/** Offers the nodes of the type whose values are in the range, as a caller sees them. May grow. */
export function offerByValues(gathered: Gathered, words: IndexWords): void {
  const run = Run.get();
  const wanted = words.type | FLAG_EXISTS;
  const end = Pool.of(POOL_NODES).count;
  if (!run.passBy(end)) return;
  for (let local: u32 = 1; local < end; local++) {
    if ((Node.at(local).typeAndFlags & (TYPE_MASK | FLAG_EXISTS)) != wanted) continue;
    const node = rowNumber(local);
    if (!isNodeSeen(node)) continue;
    if (!run.lookAt()) return;
    if (isInRange(words, node)) offer(gathered, node, 0);
  }
}

function isInRange(words: IndexWords, node: u32): bool {
  for (let index: u32 = 0; index < words.given; index++) {
    if (compareCells(valueAt(words, node, index), words.valueAt(index)) != 0) return false;
  }
  if (!words.isBounded) return true;
  const value = valueAt(words, node, words.given);
  const flags = words.flags;
  if (value == 0) return false;
  if ((flags & ORDER_LOWER) != 0) {
    const order = compareCells(value, words.lower);
    if (order < 0 || (order == 0 && (flags & ORDER_LOWER_EXCLUDED) != 0)) return false;
  }
  if ((flags & ORDER_UPPER) == 0) return true;
  const order = compareCells(value, words.upper);
  return order < 0 || (order == 0 && (flags & ORDER_UPPER_EXCLUDED) == 0);
}

/** The cell that a caller reads at a path of the index, or 0. */
function valueAt(words: IndexWords, node: u32, index: u32): usize {
  const path = words.pathAt(index);
  if (!isFieldSeen(ELEMENT_NODE, node, path)) return 0;
  return visibleCell(Element.at(ELEMENT_NODE, node), path);
}
