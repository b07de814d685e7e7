/**
 * A group of commits between prepare and apply: where its parts stand, what prepare counted for
 * the reservation, and the first failure. It stands in the work area of the instance, which has
 * one group open.
 */

import {
  DESCRIPTOR_BYTES,
  FAILURE_ACTUAL,
  FAILURE_EXPECTED,
  FAILURE_OFFSET,
  GROUP_HEADER_BYTES,
  STATUS_SPACE_FULL,
} from '../abi.ts';
import { WRITE_END } from '../memory/header.ts';
import { REGION_GROUP, regionAddress } from '../memory/region.ts';
import { counters } from '../memory/work.ts';

@unmanaged
export class Group {
  commits: u32;
  transactions: u32;
  /** Rows and cells that the deltas make at most. */
  nodes: u32;
  edges: u32;
  cells: u32;
  changes: u32;
  symbols: u32;
  /** Adds to sets of values, and inserts and moves of sequences. */
  adds: u32;
  /** Arena bytes of blobs and names at most. */
  arenaBytes: u64;
  /** Next free byte for tables and ids, and where they end. */
  scratch: u32;
  scratchEnd: u32;
  /** Set by prepare, taken by apply: the group that was checked is the one applied. */
  isPrepared: u32;
  /** Whether there is room for what apply replaces (undo.ts). */
  keepsUndo: bool;
  /** Where the records of that end, 0 where none are kept; and from where on all is undone. */
  undoEnd: u32;
  undoAt: u32;
  /** Where the images of sets begin behind the records, and bytes that are left for both. */
  undoImages: u32;
  undoRoom: u32;
  /** Of the failure noted last. */
  status: u32;

  @inline static get(): Group {
    return changetype<Group>(counters());
  }
}

const FAILURES_OFFSET: usize = 96;
const FAILURE_FIELDS: usize = 6;
/** Whether the host wants what groups replace: a word that outlives them. */
const UNDO_WANTED: usize = FAILURES_OFFSET + FAILURE_FIELDS * 4;

if (offsetof<Group>() > FAILURES_OFFSET) ERROR('the failure must follow the counters');

/** Address of the descriptor of a commit in the group. */
export function descriptorAt(commit: u32): usize {
  return regionAddress(REGION_GROUP) + GROUP_HEADER_BYTES + commit * DESCRIPTOR_BYTES;
}

/** Notes where and why a group failed. Commit, transaction and delta are kept by the caller. */
export function fail(status: u32, offset: u32, expected: u32, actual: u32): u32 {
  Group.get().status = status;
  setFailure(FAILURE_OFFSET, offset);
  setFailure(FAILURE_EXPECTED, expected);
  setFailure(FAILURE_ACTUAL, actual);
  return status;
}

/** The same where the space has no room. */
export function failFull(offset: u32): u32 {
  return fail(STATUS_SPACE_FULL, offset, load<u32>(WRITE_END), memory.size());
}

export function setFailure(field: u32, value: u32): void {
  store<u32>(failures() + (field << 2), value);
}

export function failureField(field: u32): u32 {
  return load<u32>(failures() + (field << 2));
}

export function isUndoWanted(): bool {
  return load<u32>(counters() + UNDO_WANTED) != 0;
}

export function wantUndo(isWanted: bool): void {
  store<u32>(counters() + UNDO_WANTED, isWanted ? 1 : 0);
}

function failures(): usize {
  return counters() + FAILURES_OFFSET;
}
