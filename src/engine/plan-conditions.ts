/** The words of fields and conditions. */

import * as abi from '../../assembly/abi.ts';
import { compareValues } from '../delta/value-order.ts';
import { Direction } from './direction.ts';
import {
  type Condition,
  ElementKind,
  type Field,
  Operator,
  Quantifier,
  type Walk,
} from './plan.ts';
import type { PlanWords } from './plan-words.ts';

const OPERATORS = {
  [Operator.EQUAL]: abi.OPERATOR_EQUAL,
  [Operator.GREATER]: abi.OPERATOR_GREATER,
  [Operator.GREATER_OR_EQUAL]: abi.OPERATOR_GREATER_OR_EQUAL,
  [Operator.LESS]: abi.OPERATOR_LESS,
  [Operator.LESS_OR_EQUAL]: abi.OPERATOR_LESS_OR_EQUAL,
  [Operator.CONTAINS]: abi.OPERATOR_CONTAINS,
  [Operator.STARTS_WITH]: abi.OPERATOR_STARTS_WITH,
  [Operator.ENDS_WITH]: abi.OPERATOR_ENDS_WITH,
  [Operator.INCLUDES]: abi.OPERATOR_INCLUDES,
} as const;

const QUANTIFIERS = {
  [Quantifier.SOME]: abi.QUANTIFIER_SOME,
  [Quantifier.EVERY]: abi.QUANTIFIER_EVERY,
  [Quantifier.NONE]: abi.QUANTIFIER_NONE,
  [Quantifier.SINGLE]: abi.QUANTIFIER_SINGLE,
} as const;

const DIRECTIONS = {
  [Direction.OUT]: abi.DIRECTION_OUT,
  [Direction.IN]: abi.DIRECTION_IN,
  [Direction.BOTH]: abi.DIRECTION_BOTH,
} as const;

export const WALK_WORDS = 3;

/** Puts a field into the words that are reserved for it. */
export function putField(words: PlanWords, at: number, word: number, field: Field): void {
  words.set(at, word, fieldKind(field));
  if (field.kind === 'property') {
    words.set(at, word + 1, words.symbol(abi.SYMBOL_PATH, field.path));
    words.set(at, word + 2, words.nearestPath(field.path));
  }
}

/** Edge type, direction, node type. */
export function putWalk(words: PlanWords, at: number, word: number, walk: Walk): void {
  const { edgeType, targetType, direction } = walk;
  words.set(at, word, edgeType === undefined ? 0 : words.symbol(abi.SYMBOL_EDGE_TYPE, edgeType));
  words.set(at, word + 1, DIRECTIONS[direction]);
  words.set(
    at,
    word + 2,
    targetType === undefined ? 0 : words.symbol(abi.SYMBOL_NODE_TYPE, targetType),
  );
}

/** Returns the offset of its words. */
export function writeCondition(words: PlanWords, condition: Condition): number {
  return words.within(() => {
    switch (condition.kind) {
      case 'all':
      case 'any':
        return writeParts(words, condition);
      case 'not': {
        const at = words.reserve(2);
        words.set(at, 0, abi.CONDITION_NOT);
        words.link(at, 1, writeCondition(words, condition.condition));
        return at;
      }
      case 'compare': {
        if (condition.value === null) return writeParts(words, { kind: 'any', conditions: [] });
        const at = words.reserve(3 + abi.FIELD_WORDS);
        words.set(at, 0, abi.CONDITION_COMPARE);
        words.set(at, 1, OPERATORS[condition.operator]);
        words.link(at, 2, words.value(condition.value));
        putField(words, at, 3, condition.field);
        return at;
      }
      case 'in':
        return writeAmong(words, condition);
      case 'missing': {
        const at = words.reserve(1 + abi.FIELD_WORDS);
        words.set(at, 0, abi.CONDITION_MISSING);
        putField(words, at, 1, condition.field);
        return at;
      }
      case 'related': {
        const at = words.reserve(3 + WALK_WORDS);
        words.set(at, 0, abi.CONDITION_RELATED);
        words.set(at, 1, QUANTIFIERS[condition.quantifier]);
        words.link(at, 2, writeCondition(words, condition.where));
        putWalk(words, at, 3, condition);
        return at;
      }
    }
  });
}

function writeParts(
  words: PlanWords,
  { kind, conditions }: Extract<Condition, { kind: 'all' | 'any' }>,
): number {
  const at = words.reserve(2 + conditions.length);
  words.set(at, 0, kind === 'all' ? abi.CONDITION_ALL : abi.CONDITION_ANY);
  words.set(at, 1, conditions.length);
  for (const [index, each] of conditions.entries()) {
    words.link(at, 2 + index, writeCondition(words, each));
  }
  return at;
}

/** In order, so that the engine finds one by halves; null equals nothing that is there. */
function writeAmong(
  words: PlanWords,
  { field, values }: Extract<Condition, { kind: 'in' }>,
): number {
  const sorted = values.filter((value) => value !== null).toSorted(compareValues);
  const at = words.reserve(2 + sorted.length + abi.FIELD_WORDS);
  words.set(at, 0, abi.CONDITION_IN);
  words.set(at, 1, sorted.length);
  for (const [index, value] of sorted.entries()) words.link(at, 2 + index, words.value(value));
  putField(words, at, 2 + sorted.length, field);
  return at;
}

function fieldKind(field: Field): number {
  switch (field.kind) {
    case 'property':
      return field.of === ElementKind.NODE ? abi.FIELD_NODE : abi.FIELD_EDGE;
    case 'id':
      return abi.FIELD_ID;
    case 'key':
      return abi.FIELD_KEY;
    case 'type':
      return field.of === ElementKind.NODE ? abi.FIELD_NODE_TYPE : abi.FIELD_EDGE_TYPE;
    case 'from':
      return abi.FIELD_FROM;
    case 'to':
      return abi.FIELD_TO;
  }
}
