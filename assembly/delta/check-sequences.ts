/** The checks of deltas of sequences, and what each can need at most; as those of check.ts. */

import { STATUS_EMPTY, STATUS_TOO_LONG, SYMBOL_PATH } from '../abi.ts';
import {
  AT_ROOT,
  ITEM_NUMBERS,
  PLACE_OF_MOVE_VALUE,
  PLACE_VALUE,
  REMOVED_RUNS_MAX,
  RIGHT_OF,
  STATUS_BAD_PLACE,
} from '../abi-collections.ts';
import { newCollectionReserve } from '../graph/collections.ts';
import { newSequenceReserve } from '../graph/sequences.ts';
import { badSymbol, checkItem, checkNamed, countCell, refuse, truncated } from './check-values.ts';
import { Dictionary } from './dictionary.ts';
import { Group } from './group.ts';
import {
  INSERTED_COUNT_BYTES,
  ITEM_NAME_BYTES,
  NAMED_OFFSET,
  NUMBER_OFFSET,
  REMOVE_ITEMS_BYTES,
  REMOVED_RUN_BYTES,
  SET_BYTES,
  SIDE_BYTES,
} from './reader.ts';

/** What shows has a cell, what it is merged from another one, and the register a third. */
const CELLS_BESIDE: u32 = 2;

/** Whatever the values need on their own, they are in places of one sequence. */
export function checkInsert(dictionary: Dictionary, at: usize, end: usize): usize {
  const group = Group.get();
  if (!checkPath(dictionary, at, end, NAMED_OFFSET)) return 0;
  const counted = checkSide(dictionary, at + NAMED_OFFSET, end);
  if (counted == 0) return 0;
  if (counted + INSERTED_COUNT_BYTES > end) {
    return truncated(dictionary, counted, end, INSERTED_COUNT_BYTES);
  }
  const count: u32 = load<u16>(counted);
  if (!checkNumbers(dictionary, at + NUMBER_OFFSET, counted, count)) return 0;
  const reserved = group.arenaBytes;
  const values = counted + INSERTED_COUNT_BYTES;
  let next = values;
  for (let index: u32 = 0; index < count; index++) {
    next = checkItem(dictionary, next, end);
    if (next == 0) return 0;
  }
  const placeBytes = count * PLACE_VALUE + <u32>(next - values);
  group.arenaBytes = reserved + newCollectionReserve(0) + newSequenceReserve(placeBytes);
  countCell();
  group.cells += CELLS_BESIDE;
  group.adds += 1;
  return next;
}

export function checkRemoveItems(dictionary: Dictionary, at: usize, end: usize): usize {
  if (!checkPath(dictionary, at, end, REMOVE_ITEMS_BYTES)) return 0;
  const counted = at + SET_BYTES;
  const count: u32 = load<u16>(counted);
  if (count == 0) return refuse(dictionary, counted, STATUS_EMPTY, 1, 0);
  if (count > REMOVED_RUNS_MAX) {
    return refuse(dictionary, counted, STATUS_TOO_LONG, REMOVED_RUNS_MAX, count);
  }
  const first = at + REMOVE_ITEMS_BYTES;
  const last = first + count * REMOVED_RUN_BYTES;
  if (last > end) return truncated(dictionary, first, end, count * REMOVED_RUN_BYTES);
  for (let run = first; run < last; run += REMOVED_RUN_BYTES) {
    if (!checkNamed(dictionary, run)) return 0;
    const items = run + ITEM_NAME_BYTES;
    if (!checkNumbers(dictionary, items - 2, items, load<u16>(items))) return 0;
  }
  Group.get().changes += 1;
  return last;
}

export function checkMove(dictionary: Dictionary, at: usize, end: usize): usize {
  const group = Group.get();
  const item = at + NAMED_OFFSET;
  if (!checkPath(dictionary, at, end, NAMED_OFFSET + ITEM_NAME_BYTES)) return 0;
  if (!checkNamed(dictionary, item)) return 0;
  const next = checkSide(dictionary, item + ITEM_NAME_BYTES, end);
  if (next == 0) return 0;
  // It may be of a sequence that the same group makes.
  group.arenaBytes += newSequenceReserve(PLACE_OF_MOVE_VALUE + 1);
  group.changes += 1;
  group.adds += 1;
  return next;
}

/** Opcode, path, and the rest of so many bytes in all. */
function checkPath(dictionary: Dictionary, at: usize, end: usize, bytes: u32): bool {
  if (at + bytes > end) {
    truncated(dictionary, at, end, bytes);
    return false;
  }
  const path: u32 = load<u16>(at, 1);
  if (dictionary.isKind(path, SYMBOL_PATH)) return true;
  badSymbol(dictionary, at + 1, path);
  return false;
}

/** Where an item comes: at the root, or at a side of a place. */
function checkSide(dictionary: Dictionary, at: usize, end: usize): usize {
  if (at + SIDE_BYTES > end) return truncated(dictionary, at, end, SIDE_BYTES);
  const side: u32 = load<u8>(at);
  if (side == AT_ROOT) return at + SIDE_BYTES;
  if (side > RIGHT_OF) return refuse(dictionary, at, STATUS_BAD_PLACE, RIGHT_OF, side);
  const place = at + SIDE_BYTES;
  if (place + ITEM_NAME_BYTES > end) return truncated(dictionary, place, end, ITEM_NAME_BYTES);
  return checkNamed(dictionary, place) ? place + ITEM_NAME_BYTES : 0;
}

/** So many numbers from one on: one at least, and none beyond the last. */
function checkNumbers(dictionary: Dictionary, first: usize, counted: usize, count: u32): bool {
  const most = ITEM_NUMBERS - load<u16>(first);
  if (count > 0 && count <= most) return true;
  if (count == 0) refuse(dictionary, counted, STATUS_EMPTY, 1, 0);
  else refuse(dictionary, counted, STATUS_TOO_LONG, most, count);
  return false;
}
