/**
 * The values a property can hold. A nested map is no value: it is flattened to property paths
 * (`location.latitude`), and the map itself is the marker `EMPTY_MAP` at its own path.
 */

import {
  VALUE_BOOL,
  VALUE_BYTES,
  VALUE_FLOAT64,
  VALUE_ID,
  VALUE_INT64,
  VALUE_LIST,
  VALUE_MAP,
  VALUE_NULL,
  VALUE_STRING,
  VALUE_TIMESTAMP,
} from '../../assembly/abi.ts';

/** A point in time: microseconds since 1970-01-01 UTC. */
export class Timestamp {
  readonly microseconds: bigint;

  constructor(microseconds: bigint) {
    this.microseconds = microseconds;
  }
}

/** A reference to a node by its id, as a value. */
export class IdValue {
  readonly id: string;

  constructor(id: string) {
    this.id = id;
  }
}

/** A map that has no entries of its own; its members are cells at longer paths. */
export class MapMarker {
  readonly kind = 'map';
}

export const EMPTY_MAP = new MapMarker();

/** Values one after another, replaced as a whole. */
export class ListValue {
  readonly items: readonly ListItem[];

  constructor(items: readonly ListItem[]) {
    this.items = items;
  }
}

/** What a list can hold. */
export type ListItem = Exclude<Value, null | MapMarker | ListValue>;

export function isListItem(value: Value): value is ListItem {
  return !(value === null || value instanceof MapMarker || value instanceof ListValue);
}

/** int64 is a bigint and float64 a number, so that no value's kind is ever guessed. */
export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | Timestamp
  | IdValue
  | MapMarker
  | ListValue;

/** The kind number of a value, as the engine and the payload write it. */
export function valueKind(value: Value): number {
  if (value === null) return VALUE_NULL;
  switch (typeof value) {
    case 'boolean':
      return VALUE_BOOL;
    case 'bigint':
      return VALUE_INT64;
    case 'number':
      return VALUE_FLOAT64;
    case 'string':
      return VALUE_STRING;
    default:
      if (value instanceof Uint8Array) return VALUE_BYTES;
      if (value instanceof Timestamp) return VALUE_TIMESTAMP;
      if (value instanceof ListValue) return VALUE_LIST;
      return value instanceof IdValue ? VALUE_ID : VALUE_MAP;
  }
}

/** Equality of kind and content; NaN equals NaN, 0 and -0 differ, as their bytes do. */
export function sameValue(left: Value, right: Value): boolean {
  if (valueKind(left) !== valueKind(right)) return false;
  if (left instanceof Uint8Array && right instanceof Uint8Array) {
    return left.length === right.length && left.every((byte, index) => byte === right[index]);
  }
  if (left instanceof Timestamp && right instanceof Timestamp) {
    return left.microseconds === right.microseconds;
  }
  if (left instanceof IdValue && right instanceof IdValue) return left.id === right.id;
  if (left instanceof ListValue && right instanceof ListValue) {
    const others = right.items;
    if (left.items.length !== others.length) return false;
    return left.items.every((item, index) => sameValue(item, others[index] ?? null));
  }
  return left instanceof MapMarker || Object.is(left, right);
}
