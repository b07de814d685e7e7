/** Random conditions, nested, which mostly hold for some rows and not for others. */

import type { Condition, Field, Operator, Quantifier, Walk } from '../../src/engine/plan.ts';
import { PATH_OF_LISTS } from './graph-names.ts';
import {
  type PlanMaker,
  randomEdgeType,
  randomField,
  randomItem,
  randomNodeType,
  randomOperand,
  randomPart,
  type Spot,
} from './random-field.ts';

const OPERATORS: readonly Operator[] = [
  'equal',
  'equal',
  'greater',
  'greaterOrEqual',
  'less',
  'lessOrEqual',
  'contains',
  'startsWith',
  'endsWith',
  'includes',
];
const TEXT_OPERATORS: readonly Operator[] = ['contains', 'startsWith', 'endsWith'];
const QUANTIFIERS: readonly Quantifier[] = ['some', 'every', 'none', 'single'];
const DEPTH_MAX = 3;

export function randomCondition(maker: PlanMaker, spot: Spot, depth = 0): Condition {
  const { random } = maker;
  const inner = () => randomCondition(maker, spot, depth + 1);
  switch (random.below(depth < DEPTH_MAX ? 12 : 7)) {
    case 5:
      return { kind: 'missing', field: randomField(maker, spot) };
    case 6: {
      const field = randomField(maker, spot);
      const count = random.pick([0, 1, 2, 3, 3, 70]);
      return {
        kind: 'in',
        field,
        values: Array.from({ length: count }, () => randomOperand(maker, field)),
      };
    }
    case 7:
      return { kind: 'not', condition: inner() };
    case 8:
    case 9: {
      const conditions = Array.from({ length: random.pick([0, 1, 2, 2, 3]) }, inner);
      return { kind: random.pick(['all', 'any']), conditions };
    }
    case 10:
    case 11:
      return randomRelated(maker, depth);
    default:
      return randomComparison(maker, spot);
  }
}

function randomComparison(maker: PlanMaker, spot: Spot): Condition {
  const { random } = maker;
  const operator = random.pick(OPERATORS);
  if (operator === 'includes') return randomIncludes(maker, spot);
  const isOfText = TEXT_OPERATORS.includes(operator) && random.chance(0.9);
  const field = isOfText ? randomText(maker, spot) : randomField(maker, spot);
  const value = isOfText ? randomPart(maker, field, operator) : randomOperand(maker, field);
  return { kind: 'compare', field, operator, value };
}

/** Mostly of an item that some list has there. */
function randomIncludes(maker: PlanMaker, spot: Spot): Condition {
  const isOfLists = maker.random.chance(0.6);
  const field: Field = isOfLists
    ? { kind: 'property', of: 'node', path: PATH_OF_LISTS }
    : randomField(maker, spot);
  return { kind: 'compare', field, operator: 'includes', value: randomItem(maker, field) };
}

/** Mostly a field that may hold text. */
function randomText(maker: PlanMaker, spot: Spot): Field {
  const field = maker.random.pick(['name', 'name', 'id', 'key', 'other', 'other'] as const);
  if (field === 'other') return randomField(maker, spot);
  return field === 'name' ? { kind: 'property', of: 'node', path: field } : { kind: field };
}

/** Of the rows behind the edges of the row that it is about. */
function randomRelated(maker: PlanMaker, depth: number): Condition {
  const where = randomCondition(maker, { depth: 0, rows: 'edges' }, depth + 1);
  const visibility = maker.random.chance(0.05) ? { visibility: 0 } : {};
  const quantifier = maker.random.pick(QUANTIFIERS);
  return { kind: 'related', quantifier, where, ...visibility, ...randomWalk(maker) };
}

export function randomWalk(maker: PlanMaker): Walk {
  const { random } = maker;
  return {
    direction: random.pick(['OUT', 'IN', 'BOTH', 'BOTH']),
    ...(random.chance(0.4) ? { edgeType: randomEdgeType(maker) } : {}),
    ...(random.chance(0.3) ? { targetType: randomNodeType(maker) } : {}),
  };
}
