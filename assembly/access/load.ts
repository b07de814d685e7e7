/**
 * Takes programs and grants into the space. What the host writes into the input region:
 *
 *     grants   0  object's type u32   4  relation u32   8  subject's type u32
 *             12  its relation u32 (0: the object itself)   16  condition u32
 *             20  bytes of the ids u16 × 2   24  bytes of the context u32
 *             28  ids, context, filled up to 4 bytes ...     one behind the other
 *     program  as program.ts draws it
 */

import { reserve } from '../memory/arena.ts';
import { blobReserve } from '../memory/blobs.ts';
import { BLOCKS_BLOBS, blockBytes, blocksReserve, takeBlock } from '../memory/blocks.ts';
import { count as add, PERMISSION_VERSION, PROGRAM, PROMISED } from '../memory/header.ts';
import { REGION_INPUT, regionAddress } from '../memory/region.ts';
import { endGrant, ensureGrants, findGrant, grantReserve, makeGrant } from './grants.ts';
import { ensureObjects, findObject, findSet, internObject, internSet } from './objects.ts';
import { Program } from './program.ts';

@unmanaged
class GrantInput {
  objectType: u32;
  relation: u32;
  subjectType: u32;
  subjectRelation: u32;
  condition: u32;
  objectBytes: u16;
  subjectBytes: u16;
  contextBytes: u32;

  @inline static at(address: usize): GrantInput {
    return changetype<GrantInput>(address);
  }

  @inline get object(): usize {
    return changetype<usize>(this) + offsetof<GrantInput>();
  }

  @inline get subject(): usize {
    return this.object + this.objectBytes;
  }

  @inline get context(): usize {
    return this.subject + this.subjectBytes;
  }

  @inline get next(): usize {
    return (this.context + this.contextBytes + 3) & ~3;
  }
}

/**
 * Promises the room of a program, so that `installProgram` cannot fail; false without. May grow.
 */
export function ensureProgram(bytes: u32): bool {
  store<u64>(PROMISED, 0);
  const needed = blocksReserve(BLOCKS_BLOBS, blockBytes(bytes));
  if (!reserve(needed)) return false;
  store<u64>(PROMISED, needed);
  return true;
}

/** Installs the program in the input region from a height on; false without memory. May grow. */
export function installProgram(bytes: u32, height: u32): bool {
  if (!ensureProgram(bytes)) return false;
  const address = takeBlock(blockBytes(bytes), BLOCKS_BLOBS);
  store<u64>(PROMISED, 0);
  memory.copy(address, regionAddress(REGION_INPUT), bytes);
  const program = Program.at(address);
  program.older = load<u32>(PROGRAM);
  program.begin = height;
  store<u32>(PROGRAM, <u32>address);
  add(PERMISSION_VERSION, 1);
  return true;
}

/**
 * Promises the room of so many grants, which stand in the input region, so that `makeGrants` cannot
 * fail; false without. May grow.
 */
export function ensureGrantsFor(count: u32): bool {
  store<u64>(PROMISED, 0);
  // Of each grant its object, its subject, and all of the object's type.
  if (!ensureObjects(count * 3) || !ensureGrants(count)) return false;
  let bytes: u64 = 0;
  let at = regionAddress(REGION_INPUT);
  for (let index: u32 = 0; index < count; index++) {
    const input = GrantInput.at(at);
    bytes += blobReserve(input.objectBytes) + blobReserve(input.subjectBytes) + blobReserve(1);
    bytes += grantReserve(input.contextBytes);
    at = input.next;
  }
  const needed = blocksReserve(BLOCKS_BLOBS, bytes);
  if (!reserve(needed)) return false;
  store<u64>(PROMISED, needed);
  return true;
}

/** Makes so many grants, which stand in the input region, from a height on. May grow. */
export function makeGrants(count: u32, height: u32): bool {
  if (!ensureGrantsFor(count)) return false;
  let at = regionAddress(REGION_INPUT);
  for (let index: u32 = 0; index < count; index++) {
    const input = GrantInput.at(at);
    const object = internObject(input.objectType, input.object, input.objectBytes);
    const subject = internObject(input.subjectType, input.subject, input.subjectBytes);
    const set = internSet(object, input.relation);
    const to = internSet(subject, input.subjectRelation);
    makeGrant(set, to, height, input.condition, input.context, input.contextBytes);
    at = input.next;
  }
  store<u64>(PROMISED, 0);
  add(PERMISSION_VERSION, 1);
  return true;
}

/** Ends so many grants, which stand in the input region, at a height; answers how many held. */
export function endGrants(count: u32, height: u32): u32 {
  let ended: u32 = 0;
  let at = regionAddress(REGION_INPUT);
  for (let index: u32 = 0; index < count; index++) {
    const input = GrantInput.at(at);
    at = input.next;
    const object = findObject(input.objectType, input.object, input.objectBytes);
    const subject = findObject(input.subjectType, input.subject, input.subjectBytes);
    if (object == 0 || subject == 0) continue;
    const set = findSet(object, input.relation);
    const to = findSet(subject, input.subjectRelation);
    if (set == 0 || to == 0) continue;
    const grant = findGrant(set, to);
    if (grant != 0 && endGrant(grant, height)) ended += 1;
  }
  add(PERMISSION_VERSION, 1);
  return ended;
}
