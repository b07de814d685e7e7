/**
 * Lookups as the engine runs them (assembly/abi-lookups.ts draws them), written in one go behind
 * the plan that they are given to: a plan stays, and what is looked up differs from run to run.
 */

import * as abi from '../../assembly/abi.ts';
import { UTF8_BYTES_PER_UNIT } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { type Value, valueKind } from '../delta/value.ts';
import type { Lookup, Lookups } from './plan.ts';
import { blobOf, putBlob, putWord, wellFormed } from './value-words.ts';

const WORD_BYTES = 4;
const VALUE_BYTES = abi.VALUE_WORDS * WORD_BYTES;
const HEAD_BYTES = 8;
/** A lookup begins at a multiple of this much. */
const UNIT_BYTES = 8;
/** Text of which it does not matter that the room is for the longest UTF-8. */
const SHORT_TEXT_LENGTH = 1_024;
const KIND_SHIFT = 24;

/** Where in the words of a plan a key stands, and how many fields it has. */
export interface KeyWords {
  readonly at: number;
  readonly fieldCount: number;
}

export interface GivenLookups {
  readonly keys: readonly KeyWords[];
  readonly all: Lookups;
}

/** Of the linear memory: where the plan stands, and where the lookups are to. */
export interface LookupTarget {
  readonly bytes: Buffer;
  readonly view: DataView;
  readonly plan: number;
  readonly at: number;
}

/**
 * Bytes that they take at most. Throws INVALID_INPUT for one that does not fit its key, or has a
 * text that no node can hold.
 */
export function roomForLookups({ keys, all }: GivenLookups): number {
  let room = 0;
  for (const lookup of all) {
    room += HEAD_BYTES + UNIT_BYTES;
    if (lookup === undefined) continue;
    checkLookup(lookup, keys);
    for (const value of lookup.values) room += VALUE_BYTES + roomFor(value);
  }
  return room;
}

/** Answers where they end. Throws INVALID_INPUT for an integer that no node can hold. */
export function putLookups(target: LookupTarget, { keys, all }: GivenLookups): number {
  let { at } = target;
  for (const lookup of all) at = putLookup(target, at, keys, lookup);
  return at;
}

function putLookup(
  { bytes, view, plan }: LookupTarget,
  at: number,
  keys: readonly KeyWords[],
  lookup: Lookup | undefined,
): number {
  const values = lookup?.values ?? [];
  let key = lookup === undefined ? 0 : plan + (keys[lookup.key]?.at ?? 0);
  let cell = at + HEAD_BYTES;
  let free = cell + values.length * VALUE_BYTES;
  for (const value of values) {
    // Null equals nothing, by whichever key.
    if (value === null) key = 0;
    else free = putValue({ bytes, view }, { cell, free }, value);
    cell += VALUE_BYTES;
  }
  const end = Math.ceil(free / UNIT_BYTES) * UNIT_BYTES;
  view.setUint32(at, key, true);
  view.setUint32(at + WORD_BYTES, end - at, true);
  return end;
}

/** Like a cell, and what it points to behind it; answers where that ends. */
function putValue(
  { bytes, view }: Pick<LookupTarget, 'bytes' | 'view'>,
  { cell, free }: { readonly cell: number; readonly free: number },
  value: Exclude<Value, null>,
): number {
  const at = cell + abi.CELL_VALUE_OFFSET;
  view.setUint32(cell, valueKind(value) << KIND_SHIFT, true);
  view.setUint32(at + WORD_BYTES, 0, true);
  const blob = typeof value === 'string' ? value : blobOf(value);
  if (blob === undefined) {
    putWord(view, at, value);
    return free;
  }
  const begin = free + WORD_BYTES;
  const length = putBlob(bytes, begin, blob);
  view.setUint32(at, free, true);
  view.setUint32(free, length, true);
  return begin + length;
}

function roomFor(value: Value): number {
  if (typeof value !== 'string')
    return value === null ? 0 : WORD_BYTES + (blobOf(value)?.length ?? 0);
  const isShort = wellFormed(value).length <= SHORT_TEXT_LENGTH;
  return WORD_BYTES + (isShort ? value.length * UTF8_BYTES_PER_UNIT : Buffer.byteLength(value));
}

function checkLookup({ key, values }: Lookup, keys: readonly KeyWords[]): void {
  const expected = keys[key]?.fieldCount;
  if (values.length === expected) return;
  throw new DatabaseError(
    ErrorCode.INVALID_INPUT,
    expected === undefined
      ? `a lookup expected one of ${keys.length} keys, got key ${key}`
      : `a lookup by key ${key} expected ${expected} values, got ${values.length}`,
  );
}
