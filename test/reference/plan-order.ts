/** The order of values, rows and places, from E1, E13 and E15 of schema/plan.md. */

import { IdValue, ListValue, Timestamp, type Value, valueKind } from '../../src/delta/value.ts';
import type { Place, SortKey } from '../../src/engine/plan.ts';
import type { PlacePair, PlanContext, Row } from './plan-context.ts';
import { readField } from './plan-field.ts';

/** Negative, 0 or positive. */
export function compareValues(left: Value, right: Value): number {
  if (left === null || right === null) return Number(left === null) - Number(right === null);
  const kinds = valueKind(left) - valueKind(right);
  if (kinds !== 0) return kinds;
  if (typeof left === 'string' && typeof right === 'string') return compareText(left, right);
  if (typeof left === 'number' && typeof right === 'number') return compareFloats(left, right);
  if (left instanceof IdValue && right instanceof IdValue) return compareText(left.id, right.id);
  if (left instanceof Uint8Array && right instanceof Uint8Array) return Buffer.compare(left, right);
  if (left instanceof Timestamp && right instanceof Timestamp) {
    return compare(left.microseconds, right.microseconds);
  }
  if (typeof left === 'bigint' && typeof right === 'bigint') return compare(left, right);
  if (left instanceof ListValue && right instanceof ListValue) {
    const order = left.items
      .map((item, index) => compareItems(item, right.items[index]))
      .find((each) => each !== 0);
    return order ?? left.items.length - right.items.length;
  }
  return typeof left === 'boolean' ? Number(left) - Number(right) : 0;
}

/** Where one list has ended the lengths decide. */
function compareItems(left: Value, right: Value | undefined): number {
  return right === undefined ? 0 : compareValues(left, right);
}

export function compareText(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

function compareFloats(left: number, right: number): number {
  const [isLeft, isRight] = [Number.isNaN(left), Number.isNaN(right)];
  return isLeft || isRight ? Number(isLeft) - Number(isRight) : compare(left, right);
}

function compare<T extends bigint | number>(left: T, right: T): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** Two rows of one list; paths edge by edge. */
export function compareIdentity(left: Row, right: Row): number {
  if (left.path === undefined || right.path === undefined) return compareSteps(left, right);
  const lengths = left.path.length - right.path.length;
  if (lengths !== 0) return lengths;
  for (const [index, step] of left.path.entries()) {
    const order = compareSteps(step, right.path[index] ?? step);
    if (order !== 0) return order;
  }
  return 0;
}

function compareSteps(left: Row, right: Row): number {
  return (
    compareText(left.node, right.node) ||
    (left.edge?.key ?? 0) - (right.edge?.key ?? 0) ||
    compareText(left.edge?.type ?? '', right.edge?.type ?? '') ||
    Number(left.isEntering ?? false) - Number(right.isEntering ?? false)
  );
}

export function sortRows(
  context: PlanContext,
  rows: readonly Row[],
  keys: readonly SortKey[],
): Row[] {
  return rows.toSorted((left, right) => {
    const places = { left: placeOf(context, left, keys), right: placeOf(context, right, keys) };
    const order = compareKeys(context, keys, places);
    return order || context.rules.compareIdentity(left, right);
  });
}

/** Where a row stands. */
export function placeOf({ graph }: PlanContext, row: Row, keys: readonly SortKey[]): Place {
  const values = keys.map(({ field }) => readField(graph, field, row));
  return { values, id: row.node, edgeKey: row.edge?.key ?? 0 };
}

export function comparePlaces(
  context: PlanContext,
  keys: readonly SortKey[],
  places: PlacePair,
): number {
  const { left, right } = places;
  return (
    compareKeys(context, keys, places) ||
    compareText(left.id, right.id) ||
    (left.edgeKey ?? 0) - (right.edgeKey ?? 0)
  );
}

function compareKeys(
  { rules }: PlanContext,
  keys: readonly SortKey[],
  { left, right }: PlacePair,
): number {
  for (const [index, { isDescending }] of keys.entries()) {
    const [one, other] = [left.values[index] ?? null, right.values[index] ?? null];
    const order = rules.compareValues(one, other);
    if (order !== 0) return isDescending === true ? -order : order;
  }
  return 0;
}
