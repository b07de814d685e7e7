/** A value as JSON in the format that its place in a plan has; what does not fit ends the run. */

import { PLAN_UNREPRESENTABLE, VALUE_BYTES_ROOM, VALUE_COUNTER } from '../abi.ts';
import { Cell } from '../graph/cells.ts';
import { blobData, blobLength } from '../memory/blobs.ts';
import { base64Bytes, writeBase64 } from './base64.ts';
import { NUMBER_BYTES_MAX, writeFloat } from './decimal.ts';
import { writeInteger } from './digits.ts';
import { textRoom, writeBoolean, writeNull, writeText } from './json.ts';
import { hasRoom, Run } from './run.ts';
import { isWritableTime, TIMESTAMP_BYTES_MAX, writeTimestamp } from './timestamp.ts';

if (VALUE_BYTES_ROOM < NUMBER_BYTES_MAX + 2) ERROR('a number in quotes must fit its room');
if (VALUE_BYTES_ROOM < TIMESTAMP_BYTES_MAX) ERROR('a timestamp must fit its room');

/** Ways in which values are written. */
export const WRITE_TEXT: u8 = 1;
const WRITE_BYTES: u8 = 2;
const WRITE_INTEGER: u8 = 3;
const WRITE_INTEGER_32: u8 = 4;
const WRITE_INTEGER_TEXT: u8 = 5;
const WRITE_FLOAT: u8 = 6;
const WRITE_FLOAT_OR_NULL: u8 = 7;
const WRITE_BOOLEAN: u8 = 8;
const WRITE_TIME: u8 = 9;
const WRITE_MAP: u8 = 10;
const NEVER: u8 = 0;
/** A row for each format, and in it a column for each kind of value, from null on. */
// biome-ignore format: a table
const WAYS = memory.data<u8>([
  NEVER, WRITE_BOOLEAN, WRITE_INTEGER, WRITE_FLOAT_OR_NULL, WRITE_TEXT,
  WRITE_BYTES, WRITE_INTEGER, WRITE_TEXT, WRITE_MAP, WRITE_INTEGER,

  NEVER, NEVER, WRITE_INTEGER_32, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, WRITE_INTEGER_32,
  NEVER, NEVER, WRITE_INTEGER_TEXT, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, WRITE_INTEGER_TEXT,
  NEVER, NEVER, NEVER, WRITE_FLOAT, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER,
  NEVER, NEVER, NEVER, NEVER, WRITE_TEXT, NEVER, NEVER, WRITE_TEXT, NEVER, NEVER,
  NEVER, WRITE_BOOLEAN, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER,
  NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, WRITE_TIME, NEVER, NEVER, NEVER,
  NEVER, NEVER, NEVER, NEVER, NEVER, WRITE_BYTES, NEVER, NEVER, NEVER, NEVER,
]);
const KINDS: u32 = VALUE_COUNTER + 1;

const QUOTE: u8 = 0x22;
const INT32_MIN: i64 = -2147483648;
const INT32_MAX: i64 = 2147483647;

/** `cell` holds a value. May grow. */
export function putValue(cell: Cell, format: u32): void {
  if (!hasRoom(roomOf(cell))) return;
  const run = Run.get();
  run.out = <u32>writeValue(run.out, cell, wayOf(cell, format));
}

export function putInteger(value: i64): void {
  if (!hasRoom(NUMBER_BYTES_MAX)) return;
  const run = Run.get();
  run.out = <u32>writeInteger(run.out, value);
}

/** A float that is finite. */
export function putFloat(value: f64): void {
  if (!hasRoom(NUMBER_BYTES_MAX)) return;
  const run = Run.get();
  run.out = <u32>writeFloat(run.out, value);
}

export function putBytes(blob: u64): void {
  if (!hasRoom(base64Bytes(blobLength(<u32>blob)) + 2)) return;
  const run = Run.get();
  run.out = <u32>writeBytes(run.out, blob);
}

/** Bytes that a value takes at most, in any format. */
export function roomOf(cell: Cell): u32 {
  return cell.isBlob ? textRoom(blobLength(<u32>cell.value)) : VALUE_BYTES_ROOM;
}

/** How the value of a cell is written in a format; a counter is written as the int64 that it is. */
export function wayOf(cell: Cell, format: u32): u32 {
  return load<u8>(WAYS + format * KINDS + cell.kind);
}

/** Writes to an address behind which there is room, and returns the address behind it. */
export function writeValue(to: usize, cell: Cell, way: u32): usize {
  const value = cell.value;
  switch (way) {
    case WRITE_TEXT:
      return writeText(to, blobData(<u32>value), blobLength(<u32>value));
    case WRITE_INTEGER:
      return writeInteger(to, <i64>value);
    case WRITE_FLOAT:
    case WRITE_FLOAT_OR_NULL:
      if (isFiniteFloat(value)) return writeFloat(to, reinterpret<f64>(value));
      return way == WRITE_FLOAT ? refuse(to) : writeNull(to);
    case WRITE_BOOLEAN:
      return writeBoolean(to, value != 0);
    case WRITE_INTEGER_32:
      return isInt32(<i64>value) ? writeInteger(to, <i64>value) : refuse(to);
    case WRITE_INTEGER_TEXT:
      return writeIntegerText(to, <i64>value);
    case WRITE_TIME:
      return isWritableTime(<i64>value) ? writeTimestamp(to, <i64>value) : refuse(to);
    case WRITE_BYTES:
      return writeBytes(to, value);
    case WRITE_MAP:
      store<u16>(to, 0x7d7b);
      return to + 2;
    default:
      return refuse(to);
  }
}

export function isFiniteFloat(bits: u64): bool {
  return ((bits >>> 52) & 0x7ff) != 0x7ff;
}

function refuse(to: usize): usize {
  Run.get().fail(PLAN_UNREPRESENTABLE);
  return to;
}

function writeIntegerText(to: usize, value: i64): usize {
  store<u8>(to, QUOTE);
  const end = writeInteger(to + 1, value);
  store<u8>(end, QUOTE);
  return end + 1;
}

function writeBytes(to: usize, blob: u64): usize {
  store<u8>(to, QUOTE);
  const end = writeBase64(to + 1, blobData(<u32>blob), blobLength(<u32>blob));
  store<u8>(end, QUOTE);
  return end + 1;
}

function isInt32(value: i64): bool {
  return value >= INT32_MIN && value <= INT32_MAX;
}
