/**
 * SHA-256 (FIPS 180-4), streaming. An instance computes one hash at a time; its state stands in the
 * instance's work area.
 *
 *     state       0  state u32 × 8    32  length u64
 *                72  block 64 B      136  digest 32 B  192  schedule u32 × 64
 */

import { shaState } from '../memory/work.ts';

const LENGTH: usize = 32;
const BLOCK: usize = 72;
const DIGEST: usize = 136;
const SCHEDULE: usize = 192;
export const STATE_BYTES: u32 = 32;
const BLOCK_BYTES: u32 = 64;

/** Where `finish` leaves the digest. */
export function digest(): usize {
  return shaState() + DIGEST;
}

export const INITIAL: usize = memory.data<u32>([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
]);

export const K: usize = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]);

/** Starts a hash. */
export function start(): void {
  const state = shaState();
  memory.copy(state, INITIAL, STATE_BYTES);
  store<u64>(state, 0, LENGTH);
}

/** Copies the state after a whole number of blocks to `target`; `resume` starts from it again. */
export function saveState(target: usize): void {
  memory.copy(target, shaState(), STATE_BYTES);
}

/** Starts a hash whose first `bytes` (a multiple of 64) are those hashed before `saveState`. */
export function resume(saved: usize, bytes: u64): void {
  const state = shaState();
  memory.copy(state, saved, STATE_BYTES);
  store<u64>(state, bytes, LENGTH);
}

/** The first four words of the digest, as numbers; after `finish`. */
export function digestWords(): v128 {
  return v128.load(shaState());
}

export function update(source: usize, length: u32): void {
  const state = shaState();
  const block = state + BLOCK;
  let at = source;
  let left = length;
  let filled = <u32>load<u64>(state, LENGTH) & 63;
  store<u64>(state, load<u64>(state, LENGTH) + length, LENGTH);
  if (filled != 0) {
    const part = min(BLOCK_BYTES - filled, left);
    memory.copy(block + filled, at, part);
    at += part;
    left -= part;
    filled += part;
    if (filled < BLOCK_BYTES) return;
    compress(state, block);
  }
  for (; left >= BLOCK_BYTES; left -= BLOCK_BYTES, at += BLOCK_BYTES) compress(state, at);
  memory.copy(block, at, left);
}

/** Little-endian words and single bytes, as the canonical walk writes them. */
export function updateByte(byte: u32): void {
  store<u8>(digest(), byte);
  update(digest(), 1);
}

export function updateWord(word: u32): void {
  store<u32>(digest(), word);
  update(digest(), 4);
}

/** Ends the hash; the 32 bytes stand at `digest()` until the next update of a byte or word. */
export function finish(): void {
  const state = shaState();
  const block = state + BLOCK;
  const bits = load<u64>(state, LENGTH) << 3;
  let filled = <u32>(bits >> 3) & 63;
  store<u8>(block + filled, 0x80);
  filled += 1;
  if (filled > 56) {
    memory.fill(block + filled, 0, BLOCK_BYTES - filled);
    compress(state, block);
    filled = 0;
  }
  memory.fill(block + filled, 0, 56 - filled);
  store<u64>(block, bswap<u64>(bits), 56);
  compress(state, block);
  for (let word: usize = 0; word < STATE_BYTES; word += 4) {
    store<u32>(state + word, bswap<u32>(load<u32>(state + word)), DIGEST);
  }
}

function compress(state: usize, block: usize): void {
  const schedule = state + SCHEDULE;
  for (let t: usize = 0; t < 64; t += 4) {
    store<u32>(schedule + t, bswap<u32>(load<u32>(block + t)));
  }
  for (let t: usize = 64; t < 256; t += 4) {
    const w2 = load<u32>(schedule + t - 8);
    const w15 = load<u32>(schedule + t - 60);
    const s1 = rotr<u32>(w2, 17) ^ rotr<u32>(w2, 19) ^ (w2 >> 10);
    const s0 = rotr<u32>(w15, 7) ^ rotr<u32>(w15, 18) ^ (w15 >> 3);
    store<u32>(schedule + t, s1 + load<u32>(schedule + t - 28) + s0 + load<u32>(schedule + t - 64));
  }
  let a = load<u32>(state, 0);
  let b = load<u32>(state, 4);
  let c = load<u32>(state, 8);
  let d = load<u32>(state, 12);
  let e = load<u32>(state, 16);
  let f = load<u32>(state, 20);
  let g = load<u32>(state, 24);
  let h = load<u32>(state, 28);
  for (let t: usize = 0; t < 256; t += 4) {
    const sum1 = rotr<u32>(e, 6) ^ rotr<u32>(e, 11) ^ rotr<u32>(e, 25);
    const t1 = h + sum1 + (g ^ (e & (f ^ g))) + load<u32>(K + t) + load<u32>(schedule + t);
    const sum0 = rotr<u32>(a, 2) ^ rotr<u32>(a, 13) ^ rotr<u32>(a, 22);
    const t2 = sum0 + ((a & b) | (c & (a | b)));
    h = g;
    g = f;
    f = e;
    e = d + t1;
    d = c;
    c = b;
    b = a;
    a = t1 + t2;
  }
  store<u32>(state, load<u32>(state, 0) + a, 0);
  store<u32>(state, load<u32>(state, 4) + b, 4);
  store<u32>(state, load<u32>(state, 8) + c, 8);
  store<u32>(state, load<u32>(state, 12) + d, 12);
  store<u32>(state, load<u32>(state, 16) + e, 16);
  store<u32>(state, load<u32>(state, 20) + f, 20);
  store<u32>(state, load<u32>(state, 24) + g, 24);
  store<u32>(state, load<u32>(state, 28) + h, 28);
}
