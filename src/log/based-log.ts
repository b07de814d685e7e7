/**
 * A log whose first entries were taken over from another replica (schema/log.md, "A log that
 * begins with a base"): their order is known from an outline, their bytes come later and in that
 * order, as the history. What is appended here stands behind them, in a log of its own, the tail.
 */

import { assert } from '../base/assert.ts';
import { sameBytes, toHex } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { LOG_POSITION_MAX } from '../base/limits.ts';
import { type Base, HISTORY_FOLDER } from './base-file.ts';
import { EntryKind, type Log, type LogEntry, type NewEntry } from './log.ts';
import type { Outline } from './outline.ts';
import type { ReadableLog } from './read-log.ts';

/** Among the facts of an error. */
const NOT_HERE_YET = 'history';
export interface BasedReadParts {
  readonly base: Base;
  /** Entries 1 to h of the outline, which may be none. */
  readonly history: ReadableLog;
  /** Its entry n is entry S + n, where S is the length of the outline. */
  readonly tail: ReadableLog;
}

export interface BasedLogParts extends BasedReadParts {
  readonly history: Log;
  readonly tail: Log;
}

/** Such a log as it is read. */
export class BasedReadLog implements ReadableLog {
  readonly base: Base;
  readonly #history: Part;
  readonly #tail: Part;

  /** Throws CORRUPT where the history is of another order than the outline. */
  constructor({ base, history, tail }: BasedReadParts) {
    expectOfOutline(history, base.outline);
    this.base = base;
    this.#history = new Part(history, { before: 0, folder: HISTORY_FOLDER });
    this.#tail = new Part(tail, { before: base.outline.length });
  }

  get first(): number {
    return this.historyLength < this.baseLength ? this.baseLength + 1 : 1;
  }

  get length(): number {
    return this.baseLength + this.#tail.log.length;
  }

  /** The first entries of the outline, as far as they are here, as a log. */
  get history(): ReadableLog {
    return this.#history.log;
  }

  get outline(): Outline {
    return this.base.outline;
  }

  /** Position of the last entry that the outline knows. */
  get baseLength(): number {
    return this.base.outline.length;
  }

  /** Position up to which the entries of the base are here. */
  get historyLength(): number {
    return this.#history.log.length;
  }

  /**
   * Throws UNAVAILABLE, with the reason `history` among its facts, for a commit that has not come
   * yet; CORRUPT as every log does, with the position in this one.
   */
  read(position: number): LogEntry | undefined {
    if (position > this.baseLength) return this.#tail.read(position);
    const bytes = this.base.outline.recordAt(position);
    if (bytes !== undefined) return this.#record(position, bytes);
    if (position <= this.historyLength) return this.#history.read(position);
    if (this.base.outline.kindOf(position) === undefined) return undefined;
    throw notHereYet(position);
  }

  /** Throws as `read` does when it comes to a commit that has not come yet. */
  entries(from: number, buffer?: Uint8Array): Iterable<LogEntry> {
    const first = Math.max(1, from);
    const here = this.historyLength;
    const parts = { history: this.#history.entries(first, buffer), here };
    return this.#walk(first, { ...parts, tail: this.#tail.entries(first, buffer) });
  }

  hashOf(position: number): Uint8Array | undefined {
    if (position > this.baseLength) return this.#tail.hashOf(position);
    return this.base.outline.hashOf(position)?.slice();
  }

  commitPosition(ordinal: number): number | undefined {
    const { outline } = this.base;
    const behind = ordinal - outline.commitCount;
    if (behind <= 0) return outline.commitPosition(ordinal);
    const position = this.#tail.log.commitPosition(behind);
    return position === undefined ? undefined : this.baseLength + position;
  }

  *authority(): Iterable<LogEntry> {
    const { outline } = this.base;
    for (const position of outline.authorityPositions) {
      yield this.#record(position, outline.recordAt(position) as Uint8Array);
    }
    yield* this.#tail.authority();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await using _history = this.#history.log;
    await using _tail = this.#tail.log;
  }

  *#walk(
    first: number,
    parts: {
      readonly history: Iterable<LogEntry>;
      readonly here: number;
      readonly tail: Iterable<LogEntry>;
    },
  ): Generator<LogEntry> {
    yield* parts.history;
    for (let at = Math.max(first, parts.here + 1); at <= this.baseLength; at++) {
      yield this.read(at) as LogEntry;
    }
    yield* parts.tail;
  }

  #record(position: number, bytes: Uint8Array): LogEntry {
    const hash = this.hashOf(position) as Uint8Array;
    return { position, kind: EntryKind.AUTHORITY, hash, bytes: bytes.slice() };
  }
}

export class BasedLog extends BasedReadLog implements Log {
  readonly #history: Log;
  readonly #tail: Log;
  #isExtending = false;

  constructor(parts: BasedLogParts) {
    super(parts);
    this.#history = parts.history;
    this.#tail = parts.tail;
  }

  async append(entries: readonly NewEntry[]): Promise<void> {
    if (this.length + entries.length > LOG_POSITION_MAX) {
      throw new DatabaseError(
        ErrorCode.LIMIT_EXCEEDED,
        `the log expected at most ${LOG_POSITION_MAX} entries, got more`,
        { facts: { limit: LOG_POSITION_MAX } },
      );
    }
    await this.#tail.append(entries);
  }

  /**
   * Appends the next entries of the history, all or nothing; resolves when they are durable. One
   * call at a time, beside appends. Throws REFUSED, with nothing appended, for any but those of
   * the outline: records are compared whole, commits by their hashes, so that the caller must have
   * found the bytes of each to have its hash. Rejects as `append` does where the disk refuses.
   */
  async extendHistory(entries: readonly NewEntry[]): Promise<void> {
    assert(!this.#isExtending, 'a history is extended by one caller at a time');
    for (const [index, entry] of entries.entries()) {
      this.#expectNext(entry, this.historyLength + 1 + index);
    }
    this.#isExtending = true;
    try {
      await this.#history.append(entries);
    } finally {
      this.#isExtending = false;
    }
  }

  #expectNext(entry: NewEntry, position: number): void {
    const { outline } = this.base;
    const [kind, hash] = [outline.kindOf(position), outline.hashOf(position)];
    if (kind === undefined || hash === undefined) {
      throw refused(position, `at most ${outline.length} entries`, 'more');
    }
    const isSame = entry.kind === kind && sameBytes(entry.hash, hash);
    if (!isSame) throw refused(position, named(kind, hash), named(entry.kind, entry.hash));
    const record = outline.recordAt(position);
    if (record === undefined || sameBytes(record, entry.bytes)) return;
    throw refused(position, 'the record of the outline', 'other bytes');
  }
}

/** One of the logs that a based one is made of, by the positions of the whole. */
class Part {
  readonly log: ReadableLog;
  /** Entries that stand before its first. */
  readonly #before: number;
  /** Of the data directory, where its files are not in that. */
  readonly #folder: string | undefined;

  constructor(
    log: ReadableLog,
    { before, folder }: { readonly before: number; readonly folder?: string },
  ) {
    this.log = log;
    this.#before = before;
    this.#folder = folder;
  }

  read(position: number): LogEntry | undefined {
    try {
      const entry = this.log.read(position - this.#before);
      return entry && this.#placed(entry);
    } catch (error) {
      throw this.#told(error);
    }
  }

  hashOf(position: number): Uint8Array | undefined {
    try {
      return this.log.hashOf(position - this.#before);
    } catch (error) {
      throw this.#told(error);
    }
  }

  /** As of the call. */
  entries(from: number, buffer?: Uint8Array): Iterable<LogEntry> {
    return this.#all(this.log.entries(from - this.#before, buffer));
  }

  authority(): Iterable<LogEntry> {
    return this.#all(this.log.authority());
  }

  *#all(entries: Iterable<LogEntry>): Generator<LogEntry> {
    try {
      for (const entry of entries) yield this.#placed(entry);
    } catch (error) {
      throw this.#told(error);
    }
  }

  #placed(entry: LogEntry): LogEntry {
    return { ...entry, position: this.#before + entry.position };
  }

  #told(error: unknown): unknown {
    return tellingPart(error, { before: this.#before, folder: this.#folder });
  }
}

/** Acts on the files of the history; an error of one names it so. */
export async function tellingHistory<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw tellingPart(error, { before: 0, folder: HISTORY_FOLDER });
  }
}

/** An error of a part's files: which part it is, and the position that the whole log counts. */
export function tellingPart<T>(
  error: T,
  { before, folder }: { readonly before: number; readonly folder?: string | undefined },
): T | DatabaseError {
  if (!(error instanceof DatabaseError) || error.facts.file === undefined) return error;
  const { file, position } = error.facts;
  const facts = {
    ...error.facts,
    ...(folder !== undefined && { file: `${folder}/${file}` }),
    ...(typeof position === 'number' && { position: before + position }),
  };
  const place = folder === undefined ? `behind entry ${before}` : `in the directory ${folder}`;
  return new DatabaseError(error.code, `${place}, ${error.message}`, { cause: error, facts });
}

/** Its files tell that it is whole: that it is of this order, the last entry does. */
function expectOfOutline(history: ReadableLog, outline: Outline): void {
  const { length } = history;
  if (length === 0) return;
  const [expected, actual] = [outline.hashOf(length), history.hashOf(length)];
  if (expected !== undefined && actual !== undefined && sameBytes(expected, actual)) return;
  const known = expected === undefined ? `at most ${outline.length} entries` : toHex(expected);
  throw new DatabaseError(
    ErrorCode.CORRUPT,
    `the history of the log expected ${known}, got ${actual && toHex(actual)} as entry ${length}`,
  );
}

/** Whether an entry could not be read because its bytes have not come yet. */
export function isNotHereYet(error: unknown): error is DatabaseError {
  return error instanceof DatabaseError && error.facts.reason === NOT_HERE_YET;
}

function notHereYet(position: number): DatabaseError {
  return new DatabaseError(
    ErrorCode.UNAVAILABLE,
    `entry ${position} of the log expected to be here, got history that has not come yet`,
    { facts: { reason: NOT_HERE_YET, position } },
  );
}

function refused(position: number, expected: string, actual: string): DatabaseError {
  return new DatabaseError(
    ErrorCode.REFUSED,
    `entry ${position} of the history expected ${expected}, got ${actual}`,
    { facts: { position } },
  );
}

function named(kind: EntryKind, hash: Uint8Array): string {
  return `${kind === EntryKind.AUTHORITY ? 'record' : 'commit'} ${toHex(hash)}`;
}
