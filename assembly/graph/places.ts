/**
 * The places of a sequence: a tree in which each stands left or right of its parent, and those of
 * one side of a parent in the order of their stamps. They are held in the order of the tree, what
 * is left of a place before it, what is right behind it. This order and the depths tell the tree:
 * the parent of a place is the nearest one of lesser depth, behind it of a left one, before it of a
 * right one. After Weidner and Kleppmann, "The Art of the Fugue" (2023); that an item has a place
 * which the latest move decides is from Kleppmann, "Moving Elements in List CRDTs" (2020).
 *
 *     place   0  writer u32   4  number u16   6  flags u8   7  unused u8   8  depth u32
 *            12  of a move: the item's writer u32, its number u16
 *                then the value of the item as in a payload; null where it is not here
 *
 * The first place of an item has the name of the item, and says whether it is removed.
 */

import { VALUE_NULL } from '../abi.ts';
import {
  PLACE_DEPTH,
  PLACE_FLAGS,
  PLACE_IS_LEFT,
  PLACE_IS_OF_MOVE,
  PLACE_NUMBER,
  PLACE_OF_MOVE_VALUE,
  PLACE_SHOWS,
  PLACE_VALUE,
} from '../abi-collections.ts';
import { valueBytes } from './value-bytes.ts';
import { isLater } from './writers.ts';

export function placeWriter(place: usize): u32 {
  return load<u32>(place);
}

export function placeNumber(place: usize): u32 {
  return load<u16>(place, PLACE_NUMBER);
}

export function placeDepth(place: usize): u32 {
  return load<u32>(place, PLACE_DEPTH);
}

export function hasFlag(place: usize, flag: u32): bool {
  return (<u32>load<u8>(place, PLACE_FLAGS) & flag) != 0;
}

export function setFlag(place: usize, flag: u32, isSet: bool): void {
  const flags: u32 = load<u8>(place, PLACE_FLAGS);
  store<u8>(place, isSet ? flags | flag : flags & ~flag, PLACE_FLAGS);
}

/** Where the value of the item stands, or null. */
export function placeValue(place: usize): usize {
  return place + (hasFlag(place, PLACE_IS_OF_MOVE) ? PLACE_OF_MOVE_VALUE : PLACE_VALUE);
}

/** Whether the item is at this place. */
export function holdsItem(place: usize): bool {
  return <u32>load<u8>(placeValue(place)) != VALUE_NULL;
}

/** Who inserted the item of a place. */
export function itemWriter(place: usize): u32 {
  return load<u32>(hasFlag(place, PLACE_IS_OF_MOVE) ? place + PLACE_VALUE : place);
}

export function itemNumber(place: usize): u32 {
  if (!hasFlag(place, PLACE_IS_OF_MOVE)) return placeNumber(place);
  return load<u16>(place, PLACE_VALUE + PLACE_NUMBER);
}

export function nextPlace(place: usize): usize {
  const value = placeValue(place);
  return value + valueBytes(value);
}

/** The place with a name, or `end`. */
export function findPlace(from: usize, end: usize, writer: u32, number: u32): usize {
  let at = from;
  while (at < end && (placeWriter(at) != writer || placeNumber(at) != number)) at = nextPlace(at);
  return at;
}

/** Whether the stamp of a place is greater: of one transaction the number decides. */
export function isPlaceLater(place: usize, writer: u32, number: u32): bool {
  const own = placeWriter(place);
  return own == writer ? placeNumber(place) > number : isLater(own, writer);
}

/** Whether an item shows where it is. */
export function showsItem(place: usize): bool {
  return hasFlag(place, PLACE_SHOWS);
}

/**
 * Where a new place right of a parent comes: before its first right child that is later. `from` is
 * behind the parent, or the begin for the root, whose depth is 0.
 *
 * What belongs to a child begins with what is left of it, so that it is known only once the child
 * itself comes: `begin` is the first place that no child has claimed yet, `least` the least depth
 * from there on. A right place is the child of what came before `begin` if it is no deeper.
 */
export function placeOnRight(from: usize, end: usize, depth: u32, writer: u32, number: u32): usize {
  let begin: usize = 0;
  let least: u32 = 0;
  for (let at = from; at < end; at = nextPlace(at)) {
    const own = placeDepth(at);
    if (own <= depth) return begin != 0 ? begin : at;
    if (hasFlag(at, PLACE_IS_LEFT)) {
      least = begin == 0 ? own : min(least, own);
      if (begin == 0) begin = at;
    } else if (own == depth + 1) {
      if (isPlaceLater(at, writer, number)) return begin != 0 ? begin : at;
      begin = 0;
    } else if (own <= least) begin = 0;
  }
  return begin != 0 ? begin : end;
}

/** The same left of a parent, among the places from the first one to it. */
export function placeOnLeft(from: usize, parent: usize, writer: u32, number: u32): usize {
  const depth = placeDepth(parent);
  let found: usize = 0;
  let begin: usize = 0;
  let least: u32 = 0;
  for (let at = from; at < parent; at = nextPlace(at)) {
    const own = placeDepth(at);
    const isLeft = hasFlag(at, PLACE_IS_LEFT);
    if (own <= depth || (own == depth + 1 && !isLeft)) {
      found = 0;
      begin = 0;
    } else if (isLeft) {
      least = begin == 0 ? own : min(least, own);
      if (begin == 0) begin = at;
      if (own != depth + 1) continue;
      if (found == 0 && isPlaceLater(at, writer, number)) found = begin;
      begin = 0;
    } else if (own <= least) begin = 0;
  }
  return found != 0 ? found : parent;
}
