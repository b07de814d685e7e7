/**
 * The plan that runs: what is left of its work, the row that it is about, and its memory. It stands
 * in the header page, since there are no globals; one plan runs at a time.
 *
 *     0  the run (below)     256  two scratch cells     512  frames, one for each level of the plan
 *     10,752  the path to what is written (hidden.ts)
 *
 * Rows and other lists of unknown length stand on a stack in the scratch region, which may move
 * when it grows: what stands there is named by its offset, and addresses are taken late.
 */

import {
  PLAN_BYTES,
  PLAN_DEPTH_MAX,
  PLAN_HIDDEN_MAX,
  PLAN_OK,
  PLAN_SPACE_FULL,
  PLAN_WORK,
  WORK_PER_ROW,
} from '../abi.ts';
import { PLAN_RUN } from '../memory/header.ts';
import {
  extendRegion,
  REGION_OUTPUT,
  REGION_SCRATCH,
  regionAddress,
  regionBytes,
} from '../memory/region.ts';

/** Nodes that a scan of a type goes over, of any type, and that count as one unit of work. */
export const PASSED_PER_UNIT: u32 = 16;
/** What a scratch cell needs: a cell, and a text of the length of an id. */
export const SCRATCH_CELL_BYTES: u32 = 64;
export const FRAME_BYTES: u32 = 128;

const SCRATCH_CELLS: usize = PLAN_RUN + 256;
const SCRATCH_TEXT: usize = PLAN_RUN + 384;
const SCRATCH_TEXT_BYTES: u32 = 128;
const FRAMES: usize = PLAN_RUN + 512;
/** A level takes one; the innermost list may take a few more. */
const FRAMES_MAX: u32 = PLAN_DEPTH_MAX + 16;
const STACK_BYTES_LEAST: u32 = 4096;

/** Behind the frames, up to the end of the header page. */
export const PLAN_PATH: usize = FRAMES + FRAMES_MAX * FRAME_BYTES;
export const PLAN_PATH_BYTES: u32 = 12288 - 512 - FRAMES_MAX * FRAME_BYTES;

if (512 + FRAMES_MAX * FRAME_BYTES != 10752) ERROR('the path must stand where it is drawn');

@unmanaged
export class Run {
  /** PLAN_...; anything but PLAN_OK unwinds. */
  status: u32;
  /** Items that lists may still have. */
  items: u32;
  work: i64;
  /** The row: its node, its edge or 0, and where it is a path, the offset of its last step. */
  node: u32;
  edge: u32;
  step: u32;
  /** Edges of the path, or from the start of `around`. */
  length: u32;
  weight: f64;
  /** Bytes of the stack in use. */
  top: u32;
  /** Where the next byte of the answer goes, and where its room ends. */
  out: u32;
  outEnd: u32;
  /** Levels in use. */
  depth: u32;
  /** The page whose members are written, and the figures: frames. */
  page: u32;
  figures: u32;
  /** Rows and edges that were passed by, for a caller. */
  passed: u32;
  /** Parts of the path to what is written (hidden.ts). */
  pathLength: u32;
  /** Bytes that the answer may come to. */
  bytes: u32;

  @inline static get(): Run {
    return changetype<Run>(PLAN_RUN);
  }

  @inline get isOver(): bool {
    return this.status != PLAN_OK;
  }

  /** The first failure counts. */
  fail(status: u32): void {
    if (this.status == PLAN_OK) this.status = status;
  }

  /** Spends units of work; false when there are not as many. */
  @inline spend(units: i64): bool {
    this.work -= units;
    if (this.work >= 0) return true;
    this.fail(PLAN_WORK);
    return false;
  }

  /** Counts what a caller does not see, by itself; false when it is too much. */
  @inline passBy(count: u32): bool {
    this.passed += count;
    if (this.passed <= PLAN_HIDDEN_MAX) return true;
    this.fail(PLAN_WORK);
    return false;
  }

  @inline lookAt(): bool {
    return this.spend(WORK_PER_ROW);
  }
}

if (offsetof<Run>() > 256) ERROR('a run must fit before the scratch cells');

/** False when there is no memory to answer in. May grow. */
export function beginRun(work: u32, items: u32, bytes: u32): bool {
  const run = Run.get();
  clearBytes(PLAN_RUN, offsetof<Run>());
  run.work = work;
  run.items = items;
  run.bytes = bytes;
  if (!extendRegion(REGION_SCRATCH, STACK_BYTES_LEAST, 0)) return false;
  if (!extendRegion(REGION_OUTPUT, STACK_BYTES_LEAST, 0)) return false;
  run.out = <u32>regionAddress(REGION_OUTPUT);
  run.outEnd = run.out + min(regionBytes(REGION_OUTPUT), bytes);
  return true;
}

export function workLeftOfRun(): u32 {
  return <u32>max<i64>(Run.get().work, 0);
}

export function bytesOfAnswer(): u32 {
  return Run.get().out - <u32>regionAddress(REGION_OUTPUT);
}

/** Room for a short text that stands in no answer. */
export function scratchText(bytes: u32): usize {
  assert(bytes <= SCRATCH_TEXT_BYTES);
  return SCRATCH_TEXT;
}

/** One of two cells for values that stand in no cell. */
export function scratchCell(index: u32): usize {
  return SCRATCH_CELLS + index * SCRATCH_CELL_BYTES;
}

/** A zeroed frame for one more level. Plans are checked to nest no deeper. */
export function pushFrame(): usize {
  const run = Run.get();
  assert(run.depth < FRAMES_MAX);
  const frame = FRAMES + run.depth * FRAME_BYTES;
  run.depth += 1;
  clearBytes(frame, FRAME_BYTES);
  return frame;
}

/** In whole units of 16 bytes; a few of them take less than the call that memory.fill makes. */
export function clearBytes(address: usize, bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 16) v128.store(address + at, i64x2(0, 0));
}

export function popFrame(): void {
  Run.get().depth -= 1;
}

/** Takes bytes of the stack and returns their offset; without room the run has failed. May grow. */
export function push(bytes: u32): u32 {
  const run = Run.get();
  const offset = run.top;
  const end = <u64>offset + bytes;
  if (end > regionBytes(REGION_SCRATCH) && !growStack(end)) {
    run.fail(PLAN_SPACE_FULL);
    return 0;
  }
  run.top = <u32>end;
  return offset;
}

export function stackAt(offset: u32): usize {
  return regionAddress(REGION_SCRATCH) + offset;
}

function growStack(bytes: u64): bool {
  if (bytes > 0x40000000) return false;
  return extendRegion(REGION_SCRATCH, <u32>bytes, Run.get().top);
}

/** Makes room for bytes of the answer; false, and the run has failed, without it. May grow. */
export function hasRoom(bytes: u32): bool {
  const run = Run.get();
  // A sum could pass the end of the address space.
  return bytes <= run.outEnd - run.out || growOutput(bytes);
}

/**
 * Makes room from an address on where the answer has got to, and answers with that address; without
 * room the run has failed. May grow.
 */
export function roomFrom(to: usize, bytes: u32): usize {
  const run = Run.get();
  if (bytes <= run.outEnd - <u32>to) return to;
  run.out = <u32>to;
  growOutput(bytes);
  return run.out;
}

function growOutput(bytes: u32): bool {
  const run = Run.get();
  const written = run.out - <u32>regionAddress(REGION_OUTPUT);
  if (<u64>written + bytes > run.bytes) {
    run.fail(PLAN_BYTES);
    return false;
  }
  if (<u64>written + bytes > 0x40000000 || !extendRegion(REGION_OUTPUT, written + bytes, written)) {
    run.fail(PLAN_SPACE_FULL);
    return false;
  }
  run.out = <u32>regionAddress(REGION_OUTPUT) + written;
  run.outEnd = <u32>regionAddress(REGION_OUTPUT) + min(regionBytes(REGION_OUTPUT), run.bytes);
  return true;
}
