/**
 * Lengths of the parts of a payload, for prepare, which checks them, and apply, which walks over
 * what was checked. The grammar is in schema/commit.md.
 *
 *     payload       dictionary, transactions
 *     dictionary    bytes u32, symbols u16, references u16, symbol ..., reference 32 B ...
 *     symbol        kind u8, length u8, text
 *     transaction   bytes u32, leaf u8, id 16 B, actor u16, deltas u16, delta ...
 *     delta         opcode u8, operands
 *     value         kind u8, content
 */

import {
  VALUE_BOOL,
  VALUE_BYTES,
  VALUE_FLOAT64,
  VALUE_ID,
  VALUE_INT64,
  VALUE_MAP,
  VALUE_NULL,
  VALUE_STRING,
  VALUE_TIMESTAMP,
} from '../abi.ts';

export const DICTIONARY_HEADER_BYTES: u32 = 8;
export const SYMBOL_HEADER_BYTES: u32 = 2;
/** After its length word: leaf, id, actor, delta count. */
export const TRANSACTION_HEADER_BYTES: u32 = 21;
export const SELECT_NODE_BYTES: u32 = 17;
/** Opcode, from, to, type, key. */
export const EDGE_NAME_BYTES: u32 = 39;
/** Opcode, type, number. */
export const CREATE_NODE_BYTES: u32 = 11;
/** Opcode, type, key length; then the key. */
export const CREATE_BY_KEY_BYTES: u32 = 5;
/** Opcode, path; then the value. */
export const SET_BYTES: u32 = 3;
/** Opcode, path, reference, position, amount. */
export const INCREMENT_BYTES: u32 = 15;

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
  return kind <= VALUE_MAP;
}

/** Bytes of a checked value, its kind byte included. */
export function valueBytes(at: usize): u32 {
  const kind: u32 = load<u8>(at);
  if (kind == VALUE_STRING || kind == VALUE_BYTES) return 5 + load<u32>(at, 1);
  return 1 + fixedValueBytes(kind);
}
