/** What a range of nodes in order holds, by looking at each of them. */

import type { Value } from '../../src/delta/value.ts';
import { compareValues } from '../../src/delta/value-order.ts';
import type { OrderBound, OrderRange } from '../../src/engine/graph-view.ts';

export interface Item {
  readonly id: string;
  readonly value: Value;
}

/** Those in the range, by value and then by id, which ascends also where the values descend. */
export function inOrder(items: readonly Item[], range: OrderRange): Item[] {
  const { lower, upper, afterId, isDescending, limit } = range;
  const sign = isDescending === true ? -1 : 1;
  const begin = isDescending === true ? upper : lower;
  return items
    .filter(({ value }) => lower === undefined || holds(compareValues(value, lower.value), lower))
    .filter(({ value }) => upper === undefined || holds(compareValues(upper.value, value), upper))
    .filter(({ id, value }) => {
      if (afterId === undefined || begin === undefined) return true;
      return compareValues(value, begin.value) !== 0 || id > afterId;
    })
    .sort((l, r) => sign * compareValues(l.value, r.value) || (l.id < r.id ? -1 : 1))
    .slice(0, limit);
}

function holds(order: number, { isExcluded }: OrderBound): boolean {
  return order > 0 || (order === 0 && isExcluded !== true);
}
