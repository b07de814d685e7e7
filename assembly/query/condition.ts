/** Whether a row fulfils a condition of a plan. It recurs as deep as the plan nests. */

import {
  CONDITION_ALL,
  CONDITION_ANY,
  CONDITION_COMPARE,
  CONDITION_IN,
  CONDITION_MISSING,
  CONDITION_NOT,
  OPERATOR_CONTAINS,
  OPERATOR_EQUAL,
  OPERATOR_GREATER,
  OPERATOR_GREATER_OR_EQUAL,
  OPERATOR_INCLUDES,
  OPERATOR_LESS,
  OPERATOR_STARTS_WITH,
  QUANTIFIER_EVERY,
  QUANTIFIER_NONE,
  QUANTIFIER_SINGLE,
  QUANTIFIER_SOME,
} from '../abi.ts';
import { compareValues } from './compare.ts';
import { Field, readField } from './field.ts';
import { includes } from './lists.ts';
import { popFrame, pushFrame, Run, scratchCell } from './run.ts';
import { contains } from './text-search.ts';
import { endsWith, isText, startsWith } from './texts.ts';
import { Walk, WalkWords } from './walk.ts';

/** Values of an `in` that count as one unit of work. */
const VALUES_PER_UNIT: u32 = 64;

/** Once the run is over the answer means nothing. */
export function holds(condition: usize, node: u32, edge: u32): bool {
  const kind = load<u32>(condition);
  if (kind == CONDITION_COMPARE) return comparisonHolds(condition, node, edge);
  if (kind == CONDITION_ALL) return partsHold(condition, node, edge, true);
  if (kind == CONDITION_ANY) return !partsHold(condition, node, edge, false);
  if (kind == CONDITION_NOT) return !holds(load<u32>(condition, 4), node, edge);
  if (kind == CONDITION_IN) return isAmong(condition, node, edge);
  if (kind == CONDITION_MISSING) {
    if (!Run.get().spend(1)) return false;
    return readField(Field.at(condition + 4), node, edge, scratchCell(0)) == 0;
  }
  return relatedHold(condition, node);
}

/** Whether all parts come to `expected`. */
function partsHold(condition: usize, node: u32, edge: u32, expected: bool): bool {
  const end = condition + 8 + (load<u32>(condition, 4) << 2);
  for (let part = condition + 8; part < end; part += 4) {
    if (holds(load<u32>(part), node, edge) != expected) return false;
  }
  return true;
}

function comparisonHolds(condition: usize, node: u32, edge: u32): bool {
  if (!Run.get().spend(1)) return false;
  const cell = readField(Field.at(condition + 12), node, edge, scratchCell(0));
  if (cell == 0) return false;
  const operator = load<u32>(condition, 4);
  const value: usize = load<u32>(condition, 8);
  if (operator == OPERATOR_INCLUDES) return includes(cell, value);
  if (operator >= OPERATOR_CONTAINS) return textHolds(operator, cell, value);
  const order = compareValues(cell, value);
  if (operator == OPERATOR_EQUAL) return order == 0;
  if (operator == OPERATOR_GREATER) return order > 0;
  if (operator == OPERATOR_GREATER_OR_EQUAL) return order >= 0;
  return operator == OPERATOR_LESS ? order < 0 : order <= 0;
}

function textHolds(operator: u32, cell: usize, value: usize): bool {
  if (!isText(cell) || !isText(value)) return false;
  if (operator == OPERATOR_CONTAINS) return contains(cell, value);
  return operator == OPERATOR_STARTS_WITH ? startsWith(cell, value) : endsWith(cell, value);
}

/** The values stand in their order: halves are left out until one is. */
function isAmong(condition: usize, node: u32, edge: u32): bool {
  const count = load<u32>(condition, 4);
  if (!Run.get().spend(1 + count / VALUES_PER_UNIT)) return false;
  const field = condition + 8 + (count << 2);
  const cell = readField(Field.at(field), node, edge, scratchCell(0));
  if (cell == 0) return false;
  let low: u32 = 0;
  let end = count;
  while (low < end) {
    const middle = (low + end) >> 1;
    const order = compareValues(cell, load<u32>(condition + 8 + (middle << 2)));
    if (order == 0) return true;
    if (order < 0) end = middle;
    else low = middle + 1;
  }
  return false;
}

function relatedHold(condition: usize, node: u32): bool {
  const quantifier = load<u32>(condition, 4);
  const where = load<u32>(condition, 8);
  if (!Run.get().lookAt()) return false;
  const walk = Walk.at(pushFrame());
  walk.begin(WalkWords.at(condition + 12), node);
  let found: u32 = 0;
  let isDecided: bool = false;
  while (!isDecided && walk.nextRow()) {
    const isFulfilled = holds(where, walk.other, walk.edge);
    if (isFulfilled) found += 1;
    isDecided = decides(quantifier, isFulfilled, found);
  }
  popFrame();
  if (quantifier == QUANTIFIER_SOME) return found > 0;
  if (quantifier == QUANTIFIER_NONE) return found == 0;
  return quantifier == QUANTIFIER_SINGLE ? found == 1 : !isDecided;
}

/** Whether no row that follows can change the answer. */
function decides(quantifier: u32, isFulfilled: bool, found: u32): bool {
  if (quantifier == QUANTIFIER_EVERY) return !isFulfilled;
  return found > (quantifier == QUANTIFIER_SINGLE ? 1 : 0);
}
