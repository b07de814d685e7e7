/**
 * Lengths of values as payloads have them, and lists as cells do.
 *
 *     value   kind u8, content
 *     list    bytes u32, value ...    its content; none is null, a map or a list
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
} from '../abi.ts';

/** Bytes of a value's content when its kind fixes them; -1 when a length word leads it. */
export function fixedValueBytes(kind: u32): i32 {
  switch (kind) {
    case VALUE_NULL:
    case VALUE_MAP:
      return 0;
    case VALUE_BOOL:
      return 1;
    case VALUE_INT64:
    case VALUE_FLOAT64:
    case VALUE_TIMESTAMP:
      return 8;
    case VALUE_ID:
      return 16;
    default:
      return -1;
  }
}

/** Whether a payload may hold this kind of value. */
export function isValueKind(kind: u32): bool {
  return kind <= VALUE_MAP || kind == VALUE_LIST;
}

/** Whether a list may. */
export function isItemKind(kind: u32): bool {
  return kind != VALUE_NULL && kind < VALUE_MAP;
}

/** Whether a length word leads the content of a value. */
export function hasLength(kind: u32): bool {
  return kind == VALUE_STRING || kind == VALUE_BYTES || kind == VALUE_LIST;
}

/** Bytes of a checked value, its kind byte included. */
export function valueBytes(at: usize): u32 {
  const kind: u32 = load<u8>(at);
  if (hasLength(kind)) return 5 + load<u32>(at, 1);
  return 1 + fixedValueBytes(kind);
}

/** Bytes of so many values that follow one another. */
export function bytesOf(values: usize, count: u32): u32 {
  let at = values;
  for (let index: u32 = 0; index < count; index++) at += valueBytes(at);
  return <u32>(at - values);
}
