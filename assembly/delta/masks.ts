/**
 * Which transactions of a commit are masked: valid, but not allowed as of its authority. They are
 * writers without effect. Who may do what is asked between prepare and apply (access/writes.ts).
 */

import { DESCRIPTOR_MASKS } from '../abi.ts';
import { Group } from './group.ts';

/** Takes a bit for each transaction, all of them clear; false without room in the scratch. */
export function layMasks(group: Group, descriptor: usize, transactions: u32): bool {
  const masks = (group.scratch + 3) & ~3;
  const bytes = ((transactions + 31) >> 5) << 2;
  if (masks + bytes > group.scratchEnd) return false;
  memory.fill(masks, 0, bytes);
  store<u32>(descriptor, masks, DESCRIPTOR_MASKS);
  group.scratch = masks + bytes;
  return true;
}

export function isMasked(descriptor: usize, position: u32): bool {
  const word = load<u32>(placeOf(descriptor, position));
  return ((word >>> (position & 31)) & 1) != 0;
}

export function mask(descriptor: usize, position: u32): void {
  const place = placeOf(descriptor, position);
  store<u32>(place, load<u32>(place) | (1 << (position & 31)));
}

function placeOf(descriptor: usize, position: u32): usize {
  return <usize>load<u32>(descriptor, DESCRIPTOR_MASKS) + ((position >>> 5) << 2);
}
