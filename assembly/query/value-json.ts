/** A value as JSON in the format that its place in a plan has; what does not fit ends the run. */

import { FORMAT_LIST, PLAN_UNREPRESENTABLE, VALUE_BYTES_ROOM, VALUE_LIST } from '../abi.ts';
import { Cell } from '../graph/cells.ts';
import { valueBytes } from '../graph/value-bytes.ts';
import { compareBlobs } from '../graph/values.ts';
import { blobData, blobLength } from '../memory/blobs.ts';
import { base64Bytes, writeBase64 } from './base64.ts';
import { NUMBER_BYTES_MAX, writeFloat } from './decimal.ts';
import { writeInteger } from './digits.ts';
import { isDuration } from './duration-check.ts';
import { textRoom, writeBoolean, writeNull, writeText } from './json.ts';
import { isJson } from './json-check.ts';
import { itemCell } from './lists.ts';
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
/** As text, where it is one of those that the place has. */
const WRITE_AMONG: u8 = 11;
/** As a list of values. */
const WRITE_LIST: u8 = 12;
/** As it stands, where it is JSON; as text, where it is a duration. */
const WRITE_JSON: u8 = 13;
const WRITE_DURATION: u8 = 14;
const NEVER: u8 = 0;
/** A row for each format, and in it a column for each kind of value, from null on. */
// biome-ignore format: a table
const WAYS = memory.data<u8>([
  NEVER, WRITE_BOOLEAN, WRITE_INTEGER, WRITE_FLOAT_OR_NULL, WRITE_TEXT,
  WRITE_BYTES, WRITE_INTEGER, WRITE_TEXT, WRITE_MAP, WRITE_INTEGER, WRITE_LIST,

  NEVER, NEVER, WRITE_INTEGER_32, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, WRITE_INTEGER_32,
  NEVER,
  NEVER, NEVER, WRITE_INTEGER_TEXT, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, WRITE_INTEGER_TEXT,
  NEVER,
  NEVER, NEVER, NEVER, WRITE_FLOAT, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER,
  NEVER, NEVER, NEVER, NEVER, WRITE_TEXT, NEVER, NEVER, WRITE_TEXT, NEVER, NEVER, NEVER,
  NEVER, WRITE_BOOLEAN, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER,
  NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, WRITE_TIME, NEVER, NEVER, NEVER, NEVER,
  NEVER, NEVER, NEVER, NEVER, NEVER, WRITE_BYTES, NEVER, NEVER, NEVER, NEVER, NEVER,
  NEVER, NEVER, NEVER, NEVER, WRITE_AMONG, NEVER, NEVER, WRITE_AMONG, NEVER, NEVER, NEVER,
  NEVER, NEVER, NEVER, NEVER, WRITE_JSON, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER,
  NEVER, NEVER, NEVER, NEVER, WRITE_DURATION, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER,
]);
const KINDS: u32 = VALUE_LIST + 1;

/** Of each shape that writes values: how. */
const FORM_FORMAT: usize = 4;
const FORM_TEXTS: usize = 8;
const QUOTE: u8 = 0x22;
const COMMA: u8 = 0x2c;
const OPEN_LIST: u8 = 0x5b;
const CLOSE_LIST: u8 = 0x5d;
const INT32_MIN: i64 = -2147483648;
const INT32_MAX: i64 = 2147483647;

/** `cell` holds a value; the shape says how it is written. May grow. */
export function putValue(cell: Cell, shape: usize): void {
  if (!hasRoom(roomOf(cell))) return;
  const run = Run.get();
  const way = wayOf(cell, load<u32>(shape, FORM_FORMAT));
  run.out = <u32>writeValue(run.out, cell, way, shape);
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
  if ((format & FORMAT_LIST) == 0) return load<u8>(WAYS + format * KINDS + cell.kind);
  return cell.kind == VALUE_LIST ? WRITE_LIST : NEVER;
}

/** Whether a text is one of those that the shape has. */
function isAmong(text: u32, shape: usize): bool {
  const texts: usize = load<u32>(shape, FORM_TEXTS);
  let low: u32 = 0;
  let end = load<u32>(texts);
  while (low < end) {
    const middle = (low + end) >> 1;
    const order = compareBlobs(text, load<u32>(texts + 4 + (middle << 2)));
    if (order == 0) return true;
    if (order < 0) end = middle;
    else low = middle + 1;
  }
  return false;
}

/** Items are no lists: it goes one level deep. */
function writeList(to: usize, blob: u32, shape: usize): usize {
  const format = load<u32>(shape, FORM_FORMAT) & ~FORMAT_LIST;
  const end = blobData(blob) + blobLength(blob);
  let place = to;
  store<u8>(place, OPEN_LIST);
  place += 1;
  for (let item = blobData(blob); item < end; item += valueBytes(item)) {
    if (item != blobData(blob)) {
      store<u8>(place, COMMA);
      place += 1;
    }
    const cell = changetype<Cell>(itemCell(item));
    place = writeValue(place, cell, wayOf(cell, format), shape);
  }
  store<u8>(place, CLOSE_LIST);
  return place + 1;
}

/**
 * Writes to an address behind which there is room, and returns the address behind it. The shape has
 * the form of the value.
 */
export function writeValue(to: usize, cell: Cell, way: u32, shape: usize): usize {
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
    case WRITE_AMONG:
      if (!isAmong(<u32>value, shape)) return refuse(to);
      return writeText(to, blobData(<u32>value), blobLength(<u32>value));
    case WRITE_DURATION:
      if (!isDuration(<u32>value)) return refuse(to);
      return writeText(to, blobData(<u32>value), blobLength(<u32>value));
    case WRITE_JSON:
      return isJson(<u32>value) ? copyText(to, <u32>value) : refuse(to);
    case WRITE_LIST:
      return writeList(to, <u32>value, shape);
    case WRITE_MAP:
      store<u16>(to, 0x7d7b);
      return to + 2;
    default:
      return refuse(to);
  }
}

function copyText(to: usize, blob: u32): usize {
  memory.copy(to, blobData(blob), blobLength(blob));
  return to + blobLength(blob);
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
