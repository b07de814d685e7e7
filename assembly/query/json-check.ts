/**
 * Whether a text is JSON in its one form (schema/definition.md): what JSON.stringify writes of a
 * value whose keys are in order. Another replica may have written any text where JSON is expected,
 * and a plan writes the text as it stands.
 */

import { JSON_BYTES_MAX, JSON_DEPTH_MAX } from '../abi-texts.ts';
import { blobData, blobLength } from '../memory/blobs.ts';
import { isDigit } from './ascii-digits.ts';
import { isNumber } from './number-check.ts';

const QUOTE: u8 = 0x22;
const BACKSLASH: u8 = 0x5c;
const COMMA: u8 = 0x2c;
const COLON: u8 = 0x3a;
const OPEN_LIST: u8 = 0x5b;
const CLOSE_LIST: u8 = 0x5d;
const OPEN_OBJECT: u8 = 0x7b;
const CLOSE_OBJECT: u8 = 0x7d;
const SPACE: u8 = 0x20;
const LETTER_U: u8 = 0x75;
const DIGIT_0: u8 = 0x30;
const TRUE: u32 = 0x65757274;
const FALSE: u32 = 0x736c6166;
const NULL: u32 = 0x6c6c756e;
const LETTER_E: u8 = 0x65;
/** Keys up to it are numbers to JavaScript, which lists them first. */
const INDEX_MAX: u64 = 4294967294;
const INDEX_DIGITS_MAX: usize = 10;

/** Of UTF-8 text in a blob. Null alone stands for no value. */
export function isJson(blob: u32): bool {
  const length = blobLength(blob);
  const text = blobData(blob);
  const end = text + length;
  if (length > JSON_BYTES_MAX || isWord(text, end, NULL)) return false;
  return valueEnd(text, end, 0) == end;
}

/** The address behind the value that begins there, or 0. It recurs JSON_DEPTH_MAX times at most. */
function valueEnd(at: usize, end: usize, depth: u32): usize {
  if (at >= end) return 0;
  const byte = load<u8>(at);
  if (byte == QUOTE) return textEnd(at, end);
  if (byte == OPEN_OBJECT) return depth == JSON_DEPTH_MAX ? 0 : objectEnd(at + 1, end, depth + 1);
  if (byte == OPEN_LIST) return depth == JSON_DEPTH_MAX ? 0 : listEnd(at + 1, end, depth + 1);
  if (isWord(at, end, TRUE) || isWord(at, end, NULL)) return at + 4;
  if (isWord(at, end, FALSE)) return at + 4 < end && load<u8>(at, 4) == LETTER_E ? at + 5 : 0;
  return numberEnd(at, end);
}

/** Whether four letters stand there. */
function isWord(at: usize, end: usize, word: u32): bool {
  return at + 4 <= end && load<u32>(at) == word;
}

function listEnd(first: usize, end: usize, depth: u32): usize {
  if (first < end && load<u8>(first) == CLOSE_LIST) return first + 1;
  let at = first;
  while (at < end) {
    at = valueEnd(at, end, depth);
    if (at == 0 || at >= end) return 0;
    const byte = load<u8>(at);
    if (byte == CLOSE_LIST) return at + 1;
    if (byte != COMMA) return 0;
    at += 1;
  }
  return 0;
}

function objectEnd(first: usize, end: usize, depth: u32): usize {
  if (first < end && load<u8>(first) == CLOSE_OBJECT) return first + 1;
  let at = first;
  let last: usize = 0;
  let lastEnd: usize = 0;
  while (at < end) {
    if (load<u8>(at) != QUOTE) return 0;
    const key = at + 1;
    at = textEnd(at, end);
    if (at == 0 || at >= end || load<u8>(at) != COLON) return 0;
    const keyEnd = at - 1;
    if (last != 0 && !isKeyBefore(last, lastEnd, key, keyEnd)) return 0;
    last = key;
    lastEnd = keyEnd;
    at = valueEnd(at + 1, end, depth);
    if (at == 0 || at >= end) return 0;
    const byte = load<u8>(at);
    if (byte == CLOSE_OBJECT) return at + 1;
    if (byte != COMMA) return 0;
    at += 1;
  }
  return 0;
}

function textEnd(first: usize, end: usize): usize {
  for (let at = first + 1; at < end; ) {
    const byte = load<u8>(at);
    if (byte == QUOTE) return at + 1;
    if (byte < SPACE) return 0;
    if (byte == BACKSLASH) {
      const bytes = escapeBytes(at, end);
      if (bytes == 0) return 0;
      at += bytes;
    } else at += 1;
  }
  return 0;
}

/** Bytes of an escape as JSON.stringify writes it, or 0. */
function escapeBytes(at: usize, end: usize): usize {
  if (at + 2 > end) return 0;
  const letter = load<u8>(at, 1);
  if (letter != LETTER_U) return letter == QUOTE || isShort(letter) ? 2 : 0;
  if (at + 6 > end || load<u16>(at, 2) != 0x3030) return 0;
  const high = load<u8>(at, 4);
  const low = load<u8>(at, 5);
  const isHex = isDigit(low) || (low >= 0x61 && low <= 0x66);
  if ((high != DIGIT_0 && high != DIGIT_0 + 1) || !isHex) return 0;
  return hasShort(escapedByte(at)) ? 0 : 6;
}

/** \\ \b \f \n \r \t */
function isShort(letter: u8): bool {
  if (letter == BACKSLASH || letter == 0x62 || letter == 0x66) return true;
  return letter == 0x6e || letter == 0x72 || letter == 0x74;
}

/** Control characters that are written in two letters. */
function hasShort(byte: u8): bool {
  return byte >= 0x08 && byte <= 0x0d && byte != 0x0b;
}

/** What an escape stands for. */
function escapedByte(at: usize): u8 {
  const letter = load<u8>(at, 1);
  switch (letter) {
    case 0x62:
      return 0x08;
    case 0x66:
      return 0x0c;
    case 0x6e:
      return 0x0a;
    case 0x72:
      return 0x0d;
    case 0x74:
      return 0x09;
    case LETTER_U: {
      const low = load<u8>(at, 5);
      const digit: u8 = isDigit(low) ? low - DIGIT_0 : low - 0x57;
      return ((load<u8>(at, 4) - DIGIT_0) << 4) | digit;
    }
    default:
      return letter;
  }
}

/** Numbers come first, by their size, then texts by their bytes, which is by code points. */
function isKeyBefore(left: usize, leftEnd: usize, right: usize, rightEnd: usize): bool {
  const isLeft = isIndex(left, leftEnd);
  if (isLeft != isIndex(right, rightEnd)) return isLeft;
  const leftLength = leftEnd - left;
  const rightLength = rightEnd - right;
  if (isLeft && leftLength != rightLength) return leftLength < rightLength;
  let leftAt = left;
  let rightAt = right;
  while (leftAt < leftEnd && rightAt < rightEnd) {
    const leftByte = byteAt(leftAt);
    const rightByte = byteAt(rightAt);
    if (leftByte != rightByte) return leftByte < rightByte;
    leftAt += bytesAt(leftAt);
    rightAt += bytesAt(rightAt);
  }
  return rightAt < rightEnd;
}

function isIndex(key: usize, end: usize): bool {
  const length = end - key;
  if (length == 0 || length > INDEX_DIGITS_MAX) return false;
  if (length > 1 && load<u8>(key) == DIGIT_0) return false;
  let index: u64 = 0;
  for (let at = key; at < end; at++) {
    const byte = load<u8>(at);
    if (!isDigit(byte)) return false;
    index = index * 10 + (byte - DIGIT_0);
  }
  return index <= INDEX_MAX;
}

function byteAt(at: usize): u8 {
  const byte = load<u8>(at);
  return byte == BACKSLASH ? escapedByte(at) : byte;
}

function bytesAt(at: usize): usize {
  if (load<u8>(at) != BACKSLASH) return 1;
  return load<u8>(at, 1) == LETTER_U ? 6 : 2;
}

function numberEnd(first: usize, end: usize): usize {
  let at = first;
  while (at < end && isOfNumber(load<u8>(at))) at += 1;
  return isNumber(first, at) ? at : 0;
}

/** Digits, and - + . e */
function isOfNumber(byte: u8): bool {
  if (isDigit(byte)) return true;
  return byte == 0x2d || byte == 0x2b || byte == 0x2e || byte == LETTER_E;
}
