/**
 * The order of values (schema/plan.md, src/delta/value-order.ts): a missing one, here address 0, is
 * greater than every other; then by kind, and within a kind by content.
 */

import {
  ID_BYTES,
  VALUE_BOOL,
  VALUE_COUNTER,
  VALUE_FLOAT64,
  VALUE_ID,
  VALUE_INT64,
  VALUE_LIST,
  VALUE_MAP,
} from '../abi.ts';
import { blobData, blobLength } from '../memory/blobs.ts';
import { Cell } from './cells.ts';
import { hasLength, valueBytes } from './value-bytes.ts';

const SIGN: u64 = 1 << 63;
const NAN: u64 = 0xffffffffffffffff;

/** The kind of a value as it reads: a counter is an int64. */
export function readKind(cell: Cell): u32 {
  const kind = cell.kind;
  return kind == VALUE_COUNTER ? VALUE_INT64 : kind;
}

/** Negative, 0 or positive. */
export function compareCells(left: usize, right: usize): i32 {
  if (left == 0 || right == 0) return left == right ? 0 : left == 0 ? 1 : -1;
  const leftCell = changetype<Cell>(left);
  const rightCell = changetype<Cell>(right);
  const kind = readKind(leftCell);
  const rightKind = readKind(rightCell);
  if (kind == VALUE_INT64 && rightKind == VALUE_INT64) {
    return compareIntegers(<i64>leftCell.value, <i64>rightCell.value);
  }
  if (kind != rightKind) return kind < rightKind ? -1 : 1;
  if (kind == VALUE_LIST) return compareLists(<u32>leftCell.value, <u32>rightCell.value);
  if (leftCell.isBlob) return compareBlobs(<u32>leftCell.value, <u32>rightCell.value);
  const leftBits = orderedBits(kind, leftCell.value);
  const rightBits = orderedBits(kind, rightCell.value);
  if (leftBits == rightBits) return 0;
  return leftBits < rightBits ? -1 : 1;
}

function compareIntegers(left: i64, right: i64): i32 {
  if (left == right) return 0;
  return left < right ? -1 : 1;
}

/** Bits that are ordered as unsigned numbers the way the values of a kind without blobs are. */
export function orderedBits(kind: u32, value: u64): u64 {
  if (kind == VALUE_MAP) return 0;
  if (kind != VALUE_FLOAT64) return value ^ SIGN;
  const float = reinterpret<f64>(value);
  if (F64.isNaN(float)) return NAN;
  const bits: u64 = float == 0 ? 0 : value;
  return (bits & SIGN) == 0 ? bits | SIGN : ~bits;
}

/** Item by item; a list stands before one that it begins. */
function compareLists(left: u32, right: u32): i32 {
  let leftItem = blobData(left);
  let rightItem = blobData(right);
  const leftEnd = leftItem + blobLength(left);
  const rightEnd = rightItem + blobLength(right);
  while (leftItem < leftEnd && rightItem < rightEnd) {
    const order = compareItems(leftItem, rightItem);
    if (order != 0) return order;
    leftItem += valueBytes(leftItem);
    rightItem += valueBytes(rightItem);
  }
  if (leftItem == leftEnd && rightItem == rightEnd) return 0;
  return leftItem == leftEnd ? -1 : 1;
}

/** Two items of lists, which are no lists themselves. */
export function compareItems(left: usize, right: usize): i32 {
  const kind: u32 = load<u8>(left);
  const rightKind: u32 = load<u8>(right);
  if (kind != rightKind) return kind < rightKind ? -1 : 1;
  // What has a length stands like a blob.
  if (hasLength(kind)) return compareBlobs(<u32>(left + 1), <u32>(right + 1));
  if (kind == VALUE_ID) return memory.compare(left + 1, right + 1, ID_BYTES);
  const leftBits = orderedBits(kind, itemBits(left));
  const rightBits = orderedBits(kind, itemBits(right));
  if (leftBits == rightBits) return 0;
  return leftBits < rightBits ? -1 : 1;
}

/** The 8 bytes that a cell would have of an item that needs no blob. */
export function itemBits(item: usize): u64 {
  return load<u8>(item) == VALUE_BOOL ? load<u8>(item, 1) : load<u64>(item, 1);
}

/** A prefix stands before what it begins. */
export function compareBlobs(left: u32, right: u32): i32 {
  const leftLength = blobLength(left);
  const rightLength = blobLength(right);
  const order = memory.compare(blobData(left), blobData(right), min(leftLength, rightLength));
  if (order != 0 || leftLength == rightLength) return order;
  return leftLength < rightLength ? -1 : 1;
}
