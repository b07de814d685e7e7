/**
 * Ids of nodes, recomputed by every replica (schema/commit.md, rules on ids): 16 characters of
 * base62 from SHA-256 over 64 bytes of context, then what tells the node apart in it.
 *
 *     by number   space 32 B, author key 32 B, 0x00, type length u8, type, number u64 LE
 *     by key      space 32 B, zeros 32 B,      0x01, type length u8, type, key
 *
 * Both contexts are hashed once for a commit. What follows most often ends in one block: such ids
 * wait until there are four, which are hashed together.
 */

import { HASH_BYTES } from '../abi.ts';
import { idQueue, shaLanes } from '../memory/work.ts';
import {
  digest,
  digestWords,
  finish,
  resume,
  STATE_BYTES,
  saveState,
  start,
  update,
  updateByte,
} from '../merkle/sha256.ts';
import {
  compressLanes,
  LANES,
  LANES_BYTES,
  laneBlock,
  laneDigest,
  laneState,
} from '../merkle/sha256-lanes.ts';

const BY_NUMBER: u32 = 0;
const BY_KEY: u32 = 1;
const CONTEXT_BYTES: u32 = 64;
const BLOCK_BYTES: u32 = 64;
/** What is left of a block beside the two bytes before the type, the end mark and the length. */
const LAST_BLOCK_BYTES_MAX: u32 = 64 - 2 - 9;
const NUMBER_BYTES: u32 = 8;

/** Where the ids that wait are to be written, and the states after the two contexts. */
@unmanaged
class IdQueue {
  count: u32;
  target0: u32;
  target1: u32;
  target2: u32;
  target3: u32;
  /** Whether the context of keys is there, which is the same for all commits of a space. */
  hasKeyContext: u32;

  @inline static get(): IdQueue {
    return changetype<IdQueue>(idQueue());
  }
}

/** In the lanes, and in the queue. */
const LAST_BLOCKS: usize = LANES_BYTES;
const TARGETS: usize = 4;
const NUMBER_CONTEXT: usize = 32;
const KEY_CONTEXT: usize = NUMBER_CONTEXT + STATE_BYTES;

/** Hashes what the ids in a commit begin with. `finishIds` ends what this begins. */
export function beginIds(space: usize, author: usize): void {
  IdQueue.get().count = 0;
  start();
  update(space, HASH_BYTES);
  update(author, HASH_BYTES);
  saveState(idQueue() + NUMBER_CONTEXT);
  hashKeyContext(space);
}

function hashKeyContext(space: usize): void {
  start();
  update(space, HASH_BYTES);
  for (let index: u32 = 0; index < HASH_BYTES; index++) updateByte(0);
  saveState(idQueue() + KEY_CONTEXT);
  IdQueue.get().hasKeyContext = 1;
}

/** Makes ready for ids of keys alone, which `finishIds` ends too. */
export function beginKeyIds(space: usize): void {
  if (IdQueue.get().hasKeyContext == 0) hashKeyContext(space);
}

/** Writes the id of a node that the author numbered, by `finishIds` at the latest. */
export function idByNumber(target: usize, type: usize, typeLength: u32, number: usize): void {
  addId(target, idQueue() + NUMBER_CONTEXT, BY_NUMBER, type, typeLength, number, NUMBER_BYTES);
}

/** The id of a node with a natural key, the same whoever creates it. */
export function idByKey(
  target: usize,
  type: usize,
  typeLength: u32,
  key: usize,
  keyLength: u32,
): void {
  addId(target, idQueue() + KEY_CONTEXT, BY_KEY, type, typeLength, key, keyLength);
}

/** The same at once, apart from those that wait; answers where it stands until the next hash. */
export function idByKeyNow(
  space: usize,
  type: usize,
  typeLength: u32,
  key: usize,
  keyLength: u32,
): usize {
  beginKeyIds(space);
  writeAlone(digest(), idQueue() + KEY_CONTEXT, BY_KEY, type, typeLength, key, keyLength);
  return digest();
}

/** Writes the ids that still wait. */
export function finishIds(): void {
  if (IdQueue.get().count != 0) writeLanes();
}

function addId(
  target: usize,
  context: usize,
  what: u32,
  type: usize,
  typeLength: u32,
  rest: usize,
  restLength: u32,
): void {
  const length = typeLength + restLength;
  if (length > LAST_BLOCK_BYTES_MAX) {
    writeAlone(target, context, what, type, typeLength, rest, restLength);
    return;
  }
  const queue = IdQueue.get();
  const lane = queue.count;
  const lanes = shaLanes();
  const block = lanes + LAST_BLOCKS + lane * BLOCK_BYTES;
  v128.store(block, i64x2.splat(0));
  v128.store(block, i64x2.splat(0), 16);
  v128.store(block, i64x2.splat(0), 32);
  v128.store(block, i64x2.splat(0), 48);
  store<u8>(block, what);
  store<u8>(block, typeLength, 1);
  copyBytes(block + 2, type, typeLength);
  copyBytes(block + 2 + typeLength, rest, restLength);
  store<u8>(block + 2 + length, 0x80);
  store<u16>(block, bswap<u16>(<u16>((CONTEXT_BYTES + 2 + length) << 3)), BLOCK_BYTES - 2);
  laneBlock(lanes, lane, block);
  laneState(lanes, lane, context);
  store<u32>(idQueue() + (lane << 2), <u32>target, TARGETS);
  queue.count = lane + 1;
  if (queue.count == LANES) writeLanes();
}

/** An id of whatever length, at once, while no other hash is under way. */
function writeAlone(
  target: usize,
  context: usize,
  what: u32,
  type: usize,
  typeLength: u32,
  rest: usize,
  restLength: u32,
): void {
  resume(context, CONTEXT_BYTES);
  updateByte(what);
  updateByte(typeLength);
  update(type, typeLength);
  update(rest, restLength);
  finish();
  writeId(target, digestWords());
}

/** Hashes all lanes; those beyond the count hold what is left of an earlier turn, or zero. */
function writeLanes(): void {
  const queue = IdQueue.get();
  const lanes = shaLanes();
  compressLanes(lanes);
  for (let lane: u32 = 0; lane < queue.count; lane++) {
    writeId(load<u32>(idQueue() + (lane << 2), TARGETS), laneDigest(lanes, lane));
  }
  queue.count = 0;
}

/** So short that a loop is faster than memory.copy, which is a call out of the engine. */
function copyBytes(target: usize, source: usize, length: u32): void {
  for (let index: u32 = 0; index < length; index++) {
    store<u8>(target + index, load<u8>(source + index));
  }
}

/** Each of four words gives four characters, by repeated multiplication with 62. */
function writeId(target: usize, words: v128): void {
  let fraction = words;
  let digits = i64x2.splat(0);
  for (let place: i32 = 0; place < 32; place += 8) {
    const low = i32x4.mul(v128.and(fraction, i32x4.splat(0xffff)), i32x4.splat(62));
    const high = i32x4.mul(i32x4.shr_u(fraction, 16), i32x4.splat(62));
    const digit = i32x4.shr_u(i32x4.add(high, i32x4.shr_u(low, 16)), 16);
    digits = v128.or(digits, i32x4.shl(digit, place));
    fraction = i32x4.mul(fraction, i32x4.splat(62));
  }
  const afterDigits = v128.and(i8x16.gt_u(digits, i8x16.splat(9)), i8x16.splat(0x41 - 0x3a));
  const afterUpper = v128.and(i8x16.gt_u(digits, i8x16.splat(35)), i8x16.splat(0x61 - 0x5b));
  const text = i8x16.add(i8x16.add(digits, i8x16.splat(0x30)), i8x16.add(afterDigits, afterUpper));
  v128.store(target, text);
}
