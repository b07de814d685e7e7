/**
 * The log in segment files (schema/log.md): an append is one write and one sync at the end of the
 * last segment. A full segment gets an index, and the next append begins another.
 */

import { join } from 'node:path';
import { assert } from '../base/assert.ts';
import { type Disk, systemDisk } from '../base/disk.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { FaultPoint, type Faults, noFaults } from '../base/fault.ts';
import {
  LOG_APPEND_BYTES_MAX,
  LOG_APPEND_ENTRIES_MAX,
  LOG_ENTRY_BYTES_MAX,
  LOG_POSITION_MAX,
  LOG_SEGMENT_BYTES,
} from '../base/limits.ts';
import { Acknowledgement, MARK_NONE, type Mark, writeMark } from './acknowledgement.ts';
import { ActiveSegment } from './active-segment.ts';
import { appendFailure, canResume } from './append-failure.ts';
import type { AuthorityPositions } from './authority-positions.ts';
import { hasBase } from './base-file.ts';
import { corrupt } from './damage.ts';
import { EntryKind, type Log, type LogEntry, type NewEntry } from './log.ts';
import { type RecoveredLog, recoverLog } from './recover.ts';
import { SealedSegments } from './sealed-segments.ts';
import { decodeRecord, encodeRecordHead, isMismatch, RECORD_HEAD_BYTES } from './segment-format.ts';
import { writeIndex } from './segment-index.ts';
import { segmentName, segmentPositions } from './segment-name.ts';
import { walkRecords } from './segment-walk.ts';
import { readAll } from './transfer.ts';

export interface FileLogOptions {
  /** Bytes that a segment is not to pass, unless one append is larger. */
  readonly segmentBytes?: number;
  readonly faults?: Faults;
  /** The system's when absent. */
  readonly disk?: Disk;
  /** Told what a start has found and made good. */
  readonly note?: (text: string) => void;
}

export class FileLog implements Log {
  readonly first = 1;
  readonly #directory: string;
  readonly #disk: Disk;
  readonly #segmentBytes: number;
  readonly #faults: Faults;
  readonly #sealed: SealedSegments;
  readonly #authority: AuthorityPositions;
  /** Undefined until the log's first append. */
  #active: ActiveSegment | undefined;
  #acknowledgement: Acknowledgement | undefined;
  /** What the file of the mark says, or will soon. */
  #mark: Mark = MARK_NONE;
  /** Hash of the first entry. */
  #space: Uint8Array | undefined;
  #length = 0;
  #isAppending = false;
  /** Why nothing more is appended: what the disk holds beyond `length` is unknown. */
  #failure: DatabaseError | undefined;

  private constructor(directory: string, options: FileLogOptions, found: RecoveredLog) {
    this.#directory = directory;
    this.#disk = options.disk ?? systemDisk;
    this.#segmentBytes = options.segmentBytes ?? LOG_SEGMENT_BYTES;
    this.#faults = options.faults ?? noFaults;
    this.#sealed = new SealedSegments(directory, found.sealed, this.#disk);
    this.#authority = found.authority;
  }

  /** Whether a directory holds a log, which may begin with a base (open-log.ts). */
  static async isIn(directory: string): Promise<boolean> {
    const hasSegments = (await segmentPositions(directory).catch(() => [])).length > 0;
    return hasSegments || (await hasBase(directory).catch(() => false));
  }

  /**
   * Opens the log in a directory that the caller has locked. Throws CORRUPT, with the file and the
   * place, where something acknowledged is missing or damaged.
   */
  static async open(directory: string, options: FileLogOptions = {}): Promise<FileLog> {
    const found = await recoverLog(directory, options.note ?? (() => undefined), options.disk);
    const log = new FileLog(directory, options, found);
    try {
      await log.#resume(found);
      return log;
    } catch (error) {
      await log[Symbol.asyncDispose]();
      throw error;
    }
  }

  get length(): number {
    return this.#length;
  }

  async append(entries: readonly NewEntry[]): Promise<void> {
    assert(!this.#isAppending, 'a log is appended to by one caller at a time');
    if (this.#failure !== undefined) throw this.#failure;
    if (entries.length === 0) return;
    expectFitting(entries, this.#length);
    this.#isAppending = true;
    try {
      this.#faults.reach(FaultPoint.APPEND_BEGUN);
      await this.#write(entries);
    } catch (cause) {
      const failure = appendFailure(cause);
      if (!canResume(failure)) this.#failure = failure;
      throw failure;
    } finally {
      this.#isAppending = false;
    }
    this.#faults.reach(FaultPoint.APPEND_DONE);
  }

  read(position: number): LogEntry | undefined {
    if (!this.#has(position)) return undefined;
    const { descriptor, index } = this.#segmentOf(position);
    const { offset, end } = index.rangeOf(position);
    const bytes = new Uint8Array(end - offset);
    const count = readAll(descriptor, bytes, offset, this.#disk);
    const found =
      count === bytes.length
        ? decodeRecord(bytes, position)
        : { expected: `${bytes.length} bytes`, actual: `${count}` };
    if (!isMismatch(found)) return entryOf(found);
    throw corrupt({ file: segmentName(index.first), offset, position, ...found });
  }

  entries(from: number, buffer?: Uint8Array): Iterable<LogEntry> {
    return this.#walk(Math.max(1, from), this.#length, buffer);
  }

  hashOf(position: number): Uint8Array | undefined {
    return this.#has(position) ? this.#segmentOf(position).index.hashOf(position) : undefined;
  }

  commitPosition(ordinal: number): number | undefined {
    return this.#authority.positionOfCommit(ordinal, this.#length);
  }

  *authority(): Iterable<LogEntry> {
    for (const position of [...this.#authority.all]) yield this.read(position) as LogEntry;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const [active, acknowledgement] = [this.#active, this.#acknowledgement];
    this.#failure ??= new DatabaseError(
      ErrorCode.UNAVAILABLE,
      'a write expected an open log, got a closed one',
    );
    this.#active = undefined;
    this.#acknowledgement = undefined;
    this.#sealed.close();
    await active?.close();
    // A disk that refuses it now costs nothing: the mark that is there stands for less.
    await acknowledgement?.settle(this.#mark).catch(() => undefined);
    await acknowledgement?.close();
  }

  /** Takes up what a directory holds; what it had beyond the mark is acknowledged from now on. */
  async #resume({ sealed, tail, mark, space }: RecoveredLog): Promise<void> {
    if (tail === undefined) return;
    this.#active = await ActiveSegment.open({ ...this.#place, ...tail });
    this.#space = space;
    const last = tail.index.count > 0 ? tail.index : (sealed.at(-1) ?? tail.index);
    this.#length = last.first + last.count - 1;
    this.#mark = { length: this.#length, segment: last.first, offset: last.end };
    this.#acknowledgement = await Acknowledgement.open(this.#directory, mark.number, this.#disk);
    const isSettled = mark.mark.length === this.#length && mark.problems.length === 0;
    if (!isSettled) await this.#acknowledgement.settle(this.#mark);
  }

  async #write(entries: readonly NewEntry[]): Promise<void> {
    const heads = new Uint8Array(entries.length * RECORD_HEAD_BYTES);
    const buffers: Uint8Array[] = [];
    let total = heads.length;
    for (const [index, entry] of entries.entries()) {
      const head = heads.subarray(index * RECORD_HEAD_BYTES, (index + 1) * RECORD_HEAD_BYTES);
      const isLast = index === entries.length - 1;
      encodeRecordHead(head, entry, { position: this.#length + 1 + index, index, isLast });
      buffers.push(head, entry.bytes);
      total += entry.bytes.length;
    }
    const segment = await this.#segmentFor(total, entries[0] as NewEntry);
    await segment.write(buffers, total);
    for (const entry of entries) {
      segment.index.add(entry, segment.index.end + RECORD_HEAD_BYTES + entry.bytes.length);
      this.#length += 1;
      this.#space ??= Uint8Array.from(entry.hash);
      if (entry.kind === EntryKind.AUTHORITY) this.#authority.add(this.#length);
    }
    const { first, end } = segment.index;
    this.#mark = { length: this.#length, segment: first, offset: end };
    this.#acknowledgement?.advance(this.#mark);
    segment.writeAhead();
  }

  /** The segment that so many bytes go to, made where the last one is full. */
  async #segmentFor(bytes: number, entry: NewEntry): Promise<ActiveSegment> {
    const full = this.#active;
    if (full === undefined || this.#space === undefined) return await this.#beginLog(entry.hash);
    const { index } = full;
    if (index.count === 0 || index.end + bytes <= this.#segmentBytes) return full;
    await writeIndex(this.#directory, index, this.#disk);
    this.#faults.reach(FaultPoint.SEGMENT_SEALED);
    await full.trim();
    const next = await this.#create(this.#space, index.hashOf(this.#length));
    this.#sealed.add(index);
    this.#active = next;
    await full.close();
    return next;
  }

  /** The head of the first segment names the first entry: after a failure it is made anew. */
  async #beginLog(space: Uint8Array): Promise<ActiveSegment> {
    await this.#active?.close();
    this.#active = undefined;
    if (this.#acknowledgement === undefined) {
      await writeMark(this.#directory, MARK_NONE, this.#disk);
      this.#acknowledgement = await Acknowledgement.open(this.#directory, 1n, this.#disk);
    }
    this.#active = await this.#create(space, new Uint8Array(32));
    return this.#active;
  }

  async #create(space: Uint8Array, previous: Uint8Array): Promise<ActiveSegment> {
    const head = { first: this.#length + 1, space, previous };
    const created = await ActiveSegment.create(head, this.#place);
    this.#faults.reach(FaultPoint.SEGMENT_BEGUN);
    return created;
  }

  /** Where segments are written, and how. */
  get #place() {
    const [directory, bytesMax, faults] = [this.#directory, this.#segmentBytes, this.#faults];
    return { directory, bytesMax, faults, disk: this.#disk };
  }

  *#walk(from: number, last: number, buffer?: Uint8Array): Generator<LogEntry, void> {
    for (let position = from; position <= last; ) {
      const { index } = this.#segmentOf(position);
      const file = segmentName(index.first);
      // The walk may pause while other segments are read, and its file be closed by them.
      const disk = this.#disk;
      const descriptor = disk.openSync(join(this.#directory, file));
      try {
        const { offset } = index.rangeOf(position);
        const { end } = index;
        const records = walkRecords({ descriptor, file, offset, position, end, buffer, disk });
        let step = records.next();
        for (; step.done !== true && position <= last; step = records.next()) {
          yield entryOf(step.value);
          position += 1;
        }
        const isOver = position > last || position === index.first + index.count;
        if (step.done !== true || isOver) continue;
        const place = { file, offset: step.value.offset, position };
        throw corrupt(step.value.damage ?? { ...place, expected: 'a record', actual: 'none' });
      } finally {
        disk.closeSync(descriptor);
      }
    }
  }

  #has(position: number): boolean {
    return Number.isInteger(position) && position >= 1 && position <= this.#length;
  }

  #segmentOf(position: number): { descriptor: number; index: ActiveSegment['index'] } {
    const active = this.#active;
    if (active !== undefined && position >= active.index.first) return active;
    const segment = this.#sealed.find(position);
    assert(segment !== undefined, 'every position of a log is in a segment');
    return this.#sealed.load(segment);
  }
}

function expectFitting(entries: readonly NewEntry[], length: number): void {
  assert(entries.length <= LOG_APPEND_ENTRIES_MAX, 'an append numbers its entries in 16 bits');
  let total = 0;
  for (const { bytes, hash } of entries) {
    total += RECORD_HEAD_BYTES + bytes.length;
    assert(bytes.length <= LOG_ENTRY_BYTES_MAX, 'no entry is larger than what may be read back');
    assert(hash.length === 32, 'an entry is named by 32 bytes');
  }
  assert(total <= LOG_APPEND_BYTES_MAX, 'offsets in a segment are 32 bits');
  if (length + entries.length <= LOG_POSITION_MAX) return;
  throw new DatabaseError(
    ErrorCode.LIMIT_EXCEEDED,
    `the log expected at most ${LOG_POSITION_MAX} entries, got more`,
    { facts: { limit: LOG_POSITION_MAX } },
  );
}

function entryOf({ position, kind, hash, bytes }: LogEntry): LogEntry {
  return { position, kind, hash, bytes };
}
