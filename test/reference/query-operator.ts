/** Operators of conditions on values, and quantifiers of conditions on relationships. */

import type { ReferenceScalar, ReferenceValue } from './query-scalar.ts';

/** Of a value that is there. The operand is what the caller has given. */
export type ReferenceOperator = (
  value: ReferenceValue,
  operand: unknown,
  scalar: ReferenceScalar,
) => boolean;

export const OPERATORS: Readonly<Record<string, ReferenceOperator>> = {
  eq: ordered((order) => order === 0),
  gt: ordered((order) => order > 0),
  gte: ordered((order) => order >= 0),
  lt: ordered((order) => order < 0),
  lte: ordered((order) => order <= 0),
  in: (value, operand, { compare, parse }) =>
    (operand as readonly unknown[]).some((each) => compare(value, parse(each)) === 0),
  contains: (value, operand) => String(value).includes(String(operand)),
  startsWith: (value, operand) => String(value).startsWith(String(operand)),
  endsWith: (value, operand) => String(value).endsWith(String(operand)),
};

/** Of a list that is there. */
export type ListOperator = (
  items: readonly ReferenceValue[],
  operand: unknown,
  scalar: ReferenceScalar,
) => boolean;

export const LIST_OPERATORS: Readonly<Record<string, ListOperator>> = {
  eq: (items, operand, { compare, parse }) => {
    const others = (operand as readonly unknown[]).map(parse);
    return (
      items.length === others.length &&
      items.every((item, index) => compare(item, others[index] ?? item) === 0)
    );
  },
  includes: (items, operand, { compare, parse }) =>
    items.some((item) => compare(item, parse(operand)) === 0),
};

/** Of so many elements, so many match. */
export type Quantifier = (counts: { readonly matching: number; readonly all: number }) => boolean;

export const QUANTIFIERS: Readonly<Record<string, Quantifier>> = {
  some: ({ matching }) => matching > 0,
  all: ({ matching, all }) => matching === all,
  none: ({ matching }) => matching === 0,
  single: ({ matching }) => matching === 1,
};

/** By how the value compares to the operand. */
function ordered(holds: (order: number) => boolean): ReferenceOperator {
  return (value, operand, { compare, parse }) => holds(compare(value, parse(operand)));
}
