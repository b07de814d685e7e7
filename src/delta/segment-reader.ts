/**
 * Where the segments of a transaction stand (schema/commit.md, "Segments").
 *
 *     transaction   leaf u8 = 1, id 16 B, actor u16, segments u16, segment ...
 *     segment       relation u16, state u8 = 0, deltas u16, bytes u32, delta ...
 *     in a partial commit
 *       disclosed   relation u16, state u8 = 0, salt 32 B, deltas u16, bytes u32, delta ...
 *       withheld    relation u16, state u8 = 1, segment hash 32 B
 */

import { HASH_BYTES } from '../../assembly/abi.ts';
import type { DatabaseError } from '../base/errors.ts';
import { TRANSACTION_SEGMENTS_MAX } from '../base/limits.ts';
import { u16At, u32At } from '../base/little-endian.ts';
import { commitError, Reason } from './reason.ts';

export const STATE_DISCLOSED = 0;
export const STATE_WITHHELD = 1;
export const SALT_BYTES = 32;
/** Relation and state. */
export const SEGMENT_NAME_BYTES = 3;
/** Count of deltas and their bytes. */
export const SEGMENT_LENGTH_BYTES = 6;
/** Before the segments: leaf, id, actor, count. */
export const SEGMENTS_OFFSET = 21;
export const SEGMENT_COUNT_OFFSET = 19;

/** Offsets into the payload. */
export interface SegmentPlace {
  readonly start: number;
  readonly end: number;
  /** Number of a symbol. */
  readonly relation: number;
  readonly isWithheld: boolean;
  /** The salt of a disclosed segment or the hash of a withheld one; 0 in the full form. */
  readonly proofAt: number;
  readonly deltaCount: number;
  /** First delta; the last one ends at `end`. */
  readonly deltasAt: number;
}

/** Walks over the segments of a transaction that is no plain one; throws where they do not fit. */
export function expectSegments(
  bytes: Uint8Array,
  start: number,
  end: number,
  isPartial: boolean,
): void {
  const count = u16At(bytes, start + SEGMENT_COUNT_OFFSET);
  if (count === 0 || count > TRANSACTION_SEGMENTS_MAX) {
    const expected = `1 to ${TRANSACTION_SEGMENTS_MAX} segments`;
    throw segmentError(Reason.SEGMENT_COUNT, expected, `${count}`);
  }
  let at = start + SEGMENTS_OFFSET;
  for (let left = count; left > 0; left--) {
    expectEnd(at + SEGMENT_NAME_BYTES, end);
    expectState(bytes[at + 2] as number, isPartial);
    expectEnd(deltasOffset(bytes, at, isPartial), end);
    at = placeAt(bytes, at, isPartial).end;
    expectEnd(at, end);
  }
  if (at === end) return;
  throw segmentError(Reason.SEGMENT_LENGTH, 'to be the last', `${end - at} more bytes`);
}

/** The segments of a transaction that `expectSegments` let pass. */
export function segmentPlaces(
  bytes: Uint8Array,
  start: number,
  end: number,
  isPartial: boolean,
): SegmentPlace[] {
  const places: SegmentPlace[] = [];
  for (let at = start + SEGMENTS_OFFSET; at < end; ) {
    const place = placeAt(bytes, at, isPartial);
    places.push(place);
    at = place.end;
  }
  return places;
}

function placeAt(bytes: Uint8Array, start: number, isPartial: boolean): SegmentPlace {
  const isWithheld = bytes[start + 2] === STATE_WITHHELD;
  const deltasAt = deltasOffset(bytes, start, isPartial);
  return {
    start,
    end: isWithheld ? deltasAt : deltasAt + u32At(bytes, deltasAt - 4),
    relation: u16At(bytes, start),
    isWithheld,
    proofAt: isPartial ? start + SEGMENT_NAME_BYTES : 0,
    deltaCount: isWithheld ? 0 : u16At(bytes, deltasAt - SEGMENT_LENGTH_BYTES),
    deltasAt,
  };
}

/** Where the deltas begin; of a withheld segment, where it ends. */
function deltasOffset(bytes: Uint8Array, start: number, isPartial: boolean): number {
  const name = start + SEGMENT_NAME_BYTES;
  if (bytes[start + 2] === STATE_WITHHELD) return name + HASH_BYTES;
  return name + (isPartial ? SALT_BYTES : 0) + SEGMENT_LENGTH_BYTES;
}

function expectState(state: number, isPartial: boolean): void {
  if (state === STATE_DISCLOSED || (isPartial && state === STATE_WITHHELD)) return;
  const expected = isPartial ? 'state 0 or 1' : 'state 0';
  throw segmentError(Reason.SEGMENT_STATE, expected, `${state}`);
}

function expectEnd(at: number, end: number): void {
  if (at <= end) return;
  const actual = `${at - end} bytes after it`;
  throw segmentError(Reason.SEGMENT_LENGTH, 'to end within its transaction', actual);
}

function segmentError(reason: Reason, expected: string, actual: string): DatabaseError {
  return commitError(reason, { what: 'a segment', expected, actual });
}
