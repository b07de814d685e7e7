/**
 * The Merkle tree of RFC 6962, section 2.1, hashed in four lanes: when one lane's message ends,
 * the next message takes its place. Everything that is written stands in the caller's scratch.
 *
 *     scratch     0  lanes (sha256-lanes.ts)
 *               400  what each lane does, 16 B × 4
 *               464  the last two blocks of each lane's message, 128 B × 4
 *               976  answers, then hashes (abi.ts)
 */

import { HASH_BYTES, MERKLE_COUNT, MERKLE_HASHES } from '../abi.ts';
import { INITIAL } from './sha256.ts';
import {
  compressLanes,
  LANES,
  LANES_BYTES,
  laneBlock,
  laneState,
  writeLaneDigest,
} from './sha256-lanes.ts';

const BLOCK_BYTES: u32 = 64;
/** What the end mark and the length take at least. */
const PADDING_BYTES: u32 = 9;
const NODE_PREFIX: u32 = 1;
const NODE_BITS: u32 = (1 + 2 * HASH_BYTES) << 3;

/** What a lane does. */
@unmanaged
class Lane {
  /** Where the digest goes; 0 while the lane is idle. */
  target: u32;
  block: u32;
  /** Blocks from that one on, and blocks that come from the lane's last ones. */
  blocks: u32;
  lastBlocks: u32;

  @inline static of(scratch: usize, lane: u32): Lane {
    return changetype<Lane>(scratch + LANES_BYTES + lane * offsetof<Lane>());
  }
}

const LAST_BLOCKS: usize = LANES_BYTES + LANES * offsetof<Lane>();

if (LAST_BLOCKS + LANES * 2 * BLOCK_BYTES != MERKLE_COUNT) ERROR('the answers must follow');

/** Makes all lanes idle. */
export function beginHashes(scratch: usize): void {
  for (let lane: u32 = 0; lane < LANES; lane++) {
    Lane.of(scratch, lane).target = 0;
    laneBlock(scratch, lane, lastBlocks(scratch, lane));
  }
}

/** Hashes a message, which is read in place, by `finishHashes` at the latest. */
export function addHash(scratch: usize, at: usize, bytes: u32, target: usize): void {
  const lane = idleLane(scratch);
  const last = lastBlocks(scratch, lane);
  const whole = bytes & ~(BLOCK_BYTES - 1);
  const rest = bytes - whole;
  const lastCount: u32 = rest + PADDING_BYTES > BLOCK_BYTES ? 2 : 1;
  for (let offset: usize = 0; offset < 2 * BLOCK_BYTES; offset += 16) {
    v128.store(last + offset, i64x2.splat(0));
  }
  copyRest(last, at + whole, rest);
  store<u8>(last + rest, 0x80);
  store<u64>(last + lastCount * BLOCK_BYTES - 8, bswap<u64>((<u64>bytes) << 3));
  startLane(scratch, lane, target, at, whole / BLOCK_BYTES, lastCount);
}

/** Hashes what still waits. */
export function finishHashes(scratch: usize): void {
  for (let lane: u32 = 0; lane < LANES; lane++) {
    while (Lane.of(scratch, lane).target != 0) advance(scratch);
  }
}

/** Puts the root in the place of the first of `count` hashes, of which there is at least one. */
export function hashTree(scratch: usize, count: u32): void {
  const hashes = scratch + MERKLE_HASHES;
  let level = count;
  while (level > 1) {
    const pairs = level >> 1;
    for (let pair: u32 = 0; pair < pairs; pair++) {
      addNode(scratch, hashes + pair * 2 * HASH_BYTES, hashes + pair * HASH_BYTES);
    }
    finishHashes(scratch);
    // An odd one at the end moves up unchanged, which is RFC 6962's split.
    if ((level & 1) != 0) {
      memory.copy(hashes + pairs * HASH_BYTES, hashes + (level - 1) * HASH_BYTES, HASH_BYTES);
    }
    level = (level + 1) >> 1;
  }
}

/** Both hashes are copied at once, so that the node may take the place of an earlier one. */
function addNode(scratch: usize, pair: usize, target: usize): void {
  const lane = idleLane(scratch);
  const last = lastBlocks(scratch, lane);
  store<u8>(last, NODE_PREFIX);
  v128.store(last + 1, v128.load(pair));
  v128.store(last + 17, v128.load(pair, 16));
  v128.store(last + 33, v128.load(pair, 32));
  v128.store(last + 49, v128.load(pair, 48));
  store<u8>(last + 65, 0x80);
  store<u16>(last + 66, 0);
  for (let offset: usize = 68; offset < 124; offset += 8) store<u64>(last + offset, 0);
  store<u32>(last + 124, bswap<u32>(NODE_BITS));
  startLane(scratch, lane, target, last, 0, 2);
}

function startLane(
  scratch: usize,
  lane: u32,
  target: usize,
  at: usize,
  blocks: u32,
  lastCount: u32,
): void {
  const work = Lane.of(scratch, lane);
  work.target = <u32>target;
  work.block = <u32>(blocks == 0 ? lastBlocks(scratch, lane) : at);
  work.blocks = blocks == 0 ? lastCount : blocks;
  work.lastBlocks = blocks == 0 ? 0 : lastCount;
  laneBlock(scratch, lane, work.block);
  laneState(scratch, lane, INITIAL);
}

/** A lane that is idle, which hashing brings about. */
function idleLane(scratch: usize): u32 {
  let lane = firstIdle(scratch);
  for (; lane == LANES; lane = firstIdle(scratch)) advance(scratch);
  return lane;
}

function firstIdle(scratch: usize): u32 {
  let lane: u32 = 0;
  while (lane < LANES && Lane.of(scratch, lane).target != 0) lane += 1;
  return lane;
}

/** Hashes a block of each lane, those of idle ones too, and writes the digests that are done. */
function advance(scratch: usize): void {
  compressLanes(scratch);
  for (let lane: u32 = 0; lane < LANES; lane++) {
    const work = Lane.of(scratch, lane);
    if (work.target == 0) continue;
    work.blocks -= 1;
    work.block += BLOCK_BYTES;
    if (work.blocks == 0) {
      if (work.lastBlocks == 0) {
        writeLaneDigest(scratch, lane, work.target);
        work.target = 0;
        continue;
      }
      work.block = <u32>lastBlocks(scratch, lane);
      work.blocks = work.lastBlocks;
      work.lastBlocks = 0;
    }
    laneBlock(scratch, lane, work.block);
  }
}

function lastBlocks(scratch: usize, lane: u32): usize {
  return scratch + LAST_BLOCKS + lane * 2 * BLOCK_BYTES;
}

/** Fewer than 64 bytes; memory.copy is a call out of the engine. */
function copyRest(target: usize, source: usize, bytes: u32): void {
  let offset: u32 = 0;
  for (; offset + 16 <= bytes; offset += 16) {
    v128.store(target + offset, v128.load(source + offset));
  }
  for (; offset < bytes; offset++) store<u8>(target + offset, load<u8>(source + offset));
}
