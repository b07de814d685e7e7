/**
 * One order of values for filters, sorts and cursors. Text is ordered by code point, which is the
 * order of its UTF-8 bytes, so that a place that compares bytes comes to the same order.
 */

import { IdValue, ListValue, Timestamp, type Value, valueKind } from './value.ts';

/** Negative, 0 or positive. Null is greater than every value, as in Cypher. */
export function compareValues(left: Value, right: Value): number {
  if (left === null || right === null) {
    return left === right ? 0 : left === null ? 1 : -1;
  }
  if (typeof left === 'string' && typeof right === 'string') return compareText(left, right);
  if (typeof left === 'number' && typeof right === 'number') return compareNumbers(left, right);
  if (left instanceof Timestamp && right instanceof Timestamp) {
    return compare(left.microseconds, right.microseconds);
  }
  if (left instanceof IdValue && right instanceof IdValue) return compareText(left.id, right.id);
  if (left instanceof Uint8Array && right instanceof Uint8Array) return compareBytes(left, right);
  if (typeof left === 'bigint' && typeof right === 'bigint') return compare(left, right);
  if (typeof left === 'boolean' && typeof right === 'boolean') {
    return Number(left) - Number(right);
  }
  if (left instanceof ListValue && right instanceof ListValue) {
    return compareLists(left.items, right.items);
  }
  return valueKind(left) - valueKind(right);
}

/** Surrogates stand for code points above U+FFFF, but their units are below U+E000. */
export function compareText(left: string, right: string): number {
  if (left === right) return 0;
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const [a, b] = [left.charCodeAt(index), right.charCodeAt(index)];
    if (a === b) continue;
    const areBothHigh = a >= 0xd800 && b >= 0xd800;
    if (!areBothHigh || isSurrogate(a) === isSurrogate(b)) return a - b;
    return isSurrogate(a) ? 1 : -1;
  }
  return left.length - right.length;
}

/** Item by item; a list stands before one that it begins. */
function compareLists(left: readonly Value[], right: readonly Value[]): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const order = compareValues(left[index] ?? null, right[index] ?? null);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

/** NaN is equal to itself and greater than every number. */
function compareNumbers(left: number, right: number): number {
  if (Number.isNaN(left) || Number.isNaN(right)) {
    return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
  }
  return compare(left, right);
}

function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function compare<T extends bigint | number>(left: T, right: T): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
