/** Groups of rows and figures of their values, from E17 to E20 of schema/plan.md. */

import type { Value } from '../../src/delta/value.ts';
import type { Figure } from '../../src/engine/plan.ts';
import type { PlanContext, ReadField, Row } from './plan-context.ts';
import { exactSum, roundedSum } from './plan-sum.ts';

/** In the order of their values. */
export function groups(
  { rules }: PlanContext,
  rows: readonly Row[],
  by: readonly ReadField[],
): Row[][] {
  const compare = (left: Row, right: Row): number => {
    const orders = by.map((read) => rules.compareValues(read(left), read(right)));
    return orders.find((order) => order !== 0) ?? 0;
  };
  const groups: Row[][] = [];
  for (const row of rows.toSorted(compare)) {
    const last = groups.at(-1);
    const [first] = last ?? [];
    if (last !== undefined && first !== undefined && compare(first, row) === 0) last.push(row);
    else groups.push([row]);
  }
  return groups;
}

/** Null without any value to go by; undefined where no value of ours can hold it. */
export function figure(
  { rules }: PlanContext,
  figure: Figure,
  values: readonly Value[],
): Value | undefined {
  const numbers = values.filter((value) => typeof value === 'bigint' || typeof value === 'number');
  const texts = values.filter((value) => typeof value === 'string');
  const byLength = (some: readonly string[], compare: (length: number, other: number) => number) =>
    some.toSorted((left, right) => {
      const order = compare(Array.from(left).length, Array.from(right).length);
      return order === 0 ? rules.compareValues(left, right) : order;
    });
  const inOrder = values.toSorted((left, right) => rules.compareValues(left, right));
  switch (figure) {
    case 'min':
      return inOrder[0] ?? null;
    case 'max':
      return inOrder.at(-1) ?? null;
    case 'sum':
      return numbers.length === 0 ? null : exactSum(numbers);
    case 'average':
      return numbers.length === 0 ? null : roundedSum(numbers) / numbers.length;
    case 'shortest':
      return byLength(texts, (length, other) => length - other)[0] ?? null;
    case 'longest':
      return byLength(texts, (length, other) => other - length)[0] ?? null;
  }
}
