/**
 * The items of a sequence as a whole: which of them show, as a list in the order of their places,
 * and what removals, sets and seals take away. Each is one pass over the places.
 *
 *     NAMED_ADDS   for each run that a removal names: writer u32, first number u16, last u16
 */

import { VALUE_NULL } from '../abi.ts';
import {
  PLACE_DEPTH,
  PLACE_FLAGS,
  PLACE_IS_OF_MOVE,
  PLACE_IS_REMOVED,
  PLACE_NUMBER,
  PLACE_SHOWS,
  PLACE_VALUE,
} from '../abi-collections.ts';
import { NAMED_ADDS } from '../memory/header.ts';
import {
  hasFlag,
  holdsItem,
  itemNumber,
  itemWriter,
  nextPlace,
  placeValue,
  setFlag,
  showsItem,
} from './places.ts';
import { Sequence, trimSequence } from './sequences.ts';
import { isLater } from './writers.ts';

const LENGTH_BYTES: u32 = 4;
const RUN_BITS: u32 = 3;

/** Notes a run of items that a removal names. */
export function nameRun(index: u32, writer: u32, first: u32, count: u32): void {
  const run = NAMED_ADDS + ((<usize>index) << RUN_BITS);
  store<u32>(run, writer);
  store<u16>(run, <u16>first, 4);
  store<u16>(run, <u16>(first + count - 1), 6);
}

/** Whether an item that is not removed is one of the first `runs` at NAMED_ADDS. */
export function hasNamedItem(sequence: Sequence, runs: u32): bool {
  for (let at = sequence.places; at < sequence.end; at = nextPlace(at)) {
    if (holdsItem(at) && isNamedItem(at, runs)) return true;
  }
  return false;
}

/** Takes the items away that `hasNamedItem` asks for. */
export function dropNamedItems(sequence: Sequence, runs: u32): void {
  const end = sequence.end;
  let to = sequence.places;
  let last = to;
  for (let at = to; at < end; ) {
    const next = nextPlace(at);
    const isNamed = isNamedItem(at, runs);
    if (isNamed) removeItem(at);
    last = to;
    to = movePlace(at, next, to, isNamed);
    at = next;
  }
  endPlaces(sequence, to, last);
}

/** Takes the items away that a set is later than. */
export function dropOlderItems(sequence: Sequence, set: u32): void {
  const end = sequence.end;
  let to = sequence.places;
  let last = to;
  for (let at = to; at < end; ) {
    const next = nextPlace(at);
    const isOlder = isLater(set, itemWriter(at));
    if (isOlder) removeItem(at);
    last = to;
    to = movePlace(at, next, to, isOlder);
    at = next;
  }
  endPlaces(sequence, to, last);
}

/** Brings the list up to date, with all items that `hider` is not later than. */
export function showPlaces(sequence: Sequence, hider: u32): void {
  const end = sequence.end;
  const list = sequence.list;
  if (sequence.taken == 0) store<u32>(list, 0);
  let to = list + LENGTH_BYTES + load<u32>(list);
  for (let at = sequence.places + sequence.taken; at < end; ) {
    const next = nextPlace(at);
    const isShown = isItemShown(at, hider);
    setFlag(at, PLACE_SHOWS, isShown);
    if (isShown) {
      const value = placeValue(at);
      memory.copy(to, value, next - value);
      to += next - value;
    }
    at = next;
  }
  sequence.taken = sequence.placeBytes;
  const bytes = <u32>(to - list) - LENGTH_BYTES;
  store<u32>(list, bytes);
  sequence.shows = bytes == 0 ? 0 : 1;
}

/** Whether `showPlaces` would come to something else now. */
export function areItemsShownOtherwise(sequence: Sequence, hider: u32): bool {
  for (let at = sequence.places; at < sequence.end; at = nextPlace(at)) {
    if (isItemShown(at, hider) != showsItem(at)) return true;
  }
  return false;
}

/** Whether an item shows that `hider` is later than. */
export function isAnyItemOlder(sequence: Sequence, hider: u32): bool {
  for (let at = sequence.places; at < sequence.end; at = nextPlace(at)) {
    if (showsItem(at) && isLater(hider, itemWriter(at))) return true;
  }
  return false;
}

/** The latest writer of the items that show. */
export function latestItem(sequence: Sequence): u32 {
  let latest: u32 = 0;
  for (let at = sequence.places; at < sequence.end; at = nextPlace(at)) {
    if (!showsItem(at)) continue;
    const writer = itemWriter(at);
    if (latest == 0 || isLater(writer, latest)) latest = writer;
  }
  return latest;
}

/**
 * At a seal: of the items that show each has one place, with its own name, right of the root; all
 * other places go. Gives back what room is spare.
 */
export function sealSequence(sequence: Sequence): void {
  const end = sequence.end;
  let to = sequence.places;
  let last = to;
  for (let at = to; at < end; ) {
    const next = nextPlace(at);
    if (showsItem(at)) {
      last = to;
      to = sealPlace(at, next, to);
    }
    at = next;
  }
  endPlaces(sequence, to, last);
  sequence.latestWriter = 0;
  sequence.rootWriter = 0;
  trimSequence(sequence);
  showPlaces(sequence, 0);
}

function isNamedItem(place: usize, runs: u32): bool {
  const writer = itemWriter(place);
  const number = itemNumber(place);
  const end = NAMED_ADDS + ((<usize>runs) << RUN_BITS);
  for (let run = NAMED_ADDS; run < end; run += 1 << RUN_BITS) {
    if (load<u32>(run) != writer) continue;
    if (number >= <u32>load<u16>(run, 4) && number <= <u32>load<u16>(run, 6)) return true;
  }
  return false;
}

/** Of each place of an item that goes; the first one says so. */
function removeItem(place: usize): void {
  if (!hasFlag(place, PLACE_IS_OF_MOVE)) setFlag(place, PLACE_IS_REMOVED, true);
  setFlag(place, PLACE_SHOWS, false);
}

/** Moves a place towards the begin, without its value if that is dropped; answers its end then. */
function movePlace(place: usize, next: usize, to: usize, dropsValue: bool): usize {
  const end = dropsValue ? placeValue(place) + 1 : next;
  if (dropsValue) store<u8>(placeValue(place), <u8>VALUE_NULL);
  if (place != to) memory.copy(to, place, end - place);
  return to + (end - place);
}

/** The places end at `to` from now on, the last of them at `last`: what shows is made anew. */
function endPlaces(sequence: Sequence, to: usize, last: usize): void {
  sequence.placeBytes = <u32>(to - sequence.places);
  sequence.last = <u32>(last - sequence.places);
  sequence.taken = 0;
}

function isItemShown(place: usize, hider: u32): bool {
  return holdsItem(place) && (hider == 0 || !isLater(hider, itemWriter(place)));
}

function sealPlace(place: usize, next: usize, to: usize): usize {
  const writer = itemWriter(place);
  const number = itemNumber(place);
  const value = placeValue(place);
  memory.copy(to + PLACE_VALUE, value, next - value);
  store<u32>(to, writer);
  store<u16>(to, <u16>number, PLACE_NUMBER);
  store<u16>(to, 0, PLACE_FLAGS);
  store<u32>(to, 1, PLACE_DEPTH);
  return to + PLACE_VALUE + (next - value);
}
