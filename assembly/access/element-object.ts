/**
 * The object of the permission model that stands for an edge: `<from id>-<to id>`, and `-<key>`
 * behind it where the key is not 0. That of a node is its id.
 */

import { ID_BYTES } from '../abi.ts';

const DASH: u8 = 0x2d;
const ZERO: u8 = 0x30;
const KEY_DIGITS_MAX: usize = 10;

/** Writes the text, of 64 bytes at most, and answers its length; the ids stand at addresses. */
export function putEdgeObject(to: usize, from: usize, end: usize, key: u32): u32 {
  v128.store(to, v128.load(from));
  store<u8>(to, DASH, ID_BYTES);
  v128.store(to + ID_BYTES + 1, v128.load(end));
  let place = to + 2 * ID_BYTES + 1;
  if (key != 0) {
    store<u8>(place, DASH);
    place = putDecimal(place + 1, key);
  }
  return <u32>(place - to);
}

function putDecimal(to: usize, value: u32): usize {
  let first = to + KEY_DIGITS_MAX;
  let rest = value;
  while (rest != 0) {
    first -= 1;
    store<u8>(first, ZERO + <u8>(rest % 10));
    rest /= 10;
  }
  const digits = to + KEY_DIGITS_MAX - first;
  memory.copy(to, first, digits);
  return to + digits;
}
