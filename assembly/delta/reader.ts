/**
 * Lengths of the parts of a payload, for prepare, which checks them, and apply, which walks over
 * what was checked. The grammar is in schema/commit.md.
 *
 *     payload       dictionary, transactions
 *     dictionary    bytes u32, symbols u16, references u16, symbol ..., reference 32 B ...
 *     symbol        kind u8, length u8, text
 *     transaction   bytes u32, leaf u8, id 16 B, actor u16, deltas u16, delta ...
 *     delta         opcode u8, operands
 *     value         kind u8, content (graph/value-bytes.ts)
 */

import {
  OP_ADD,
  OP_CREATE_EDGE,
  OP_CREATE_NODE,
  OP_CREATE_NODE_BY_KEY,
  OP_DELETE,
  OP_INCREMENT,
  OP_REMOVE,
  OP_SELECT_EDGE,
  OP_SELECT_NODE,
  OP_SET,
} from '../abi.ts';
import { AT_ROOT, OP_INSERT, OP_MOVE, OP_REMOVE_ITEMS } from '../abi-collections.ts';
import { bytesOf, valueBytes } from '../graph/value-bytes.ts';

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
/** Opcode, path; then the value. Of an add and a removal, too. */
export const SET_BYTES: u32 = 3;
/** In a removal, after the value: how many adds it names u16; then these. */
export const REMOVED_COUNT_BYTES: u32 = 2;
/** Reference, position. */
export const REMOVED_ADD_BYTES: u32 = 4;
/** Opcode, path, reference, position, amount. */
export const INCREMENT_BYTES: u32 = 15;

/** In an insert and a move, after opcode and path: the first number. Then what is named. */
export const NUMBER_OFFSET: u32 = 3;
export const NAMED_OFFSET: u32 = 5;
/** Reference, position, number: of an item, or of a place. */
export const ITEM_NAME_BYTES: u32 = 6;
/** Where an item comes: one byte at the root; else a side, and the place. */
export const SIDE_BYTES: u32 = 1;
/** In an insert, before its values: how many u16. */
export const INSERTED_COUNT_BYTES: u32 = 2;
/** In a removal of items, opcode, path, how many runs u16; then these. */
export const REMOVE_ITEMS_BYTES: u32 = 5;
/** The first item, how many u16. */
export const REMOVED_RUN_BYTES: u32 = 8;

/** Bytes that say where an item comes. */
export function sideBytes(at: usize): u32 {
  return <u32>load<u8>(at) == AT_ROOT ? SIDE_BYTES : SIDE_BYTES + ITEM_NAME_BYTES;
}

/** Bytes of a checked delta, its opcode included. */
export function deltaBytes(at: usize): u32 {
  switch (<u32>load<u8>(at)) {
    case OP_SELECT_NODE:
      return SELECT_NODE_BYTES;
    case OP_CREATE_NODE:
      return CREATE_NODE_BYTES;
    case OP_CREATE_NODE_BY_KEY:
      return CREATE_BY_KEY_BYTES + load<u16>(at, 3);
    case OP_SELECT_EDGE:
    case OP_CREATE_EDGE:
      return EDGE_NAME_BYTES;
    case OP_DELETE:
      return 1;
    case OP_SET:
    case OP_ADD:
      return SET_BYTES + valueBytes(at + SET_BYTES);
    case OP_REMOVE: {
      const count = SET_BYTES + valueBytes(at + SET_BYTES);
      return count + REMOVED_COUNT_BYTES + load<u16>(at + count) * REMOVED_ADD_BYTES;
    }
    case OP_INSERT: {
      const counted = NAMED_OFFSET + sideBytes(at + NAMED_OFFSET);
      const values = counted + INSERTED_COUNT_BYTES;
      return values + bytesOf(at + values, load<u16>(at + counted));
    }
    case OP_REMOVE_ITEMS:
      return REMOVE_ITEMS_BYTES + load<u16>(at, 3) * REMOVED_RUN_BYTES;
    case OP_MOVE:
      return NAMED_OFFSET + ITEM_NAME_BYTES + sideBytes(at + NAMED_OFFSET + ITEM_NAME_BYTES);
    default:
      assert(<u32>load<u8>(at) == OP_INCREMENT);
      return INCREMENT_BYTES;
  }
}
