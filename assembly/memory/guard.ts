/**
 * The write barrier of a running snapshot. A thread copies the image from its first piece to its
 * last while the graph changes; what it has not copied yet is put aside before the first write to
 * it. So the pieces that were put aside, over those that the thread copied, are the image as it was
 * at the begin:
 *
 *   - A piece that is not written before the thread has copied it is copied as it was: the engine
 *     writes after it read a progress beyond the piece, and the thread stored that progress after
 *     it copied.
 *   - Any other piece is put aside before its first write. The thread reads the head of the ring
 *     after it stored its progress. If it does not see the piece there, then the engine, which
 *     reads the progress once more after it moved the head and before it writes, saw that the
 *     piece is copied: so it was copied before the write. All these loads and stores are
 *     sequentially consistent atomics.
 *
 * The head of the image is copied at the begin. Regions and free ranges hold nothing that outlives
 * a call: they need no care, and no range is used again before the end, so that what was given
 * back since the begin stays as it is. What is taken meanwhile lies behind the image.
 */

import {
  IMAGE_HEAD_BYTES,
  IMAGE_START,
  PIECE_BITS,
  PIECE_BYTES,
  RING_PIECES,
  SNAPSHOT_BITS,
  SNAPSHOT_GIVEN_UP,
  SNAPSHOT_HEAD,
  SNAPSHOT_IMAGE_BYTES,
  SNAPSHOT_NONE,
  SNAPSHOT_NUMBERS,
  SNAPSHOT_PROGRESS,
  SNAPSHOT_RANGE_COUNT,
  SNAPSHOT_RANGES,
  SNAPSHOT_RING,
  SNAPSHOT_RING_HEAD,
  SNAPSHOT_RING_PIECES,
  SNAPSHOT_RING_TAIL,
  SNAPSHOT_RUNNING,
  SNAPSHOT_SEEN,
  SNAPSHOT_START,
  SNAPSHOT_STATE,
  SNAPSHOT_WAITS,
  WORK_BYTES,
  WRITER_WORK,
} from '../abi.ts';
import {
  FREE_RANGES,
  FREE_RANGES_MAX,
  GUARDED,
  header,
  PROMISED,
  REGION_COUNT,
  REGIONS,
} from './header.ts';

/** How long the engine waits for room in the ring before it gives the snapshot up. */
const WAIT_NANOSECONDS: i64 = 1_000_000_000;
const WAIT_TIMED_OUT: i32 = 2;

/**
 * Asked before every write to the arena that `guard` does not stand before. The word has its place
 * among others that apply reads all the time: in a page of its own it cost 3 % of apply, here
 * less than could be measured.
 */
export function isSnapshotRunning(): bool {
  return load<u32>(GUARDED) != 0;
}

/** Stands before every write of `bytes` to the arena. */
export function guard(address: usize, bytes: u32): void {
  if (isSnapshotRunning()) keep(address, bytes);
}

/** Puts aside the pieces of `bytes` that the thread has not copied, each once. */
export function keep(address: usize, bytes: u32): void {
  const end = (load<u32>(SNAPSHOT_START, SNAPSHOT_IMAGE_BYTES) + PIECE_BYTES - 1) >> PIECE_BITS;
  const first = <u32>(address - IMAGE_START) >> PIECE_BITS;
  const last = <u32>(address + bytes - 1 - IMAGE_START) >> PIECE_BITS;
  for (let piece = first; piece <= last && piece < end; piece++) {
    const place: usize = SNAPSHOT_BITS + ((piece >> 5) << 2);
    const bit: u32 = 1 << (piece & 31);
    const bits = load<u32>(place);
    if ((bits & bit) != 0) continue;
    store<u32>(place, bits | bit);
    if (piece >= atomic.load<u32>(SNAPSHOT_START, SNAPSHOT_PROGRESS)) putAside(piece);
  }
}

/** Begins a snapshot of the image as it is now; false when one runs. */
export function beginSnapshot(ringPieces: u32): bool {
  if (load<u32>(SNAPSHOT_START, SNAPSHOT_STATE) != SNAPSHOT_NONE) return false;
  assert(ringPieces <= RING_PIECES && popcnt(ringPieces) == 1);
  const imageBytes = header().arenaTop - IMAGE_START;
  memory.copy(SNAPSHOT_HEAD, IMAGE_START, IMAGE_HEAD_BYTES);
  // A group that is prepared is none of the image's.
  memory.fill(headCopy(WRITER_WORK), 0, WORK_BYTES);
  store<u64>(headCopy(PROMISED), 0);
  memory.fill(SNAPSHOT_BITS, 0, ((imageBytes >> (PIECE_BITS + 5)) + 1) << 2);
  store<u32>(SNAPSHOT_START, 0, SNAPSHOT_RANGE_COUNT);
  for (let region: u32 = 0; region < REGION_COUNT; region++) addRange(REGIONS + (region << 3));
  for (let range: u32 = 0; range < FREE_RANGES_MAX; range++) addRange(FREE_RANGES + (range << 3));
  store<u32>(SNAPSHOT_START, imageBytes, SNAPSHOT_IMAGE_BYTES);
  store<u32>(SNAPSHOT_START, ringPieces, SNAPSHOT_RING_PIECES);
  store<u32>(SNAPSHOT_START, 0, SNAPSHOT_WAITS);
  atomic.store<u32>(SNAPSHOT_START, 0, SNAPSHOT_RING_HEAD);
  atomic.store<u32>(SNAPSHOT_START, 0, SNAPSHOT_RING_TAIL);
  atomic.store<u32>(SNAPSHOT_START, IMAGE_HEAD_BYTES >> PIECE_BITS, SNAPSHOT_PROGRESS);
  atomic.store<u32>(SNAPSHOT_START, SNAPSHOT_RUNNING, SNAPSHOT_STATE);
  store<u32>(GUARDED, 1);
  return true;
}

export function endSnapshot(): void {
  store<u32>(GUARDED, 0);
  atomic.store<u32>(SNAPSHOT_START, SNAPSHOT_NONE, SNAPSHOT_STATE);
}

/** Where a place of the header page is in the copied head. */
function headCopy(place: usize): usize {
  return SNAPSHOT_HEAD + <u32>place - IMAGE_START;
}

/** Lists a range (address u32, bytes u32) whose content is none of the image's. */
function addRange(range: usize): void {
  if (load<u32>(range, 4) == 0) return;
  const count = load<u32>(SNAPSHOT_START, SNAPSHOT_RANGE_COUNT);
  store<u64>(SNAPSHOT_START + SNAPSHOT_RANGES + (count << 3), load<u64>(range));
  store<u32>(SNAPSHOT_START, count + 1, SNAPSHOT_RANGE_COUNT);
}

function putAside(piece: u32): void {
  const head = load<u32>(SNAPSHOT_START, SNAPSHOT_RING_HEAD);
  const pieces = load<u32>(SNAPSHOT_START, SNAPSHOT_RING_PIECES);
  if (head - atomic.load<u32>(SNAPSHOT_START, SNAPSHOT_RING_TAIL) >= pieces) {
    if (!waitForRoom(head, pieces)) return;
  }
  const slot = head & (pieces - 1);
  const source: usize = IMAGE_START + (piece << PIECE_BITS);
  const target: usize = SNAPSHOT_RING + (slot << PIECE_BITS);
  for (let offset: usize = 0; offset < PIECE_BYTES; offset += 64) {
    v128.store(target + offset, v128.load(source + offset));
    v128.store(target + offset, v128.load(source + offset, 16), 16);
    v128.store(target + offset, v128.load(source + offset, 32), 32);
    v128.store(target + offset, v128.load(source + offset, 48), 48);
  }
  store<u32>(SNAPSHOT_NUMBERS + (slot << 2), piece);
  atomic.store<u32>(SNAPSHOT_START, head + 1, SNAPSHOT_RING_HEAD);
  const seen = atomic.load<u32>(SNAPSHOT_START, SNAPSHOT_PROGRESS);
  store<u32>(SNAPSHOT_START, seen, SNAPSHOT_SEEN);
}

/** False when none came: then the engine goes on, and the snapshot is none. */
function waitForRoom(head: u32, pieces: u32): bool {
  const place: usize = SNAPSHOT_START + SNAPSHOT_RING_TAIL;
  store<u32>(SNAPSHOT_START, load<u32>(SNAPSHOT_START, SNAPSHOT_WAITS) + 1, SNAPSHOT_WAITS);
  for (;;) {
    const tail = atomic.load<u32>(place);
    if (head - tail < pieces) return true;
    if (atomic.wait<i32>(place, <i32>tail, WAIT_NANOSECONDS) == WAIT_TIMED_OUT) break;
  }
  store<u32>(GUARDED, 0);
  atomic.store<u32>(SNAPSHOT_START, SNAPSHOT_GIVEN_UP, SNAPSHOT_STATE);
  return false;
}
