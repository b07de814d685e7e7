/**
 * The order of a declared index: by the visible values of its properties, one after another, then
 * by the id of the node. An entry has what decides most comparisons, and the node's row:
 *
 *     key high   kind (8 bits), then 56 bits of the first value; all 1 where it is missing
 *     key low    its last 8 bits, or in their upper half the length of a text of up to 7 bytes,
 *                then 24 bits of the id, or of the second value; of a longer text, a mark and the
 *                next 3 bytes
 *
 * Of a list there is the kind alone. What these leave equal is compared in full. While the values
 * of a node change it is not in the index, so that every entry stands where its values say.
 */

import {
  ELEMENT_NODE,
  ID_BYTES,
  INDEX_PATHS_MAX,
  VALUE_BOOL,
  VALUE_BYTES,
  VALUE_ID,
  VALUE_LIST,
  VALUE_STRING,
} from '../abi.ts';
import { blobData, blobLength } from '../memory/blobs.ts';
import { SORTED_PROBE } from '../memory/header.ts';
import { Cell } from './cells.ts';
import { Declared } from './declared.ts';
import { Element, Node } from './elements.ts';
import { compareCells, orderedBits, readKind } from './values.ts';
import { visibleCell } from './visibility.ts';

const KIND_SHIFT: u64 = 56;
const MISSING: u64 = 0xffffffffffffffff;
const SHORT_BYTES_MAX: u32 = 7;
const LONG: u32 = 128;
const REST_BITS: u32 = 24;
const REST_MASK: u32 = (1 << REST_BITS) - 1;
const VALUE_MASK: u32 = 0xff000000;
const ID_DIGITS: u32 = 4;

/** Where among the nodes of the same values a probe stands. */
export const BEFORE_ALL_IDS: u32 = 0;
export const AFTER_ALL_IDS: u32 = 1;

/** What entries are compared with: cells, in the graph or a question's, and an id. */
@unmanaged
class Probe {
  high: u64;
  low: u32;
  /** Which bits of an entry's low part are compared. */
  mask: u32;
  declared: u32;
  /** Values that it has; the others do not count. */
  count: u32;
  /** Address of an id, or one of the two above. */
  id: u32;
  cell0: u32;
  cell1: u32;
  cell2: u32;
  cell3: u32;

  @inline static get(): Probe {
    return changetype<Probe>(SORTED_PROBE);
  }

  @inline cell(index: u32): usize {
    return load<u32>(changetype<usize>(this) + offsetof<Probe>('cell0') + (index << 2));
  }

  @inline setCell(index: u32, cell: usize): void {
    store<u32>(changetype<usize>(this) + offsetof<Probe>('cell0') + (index << 2), <u32>cell);
  }
}

if (offsetof<Probe>() > 64) ERROR('a probe must fit its place');

/** Sets the probe to where a node belongs. */
export function probeNode(declared: u32, node: u32): void {
  const probe = Probe.get();
  const index = Declared.at(declared);
  const element = Element.at(ELEMENT_NODE, node);
  let count: u32 = 0;
  for (; count < INDEX_PATHS_MAX && index.path(count) != 0; count++) {
    probe.setCell(count, visibleCell(element, index.path(count)));
  }
  setKey(declared, count, <u32>changetype<usize>(Node.at(node)));
}

/**
 * Sets the probe to the nodes whose first values are these, `count` addresses of cells; and to an
 * id among them, or before or behind all.
 */
export function probeValues(declared: u32, cells: usize, count: u32, id: u32): void {
  const probe = Probe.get();
  for (let index: u32 = 0; index < count; index++) {
    probe.setCell(index, load<u32>(cells + (index << 2)));
  }
  setKey(declared, count, id);
}

/** Moves the probe before all nodes of the same values. */
export function probeBeforeAllIds(): void {
  const probe = Probe.get();
  setKey(probe.declared, probe.count, BEFORE_ALL_IDS);
}

/** The parts of the probe's key. */
export function probeHigh(): u64 {
  return Probe.get().high;
}

export function probeLow(): u32 {
  return Probe.get().low;
}

/** Whether an entry stands before the probe (negative), at it (0), or behind it (positive). */
export function compareEntry(entry: usize): i32 {
  const probe = Probe.get();
  const high = load<u64>(entry);
  if (high != probe.high) return high < probe.high ? -1 : 1;
  const low = load<u32>(entry, 8) & probe.mask;
  const probeLow = probe.low & probe.mask;
  if (low != probeLow) return low < probeLow ? -1 : 1;
  const node = load<u32>(entry, 12);
  const index = Declared.at(probe.declared);
  let place: u32 = isLong(high, probe.low) ? 0 : 1;
  for (; place < probe.count; place++) {
    const value = visibleCell(Element.at(ELEMENT_NODE, node), index.path(place));
    const order = compareCells(value, probe.cell(place));
    if (order != 0) return order;
  }
  if (probe.id <= AFTER_ALL_IDS) return probe.id == BEFORE_ALL_IDS ? 1 : -1;
  return memory.compare(changetype<usize>(Node.at(node)), probe.id, ID_BYTES);
}

/** Whether two entries are of different values; false where their keys do not tell. */
export function areKeysOfOthers(declared: u32, entry: usize, other: usize): bool {
  const high = load<u64>(entry);
  if (high != load<u64>(other)) return true;
  const low = load<u32>(entry, 8);
  const hasId = Declared.at(declared).path1 == 0 && !isLong(high, low);
  return ((low ^ load<u32>(other, 8)) & (hasId ? VALUE_MASK : u32.MAX_VALUE)) != 0;
}

/** The kind of an entry's first value; of a missing one, no kind. */
export function kindOfEntry(entry: usize): u32 {
  return <u32>(load<u64>(entry) >>> KIND_SHIFT);
}

function setKey(declared: u32, count: u32, id: u32): void {
  const probe = Probe.get();
  const cell = probe.cell(0);
  const isSingle = Declared.at(declared).path1 == 0;
  probe.declared = declared;
  probe.count = count;
  probe.id = id;
  probe.high = rankOfCell(cell);
  const value = lowOf(cell);
  probe.low = value;
  probe.mask = 0xffffffff;
  if (isLong(probe.high, value)) return;
  if (isSingle && id > AFTER_ALL_IDS) probe.low |= idDigits(id);
  else if (!isSingle && count > 1) probe.low |= <u32>(rankOfCell(probe.cell(1)) >>> 40);
  else probe.mask = VALUE_MASK;
}

/** Orders values as far as it goes: equal ranks tell nothing. A missing value is address 0. */
export function rankOfCell(address: usize): u64 {
  if (address == 0) return MISSING;
  const cell = changetype<Cell>(address);
  const kind = readKind(cell);
  if (kind == VALUE_LIST) return (<u64>kind) << KIND_SHIFT;
  const bits = cell.isBlob ? firstBytes(<u32>cell.value) : bitsOf(kind, cell.value);
  return ((<u64>kind) << KIND_SHIFT) | (bits >>> 8);
}

function lowOf(address: usize): u32 {
  if (address == 0) return VALUE_MASK;
  const cell = changetype<Cell>(address);
  if (!cell.isBlob) return (<u32>(bitsOf(readKind(cell), cell.value) & 0xff)) << REST_BITS;
  if (cell.kind == VALUE_LIST) return LONG << REST_BITS;
  const blob = <u32>cell.value;
  const length = blobLength(blob);
  if (length <= SHORT_BYTES_MAX) return length << (4 + REST_BITS);
  return (LONG << REST_BITS) | nextBytes(blob, length);
}

function bitsOf(kind: u32, value: u64): u64 {
  return kind == VALUE_BOOL ? value : orderedBits(kind, value);
}

/** Whether a key has the begin of a text that is longer. */
function isLong(high: u64, low: u32): bool {
  const kind = <u32>(high >>> KIND_SHIFT);
  if (kind == VALUE_LIST) return true;
  if (kind != VALUE_STRING && kind != VALUE_BYTES && kind != VALUE_ID) return false;
  return low >>> REST_BITS == LONG;
}

/** The first 7 bytes, zeros behind the end, in the upper bits. */
function firstBytes(blob: u32): u64 {
  const length = min(blobLength(blob), SHORT_BYTES_MAX);
  const data = blobData(blob);
  let bytes: u64 = 0;
  for (let index: u32 = 0; index < SHORT_BYTES_MAX; index++) {
    bytes = (bytes << 8) | (index < length ? load<u8>(data + index) : 0);
  }
  return bytes << 8;
}

function nextBytes(blob: u32, length: u32): u32 {
  const data = blobData(blob);
  let bytes: u32 = 0;
  for (let index = SHORT_BYTES_MAX; index < SHORT_BYTES_MAX + 3; index++) {
    bytes = (bytes << 8) | (index < length ? load<u8>(data + index) : 0);
  }
  return bytes;
}

/** Base 62, whose digits are in the order of their characters. */
function idDigits(id: usize): u32 {
  let digits: u32 = 0;
  for (let index: u32 = 0; index < ID_DIGITS; index++) {
    const character: u32 = load<u8>(id + index);
    const digit = character - (character > 0x60 ? 0x61 - 36 : character > 0x40 ? 0x41 - 10 : 0x30);
    digits = digits * 62 + digit;
  }
  return digits & REST_MASK;
}
