/**
 * The order of a list: by its keys, then by identity, so that it is total and the same in every
 * answer. A cursor holds what an element is ordered by, not where it stood: pages stay right while
 * other elements come and go, even when the cursor's own element goes.
 */

import type { Value } from '../delta/value.ts';
import { compareValues } from '../delta/value-order.ts';
import type { GraphView } from '../engine/graph-view.ts';
import type { Field } from '../engine/plan.ts';

export interface SortKey<T> {
  readonly name: string;
  readonly isDescending: boolean;
  /** What a plan reads. */
  readonly field: Field;
  read(graph: GraphView, element: T): Value;
}

export interface Ordering<T> {
  /** Names the list: cursors of another list are refused. */
  readonly scope: string;
  readonly keys: readonly SortKey<T>[];
  identity(graph: GraphView, element: T): string;
}

/** What an element is ordered by. */
export interface Place {
  /** One per key of the ordering. */
  readonly values: readonly Value[];
  readonly identity: string;
}

export interface Placed<T> extends Place {
  readonly element: T;
}

export function place<T>(
  graph: GraphView,
  elements: readonly T[],
  ordering: Ordering<T>,
): Placed<T>[] {
  const { keys } = ordering;
  return elements.map((element) => ({
    element,
    values: keys.length === 0 ? NO_VALUES : keys.map((key) => key.read(graph, element)),
    identity: ordering.identity(graph, element),
  }));
}

const NO_VALUES: readonly Value[] = [];

export type Comparison = (left: Place, right: Place) => number;

export function comparison(keys: readonly { readonly isDescending: boolean }[]): Comparison {
  return (left, right) => {
    for (const [index, key] of keys.entries()) {
      const order = compareValues(left.values[index] ?? null, right.values[index] ?? null);
      if (order !== 0) return key.isDescending ? -order : order;
    }
    // Identities are ASCII, of which every order of text is the same.
    if (left.identity === right.identity) return 0;
    return left.identity < right.identity ? -1 : 1;
  };
}

/**
 * The first `count` in order. Few out of many are found without sorting the many: what comes after
 * the last of the best so far is dropped unsorted.
 */
export function firstInOrder<T extends Place>(
  placed: readonly T[],
  compare: Comparison,
  count: number,
): T[] {
  if (count === 0) return [];
  const room = count * 2;
  if (room >= placed.length) return placed.toSorted(compare).slice(0, count);
  let best: T[] = [];
  let worst: T | undefined;
  for (const each of placed) {
    if (worst !== undefined && compare(each, worst) >= 0) continue;
    best.push(each);
    if (best.length < room) continue;
    best = best.sort(compare).slice(0, count);
    worst = best.at(-1);
  }
  return best.sort(compare).slice(0, count);
}
