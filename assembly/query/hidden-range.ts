/**
 * Ranges of an index for a caller who may not read all that the index is by. A value that is hidden
 * is missing: where the range asks for values that are there, what it leaves is gone through, and
 * otherwise all nodes of the type, since the index has them elsewhere than the caller sees them.
 */

import {
  ELEMENT_NODE,
  INDEX_PATHS_MAX,
  ORDER_LOWER,
  ORDER_LOWER_EXCLUDED,
  ORDER_UPPER,
  ORDER_UPPER_EXCLUDED,
} from '../abi.ts';
import { SEEN_ALL } from '../abi-access.ts';
import { RowRule } from '../access/row-rule.ts';
import { Element, FLAG_EXISTS, Node, TYPE_MASK } from '../graph/elements.ts';
import { visibleCell } from '../graph/visibility.ts';
import { rowNumber } from '../memory/header.ts';
import { POOL_NODES, Pool } from '../memory/pool.ts';
import { compareValues } from './compare.ts';
import { IndexWords } from './index-words.ts';
import { Gathered, offer } from './rows.ts';
import { FRAME_BYTES, PASSED_PER_UNIT, Run } from './run.ts';
import { isFieldSeen, isNodeSeen, rowsSeen } from './sight.ts';

/** The rules that say which nodes of a range a caller sees there: those that may hide one. */
@unmanaged
export class RangeSight {
  count: u32;

  @inline static at(address: usize): RangeSight {
    return changetype<RangeSight>(address);
  }

  /** Of nodes of a type, of which so many paths at an address have to be read. May grow. */
  begin(type: u32, paths: usize, read: u32): void {
    this.count = 0;
    this.add(rowsSeen(type, 0));
    for (let index: u32 = 0; index < read; index++) {
      this.add(rowsSeen(type, load<u32>(paths + (index << 2))));
    }
  }

  sees(node: u32): bool {
    for (let index: u32 = 0; index < this.count; index++) {
      if (!RowRule.at(load<u32>(this.place(index))).seesInPlace(node)) return false;
    }
    return true;
  }

  private add(rule: RowRule): void {
    if (rule.state == SEEN_ALL) return;
    for (let index: u32 = 0; index < this.count; index++) {
      if (load<u32>(this.place(index)) == <u32>changetype<usize>(rule)) return;
    }
    store<u32>(this.place(this.count), <u32>changetype<usize>(rule));
    this.count += 1;
  }

  @inline private place(index: u32): usize {
    return changetype<usize>(this) + 4 + (index << 2);
  }
}

if (INDEX_PATHS_MAX * 4 + 8 > FRAME_BYTES) ERROR('the rules of a range must fit a frame');

/** Offers the nodes of the type whose values are in the range, as a caller sees them. May grow. */
export function offerByValues(gathered: Gathered, words: IndexWords): void {
  const run = Run.get();
  const wanted = words.type | FLAG_EXISTS;
  const end = Pool.of(POOL_NODES).count;
  if (!run.passBy(end / PASSED_PER_UNIT)) return;
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
    if (compareValues(valueAt(words, node, index), words.valueAt(index)) != 0) return false;
  }
  if (!words.isBounded) return true;
  const value = valueAt(words, node, words.given);
  const flags = words.flags;
  if (value == 0) return false;
  if ((flags & ORDER_LOWER) != 0) {
    const order = compareValues(value, words.lower);
    if (order < 0 || (order == 0 && (flags & ORDER_LOWER_EXCLUDED) != 0)) return false;
  }
  if ((flags & ORDER_UPPER) == 0) return true;
  const order = compareValues(value, words.upper);
  return order < 0 || (order == 0 && (flags & ORDER_UPPER_EXCLUDED) == 0);
}

/** The cell that a caller reads at a path of the index, or 0. */
function valueAt(words: IndexWords, node: u32, index: u32): usize {
  const path = words.pathAt(index);
  if (!isFieldSeen(ELEMENT_NODE, node, path)) return 0;
  return visibleCell(Element.at(ELEMENT_NODE, node), path);
}
