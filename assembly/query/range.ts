/**
 * Walks a declared index: the nodes whose first values are given ones, and whose next value lies
 * between bounds; up or down. Nodes of the same values come in the order of their ids, also where
 * the values descend: then group after group, each from its first node on.
 */

import {
  INDEX_PATHS_MAX,
  ORDER_DESCENDING,
  ORDER_LOWER,
  ORDER_LOWER_EXCLUDED,
  ORDER_UPPER,
  ORDER_UPPER_EXCLUDED,
} from '../abi.ts';
import { SortedIndex, SortedPlace } from '../container/sorted-index.ts';
import { Declared } from '../graph/declared.ts';
import {
  AFTER_ALL_IDS,
  areKeysOfOthers,
  BEFORE_ALL_IDS,
  compareEntry,
  probeBeforeAllIds,
  probeHigh,
  probeNode,
  probeValues,
} from '../graph/value-order.ts';
import { SORTED_PLACE } from '../memory/header.ts';

/** Nodes of the same values that are passed by before the tree is searched. */
const STEPS_MAX: u32 = 16;

/** The one range that is walked; what it reads must not change meanwhile. */
@unmanaged
export class Range {
  declared: u32;
  flags: u32;
  /** Values that are given, and the addresses of their cells; room for a bound behind them. */
  given: u32;
  cell0: u32;
  cell1: u32;
  cell2: u32;
  cell3: u32;
  /** Cells of the bounds; 0 is a missing value. */
  lower: u32;
  upper: u32;
  /** The next entry. */
  atLeaf: u32;
  atIndex: u32;
  /** The first entry behind what is walked: the range, or downwards the group. */
  endLeaf: u32;
  endIndex: u32;
  /** The first entry of the range, and of the group; downwards only. */
  firstLeaf: u32;
  firstIndex: u32;
  groupLeaf: u32;
  groupIndex: u32;

  @inline static get(): Range {
    return changetype<Range>(SORTED_PLACE);
  }

  @inline get cells(): usize {
    return changetype<usize>(this) + offsetof<Range>('cell0');
  }

  @inline get at(): SortedPlace {
    return changetype<SortedPlace>(changetype<usize>(this) + offsetof<Range>('atLeaf'));
  }

  @inline get end(): SortedPlace {
    return changetype<SortedPlace>(changetype<usize>(this) + offsetof<Range>('endLeaf'));
  }

  @inline get first(): SortedPlace {
    return changetype<SortedPlace>(changetype<usize>(this) + offsetof<Range>('firstLeaf'));
  }

  @inline get group(): SortedPlace {
    return changetype<SortedPlace>(changetype<usize>(this) + offsetof<Range>('groupLeaf'));
  }

  @inline get index(): SortedIndex {
    return Declared.at(this.declared).order;
  }
}

if (offsetof<Range>() > 160) ERROR('a range must fit its place');

/** Names the range, before its values are put at `Range.get().cells`, `lower` and `upper`. */
export function nameRange(declared: u32, flags: u32, given: u32): Range {
  const range = Range.get();
  assert(given < INDEX_PATHS_MAX || (flags & (ORDER_LOWER | ORDER_UPPER)) == 0);
  range.declared = declared;
  range.flags = flags;
  range.given = given;
  return range;
}

/** Begins it; `afterId` is an id to begin behind, among the nodes of the bound, or 0. */
export function beginRange(range: Range, afterId: usize): void {
  // A missing value is no value that lies behind a bound.
  if ((range.flags & (ORDER_LOWER | ORDER_UPPER)) == ORDER_LOWER) {
    range.flags |= ORDER_UPPER | ORDER_UPPER_EXCLUDED;
    range.upper = 0;
  }
  if ((range.flags & ORDER_DESCENDING) == 0) beginUpwards(range, afterId);
  else beginDownwards(range, afterId);
}

/** The next node, or 0. */
export function nextInRange(): u32 {
  const range = Range.get();
  if (!isInGroup(range) && !enterGroupBefore(range)) return 0;
  const node = range.at.row;
  range.at.forward();
  return node;
}

/** Upwards: address of the entry of the next node, or 0. */
export function nextEntry(): usize {
  const range = Range.get();
  return isInGroup(range) ? range.at.entry : 0;
}

function isInGroup(range: Range): bool {
  if (range.atLeaf == 0) return false;
  return range.atLeaf != range.endLeaf || range.atIndex != range.endIndex;
}

function beginUpwards(range: Range, afterId: usize): void {
  seekEnd(range, range.end);
  if (isAfterId(range.flags, afterId, ORDER_LOWER, ORDER_LOWER_EXCLUDED)) {
    seekBehindId(range, range.lower, afterId, range.at);
  } else seekBegin(range, range.at);
  // Bounds may cross: then the end stands before the begin.
  if (!isBefore(range, range.at, range.end)) range.at.leaf = 0;
}

/** The groups stand between `first` and `group`; the one that is walked, between `at` and `end`. */
function beginDownwards(range: Range, afterId: usize): void {
  seekBegin(range, range.first);
  seekEnd(range, range.group);
  range.at.leaf = 0;
  // Bounds may cross: then there is no group.
  if (!isBefore(range, range.first, range.group)) copyPlace(range.group, range.first);
  if (!isAfterId(range.flags, afterId, ORDER_UPPER, ORDER_UPPER_EXCLUDED)) return;
  if (isAt(range.first, range.group)) return;
  copyPlace(range.end, range.group);
  seekBehindId(range, range.upper, afterId, range.at);
  if (!isBefore(range, range.at, range.end)) range.at.leaf = 0;
  seekBound(range, range.upper, BEFORE_ALL_IDS, range.group);
}

/** Downwards: goes on to the group of the next smaller values; false when there is none. */
function enterGroupBefore(range: Range): bool {
  range.at.leaf = 0;
  if ((range.flags & ORDER_DESCENDING) == 0) return false;
  if (isAt(range.first, range.group)) return false;
  // The end of a group is the begin of the next; before it stands the group's last node.
  copyPlace(range.end, range.group);
  copyPlace(range.at, range.group);
  if (range.at.leaf == 0) range.index.seekLast(range.at);
  else range.at.backward();
  seekGroup(range, range.at);
  copyPlace(range.group, range.at);
  return true;
}

/** From the last node of the same values to the first: most often it is near. */
function seekGroup(range: Range, place: SortedPlace): void {
  if (isFirstByKey(range, place)) return;
  probeNode(range.declared, place.row);
  probeBeforeAllIds();
  for (let step: u32 = 0; step < STEPS_MAX; step++) {
    const leaf = place.leaf;
    const at = place.index;
    place.backward();
    if (place.leaf != 0 && compareEntry(place.entry) > 0) continue;
    place.leaf = leaf;
    place.index = at;
    return;
  }
  range.index.seek(place, probeHigh(), compareEntry);
}

/** Whether the entry before a place has other values, as far as keys tell. */
function isFirstByKey(range: Range, place: SortedPlace): bool {
  const leaf = place.leaf;
  const at = place.index;
  const entry = place.entry;
  place.backward();
  const isFirst = place.leaf == 0 || areKeysOfOthers(range.declared, place.entry, entry);
  place.leaf = leaf;
  place.index = at;
  return isFirst;
}

/** Whether two places are the same. */
function isAt(place: SortedPlace, other: SortedPlace): bool {
  return place.leaf == other.leaf && (place.leaf == 0 || place.index == other.index);
}

/** Whether a place stands before another one, which may be behind the last entry. */
function isBefore(range: Range, place: SortedPlace, other: SortedPlace): bool {
  if (place.leaf == 0) return false;
  if (other.leaf == 0) return true;
  if (place.leaf == other.leaf) return place.index < other.index;
  probeNode(range.declared, other.row);
  return compareEntry(place.entry) < 0;
}

/** The first entry that the lower bound lets in. */
function seekBegin(range: Range, place: SortedPlace): void {
  const flags = range.flags;
  if ((flags & ORDER_LOWER) != 0) {
    const ids = (flags & ORDER_LOWER_EXCLUDED) != 0 ? AFTER_ALL_IDS : BEFORE_ALL_IDS;
    seekBound(range, range.lower, ids, place);
  } else if (range.given == 0) range.index.seekFirst(place);
  else seekGiven(range, BEFORE_ALL_IDS, place);
}

/** The first entry that the upper bound keeps out. */
function seekEnd(range: Range, place: SortedPlace): void {
  const flags = range.flags;
  place.leaf = 0;
  place.index = 0;
  if ((flags & ORDER_UPPER) != 0) {
    const ids = (flags & ORDER_UPPER_EXCLUDED) != 0 ? BEFORE_ALL_IDS : AFTER_ALL_IDS;
    seekBound(range, range.upper, ids, place);
  } else if (range.given != 0) seekGiven(range, AFTER_ALL_IDS, place);
}

/** The first entry behind an id, among those of a value. */
function seekBehindId(range: Range, value: u32, id: usize, place: SortedPlace): void {
  seekBound(range, value, <u32>id, place);
  if (place.leaf != 0 && compareEntry(place.entry) == 0) place.forward();
}

function seekBound(range: Range, value: u32, id: u32, place: SortedPlace): void {
  store<u32>(range.cells + (range.given << 2), value);
  probeValues(range.declared, range.cells, range.given + 1, id);
  range.index.seek(place, probeHigh(), compareEntry);
}

function seekGiven(range: Range, ids: u32, place: SortedPlace): void {
  probeValues(range.declared, range.cells, range.given, ids);
  range.index.seek(place, probeHigh(), compareEntry);
}

/** Whether an id stands among the nodes of a bound that is in the range. */
function isAfterId(flags: u32, id: usize, bound: u32, excluded: u32): bool {
  return id != 0 && (flags & (bound | excluded)) == bound;
}

function copyPlace(target: SortedPlace, source: SortedPlace): void {
  target.leaf = source.leaf;
  target.index = source.index;
}
