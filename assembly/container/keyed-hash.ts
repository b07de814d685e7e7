/**
 * SipHash-1-3 under the image's secret key, so that nobody can choose ids, names or values that
 * collide. Source: J.-P. Aumasson, D. J. Bernstein, "SipHash: a fast short-input PRF" (2012).
 * Keys of exactly 16 bytes need no length block: no other length is hashed for those indexes.
 */

import { header } from '../memory/header.ts';

const INITIAL0: u64 = 0x736f6d6570736575;
const INITIAL1: u64 = 0x646f72616e646f6d;
const INITIAL2: u64 = 0x6c7967656e657261;
const INITIAL3: u64 = 0x7465646279746573;

/**
 * Hash of two words. The rounds are written out: lookups overlap only as far as a processor looks
 * ahead.
 */
export function hashWords(word0: u64, word1: u64): u64 {
  const head = header();
  let v0 = INITIAL0 ^ head.secret0;
  let v1 = INITIAL1 ^ head.secret1;
  let v2 = INITIAL2 ^ head.secret0;
  let v3 = INITIAL3 ^ head.secret1;
  v3 ^= word0;
  v0 += v1;
  v1 = rotl<u64>(v1, 13) ^ v0;
  v0 = rotl<u64>(v0, 32);
  v2 += v3;
  v3 = rotl<u64>(v3, 16) ^ v2;
  v0 += v3;
  v3 = rotl<u64>(v3, 21) ^ v0;
  v2 += v1;
  v1 = rotl<u64>(v1, 17) ^ v2;
  v2 = rotl<u64>(v2, 32);
  v0 ^= word0;
  v3 ^= word1;
  v0 += v1;
  v1 = rotl<u64>(v1, 13) ^ v0;
  v0 = rotl<u64>(v0, 32);
  v2 += v3;
  v3 = rotl<u64>(v3, 16) ^ v2;
  v0 += v3;
  v3 = rotl<u64>(v3, 21) ^ v0;
  v2 += v1;
  v1 = rotl<u64>(v1, 17) ^ v2;
  v2 = rotl<u64>(v2, 32);
  v0 ^= word1;
  v2 ^= 0xff;
  v0 += v1;
  v1 = rotl<u64>(v1, 13) ^ v0;
  v0 = rotl<u64>(v0, 32);
  v2 += v3;
  v3 = rotl<u64>(v3, 16) ^ v2;
  v0 += v3;
  v3 = rotl<u64>(v3, 21) ^ v0;
  v2 += v1;
  v1 = rotl<u64>(v1, 17) ^ v2;
  v2 = rotl<u64>(v2, 32);
  v0 += v1;
  v1 = rotl<u64>(v1, 13) ^ v0;
  v0 = rotl<u64>(v0, 32);
  v2 += v3;
  v3 = rotl<u64>(v3, 16) ^ v2;
  v0 += v3;
  v3 = rotl<u64>(v3, 21) ^ v0;
  v2 += v1;
  v1 = rotl<u64>(v1, 17) ^ v2;
  v2 = rotl<u64>(v2, 32);
  v0 += v1;
  v1 = rotl<u64>(v1, 13) ^ v0;
  v0 = rotl<u64>(v0, 32);
  v2 += v3;
  v3 = rotl<u64>(v3, 16) ^ v2;
  v0 += v3;
  v3 = rotl<u64>(v3, 21) ^ v0;
  v2 += v1;
  v1 = rotl<u64>(v1, 17) ^ v2;
  v2 = rotl<u64>(v2, 32);
  return v0 ^ v1 ^ v2 ^ v3;
}

/** Hash of `length` bytes and a word that says what they are. */
export function hashBytes(start: usize, length: u32, what: u64): u64 {
  let state = hashWords(what, length);
  let index: u32 = 0;
  for (; index + 8 <= length; index += 8) state = hashWords(state, load<u64>(start + index));
  if (index == length) return state;
  let tail: u64 = 0;
  for (let shift: u64 = 0; index < length; index++, shift += 8) {
    tail |= (<u64>load<u8>(start + index)) << shift;
  }
  return hashWords(state, tail);
}
