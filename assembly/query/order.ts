/**
 * Nodes of a type in the order of a declared field, between bounds and up to a limit: a page of a
 * sorted list costs as much as it holds, whatever the list. Nodes of one value come in the order of
 * their ids, also where the values descend.
 */

import {
  ELEMENT_NODE,
  ORDER_AFTER_ID,
  ORDER_DESCENDING,
  ORDER_ID,
  ORDER_LOWER,
  ORDER_LOWER_EXCLUDED,
  ORDER_UPPER,
  ORDER_UPPER_EXCLUDED,
  ORDER_UPPER_OFFSET,
} from '../abi.ts';
import { SortedIndex, SortedPlace } from '../container/sorted-index.ts';
import { CELL_BYTES, Cell } from '../graph/cells.ts';
import { Element, Node } from '../graph/elements.ts';
import { declaredIndex } from '../graph/value-index.ts';
import {
  AFTER_ALL_IDS,
  BEFORE_ALL_IDS,
  compareEntry,
  probeHigh,
  probeValue,
} from '../graph/value-order.ts';
import { Declared, Entry } from '../graph/value-rows.ts';
import { isCellVisible, isNodeVisible } from '../graph/visibility.ts';
import { SORTED_PLACE } from '../memory/header.ts';
import {
  ensureRegion,
  REGION_INPUT,
  REGION_OUTPUT,
  REGION_SCRATCH,
  regionAddress,
} from '../memory/region.ts';
import { askedCell, LIST_FULL } from './read.ts';

const PLACE_BYTES: usize = 8;
/** Nodes of one value that are passed by before the tree is searched. */
const STEPS_MAX: u32 = 16;

/** Lists rows, so many at most, and counts them; none where the field has no index. May grow. */
export function listInOrder(type: u32, path: u32, flags: u32, most: u32): u32 {
  const declared = declaredIndex(type, path);
  if (declared == 0) return 0;
  const index = Declared.at(declared).order;
  if (index.root == 0) return 0;
  const limit = min(most, index.count);
  if (!ensureRegion(REGION_SCRATCH, CELL_BYTES * 2)) return LIST_FULL;
  if (!ensureRegion(REGION_OUTPUT, limit << 2)) return LIST_FULL;
  const input = regionAddress(REGION_INPUT);
  if ((flags & ORDER_LOWER) != 0) askedCell(lowerCell(), path, input + load<u32>(input));
  if ((flags & ORDER_UPPER) != 0) {
    askedCell(upperCell(), path, input + load<u32>(input, ORDER_UPPER_OFFSET));
  }
  return (flags & ORDER_DESCENDING) == 0
    ? listAscending(index, flags, limit)
    : listDescending(index, flags, limit);
}

function listAscending(index: SortedIndex, flags: u32, limit: u32): u32 {
  const place = placeAt(0);
  const end = placeAt(1);
  seekEnd(index, flags, end);
  if (isAfterId(flags, ORDER_LOWER, ORDER_LOWER_EXCLUDED)) seekBehindId(index, lowerCell(), place);
  else seekBegin(index, flags, place);
  // Bounds may cross: then the end stands before the begin.
  if (!isBefore(place, end)) return 0;
  return listUntil(place, end, limit, 0);
}

/** By groups of one value, from the last to the first, each from its first node on. */
function listDescending(index: SortedIndex, flags: u32, limit: u32): u32 {
  const place = placeAt(0);
  const end = placeAt(1);
  const first = placeAt(2);
  seekBegin(index, flags, first);
  if (first.leaf == 0) return 0;
  let count: u32 = 0;
  seekEnd(index, flags, end);
  if (isAfterId(flags, ORDER_UPPER, ORDER_UPPER_EXCLUDED)) {
    seekBehindId(index, upperCell(), place);
    if (!isBefore(first, end)) return 0;
    if (isBefore(place, end)) count = listUntil(place, end, limit, 0);
    probeValue(upperCell(), BEFORE_ALL_IDS);
    index.seek(end, probeHigh(), compareEntry);
  }
  while (count < limit && isBefore(first, end)) {
    // The end of a group is the begin of the next; before it stands the group's last node.
    place.leaf = end.leaf;
    place.index = end.index;
    if (place.leaf == 0) index.seekLast(place);
    else place.backward();
    seekGroup(index, place);
    const groupLeaf = place.leaf;
    const groupIndex = place.index;
    count = listUntil(place, end, limit, count);
    end.leaf = groupLeaf;
    end.index = groupIndex;
  }
  return count;
}

/** From the last node of a value to the first: most often it is near. */
function seekGroup(index: SortedIndex, place: SortedPlace): void {
  probeValue(Cell.at(Entry.at(place.row).cell), BEFORE_ALL_IDS);
  for (let step: u32 = 0; step < STEPS_MAX; step++) {
    const leaf = place.leaf;
    const at = place.index;
    place.backward();
    if (place.leaf != 0 && compareEntry(place.entry) > 0) continue;
    place.leaf = leaf;
    place.index = at;
    return;
  }
  index.seek(place, probeHigh(), compareEntry);
}

/** Lists from a place to another, which stands behind it or at it. */
function listUntil(place: SortedPlace, end: SortedPlace, limit: u32, listed: u32): u32 {
  const output = regionAddress(REGION_OUTPUT);
  let count = listed;
  while (count < limit && place.leaf != 0) {
    if (place.leaf == end.leaf && place.index == end.index) break;
    const entry = Entry.at(place.row);
    place.forward();
    if (!isNodeVisible(entry.node)) continue;
    if (!isCellVisible(Element.at(ELEMENT_NODE, entry.node), entry.cell)) continue;
    store<u32>(output + (count << 2), entry.node);
    count += 1;
  }
  return count;
}

/** Whether a place stands before another one, which may be behind the last entry. */
function isBefore(place: SortedPlace, other: SortedPlace): bool {
  if (place.leaf == 0) return false;
  if (other.leaf == 0) return true;
  if (place.leaf == other.leaf) return place.index < other.index;
  const entry = Entry.at(other.row);
  probeValue(Cell.at(entry.cell), <u32>changetype<usize>(Node.at(entry.node)));
  return compareEntry(place.entry) < 0;
}

/** The first entry that the lower bound lets in. */
function seekBegin(index: SortedIndex, flags: u32, place: SortedPlace): void {
  if ((flags & ORDER_LOWER) == 0) index.seekFirst(place);
  else {
    probeValue(lowerCell(), (flags & ORDER_LOWER_EXCLUDED) != 0 ? AFTER_ALL_IDS : BEFORE_ALL_IDS);
    index.seek(place, probeHigh(), compareEntry);
  }
}

/** The first entry that the upper bound keeps out. */
function seekEnd(index: SortedIndex, flags: u32, place: SortedPlace): void {
  if ((flags & ORDER_UPPER) == 0) {
    place.leaf = 0;
    place.index = 0;
  } else {
    probeValue(upperCell(), (flags & ORDER_UPPER_EXCLUDED) != 0 ? BEFORE_ALL_IDS : AFTER_ALL_IDS);
    index.seek(place, probeHigh(), compareEntry);
  }
}

/** The first entry behind the id in the input, among those of a value. */
function seekBehindId(index: SortedIndex, value: Cell, place: SortedPlace): void {
  probeValue(value, inputId());
  index.seek(place, probeHigh(), compareEntry);
  if (place.leaf != 0 && compareEntry(place.entry) == 0) place.forward();
}

/** Whether the id in the input stands among the nodes of a bound that is in the range. */
function isAfterId(flags: u32, bound: u32, excluded: u32): bool {
  return (flags & (ORDER_AFTER_ID | bound | excluded)) == (ORDER_AFTER_ID | bound);
}

function inputId(): u32 {
  return <u32>(regionAddress(REGION_INPUT) + ORDER_ID);
}

function lowerCell(): Cell {
  return changetype<Cell>(regionAddress(REGION_SCRATCH));
}

function upperCell(): Cell {
  return changetype<Cell>(regionAddress(REGION_SCRATCH) + CELL_BYTES);
}

function placeAt(number: usize): SortedPlace {
  return changetype<SortedPlace>(SORTED_PLACE + number * PLACE_BYTES);
}
