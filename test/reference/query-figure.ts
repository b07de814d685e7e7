/** Figures of the values of a field, from "Figures" of schema/graphql.md. */

import { exactSum, roundedSum } from './plan-sum.ts';
import type { ReferenceScalar, ReferenceValue } from './query-scalar.ts';
import { codePointCount } from './query-text.ts';

/** A caller asked for what is refused. */
export class Refused extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Of the values that are there; what an answer has. */
export type ReferenceFigure = (
  values: readonly ReferenceValue[],
  scalar: ReferenceScalar,
  /** How many elements have none. */
  missing: number,
) => unknown;

export const FIGURES: Readonly<Record<string, ReferenceFigure>> = {
  count: (values) => values.length,
  min: (values, scalar) => written(inOrder(values, scalar)[0], scalar),
  max: (values, scalar) => written(inOrder(values, scalar).at(-1), scalar),
  // Of several as short, or as long, the first in order.
  shortest: (values, scalar) => written(byLength(inOrder(values, scalar))[0], scalar),
  longest: (values, scalar) => {
    const [longest] = byLength(inOrder(values, scalar)).slice(-1);
    const length = codePointCount(String(longest));
    const as = inOrder(values, scalar).find((each) => codePointCount(String(each)) === length);
    return written(as, scalar);
  },
  sum: (values) => {
    if (values.length === 0) return null;
    const sum = exactSum(values as readonly Summand[]);
    if (typeof sum === 'bigint') return String(sum);
    return finite(sum ?? Number.POSITIVE_INFINITY);
  },
  average: (values) => {
    if (values.length === 0) return null;
    return finite(roundedSum(values as readonly Summand[])) / values.length;
  },
};

type Summand = bigint | number;

function finite(sum: number): number {
  if (Number.isFinite(sum)) return sum;
  throw new Refused('LIMIT_EXCEEDED', 'a sum within the range of its type was expected, got more');
}

function inOrder(values: readonly ReferenceValue[], { compare }: ReferenceScalar) {
  return values.toSorted(compare);
}

function byLength(values: readonly ReferenceValue[]): ReferenceValue[] {
  return values.toSorted((left, right) => {
    return codePointCount(String(left)) - codePointCount(String(right));
  });
}

function written(value: ReferenceValue | undefined, { write }: ReferenceScalar): unknown {
  return value === undefined ? null : write(value);
}
