/**
 * Checks on bytes that come from outside. Each reader takes the place and the end, and answers
 * whether the bytes are of the right form; below these checks the engine asserts.
 */

import { PATH_DEPTH_MAX, SYMBOL_BYTES_MAX } from '../abi.ts';

const DOT: u32 = 0x2e;
const BACKSLASH: u32 = 0x5c;

/** 16 characters of 0-9, A-Z, a-z. */
export function isId(at: usize): bool {
  const text = v128.load(at);
  const digit = within(text, 0x30, 9);
  const upper = within(text, 0x41, 25);
  const lower = within(text, 0x61, 25);
  return v128.all_true<i8>(v128.or(digit, v128.or(upper, lower)));
}

/** Well-formed UTF-8 without surrogates or overlong forms (RFC 3629). */
export function isUtf8(start: usize, length: u32): bool {
  const end = start + length;
  let at = start;
  while (at < end) {
    if (at + 16 <= end && v128.bitmask<i8>(v128.load(at)) == 0) {
      at += 16;
      continue;
    }
    const lead: u32 = load<u8>(at);
    if (lead < 0x80) {
      at += 1;
      continue;
    }
    const size = sequenceBytes(lead);
    if (size == 0 || at + size > end || !isSequence(at, lead, size)) return false;
    at += size;
  }
  return true;
}

/**
 * A property path: segments parted by '.', none empty; inside one, '\' stands only before '.' or
 * '\'. The text is UTF-8 already.
 */
export function isPath(start: usize, length: u32): bool {
  if (length == 0 || length > SYMBOL_BYTES_MAX) return false;
  let depth: u32 = 1;
  let segment: u32 = 0;
  for (let index: u32 = 0; index < length; index++) {
    const byte: u32 = load<u8>(start + index);
    if (byte == DOT) {
      if (segment == 0) return false;
      depth += 1;
      segment = 0;
      continue;
    }
    if (byte == BACKSLASH) {
      index += 1;
      if (index == length) return false;
      const escaped: u32 = load<u8>(start + index);
      if (escaped != DOT && escaped != BACKSLASH) return false;
    }
    segment += 1;
  }
  return segment > 0 && depth <= PATH_DEPTH_MAX;
}

/** Bytes before the last '.' that parts segments; 0 for a path of one segment. */
export function parentPathBytes(start: usize, length: u32): u32 {
  let parent: u32 = 0;
  for (let index: u32 = 0; index < length; index++) {
    const byte: u32 = load<u8>(start + index);
    if (byte == BACKSLASH) index += 1;
    else if (byte == DOT) parent = index;
  }
  return parent;
}

export function sameBytes(left: usize, right: usize, length: u32): bool {
  return memory.compare(left, right, length) == 0;
}

function within(text: v128, first: u8, span: u8): v128 {
  return i8x16.le_u(i8x16.sub(text, i8x16.splat(first)), i8x16.splat(span));
}

function sequenceBytes(lead: u32): u32 {
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

function isSequence(at: usize, lead: u32, size: u32): bool {
  for (let index: u32 = 1; index < size; index++) {
    if ((load<u8>(at + index) & 0xc0) != 0x80) return false;
  }
  const second: u32 = load<u8>(at + 1);
  if (lead == 0xe0) return second >= 0xa0;
  if (lead == 0xed) return second < 0xa0;
  if (lead == 0xf0) return second >= 0x90;
  return lead != 0xf4 || second < 0x90;
}

/** Whether the memory has all bytes of a range. */
export function isInMemory(at: usize, bytes: u32): bool {
  return <u64>at + bytes <= (<u64>memory.size()) << 16;
}
