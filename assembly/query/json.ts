/**
 * JSON text. What is called `write…` goes to an address behind which its caller has made room, and
 * answers with the address behind what it wrote; what is called `put…` makes room in the answer of
 * the run, and writes nothing when there is none.
 */

import { hasRoom, Run } from './run.ts';

/** Behind what is written: longer stores may reach so far. */
export const SPARE_BYTES: u32 = 16;
/** A byte of text takes so many at most: \u001f. */
const ESCAPED_BYTES_MAX: u32 = 6;

/**
 * What tells a control character and a quote from the rest: turned by the first they are no more
 * than the second; and then the backslash. In memory a constant of 16 bytes costs one load.
 */
// biome-ignore format: a table
const ESCAPES = memory.data<u8>([
  2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
  32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32,
  92, 92, 92, 92, 92, 92, 92, 92, 92, 92, 92, 92, 92, 92, 92, 92,
]);

const QUOTE: u8 = 0x22;
const BACKSLASH: u8 = 0x5c;
const SPACE: u8 = 0x20;
const LETTER_U: u8 = 0x75;
/** What stands behind the backslash for 0x08 to 0x0d; 0x0b has no short form. */
const SHORT_ESCAPES = memory.data<u8>([0x62, 0x74, 0x6e, 0, 0x66, 0x72]);
/** From the n-th on: the bytes of a chunk that come to its front, n behind, and then none. */
// biome-ignore format: a table
const MOVES = memory.data<u8>([
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
  16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16,
]);
/** From the n-th on: what fills the last n bytes of a chunk with what needs no escape. */
// biome-ignore format: a table
const SPACES = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32,
]);

/** Room for a text of so many bytes, in quotes. */
export function textRoom(bytes: u32): u32 {
  return bytes * ESCAPED_BYTES_MAX + 2 + SPARE_BYTES;
}

export function putByte(byte: u8): void {
  if (!hasRoom(1)) return;
  const run = Run.get();
  store<u8>(run.out, byte);
  run.out += 1;
}

/** JSON as it stands at an address, behind which 16 bytes more can be read. */
export function putJson(json: usize, bytes: u32): void {
  if (!hasRoom(bytes + SPARE_BYTES)) return;
  const run = Run.get();
  run.out = <u32>writeJson(run.out, json, bytes);
}

export function putNull(): void {
  if (!hasRoom(4)) return;
  const run = Run.get();
  run.out = <u32>writeNull(run.out);
}

export function putBoolean(value: bool): void {
  if (!hasRoom(8)) return;
  const run = Run.get();
  run.out = <u32>writeBoolean(run.out, value);
}

/** UTF-8 text in quotes. */
export function putText(text: usize, bytes: u32): void {
  if (!hasRoom(textRoom(bytes))) return;
  const run = Run.get();
  run.out = <u32>writeText(run.out, text, bytes);
}

/** 16 characters of base62 in quotes. */
export function putId(id: usize): void {
  if (!hasRoom(18)) return;
  const run = Run.get();
  run.out = <u32>writeId(run.out, id);
}

export function writeJson(to: usize, json: usize, bytes: u32): usize {
  v128.store(to, v128.load(json));
  for (let at: usize = 16; at < bytes; at += 16) v128.store(to + at, v128.load(json + at));
  return to + bytes;
}

export function writeNull(to: usize): usize {
  store<u32>(to, 0x6c6c756e);
  return to + 4;
}

export function writeBoolean(to: usize, value: bool): usize {
  if (value) {
    store<u32>(to, 0x65757274);
    return to + 4;
  }
  store<u32>(to, 0x736c6166);
  store<u8>(to, 0x65, 4);
  return to + 5;
}

export function writeId(to: usize, id: usize): usize {
  store<u8>(to, QUOTE);
  v128.store(to + 1, v128.load(id));
  store<u8>(to, QUOTE, 17);
  return to + 18;
}

/** UTF-8 text at an address. */
@unmanaged
export class Text {
  @inline static at(text: usize): Text {
    return changetype<Text>(text);
  }

  /**
   * Writes it in quotes, without a call, since most of an answer is that. It copies what needs no
   * escape 16 bytes at a time. The last chunk ends with the text, so that nothing behind it is
   * read; what it has from the one before is copied twice.
   */
  @inline write(to: usize, bytes: u32): usize {
    const text = changetype<usize>(this);
    store<u8>(to, QUOTE);
    if (bytes < 16) return writeShort(to + 1, text, bytes);
    const last = text + bytes - 16;
    let place = to + 1;
    let at = text;
    for (; at < last; at += 16) {
      const chunk = v128.load(at);
      v128.store(place, chunk);
      if (needsEscape(chunk)) return writeEscaped(place, at, last + 16);
      place += 16;
    }
    const chunk = v128.load(last);
    v128.store(place - (at - last), chunk);
    if (needsEscape(chunk)) return writeEscaped(place, at, last + 16);
    place += last + 16 - at;
    store<u8>(place, QUOTE);
    return place + 1;
  }
}

function needsEscape(chunk: v128): bool {
  const turned = v128.xor(chunk, v128.load(ESCAPES));
  const isLow = i8x16.eq(i8x16.min_u(turned, v128.load(ESCAPES, 16)), turned);
  const isBackslash = i8x16.eq(chunk, v128.load(ESCAPES, 32));
  return i8x16.bitmask(v128.or(isLow, isBackslash)) != 0;
}

export function writeText(to: usize, text: usize, bytes: u32): usize {
  return Text.at(text).write(to, bytes);
}

/** Less than a chunk, which ends with the text, and is moved to its front; and the quote. */
function writeShort(to: usize, text: usize, bytes: u32): usize {
  const moved = i8x16.swizzle(v128.load(text + bytes - 16), v128.load(MOVES + (16 - bytes)));
  v128.store(to, moved);
  if (needsEscape(v128.or(moved, v128.load(SPACES + (16 - bytes))))) {
    return writeEscaped(to, text, text + bytes);
  }
  store<u8>(to + bytes, QUOTE);
  return to + bytes + 1;
}

/** The rest of a text, which has something to escape, and the quote. */
function writeEscaped(to: usize, text: usize, end: usize): usize {
  let place = to;
  let at = text;
  for (; at + 16 <= end; at += 16) {
    const chunk = v128.load(at);
    v128.store(place, chunk);
    place = needsEscape(chunk) ? escapeBytes(place, at, 16) : place + 16;
  }
  place = escapeBytes(place, at, <u32>(end - at));
  store<u8>(place, QUOTE);
  return place + 1;
}

function escapeBytes(to: usize, at: usize, bytes: u32): usize {
  let place = to;
  for (let index: u32 = 0; index < bytes; index++) {
    const byte = load<u8>(at + index);
    if (byte >= SPACE && byte != QUOTE && byte != BACKSLASH) {
      store<u8>(place, byte);
      place += 1;
    } else place = escapeByte(place, byte);
  }
  return place;
}

function escapeByte(to: usize, byte: u8): usize {
  store<u8>(to, BACKSLASH);
  const short: u8 = byte >= SPACE ? byte : shortEscape(byte);
  store<u8>(to, short, 1);
  if (short != LETTER_U) return to + 2;
  store<u16>(to, 0x3030, 2);
  store<u8>(to, hexDigit(byte >>> 4), 4);
  store<u8>(to, hexDigit(byte & 15), 5);
  return to + 6;
}

function shortEscape(byte: u8): u8 {
  if (byte < 0x08 || byte > 0x0d || byte == 0x0b) return LETTER_U;
  return load<u8>(SHORT_ESCAPES + (byte - 0x08));
}

function hexDigit(value: u8): u8 {
  return value < 10 ? 0x30 + value : 0x57 + value;
}
