/**
 * The log of a data directory as another process sees it: nothing is locked, written or repaired,
 * so a server may hold the directory. Entries are those of all appends that were whole when the
 * log was opened; what follows is of an append that goes on.
 */

import { closeSync, fstatSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { sameBytes, toHex } from '../base/bytes.ts';
import { DatabaseError } from '../base/errors.ts';
import { MARK_NONE, type Mark, readMark } from './acknowledgement.ts';
import { AuthorityPositions } from './authority-positions.ts';
import { corrupt, type Damage } from './damage.ts';
import type { Log, LogEntry } from './log.ts';
import { readHead } from './recover.ts';
import { indexOf, SealedSegments } from './sealed-segments.ts';
import { decodeRecord, isMismatch, SEGMENT_HEAD_BYTES } from './segment-format.ts';
import { readIndex, SegmentIndex } from './segment-index.ts';
import { segmentName, segmentPositions } from './segment-name.ts';
import { walkRecords } from './segment-walk.ts';
import { readAll } from './transfer.ts';

/** A log that nobody appends to through this object. */
export type ReadableLog = Omit<Log, 'append'>;

/**
 * Undefined where there are no segments; throws CORRUPT where entries that were acknowledged are
 * missing or cannot be walked to.
 */
export async function openSegmentsToRead(directory: string): Promise<ReadableLog | undefined> {
  const firsts = await segmentPositions(directory).catch(() => []);
  if (firsts.length === 0) return undefined;
  // Read before the segments, which only grow.
  const mark = (await readMark(directory))?.mark ?? MARK_NONE;
  return new ReadLog(directory, firsts, mark);
}

class ReadLog implements ReadableLog {
  readonly first = 1;
  readonly length: number;
  readonly #sealed: SealedSegments;
  readonly #tail: SegmentIndex;
  readonly #tailDescriptor: number;
  readonly #authority = new AuthorityPositions();

  constructor(directory: string, firsts: readonly number[], mark: Mark) {
    const last = firsts.at(-1) ?? 1;
    const sealed = firsts
      .slice(0, -1)
      .map((first, at) => readSealed(directory, first, (firsts[at + 1] ?? 0) - first));
    const places = sealed.map(({ first, count, end }) => ({ first, count, end }));
    this.#sealed = new SealedSegments(directory, places);
    this.#tailDescriptor = openSync(join(directory, segmentName(last)), 'r');
    try {
      this.#tail = readTail(this.#tailDescriptor, last, mark);
      expectChain(directory, [...sealed, this.#tail]);
    } catch (error) {
      closeSync(this.#tailDescriptor);
      throw error;
    }
    for (const { authority } of [...sealed, this.#tail]) {
      for (const position of authority) this.#authority.add(position);
    }
    this.length = last + this.#tail.count - 1;
  }

  read(position: number): LogEntry | undefined {
    if (!this.#has(position)) return undefined;
    const { descriptor, index } = this.#segmentOf(position);
    const { offset, end } = index.rangeOf(position);
    const bytes = new Uint8Array(end - offset);
    const count = readAll(descriptor, bytes, offset);
    const found = decodeRecord(bytes.subarray(0, count), position);
    if (isMismatch(found)) {
      throw corrupt({ file: segmentName(index.first), offset, position, ...found });
    }
    return { position, kind: found.kind, hash: found.hash, bytes: found.bytes };
  }

  *entries(from: number): Iterable<LogEntry> {
    for (let position = Math.max(1, from); position <= this.length; position++) {
      yield this.read(position) as LogEntry;
    }
  }

  hashOf(position: number): Uint8Array | undefined {
    return this.#has(position) ? this.#segmentOf(position).index.hashOf(position) : undefined;
  }

  commitPosition(ordinal: number): number | undefined {
    return this.#authority.positionOfCommit(ordinal, this.length);
  }

  *authority(): Iterable<LogEntry> {
    for (const position of this.#authority.all) yield this.read(position) as LogEntry;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#sealed.close();
    closeSync(this.#tailDescriptor);
  }

  #has(position: number): boolean {
    return Number.isInteger(position) && position >= 1 && position <= this.length;
  }

  #segmentOf(position: number): { readonly descriptor: number; readonly index: SegmentIndex } {
    const sealed = position < this.#tail.first ? this.#sealed.find(position) : undefined;
    if (sealed !== undefined) return this.#sealed.load(sealed);
    return { descriptor: this.#tailDescriptor, index: this.#tail };
  }
}

/** The index of a full segment; made in memory from its records where the file is of no use. */
function readSealed(directory: string, first: number, count: number): SegmentIndex {
  const found = readIndex(directory, first);
  if (!(found instanceof DatabaseError) && found.count === count) return found;
  const file = segmentName(first);
  const descriptor = openSync(join(directory, file), 'r');
  try {
    return indexOf({ descriptor, file, first, count, end: fstatSync(descriptor).size });
  } finally {
    closeSync(descriptor);
  }
}

/** All appends of the last segment that are whole. */
function readTail(descriptor: number, first: number, mark: Mark): SegmentIndex {
  const file = segmentName(first);
  const index = new SegmentIndex(first, SEGMENT_HEAD_BYTES);
  const end = fstatSync(descriptor).size;
  const walk = walkRecords({ descriptor, file, offset: index.end, position: first, end });
  const append: Parameters<SegmentIndex['add']>[] = [];
  let damage: Damage | undefined;
  for (let step = walk.next(); ; step = walk.next()) {
    if (step.done === true) {
      damage = step.value.damage;
      break;
    }
    append.push([step.value, step.value.end]);
    if (!step.value.isLast) continue;
    for (const entry of append.splice(0)) index.add(...entry);
  }
  const last = first + index.count - 1;
  if (mark.length <= last) return index;
  const missing = { expected: `entries up to ${mark.length}`, actual: `${last}` };
  throw corrupt(damage ?? { file, offset: index.end, position: last + 1, ...missing });
}

/** Segments are of one space, and each names the entry before its first. */
function expectChain(directory: string, segments: readonly ChainedSegment[]): void {
  let next = 1;
  let previous: Uint8Array = new Uint8Array(32);
  let space: Uint8Array | undefined;
  for (const segment of segments) {
    const file = segmentName(next);
    if (segment.first !== next) {
      throw corrupt({ file, offset: 0, expected: 'a file of the log', actual: 'none' });
    }
    const head = readHead(directory, next);
    space ??= segment.count > 0 ? segment.hashOf(next) : head.space;
    if (!sameBytes(head.space, space) || !sameBytes(head.previous, previous)) {
      const expected = `space ${toHex(space)} after entry ${toHex(previous)}`;
      const actual = `${toHex(head.space)} after ${toHex(head.previous)}`;
      throw corrupt({ file, offset: 0, expected, actual });
    }
    next += segment.count;
    if (segment.count > 0) previous = segment.hashOf(next - 1);
  }
}

type ChainedSegment = Pick<SegmentIndex, 'first' | 'count' | 'hashOf'>;
