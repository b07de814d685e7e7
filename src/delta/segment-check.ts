/**
 * What the author of a segmented commit must have kept to, asked once its hashes and signature
 * hold: a fault found here was signed. Of a withheld segment nothing is asked but its relation.
 */

import {
  LEAF_SEGMENTED,
  OP_ADD,
  OP_CREATE_EDGE,
  OP_CREATE_NODE,
  OP_CREATE_NODE_BY_KEY,
  OP_DELETE,
  OP_INCREMENT,
  OP_REMOVE,
  OP_SELECT_EDGE,
  OP_SELECT_NODE,
  OP_SET,
  PAYLOAD_BYTES_MAX,
  SYMBOL_RELATION,
  VALUE_BOOL,
  VALUE_BYTES,
  VALUE_ID,
  VALUE_LIST,
  VALUE_MAP,
  VALUE_NULL,
  VALUE_STRING,
} from '../../assembly/abi.ts';
import { AT_ROOT, OP_INSERT, OP_MOVE, OP_REMOVE_ITEMS } from '../../assembly/abi-collections.ts';
import type { DatabaseError } from '../base/errors.ts';
import { TRANSACTION_DELTAS_MAX } from '../base/limits.ts';
import { u16At, u32At } from '../base/little-endian.ts';
import type { CommitHeader } from './header.ts';
import {
  type Payload,
  PayloadLayout,
  SECRET_BYTES,
  symbolAt,
  transactionEnd,
} from './payload-reader.ts';
import { commitError, Reason } from './reason.ts';
import {
  SALT_BYTES,
  SEGMENT_LENGTH_BYTES,
  SEGMENT_NAME_BYTES,
  type SegmentPlace,
  segmentPlaces,
} from './segment-reader.ts';

/** What a partial form adds to a segment at most. */
const PARTIAL_BYTES_MAX = SALT_BYTES;
/** The shortest segment that passes these checks: one create by a key, which is empty. */
const SEGMENT_BYTES_MIN = SEGMENT_NAME_BYTES + SEGMENT_LENGTH_BYTES + 5;
/** In a removal: reference, position. */
const REMOVED_ADD_BYTES = 4;
/** In a removal of items: reference, position, number, count. */
const REMOVED_RUN_BYTES = 8;
/** Reference, position, number. */
const ITEM_NAME_BYTES = 6;
const WITHHELD_BYTES = SEGMENT_NAME_BYTES + SALT_BYTES;

export function checkSegments(payload: Payload, header: CommitHeader): void {
  const { bytes } = payload;
  const isPartial = payload.layout === PayloadLayout.PARTIAL;
  const transactions: SegmentPlace[][] = [];
  for (let at = payload.transactionsStart; at < bytes.length; ) {
    const end = transactionEnd(bytes, at);
    const isSegmented = bytes[at + 4] === LEAF_SEGMENTED;
    if (isSegmented) transactions.push(segmentPlaces(bytes, at + 4, end, isPartial));
    at = end;
  }
  const all = transactions.flat();
  if (all.length === 0) {
    throw commitError(Reason.SEGMENT_NONE, { expected: 'a segment', actual: 'none' });
  }
  checkBytes(payload, header, all);
  const isRelation = relationLookup(payload);
  for (const places of transactions) checkTransaction(bytes, places, isRelation);
}

/** Every partial form must fit too, and one that withholds nothing gives the full form's length. */
function checkBytes(payload: Payload, header: CommitHeader, all: readonly SegmentPlace[]): void {
  const most = PAYLOAD_BYTES_MAX - all.length * PARTIAL_BYTES_MAX;
  if (header.payloadBytes > most) {
    const expected = `at most ${most} bytes with ${all.length} segments`;
    throw commitError(Reason.PAYLOAD_LIMIT, { expected, actual: `${header.payloadBytes}` });
  }
  if (payload.layout !== PayloadLayout.PARTIAL) return;
  const withheld = all.filter((place) => place.isWithheld).length;
  const disclosed = all.length - withheld;
  const least =
    payload.bytes.length +
    SECRET_BYTES -
    disclosed * SALT_BYTES -
    withheld * (WITHHELD_BYTES - SEGMENT_BYTES_MIN);
  const { payloadBytes } = header;
  if (withheld === 0 ? payloadBytes === least : payloadBytes >= least) return;
  const expected = `a full payload of ${withheld === 0 ? '' : 'at least '}${least} bytes`;
  throw commitError(Reason.PAYLOAD_TOTAL, { expected, actual: `${payloadBytes}` });
}

/** Answers for a number once, since many segments share few relations. */
function relationLookup(payload: Payload): (number: number) => boolean {
  const known = new Map<number, boolean>();
  return (number) => {
    const held = known.get(number);
    if (held !== undefined) return held;
    const isRelation = symbolAt(payload, number)?.kind === SYMBOL_RELATION;
    known.set(number, isRelation);
    return isRelation;
  };
}

function checkTransaction(
  bytes: Uint8Array,
  places: readonly SegmentPlace[],
  isRelation: (number: number) => boolean,
): void {
  let deltas = 0;
  for (const place of places) {
    if (!isRelation(place.relation)) {
      throw segmentError(Reason.SEGMENT_RELATION, 'the number of a relation', `${place.relation}`);
    }
    if (!place.isWithheld) checkDeltas(bytes, place);
    deltas += place.deltaCount;
  }
  if (deltas <= TRANSACTION_DELTAS_MAX) return;
  const expected = `at most ${TRANSACTION_DELTAS_MAX} deltas`;
  throw commitError(Reason.DELTAS_LIMIT, {
    what: 'a transaction',
    expected,
    actual: `${deltas}`,
  });
}

/** The first delta names the subject and no other does; the last ends where the segment ends. */
function checkDeltas(bytes: Uint8Array, { deltasAt, end, deltaCount }: SegmentPlace): void {
  let at = deltasAt;
  let index = 0;
  for (; index < deltaCount && at < end; index++) {
    const opcode = bytes[at] as number;
    const names = opcode >= OP_SELECT_NODE && opcode < OP_DELETE;
    if (names !== (index === 0)) {
      const expected = index === 0 ? 'a select or create first' : 'one subject';
      throw segmentError(Reason.SEGMENT_SUBJECT, expected, `opcode ${opcode}`);
    }
    at = deltaEnd(bytes, at, end);
  }
  if (at === end && index === deltaCount && deltaCount > 0) return;
  throw segmentError(Reason.SEGMENT_DELTAS, `${deltaCount} deltas that fill it`, 'other bytes');
}

/** First byte after a delta; beyond `end` for one that is cut short or of no known kind. */
function deltaEnd(bytes: Uint8Array, at: number, end: number): number {
  switch (bytes[at]) {
    case OP_SELECT_NODE:
      return at + 17;
    case OP_SELECT_EDGE:
    case OP_CREATE_EDGE:
      return at + 39;
    case OP_CREATE_NODE:
      return at + 11;
    case OP_CREATE_NODE_BY_KEY:
      return at + 5 > end ? Number.POSITIVE_INFINITY : at + 5 + u16At(bytes, at + 3);
    case OP_DELETE:
      return at + 1;
    case OP_SET:
    case OP_ADD:
      return at + 4 > end ? Number.POSITIVE_INFINITY : valueEnd(bytes, at + 3, end);
    case OP_REMOVE: {
      const countAt = at + 4 > end ? Number.POSITIVE_INFINITY : valueEnd(bytes, at + 3, end);
      if (countAt + 2 > end) return Number.POSITIVE_INFINITY;
      return countAt + 2 + u16At(bytes, countAt) * REMOVED_ADD_BYTES;
    }
    case OP_INCREMENT:
      return at + 15;
    case OP_INSERT:
      return insertEnd(bytes, at, end);
    case OP_REMOVE_ITEMS:
      if (at + 5 > end) return Number.POSITIVE_INFINITY;
      return at + 5 + u16At(bytes, at + 3) * REMOVED_RUN_BYTES;
    case OP_MOVE:
      return placeEnd(bytes, at + 5 + ITEM_NAME_BYTES, end);
    default:
      return Number.POSITIVE_INFINITY;
  }
}

function insertEnd(bytes: Uint8Array, at: number, end: number): number {
  const countAt = placeEnd(bytes, at + 5, end);
  if (countAt + 2 > end) return Number.POSITIVE_INFINITY;
  let next = countAt + 2;
  for (let left = u16At(bytes, countAt); left > 0; left--) {
    if (next >= end) return Number.POSITIVE_INFINITY;
    next = valueEnd(bytes, next, end);
  }
  return next;
}

/** Of where an item comes: at the root, or at a side of a place. */
function placeEnd(bytes: Uint8Array, at: number, end: number): number {
  if (at + 1 > end) return Number.POSITIVE_INFINITY;
  return bytes[at] === AT_ROOT ? at + 1 : at + 1 + ITEM_NAME_BYTES;
}

function valueEnd(bytes: Uint8Array, at: number, end: number): number {
  const kind = bytes[at] as number;
  switch (kind) {
    case VALUE_NULL:
    case VALUE_MAP:
      return at + 1;
    case VALUE_BOOL:
      return at + 2;
    case VALUE_STRING:
    case VALUE_BYTES:
    case VALUE_LIST:
      return at + 5 > end ? Number.POSITIVE_INFINITY : at + 5 + u32At(bytes, at + 1);
    default:
      if (kind > VALUE_MAP) return Number.POSITIVE_INFINITY;
      return at + (kind === VALUE_ID ? 17 : 9);
  }
}

function segmentError(reason: Reason, expected: string, actual: string): DatabaseError {
  return commitError(reason, { what: 'a segment', expected, actual });
}
