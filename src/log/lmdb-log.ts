/**
 * The log in LMDB: entries by position, and positions by hash, changed in one transaction of the
 * store, so that a crash leaves all of an append or nothing. `append` resolves after the fsync.
 *
 *     entry   kind u8, bytes
 */

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Database, open, type RootDatabase } from 'lmdb';
import { concatBytes } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { LOG_BYTES_MAX } from '../base/limits.ts';
import { sha256 } from '../crypto/hash.ts';
import { checkLmdbFile } from './lmdb-file.ts';
import { EntryKind, type Log, type LogEntry, type NewEntry } from './log.ts';

/** LMDB's own name for the file in a directory. */
const FILE_NAME = 'data.mdb';

export class LmdbLog implements Log {
  readonly #root: RootDatabase;
  readonly #entries: Database<Buffer, number>;
  readonly #positions: Database<number, Buffer>;
  #length: number;
  /** Why the store takes nothing more; what it holds beyond `length` is unknown then. */
  #failure: unknown;

  private constructor(root: RootDatabase) {
    this.#root = root;
    this.#entries = root.openDB({ name: 'entries', encoding: 'binary', keyEncoding: 'uint32' });
    this.#positions = root.openDB({
      name: 'positions',
      encoding: 'ordered-binary',
      keyEncoding: 'binary',
    });
    const [last] = this.#entries.getKeys({ reverse: true, limit: 1 });
    this.#length = last ?? 0;
  }

  /** Whether a directory holds a log. */
  static async isIn(directory: string): Promise<boolean> {
    const found = await stat(join(directory, FILE_NAME)).catch(() => undefined);
    return found?.isFile() === true;
  }

  /** Throws CORRUPT where the file cannot be opened; to be called before `open`. */
  static async check(directory: string): Promise<void> {
    await checkLmdbFile(join(directory, FILE_NAME));
  }

  /** Opens or makes the log in a directory that the caller has locked. */
  static open(directory: string): LmdbLog {
    const root = open({
      path: directory,
      maxDbs: 4,
      mapSize: LOG_BYTES_MAX,
      // Resolves `flushed` only after the fsync of what was committed.
      overlappingSync: true,
      // A batch would hold a promise of its own that nobody can catch when a commit fails.
      eventTurnBatching: false,
    });
    return new LmdbLog(root);
  }

  /** Opens the log while another process may hold it; nothing can be appended. */
  static openToRead(directory: string): LmdbLog {
    return new LmdbLog(
      open({ path: directory, maxDbs: 4, mapSize: LOG_BYTES_MAX, readOnly: true }),
    );
  }

  get length(): number {
    return this.#length;
  }

  async append(entries: readonly NewEntry[]): Promise<void> {
    if (this.#failure !== undefined) {
      throw new Error('the log has failed before', { cause: this.#failure });
    }
    try {
      await this.#write(entries);
    } catch (error) {
      this.#failure = error;
      throw error;
    }
    this.#length += entries.length;
  }

  read(position: number): LogEntry | undefined {
    if (!Number.isInteger(position) || position < 1 || position > this.#length) return undefined;
    const stored = this.#entries.get(position);
    return stored === undefined ? undefined : entryOf(position, stored);
  }

  entries(from: number): Iterable<LogEntry> {
    const start = Math.max(1, from);
    const range = this.#entries.getRange({ start, end: this.#length + 1 });
    return range.map(({ key, value }) => entryOf(key, value));
  }

  hashOf(position: number): Uint8Array | undefined {
    const entry = this.read(position);
    return entry === undefined ? undefined : sha256(namedBytes(entry));
  }

  *authority(): Iterable<LogEntry> {
    for (const entry of this.entries(1)) if (entry.kind === EntryKind.AUTHORITY) yield entry;
  }

  positionOf(hash: Uint8Array): number | undefined {
    const position = this.#positions.get(Buffer.from(hash));
    return position === undefined || position > this.#length ? undefined : position;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // After a failure the store waits for a sync that never comes: the process closes its files.
    if (this.#failure === undefined) await this.#root.close();
  }

  async #write(entries: readonly NewEntry[]): Promise<void> {
    let position = this.#length;
    await this.#root
      .transaction(() => {
        for (const { kind, hash, bytes } of entries) {
          position += 1;
          const stored = Buffer.from(concatBytes(Uint8Array.of(kind), bytes));
          // A failure reaches each promise of the transaction; the outer one reports it.
          this.#entries.put(position, stored).catch(ignore);
          this.#positions.put(Buffer.from(hash), position).catch(ignore);
        }
      })
      .catch(rethrowCause);
    await this.#root.flushed;
  }
}

/** The store's error says that the commit failed; why stands in a promise that rejects. */
async function rethrowCause(error: unknown): Promise<never> {
  const reason = error instanceof Error && 'commitError' in error ? error.commitError : undefined;
  const cause = await Promise.resolve(reason).catch((rejected: unknown) => rejected);
  throw new Error('the log store failed to commit', { cause: cause ?? error });
}

function ignore(): void {}

/** What the entry's name is the hash of: the body of a record, the header of a commit. */
function namedBytes({ kind, bytes }: LogEntry): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (kind === EntryKind.COMMIT) return bytes.subarray(4, 4 + view.getUint16(2, true));
  return bytes.subarray(6, 6 + view.getUint32(2, true));
}

function entryOf(position: number, stored: Uint8Array): LogEntry {
  const kind = stored[0];
  if (kind !== EntryKind.AUTHORITY && kind !== EntryKind.COMMIT) {
    throw new DatabaseError(
      ErrorCode.CORRUPT,
      `entry ${position} of the log expected kind 1 or 2, got ${kind}`,
    );
  }
  return { position, kind, bytes: Uint8Array.from(stored.subarray(1)) };
}
