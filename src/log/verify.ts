/**
 * Compares all of a log with its checksums and finds every place that is damaged, not the first
 * alone. For a directory that no process writes: an append on its way would look torn.
 */

import { closeSync, fstatSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { sameBytes } from '../base/bytes.ts';
import { isDirectory } from '../base/durable-file.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { noMark, readMark } from './acknowledgement.ts';
import { HISTORY_FOLDER, readBase } from './base-file.ts';
import { tellingPart } from './based-log.ts';
import { corrupt, type Damage } from './damage.ts';
import { lastNonzero, lengthAt } from './file-bytes.ts';
import type { Outline } from './outline.ts';
import { openSegmentsToRead } from './read-log.ts';
import { readHead } from './recover.ts';
import { SEGMENT_HEAD_BYTES } from './segment-format.ts';
import { readIndex, type SegmentIndex } from './segment-index.ts';
import { segmentName, segmentPositions } from './segment-name.ts';
import { type WalkEnd, type WalkedRecord, walkRecords } from './segment-walk.ts';

/**
 * Yields an error for each damaged place, CORRUPT, with its file, offset and entry as facts. Of a
 * log that begins with a base, that and the history are looked at, too.
 */
export async function* verifyLog(directory: string): AsyncGenerator<DatabaseError> {
  const base = await attempt(() => readBase(directory));
  if (base === undefined) return yield* verifySegments(directory);
  if (base instanceof DatabaseError) yield base;
  const outline = base instanceof DatabaseError ? undefined : base.outline;
  const before = outline?.length ?? 0;
  for await (const error of verifySegments(directory)) yield tellingPart(error, { before });
  if (await isDirectory(join(directory, HISTORY_FOLDER))) yield* verifyHistory(directory, outline);
}

async function* verifyHistory(
  directory: string,
  outline: Outline | undefined,
): AsyncGenerator<DatabaseError> {
  const folder = join(directory, HISTORY_FOLDER);
  let isWhole = true;
  for await (const error of verifySegments(folder)) {
    isWhole = false;
    yield tellingPart(error, { before: 0, folder: HISTORY_FOLDER });
  }
  if (!isWhole || outline === undefined) return;
  await using history = await openSegmentsToRead(folder);
  for (const { position, kind, hash } of history?.entries(1) ?? []) {
    const expected = outline.hashOf(position);
    const isSame = expected !== undefined && sameBytes(expected, hash);
    if (!isSame || outline.kindOf(position) !== kind) yield otherOrder(position, outline.length);
  }
}

function otherOrder(position: number, length: number): DatabaseError {
  const expected = position > length ? `at most ${length} entries` : 'the entry of its base';
  const message = `the history of the log expected ${expected}, got another as entry ${position}`;
  return new DatabaseError(ErrorCode.CORRUPT, message, { facts: { position } });
}

/** Of one directory of segments. */
async function* verifySegments(directory: string): AsyncGenerator<DatabaseError> {
  const firsts = await segmentPositions(directory);
  const mark = await attempt(() => readMark(directory));
  if (mark instanceof DatabaseError) yield mark;
  else if (mark !== undefined) yield* mark.problems.map(corrupt);
  else if (firsts.length > 0) yield noMark('a file', 'none');
  const acknowledged = mark instanceof DatabaseError ? undefined : mark?.mark;
  let expected = 1;
  let previous: Uint8Array | undefined = new Uint8Array(32);
  for (const [at, first] of firsts.entries()) {
    if (first !== expected) {
      const file = segmentName(expected);
      yield corrupt({ file, offset: 0, expected: 'a file', actual: 'none' });
      previous = undefined;
    }
    const head = await attempt(() => readHead(directory, first));
    if (head instanceof DatabaseError) yield head;
    else if (head.first !== first || !isAfter(head.previous, previous)) {
      const file = segmentName(first);
      yield corrupt({ file, offset: 0, expected: 'the segment of its name', actual: 'another' });
    }
    const next = firsts[at + 1];
    const found = yield* verifySegment({ directory, first, next });
    previous = found.hash;
    expected = found.next;
  }
  if (acknowledged === undefined || expected > acknowledged.length) return;
  const [file, actual] = [segmentName(acknowledged.segment), `${expected - 1}`];
  yield corrupt({ file, offset: 0, expected: `entries up to ${acknowledged.length}`, actual });
}

interface SegmentPlace {
  readonly directory: string;
  readonly first: number;
  /** First position of the next segment; undefined for the last one. */
  readonly next: number | undefined;
}

/** The position after the segment, and the hash of its last entry where that is known. */
interface SegmentEnd {
  readonly next: number;
  readonly hash: Uint8Array | undefined;
}

function* verifySegment(place: SegmentPlace): Generator<DatabaseError, SegmentEnd> {
  const { directory, first, next } = place;
  const file = segmentName(first);
  let index: SegmentIndex | undefined;
  if (next !== undefined) {
    const found = readIndex(directory, first);
    if (found instanceof DatabaseError) yield found;
    else index = found;
  }
  const descriptor = openSync(join(directory, file), 'r');
  try {
    return yield* verifyRecords({ ...place, file, descriptor, index });
  } finally {
    closeSync(descriptor);
  }
}

interface OpenSegment extends SegmentPlace {
  readonly file: string;
  readonly descriptor: number;
  readonly index: SegmentIndex | undefined;
}

/** Goes on after a damaged record: where the index says, or where the record says it ends. */
function* verifyRecords(segment: OpenSegment): Generator<DatabaseError, SegmentEnd> {
  const { descriptor, file, first, index } = segment;
  const { size } = fstatSync(descriptor);
  const next = index === undefined ? segment.next : first + index.count;
  let last: WalkedRecord | undefined;
  let range = { descriptor, file, offset: SEGMENT_HEAD_BYTES, position: first, end: size };
  for (;;) {
    const walk = walkRecords(range);
    let step = walk.next();
    for (; step.done !== true; step = walk.next()) last = step.value;
    const end = step.value;
    const isShort = next !== undefined && end.position < next;
    // Without an index, a segment that ends before its number of entries may lack a successor.
    const isMissing = isShort && (index !== undefined || end.offset < size);
    if (end.damage === undefined && !isMissing) {
      const isZero = lastNonzero(descriptor, end.offset, size) === end.offset;
      if (!isZero) yield corrupt(notZero(file, end));
      range = { ...range, position: end.position };
      break;
    }
    const missing = { file, offset: end.offset, position: end.position };
    yield corrupt(end.damage ?? { ...missing, expected: 'a record', actual: 'none' });
    const offset = afterDamage(segment, end);
    if (offset === undefined) return { next: next ?? end.position + 1, hash: undefined };
    last = undefined;
    range = { ...range, offset, position: end.position + 1 };
    if (range.position === next) break;
  }
  const { position } = range;
  return { next: position, hash: last?.hash ?? index?.hashOf(position - 1) };
}

function afterDamage({ descriptor, index }: OpenSegment, { offset, position }: WalkEnd) {
  if (index !== undefined) return index.rangeOf(position).end;
  const length = lengthAt(descriptor, offset);
  const next = offset + length;
  return length > 0 && lengthAt(descriptor, next) > 0 ? next : undefined;
}

function notZero(file: string, { offset }: WalkEnd): Damage {
  return { file, offset, expected: 'zeros after the last entry', actual: 'other bytes' };
}

function isAfter(previous: Uint8Array, expected: Uint8Array | undefined): boolean {
  return expected === undefined || sameBytes(previous, expected);
}

async function attempt<T>(act: () => T | Promise<T>): Promise<T | DatabaseError> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof DatabaseError && error.code === ErrorCode.CORRUPT) return error;
    throw error;
  }
}
