/**
 * The checks of single deltas, and what each can need at most. A checker takes the place of its
 * delta and answers the place after it, or 0 with the failure noted.
 */

import {
  FAILURE_DELTA,
  ID_BYTES,
  KEY_BYTES_MAX,
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
  REFERENCE_NONE,
  REMOVED_ADDS_MAX,
  STATUS_BAD_ID,
  STATUS_BAD_OPCODE,
  STATUS_BAD_UTF8,
  STATUS_EMPTY,
  STATUS_NO_SUBJECT,
  STATUS_OK,
  STATUS_TOO_LONG,
  STATUS_TRAILING_BYTES,
  STATUS_TRUNCATED,
  SYMBOL_EDGE_TYPE,
  SYMBOL_NODE_TYPE,
  SYMBOL_PATH,
} from '../abi.ts';
import { OP_INSERT, OP_MOVE, OP_REMOVE_ITEMS } from '../abi-collections.ts';
import { newCollectionReserve } from '../graph/collections.ts';
import { pieceBytesOf } from '../graph/set-pieces.ts';
import { blobReserve } from '../memory/blobs.ts';
import { isId, isUtf8 } from '../memory/bytes.ts';
import { checkInsert, checkMove, checkRemoveItems } from './check-sequences.ts';
import {
  badSymbol,
  checkItem,
  checkNamed,
  checkValue,
  countCell,
  refuse,
  truncated,
} from './check-values.ts';
import { Dictionary } from './dictionary.ts';
import { fail, failFull, Group, setFailure } from './group.ts';
import { idByKey, idByNumber } from './identity.ts';
import {
  CREATE_BY_KEY_BYTES,
  CREATE_NODE_BYTES,
  EDGE_NAME_BYTES,
  INCREMENT_BYTES,
  REMOVED_ADD_BYTES,
  REMOVED_COUNT_BYTES,
  SELECT_NODE_BYTES,
  SET_BYTES,
  SYMBOL_HEADER_BYTES,
} from './reader.ts';

const OPCODE_BYTES: u32 = 1;

/** Checks the deltas of one transaction, which must fill its bytes. */
export function checkDeltas(dictionary: Dictionary, start: usize, end: usize, count: u32): u32 {
  let at = start;
  let hasSubject = false;
  for (let delta: u32 = 0; delta < count; delta++) {
    setFailure(FAILURE_DELTA, delta);
    const offset = <u32>(at - dictionary.payload);
    if (at + OPCODE_BYTES > end) return fail(STATUS_TRUNCATED, offset, OPCODE_BYTES, 0);
    const opcode: u32 = load<u8>(at);
    if (opcode >= OP_DELETE && !hasSubject && opcode <= OP_MOVE) {
      return fail(STATUS_NO_SUBJECT, offset, 0, opcode);
    }
    if (opcode < OP_DELETE) hasSubject = true;
    at = checkDelta(dictionary, at, end, opcode);
    if (at == 0) return Group.get().status;
  }
  if (at == end) return STATUS_OK;
  return fail(STATUS_TRAILING_BYTES, <u32>(at - dictionary.payload), 0, <u32>(end - at));
}

function checkDelta(dictionary: Dictionary, at: usize, end: usize, opcode: u32): usize {
  switch (opcode) {
    case OP_SELECT_NODE:
      return checkSelectNode(dictionary, at, end);
    case OP_SELECT_EDGE:
    case OP_CREATE_EDGE:
      return checkEdge(dictionary, at, end, opcode);
    case OP_CREATE_NODE:
      return checkCreateNode(dictionary, at, end);
    case OP_CREATE_NODE_BY_KEY:
      return checkCreateByKey(dictionary, at, end);
    case OP_DELETE:
      Group.get().cells += 1;
      Group.get().changes += 2;
      return at + OPCODE_BYTES;
    case OP_SET:
      return checkSet(dictionary, at, end);
    case OP_INCREMENT:
      return checkIncrement(dictionary, at, end);
    case OP_ADD:
      return checkAdd(dictionary, at, end);
    case OP_REMOVE:
      return checkRemove(dictionary, at, end);
    case OP_INSERT:
      return checkInsert(dictionary, at, end);
    case OP_REMOVE_ITEMS:
      return checkRemoveItems(dictionary, at, end);
    case OP_MOVE:
      return checkMove(dictionary, at, end);
    default:
      return refuse(dictionary, at, STATUS_BAD_OPCODE, OP_MOVE, opcode);
  }
}

function checkSelectNode(dictionary: Dictionary, at: usize, end: usize): usize {
  if (at + SELECT_NODE_BYTES > end) return truncated(dictionary, at, end, SELECT_NODE_BYTES);
  if (!isId(at + 1)) return refuse(dictionary, at + 1, STATUS_BAD_ID, ID_BYTES, 0);
  Group.get().nodes += 1;
  return at + SELECT_NODE_BYTES;
}

function checkEdge(dictionary: Dictionary, at: usize, end: usize, opcode: u32): usize {
  const group = Group.get();
  if (at + EDGE_NAME_BYTES > end) return truncated(dictionary, at, end, EDGE_NAME_BYTES);
  if (!isId(at + 1)) return refuse(dictionary, at + 1, STATUS_BAD_ID, ID_BYTES, 0);
  if (!isId(at + 17)) return refuse(dictionary, at + 17, STATUS_BAD_ID, ID_BYTES, 0);
  const type: u32 = load<u16>(at, 33);
  if (!dictionary.isKind(type, SYMBOL_EDGE_TYPE)) return badSymbol(dictionary, at + 33, type);
  group.nodes += 2;
  group.edges += 1;
  if (load<u32>(at, 35) != 0) group.cells += 1;
  if (opcode == OP_CREATE_EDGE) group.changes += 1;
  return at + EDGE_NAME_BYTES;
}

function checkCreateNode(dictionary: Dictionary, at: usize, end: usize): usize {
  if (at + CREATE_NODE_BYTES > end) return truncated(dictionary, at, end, CREATE_NODE_BYTES);
  const type: u32 = load<u16>(at, 1);
  if (!dictionary.isKind(type, SYMBOL_NODE_TYPE)) return badSymbol(dictionary, at + 1, type);
  const symbol = dictionary.symbolAt(type);
  const id = takeId();
  if (id == 0) return noRoom(dictionary, at);
  idByNumber(id, symbol + SYMBOL_HEADER_BYTES, load<u8>(symbol, 1), at + 3);
  Group.get().nodes += 1;
  Group.get().changes += 1;
  return at + CREATE_NODE_BYTES;
}

function checkCreateByKey(dictionary: Dictionary, at: usize, end: usize): usize {
  const group = Group.get();
  if (at + CREATE_BY_KEY_BYTES > end) return truncated(dictionary, at, end, CREATE_BY_KEY_BYTES);
  const type: u32 = load<u16>(at, 1);
  if (!dictionary.isKind(type, SYMBOL_NODE_TYPE)) return badSymbol(dictionary, at + 1, type);
  const length: u32 = load<u16>(at, 3);
  const key = at + CREATE_BY_KEY_BYTES;
  if (length == 0) return refuse(dictionary, at + 3, STATUS_EMPTY, 1, 0);
  if (length > KEY_BYTES_MAX) {
    return refuse(dictionary, at + 3, STATUS_TOO_LONG, KEY_BYTES_MAX, length);
  }
  if (key + length > end) return truncated(dictionary, key, end, length);
  if (!isUtf8(key, length)) return refuse(dictionary, key, STATUS_BAD_UTF8, 0, 0);
  const symbol = dictionary.symbolAt(type);
  const id = takeId();
  if (id == 0) return noRoom(dictionary, at);
  idByKey(id, symbol + SYMBOL_HEADER_BYTES, load<u8>(symbol, 1), key, length);
  group.nodes += 1;
  group.cells += 1;
  group.changes += 1;
  group.arenaBytes += blobReserve(length);
  return key + length;
}

function checkSet(dictionary: Dictionary, at: usize, end: usize): usize {
  if (at + SET_BYTES > end) return truncated(dictionary, at, end, SET_BYTES);
  const path: u32 = load<u16>(at, 1);
  if (!dictionary.isKind(path, SYMBOL_PATH)) return badSymbol(dictionary, at + 1, path);
  countCell();
  return checkValue(dictionary, at + SET_BYTES, end);
}

function checkIncrement(dictionary: Dictionary, at: usize, end: usize): usize {
  if (at + INCREMENT_BYTES > end) return truncated(dictionary, at, end, INCREMENT_BYTES);
  const path: u32 = load<u16>(at, 1);
  if (!dictionary.isKind(path, SYMBOL_PATH)) return badSymbol(dictionary, at + 1, path);
  const isNone = load<u16>(at, 3) == REFERENCE_NONE;
  if (!isNone && !checkNamed(dictionary, at + 3)) return 0;
  countCell();
  return at + INCREMENT_BYTES;
}

/** Whatever the value needs on its own, it is a piece of a set. */
function checkAdd(dictionary: Dictionary, at: usize, end: usize): usize {
  const group = Group.get();
  if (at + SET_BYTES > end) return truncated(dictionary, at, end, SET_BYTES);
  const path: u32 = load<u16>(at, 1);
  if (!dictionary.isKind(path, SYMBOL_PATH)) return badSymbol(dictionary, at + 1, path);
  const reserved = group.arenaBytes;
  const next = checkItem(dictionary, at + SET_BYTES, end);
  if (next == 0) return 0;
  const pieceBytes = pieceBytesOf(<u32>(next - at) - SET_BYTES);
  group.arenaBytes = reserved + newCollectionReserve(pieceBytes);
  countCell();
  // What shows has a cell, and what it is merged from another one.
  group.cells += 1;
  group.adds += 1;
  return next;
}

function checkRemove(dictionary: Dictionary, at: usize, end: usize): usize {
  const group = Group.get();
  if (at + SET_BYTES > end) return truncated(dictionary, at, end, SET_BYTES);
  const path: u32 = load<u16>(at, 1);
  if (!dictionary.isKind(path, SYMBOL_PATH)) return badSymbol(dictionary, at + 1, path);
  const reserved = group.arenaBytes;
  const counted = checkItem(dictionary, at + SET_BYTES, end);
  if (counted == 0) return 0;
  group.arenaBytes = reserved;
  const first = counted + REMOVED_COUNT_BYTES;
  if (first > end) return truncated(dictionary, counted, end, REMOVED_COUNT_BYTES);
  const count: u32 = load<u16>(counted);
  if (count == 0) return refuse(dictionary, counted, STATUS_EMPTY, 1, 0);
  if (count > REMOVED_ADDS_MAX) {
    return refuse(dictionary, counted, STATUS_TOO_LONG, REMOVED_ADDS_MAX, count);
  }
  const last = first + count * REMOVED_ADD_BYTES;
  if (last > end) return truncated(dictionary, first, end, count * REMOVED_ADD_BYTES);
  for (let named = first; named < last; named += REMOVED_ADD_BYTES) {
    if (!checkNamed(dictionary, named)) return 0;
  }
  group.changes += 1;
  return last;
}

/** Place for the next computed id, or 0 without room; apply takes them in the same order. */
function takeId(): usize {
  const group = Group.get();
  const place = group.scratch;
  if (place + ID_BYTES > group.scratchEnd) return 0;
  group.scratch = place + ID_BYTES;
  return place;
}

function noRoom(dictionary: Dictionary, at: usize): usize {
  failFull(<u32>(at - dictionary.payload));
  return 0;
}
