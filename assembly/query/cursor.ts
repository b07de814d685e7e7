/**
 * Cursors of rows: base64url of a JSON list `[1, scope, identity, values…]`. The JSON is written
 * where the answer goes on, and then put into its characters behind it.
 */

import {
  VALUE_BOOL,
  VALUE_BYTES,
  VALUE_FLOAT64,
  VALUE_ID,
  VALUE_INT64,
  VALUE_LIST,
  VALUE_MAP,
  VALUE_STRING,
  VALUE_TIMESTAMP,
} from '../abi.ts';
import { Cell } from '../graph/cells.ts';
import { edgeKey, Node } from '../graph/elements.ts';
import { readKind } from '../graph/values.ts';
import { blobData, blobLength } from '../memory/blobs.ts';
import { REGION_OUTPUT, regionAddress } from '../memory/region.ts';
import { base64Bytes, writeBase64Url } from './base64.ts';
import { Field, readField } from './field.ts';
import { putBoolean, putByte, putId, putJson, putNull, putText } from './json.ts';
import { edgeOfWay, Gathered, RowPlace, RowsWords } from './rows.ts';
import { hasRoom, Run, scratchCell } from './run.ts';
import { isFiniteFloat, putBytes, putFloat, putInteger } from './value-json.ts';

const QUOTE: u8 = 0x22;
const COMMA: u8 = 0x2c;
const COLON: u8 = 0x3a;
const LETTER_I: u8 = 0x69;
const LETTER_F: u8 = 0x66;
const LETTER_T: u8 = 0x74;
const LETTER_B: u8 = 0x62;
const LETTER_N: u8 = 0x6e;
const KEY_DIGITS: u32 = 10;

/** Writes the cursor of a row of a page in quotes. */
export function putCursor(page: Gathered, index: u32): void {
  const run = Run.get();
  const row = RowPlace.at(page, index);
  const words = RowsWords.at(page.words);
  const node = row.node;
  const edge = edgeOfWay(words, row.way);
  putByte(QUOTE);
  const start = run.out - <u32>regionAddress(REGION_OUTPUT);
  putByte(0x5b);
  putByte(0x31);
  putByte(COMMA);
  putJson(page.scope, page.scopeBytes);
  putByte(COMMA);
  putIdentity(node, edge);
  for (let key: u32 = 0; key < words.keyCount; key++) {
    putByte(COMMA);
    const cell = readField(Field.at(words.key(key)), node, edge, scratchCell(0));
    if (cell == 0) putNull();
    else putCursorValue(changetype<Cell>(cell));
  }
  putByte(0x5d);
  encode(start);
  putByte(QUOTE);
}

function encode(start: u32): void {
  const run = Run.get();
  if (run.isOver) return;
  const bytes = run.out - <u32>regionAddress(REGION_OUTPUT) - start;
  if (!hasRoom(base64Bytes(bytes))) return;
  const json = regionAddress(REGION_OUTPUT) + start;
  const end = writeBase64Url(json + bytes, json, bytes);
  const length = <u32>(end - json - bytes);
  memory.copy(json, json + bytes, length);
  run.out = <u32>json + length;
}

/** The id, and behind a colon the key of the edge in ten digits where it is not 0. */
function putIdentity(node: u32, edge: u32): void {
  const key: u32 = edge == 0 ? 0 : edgeKey(edge);
  putId(changetype<usize>(Node.at(node)));
  if (key == 0 || !hasRoom(KEY_DIGITS + 2)) return;
  const run = Run.get();
  store<u8>(run.out - 1, COLON);
  let rest = key;
  for (let digit = KEY_DIGITS; digit > 0; digit--) {
    store<u8>(<usize>run.out + digit - 1, 0x30 + <u8>(rest % 10));
    rest /= 10;
  }
  store<u8>(run.out + KEY_DIGITS, QUOTE);
  run.out += KEY_DIGITS + 1;
}

function putCursorValue(cell: Cell): void {
  const kind = readKind(cell);
  const value = cell.value;
  if (kind == VALUE_MAP || kind == VALUE_LIST) putNull();
  else if (kind == VALUE_BOOL) putBoolean(value != 0);
  else if (kind == VALUE_STRING) putText(blobData(<u32>value), blobLength(<u32>value));
  else if (kind == VALUE_INT64) putTagged(LETTER_I, kind, value);
  else if (kind == VALUE_FLOAT64) putTagged(LETTER_F, kind, value);
  else if (kind == VALUE_TIMESTAMP) putTagged(LETTER_T, kind, value);
  else putTagged(kind == VALUE_BYTES ? LETTER_B : LETTER_N, kind, value);
}

/** `{"i":"12"}` */
function putTagged(letter: u8, kind: u32, value: u64): void {
  putByte(0x7b);
  putByte(QUOTE);
  putByte(letter);
  putByte(QUOTE);
  putByte(COLON);
  if (kind == VALUE_BYTES) putBytes(value);
  else if (kind == VALUE_ID) putText(blobData(<u32>value), blobLength(<u32>value));
  else {
    putByte(QUOTE);
    if (kind == VALUE_FLOAT64) putFloatName(value);
    else putInteger(<i64>value);
    putByte(QUOTE);
  }
  putByte(0x7d);
}

/** As JavaScript's String gives it. */
function putFloatName(bits: u64): void {
  if (isFiniteFloat(bits)) {
    putFloat(reinterpret<f64>(bits));
    return;
  }
  const isNan = bits << 12 != 0;
  if (!isNan && bits >>> 63 != 0) putByte(0x2d);
  putJson(isNan ? NAN_NAME : INFINITY_NAME, isNan ? 3 : 8);
}

/** `NaN` and `Infinity`, each with room behind it. */
const NAN_NAME = memory.data<u64>([0x4e614e, 0]);
const INFINITY_NAME = memory.data<u64>([0x7974696e69666e49, 0]);
