/**
 * Where in an answer rules held back a value: the way to it by the names of members and the places
 * in lists. The parts of the way stand in the header page while it is gone; what is told stands in
 * a region of its own, up to so many places, and beyond them is only counted.
 *
 *     part     0  address of a member's name in the plan u32   4  its bytes u32
 *              or: place in a list u32, PART_PLACE u32
 *     told     0  places u32   4  more places u32   8  bytes u32   12  unused
 *              16  parts u32, the parts ...
 */

import { HIDDEN_HEAD_BYTES, HIDDEN_PLACES_MAX, PART_PLACE } from '../abi-access.ts';
import { ensureRegion, REGION_HIDDEN, regionAddress } from '../memory/region.ts';
import { clearBytes, PLAN_PATH, PLAN_PATH_BYTES, Run } from './run.ts';
import { isSighted } from './sight.ts';

const PART_BITS: u32 = 3;
const PARTS_MAX: u32 = PLAN_PATH_BYTES >> PART_BITS;
const HIDDEN_BYTES: u32 = HIDDEN_HEAD_BYTES + HIDDEN_PLACES_MAX * (4 + (PARTS_MAX << PART_BITS));

@unmanaged
class Told {
  places: u32;
  more: u32;
  bytes: u32;
  unused: u32;

  @inline static get(): Told {
    return changetype<Told>(regionAddress(REGION_HIDDEN));
  }
}

if (offsetof<Told>() != HIDDEN_HEAD_BYTES) ERROR('what is told must begin with 16 bytes');

/** Begins to tell, where a caller reads; false without memory. May grow. */
export function beginHidden(): bool {
  if (!isSighted()) return true;
  if (!ensureRegion(REGION_HIDDEN, HIDDEN_BYTES)) return false;
  clearBytes(changetype<usize>(Told.get()), HIDDEN_HEAD_BYTES);
  return true;
}

/** Goes on to a member whose name stands in the plan. */
export function enterMember(name: u32, bytes: u32): void {
  enter(name, bytes);
}

/** Goes on into a list, to be told at which place; answers how many parts there are. */
export function enterList(): u32 {
  enter(0, PART_PLACE);
  return Run.get().pathLength;
}

/** Comes to a place in the list that is so many parts away. */
export function comeTo(parts: u32, place: u32): void {
  store<u32>(PLAN_PATH + ((parts - 1) << PART_BITS), place);
}

export function leave(): void {
  Run.get().pathLength -= 1;
}

/** Tells that a value is hidden here. */
export function tellHere(): void {
  tell(0, 0);
}

/** Tells that the value of a member of this object is hidden. */
export function tellMember(name: u32, bytes: u32): void {
  tell(name, bytes);
}

function enter(first: u32, second: u32): void {
  const run = Run.get();
  assert(run.pathLength < PARTS_MAX - 1);
  putPart(PLAN_PATH + (run.pathLength << PART_BITS), first, second);
  run.pathLength += 1;
}

function tell(name: u32, nameBytes: u32): void {
  const told = Told.get();
  if (told.places == HIDDEN_PLACES_MAX) {
    told.more += 1;
    return;
  }
  const parts = Run.get().pathLength;
  const at = changetype<usize>(told) + HIDDEN_HEAD_BYTES + told.bytes;
  const bytes = parts << PART_BITS;
  memory.copy(at + 4, PLAN_PATH, bytes);
  if (name != 0) putPart(at + 4 + bytes, name, nameBytes);
  const count = parts + (name != 0 ? 1 : 0);
  store<u32>(at, count);
  told.bytes += 4 + (count << PART_BITS);
  told.places += 1;
}

function putPart(at: usize, first: u32, second: u32): void {
  store<u32>(at, first);
  store<u32>(at, second, 4);
}
