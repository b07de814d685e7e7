/** A value as JSON in the format that its place in a plan has; what does not fit ends the run. */

import {
  FORMAT_ANY,
  FORMAT_BOOLEAN,
  FORMAT_BYTES,
  FORMAT_FLOAT,
  FORMAT_INT32,
  FORMAT_INT64_TEXT,
  FORMAT_TEXT,
  FORMAT_TIMESTAMP,
  PLAN_UNREPRESENTABLE,
  VALUE_BOOL,
  VALUE_BYTES,
  VALUE_BYTES_ROOM,
  VALUE_FLOAT64,
  VALUE_ID,
  VALUE_INT64,
  VALUE_STRING,
  VALUE_TIMESTAMP,
} from '../abi.ts';
import { Cell } from '../graph/cells.ts';
import { readKind } from '../graph/values.ts';
import { blobData, blobLength } from '../memory/blobs.ts';
import { base64Bytes, writeBase64 } from './base64.ts';
import { NUMBER_BYTES_MAX, writeFloat, writeInteger } from './decimal.ts';
import { textRoom, writeBoolean, writeNull, writeText } from './json.ts';
import { hasRoom, Run } from './run.ts';
import { isWritableTime, TIMESTAMP_BYTES_MAX, writeTimestamp } from './timestamp.ts';

if (VALUE_BYTES_ROOM < NUMBER_BYTES_MAX + 2) ERROR('a number in quotes must fit its room');
if (VALUE_BYTES_ROOM < TIMESTAMP_BYTES_MAX) ERROR('a timestamp must fit its room');

const QUOTE: u8 = 0x22;
const INT32_MIN: i64 = -2147483648;
const INT32_MAX: i64 = 2147483647;

/** `cell` holds a value. May grow. */
export function putValue(cell: Cell, format: u32): void {
  if (!hasRoom(roomOf(cell))) return;
  const run = Run.get();
  run.out = <u32>writeValue(run.out, cell, format);
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

/** Writes to an address behind which there is room, and returns the address behind it. */
export function writeValue(to: usize, cell: Cell, format: u32): usize {
  const kind = readKind(cell);
  const value = cell.value;
  if (format == FORMAT_TEXT && (kind == VALUE_STRING || kind == VALUE_ID)) {
    return writeBlobText(to, value);
  }
  if (format == FORMAT_INT32 && kind == VALUE_INT64 && isInt32(<i64>value)) {
    return writeInteger(to, <i64>value);
  }
  if (format == FORMAT_FLOAT && kind == VALUE_FLOAT64 && isFiniteFloat(value)) {
    return writeFloat(to, reinterpret<f64>(value));
  }
  if (format == FORMAT_ANY) return writeAny(to, kind, value);
  return writeRare(to, kind, value, format);
}

export function isFiniteFloat(bits: u64): bool {
  return ((bits >>> 52) & 0x7ff) != 0x7ff;
}

function writeRare(to: usize, kind: u32, value: u64, format: u32): usize {
  if (format == FORMAT_BOOLEAN && kind == VALUE_BOOL) return writeBoolean(to, value != 0);
  if (format == FORMAT_INT64_TEXT && kind == VALUE_INT64) {
    store<u8>(to, QUOTE);
    const end = writeInteger(to + 1, <i64>value);
    store<u8>(end, QUOTE);
    return end + 1;
  }
  if (format == FORMAT_TIMESTAMP && kind == VALUE_TIMESTAMP && isWritableTime(<i64>value)) {
    return writeTimestamp(to, <i64>value);
  }
  if (format == FORMAT_BYTES && kind == VALUE_BYTES) return writeBytes(to, value);
  Run.get().fail(PLAN_UNREPRESENTABLE);
  return to;
}

function writeAny(to: usize, kind: u32, value: u64): usize {
  if (kind == VALUE_STRING || kind == VALUE_ID) return writeBlobText(to, value);
  if (kind == VALUE_INT64 || kind == VALUE_TIMESTAMP) return writeInteger(to, <i64>value);
  if (kind == VALUE_BOOL) return writeBoolean(to, value != 0);
  if (kind == VALUE_BYTES) return writeBytes(to, value);
  if (kind == VALUE_FLOAT64) {
    return isFiniteFloat(value) ? writeFloat(to, reinterpret<f64>(value)) : writeNull(to);
  }
  store<u16>(to, 0x7d7b);
  return to + 2;
}

function writeBlobText(to: usize, blob: u64): usize {
  return writeText(to, blobData(<u32>blob), blobLength(<u32>blob));
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
