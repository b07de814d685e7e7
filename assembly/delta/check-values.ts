/**
 * The checks of what deltas are made of: values, and transactions that they name; and what each
 * value can need at most. A checker answers the place after it, or 0 with the failure noted.
 */

import {
  FAILURE_TRANSACTION,
  ID_BYTES,
  REFERENCE_OWN,
  STATUS_BAD_BOOL,
  STATUS_BAD_FLOAT,
  STATUS_BAD_ID,
  STATUS_BAD_REFERENCE,
  STATUS_BAD_SYMBOL,
  STATUS_BAD_UTF8,
  STATUS_BAD_VALUE_KIND,
  STATUS_TOO_LONG,
  STATUS_TRUNCATED,
  VALUE_BOOL,
  VALUE_BYTES_MAX,
  VALUE_FLOAT64,
  VALUE_ID,
  VALUE_LIST,
  VALUE_STRING,
} from '../abi.ts';
import { fixedValueBytes, isItemKind, isValueKind } from '../graph/value-bytes.ts';
import { blobReserve } from '../memory/blobs.ts';
import { isId, isUtf8 } from '../memory/bytes.ts';
import { Dictionary } from './dictionary.ts';
import { fail, failureField, Group } from './group.ts';

const NAN_BITS: u64 = 0x7ff8000000000000;
const FLOAT_EXPONENT: u64 = 0x7ff0000000000000;
const FLOAT_MAGNITUDE: u64 = 0x7fffffffffffffff;

/** A transaction that is named, by a reference and a position: one that is not later. */
export function checkNamed(dictionary: Dictionary, at: usize): bool {
  const reference: u32 = load<u16>(at);
  const position: u32 = load<u16>(at, 2);
  if (reference != REFERENCE_OWN) {
    const count = dictionary.referenceCount;
    if (reference < count) return true;
    refuse(dictionary, at, STATUS_BAD_REFERENCE, count, reference);
    return false;
  }
  const own = failureField(FAILURE_TRANSACTION);
  if (position <= own) return true;
  refuse(dictionary, at + 2, STATUS_BAD_REFERENCE, own, position);
  return false;
}

/** A value that a list may have as an item. */
export function checkItem(dictionary: Dictionary, at: usize, end: usize): usize {
  if (at + 1 > end) return truncated(dictionary, at, end, 1);
  const kind: u32 = load<u8>(at);
  if (!isItemKind(kind)) return refuse(dictionary, at, STATUS_BAD_VALUE_KIND, VALUE_ID, kind);
  return checkContent(dictionary, at, end);
}

export function checkValue(dictionary: Dictionary, at: usize, end: usize): usize {
  if (at + 1 > end) return truncated(dictionary, at, end, 1);
  const kind: u32 = load<u8>(at);
  if (!isValueKind(kind)) {
    return refuse(dictionary, at, STATUS_BAD_VALUE_KIND, VALUE_LIST, kind);
  }
  return kind == VALUE_LIST ? checkList(dictionary, at, end) : checkContent(dictionary, at, end);
}

/** A value that is no list; its kind is one of those. */
function checkContent(dictionary: Dictionary, at: usize, end: usize): usize {
  const kind: u32 = load<u8>(at);
  const fixed = fixedValueBytes(kind);
  if (fixed < 0) return checkBytes(dictionary, at, end, kind);
  const content = at + 1;
  if (content + fixed > end) return truncated(dictionary, at, end, 1 + fixed);
  if (kind == VALUE_BOOL && load<u8>(content) > 1) {
    return refuse(dictionary, content, STATUS_BAD_BOOL, 1, load<u8>(content));
  }
  if (kind == VALUE_FLOAT64 && !isOneForm(load<u64>(content))) {
    return refuse(dictionary, content, STATUS_BAD_FLOAT, 0, 0);
  }
  if (kind == VALUE_ID) {
    if (!isId(content)) return refuse(dictionary, content, STATUS_BAD_ID, ID_BYTES, 0);
    Group.get().arenaBytes += blobReserve(ID_BYTES);
  }
  return content + fixed;
}

/** Whatever its items need on their own, the list is one blob. */
function checkList(dictionary: Dictionary, at: usize, end: usize): usize {
  const group = Group.get();
  const first = at + 5;
  if (first > end) return truncated(dictionary, at, end, 5);
  const length = load<u32>(at, 1);
  if (length > VALUE_BYTES_MAX) {
    return refuse(dictionary, at + 1, STATUS_TOO_LONG, VALUE_BYTES_MAX, length);
  }
  const last = first + length;
  if (last > end) return truncated(dictionary, first, end, length);
  const reserved = group.arenaBytes;
  for (let item = first; item < last; ) {
    item = checkItem(dictionary, item, last);
    if (item == 0) return 0;
  }
  group.arenaBytes = reserved + blobReserve(length);
  return last;
}

function checkBytes(dictionary: Dictionary, at: usize, end: usize, kind: u32): usize {
  if (at + 5 > end) return truncated(dictionary, at, end, 5);
  const length = load<u32>(at, 1);
  if (length > VALUE_BYTES_MAX) {
    return refuse(dictionary, at + 1, STATUS_TOO_LONG, VALUE_BYTES_MAX, length);
  }
  const content = at + 5;
  if (content + length > end) return truncated(dictionary, content, end, length);
  if (kind == VALUE_STRING && !isUtf8(content, length)) {
    return refuse(dictionary, content, STATUS_BAD_UTF8, 0, 0);
  }
  Group.get().arenaBytes += blobReserve(length);
  return content + length;
}

/** A float has one form of NaN, so that equal values have equal bytes. */
function isOneForm(bits: u64): bool {
  return (bits & FLOAT_MAGNITUDE) <= FLOAT_EXPONENT || bits == NAN_BITS;
}

export function countCell(): void {
  const group = Group.get();
  group.cells += 1;
  group.changes += 1;
}

export function truncated(dictionary: Dictionary, at: usize, end: usize, expected: u32): usize {
  return refuse(dictionary, at, STATUS_TRUNCATED, expected, <u32>(end - at));
}

export function badSymbol(dictionary: Dictionary, at: usize, number: u32): usize {
  return refuse(dictionary, at, STATUS_BAD_SYMBOL, dictionary.symbolCount, number);
}

export function refuse(
  dictionary: Dictionary,
  at: usize,
  status: u32,
  expected: u32,
  actual: u32,
): usize {
  fail(status, <u32>(at - dictionary.payload), expected, actual);
  return 0;
}
