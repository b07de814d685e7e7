/**
 * The order of values in a sorted index: by kind, then by value, then by the id of the node. It is
 * that of src/graphql/compare.ts: numbers with NaN last and both zeros equal, texts and bytes by
 * their bytes. What a comparison needs most stands in 12 bytes beside the row.
 *
 *     high u64   kind 8 bits, then the first 56 bits of the value
 *     low u32    number: its last 8 bits              | the first 4 characters of the id, 24 bits
 *                bytes, up to 7 of them: 16 × length  | the same
 *                more bytes: 128                      | the next 3 of them
 *
 * Longer bytes whose first 10 are the same, and nodes whose ids begin alike, are compared in full.
 */

import {
  ID_BYTES,
  VALUE_BOOL,
  VALUE_BYTES,
  VALUE_COUNTER,
  VALUE_FLOAT64,
  VALUE_ID,
  VALUE_INT64,
  VALUE_STRING,
} from '../abi.ts';
import { SortedIndex } from '../container/sorted-index.ts';
import { blobData, blobLength } from '../memory/blobs.ts';
import { SORTED_PROBE } from '../memory/header.ts';
import { Cell } from './cells.ts';
import { Node } from './elements.ts';
import { Entry } from './value-rows.ts';

const KIND_SHIFT: u64 = 56;
const SIGN: u64 = 1 << 63;
const NAN: u64 = 0xffffffffffffffff;
const SHORT_BYTES_MAX: u32 = 7;
const LONG: u32 = 128;
const ID_BITS: u32 = 24;
const ID_MASK: u32 = (1 << ID_BITS) - 1;
const ID_DIGITS: u32 = 4;

/** Where in the nodes of one value a probe stands. */
export const BEFORE_ALL_IDS: u32 = 0;
export const AFTER_ALL_IDS: u32 = 1;

/** What entries are compared with: a cell, in the graph or a question's, and an id. */
@unmanaged
class Probe {
  high: u64;
  low: u32;
  cell: u32;
  /** Address of an id, or one of the two above. */
  id: u32;

  @inline static get(): Probe {
    return changetype<Probe>(SORTED_PROBE);
  }
}

/** Adds the entry of a cell that holds a value. */
export function enterOrder(index: SortedIndex, entry: u32): void {
  probeEntry(entry);
  const probe = Probe.get();
  index.insert(probe.high, probe.low, entry, compareEntry);
}

/** Removes it, before the value changes. */
export function leaveOrder(index: SortedIndex, entry: u32): void {
  probeEntry(entry);
  index.remove(Probe.get().high, compareEntry);
}

/** Sets the probe to a value, and an id among the nodes that hold it. */
export function probeValue(cell: Cell, id: u32): void {
  const probe = Probe.get();
  probe.cell = <u32>changetype<usize>(cell);
  probe.id = id;
  probe.high = highOf(cell);
  probe.low = lowOf(cell, id > AFTER_ALL_IDS ? idDigits(id) : 0);
}

/** The high part of the probe's key. */
export function probeHigh(): u64 {
  return Probe.get().high;
}

/** Whether an entry stands before the probe (negative), at it (0), or behind it (positive). */
export function compareEntry(entry: usize): i32 {
  const probe = Probe.get();
  const high = load<u64>(entry);
  if (high != probe.high) return high < probe.high ? -1 : 1;
  const low = load<u32>(entry, 8);
  const value = low >>> ID_BITS;
  const probeValue = probe.low >>> ID_BITS;
  if (value != probeValue) return value < probeValue ? -1 : 1;
  const isLong = value == LONG && isBytes(<u32>(high >>> KIND_SHIFT));
  if (isLong) {
    if (low != probe.low) return low < probe.low ? -1 : 1;
    const order = compareBlobs(cellOf(entry), changetype<Cell>(<usize>probe.cell));
    if (order != 0) return order;
  }
  if (probe.id <= AFTER_ALL_IDS) return probe.id == BEFORE_ALL_IDS ? 1 : -1;
  if (!isLong && low != probe.low) return low < probe.low ? -1 : 1;
  return memory.compare(idOf(entry), probe.id, ID_BYTES);
}

function probeEntry(entry: u32): void {
  const row = Entry.at(entry);
  probeValue(Cell.at(row.cell), <u32>changetype<usize>(Node.at(row.node)));
}

function highOf(cell: Cell): u64 {
  const kind = orderedKind(cell);
  const bits = cell.isBlob ? firstBytes(<u32>cell.value) : orderedBits(kind, cell.value);
  return ((<u64>kind) << KIND_SHIFT) | (bits >>> 8);
}

function lowOf(cell: Cell, id: u32): u32 {
  if (!cell.isBlob)
    return ((<u32>(orderedBits(orderedKind(cell), cell.value) & 0xff)) << ID_BITS) | id;
  const blob = <u32>cell.value;
  const length = blobLength(blob);
  if (length <= SHORT_BYTES_MAX) return (length << (4 + ID_BITS)) | id;
  return (LONG << ID_BITS) | nextBytes(blob, length);
}

/** Bits that are ordered as unsigned numbers the way the values are. */
function orderedBits(kind: u32, value: u64): u64 {
  if (kind == VALUE_BOOL) return value;
  if (kind != VALUE_FLOAT64) return value ^ SIGN;
  const float = reinterpret<f64>(value);
  if (F64.isNaN(float)) return NAN;
  const bits: u64 = float == 0 ? 0 : value;
  return (bits & SIGN) == 0 ? bits | SIGN : ~bits;
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

/** A prefix stands before what it begins. */
function compareBlobs(left: Cell, right: Cell): i32 {
  const leftBlob = <u32>left.value;
  const rightBlob = <u32>right.value;
  const leftLength = blobLength(leftBlob);
  const rightLength = blobLength(rightBlob);
  const order = memory.compare(
    blobData(leftBlob),
    blobData(rightBlob),
    min(leftLength, rightLength),
  );
  if (order != 0 || leftLength == rightLength) return order;
  return leftLength < rightLength ? -1 : 1;
}

/** Base 62, whose digits are in the order of their characters. */
function idDigits(id: usize): u32 {
  let digits: u32 = 0;
  for (let index: u32 = 0; index < ID_DIGITS; index++) {
    const character: u32 = load<u8>(id + index);
    const digit = character - (character > 0x60 ? 0x61 - 36 : character > 0x40 ? 0x41 - 10 : 0x30);
    digits = digits * 62 + digit;
  }
  return digits & ID_MASK;
}

function orderedKind(cell: Cell): u32 {
  return cell.kind == VALUE_COUNTER ? VALUE_INT64 : cell.kind;
}

function isBytes(kind: u32): bool {
  return kind == VALUE_STRING || kind == VALUE_BYTES || kind == VALUE_ID;
}

function cellOf(entry: usize): Cell {
  return Cell.at(Entry.at(load<u32>(entry, 12)).cell);
}

function idOf(entry: usize): usize {
  return changetype<usize>(Node.at(Entry.at(load<u32>(entry, 12)).node));
}
