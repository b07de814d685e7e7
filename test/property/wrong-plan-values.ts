/** Wrong comparisons of values and wrong conditions, E1 to E7 of schema/plan.md. */

import { IdValue, ListValue, MapMarker, type Value } from '../../src/delta/value.ts';
import type { PlanRules } from '../reference/plan-context.ts';
import { PLAN_RULES } from '../reference/reference-plan.ts';

const right = PLAN_RULES;

export const WRONG_PLAN_VALUES: Readonly<Record<string, Partial<PlanRules>>> = {
  'NaN is less than every number': comparing((left, other) => {
    if (typeof left !== 'number' || typeof other !== 'number') return undefined;
    const [isLeft, isOther] = [Number.isNaN(left), Number.isNaN(other)];
    return isLeft === isOther ? undefined : Number(isOther) - Number(isLeft);
  }),
  'a missing value is less than every other': comparing((left, other) => {
    if (left !== null && other !== null) return undefined;
    return Number(other === null) - Number(left === null);
  }),
  '−0 is less than 0': comparing((left, other) => {
    if (left !== 0 || other !== 0) return undefined;
    return Number(Object.is(other, -0)) - Number(Object.is(left, -0));
  }),
  'numbers of both kinds are in one order': comparing((left, other) => {
    if (typeof left === typeof other || !isNumber(left) || !isNumber(other)) return undefined;
    return Number(left) - Number(other) || undefined;
  }),
  'text is ordered by the units of UTF-16': comparing((left, other) => {
    if (typeof left !== 'string' || typeof other !== 'string' || left === other) return undefined;
    return left < other ? -1 : 1;
  }),
  'no two maps are equal': comparing((left, other) => {
    return left instanceof MapMarker && other instanceof MapMarker ? 1 : undefined;
  }),
  'a missing value can be compared': {
    holdsOperator: (context, operator, { value, operand }) => {
      if (value !== null) return right.holdsOperator(context, operator, { value, operand });
      return operand !== null && ['greater', 'greaterOrEqual'].includes(operator);
    },
  },
  'contains takes no notice of case': {
    holdsOperator: (context, operator, values) => {
      const { value, operand } = values;
      if (operator !== 'contains' || typeof value !== 'string' || typeof operand !== 'string') {
        return right.holdsOperator(context, operator, values);
      }
      return value.toLowerCase().includes(operand.toLowerCase());
    },
  },
  'a list includes what no item is equal to': {
    holdsOperator: (context, operator, { value, operand }) => {
      const isList = operator === 'includes' && value instanceof ListValue && operand !== null;
      return isList || right.holdsOperator(context, operator, { value, operand });
    },
  },
  'only the first item is included': {
    holdsOperator: (context, operator, { value, operand }) => {
      const isLong = operator === 'includes' && value instanceof ListValue;
      const first = isLong ? new ListValue(value.items.slice(0, 1)) : value;
      return right.holdsOperator(context, operator, { value: first, operand });
    },
  },
  'a value includes itself': {
    holdsOperator: (context, operator, { value, operand }) => {
      const isList = operator !== 'includes' || value instanceof ListValue;
      return right.holdsOperator(context, isList ? operator : 'equal', { value, operand });
    },
  },
  'shorter lists come first': comparing((left, other) => {
    if (!(left instanceof ListValue && other instanceof ListValue)) return undefined;
    return left.items.length === other.items.length
      ? undefined
      : left.items.length - other.items.length;
  }),
  'all lists are equal': comparing((left, other) => {
    return left instanceof ListValue && other instanceof ListValue ? 0 : undefined;
  }),
  'contains looks into ids': {
    holdsOperator: (context, operator, { value, operand }) => {
      const text = operator === 'contains' && value instanceof IdValue ? value.id : value;
      return right.holdsOperator(context, operator, { value: text, operand });
    },
  },
  'a text does not begin with itself': {
    holdsOperator: (context, operator, { value, operand }) => {
      const holds = right.holdsOperator(context, operator, { value, operand });
      return holds && (operator !== 'startsWith' || value !== operand);
    },
  },
  'greater or equal leaves out what is equal': {
    holdsOperator: (context, operator, values) => {
      const strict = operator === 'greaterOrEqual' ? 'greater' : operator;
      return right.holdsOperator(context, strict, values);
    },
  },
  '`every` is false where there is nothing': {
    holdsQuantifier: (quantifier, truths) => {
      return (
        right.holdsQuantifier(quantifier, truths) && (quantifier !== 'every' || truths.length > 0)
      );
    },
  },
  '`none` is false where there is nothing': {
    holdsQuantifier: (quantifier, truths) => {
      return (
        right.holdsQuantifier(quantifier, truths) && (quantifier !== 'none' || truths.length > 0)
      );
    },
  },
  '`single` holds where several do': {
    holdsQuantifier: (quantifier, truths) => {
      return right.holdsQuantifier(quantifier === 'single' ? 'some' : quantifier, truths);
    },
  },
  '`any` of nothing is true': {
    holds: (context, condition, row) => {
      const isEmpty = condition.kind === 'any' && condition.conditions.length === 0;
      return isEmpty || right.holds(context, condition, row);
    },
  },
  '`all` of nothing is false': {
    holds: (context, condition, row) => {
      const isEmpty = condition.kind === 'all' && condition.conditions.length === 0;
      return !isEmpty && right.holds(context, condition, row);
    },
  },
  'a map is missing': {
    holds: (context, condition, row) => {
      if (condition.kind !== 'missing') return right.holds(context, condition, row);
      const { field } = condition;
      const isMap = context.rules.holds(
        context,
        { kind: 'compare', field, operator: 'equal', value: new MapMarker() },
        row,
      );
      return isMap || right.holds(context, condition, row);
    },
  },
};

/** Undefined leaves it to the right order. */
function comparing(compare: (left: Value, other: Value) => number | undefined): Partial<PlanRules> {
  return {
    compareValues: (left, other) => compare(left, other) ?? right.compareValues(left, other),
  };
}

function isNumber(value: Value): value is bigint | number {
  return typeof value === 'bigint' || (typeof value === 'number' && Number.isFinite(value));
}
