/**
 * The commit log of one space at one replica: authority records and commits in the order in
 * which this replica accepted them. Positions count from 1. Everything else can be rebuilt
 * from it (schema/log.md).
 */

import { EntryKind } from './entry-kind.ts';
import type { Outline } from './outline.ts';

export { EntryKind };

/** What is appended: the bytes as received, and the hash of 32 bytes that names them. */
export interface NewEntry {
  readonly kind: EntryKind;
  readonly hash: Uint8Array;
  /** May be a view of shared memory, if it stays as it is until the append has ended. */
  readonly bytes: Uint8Array;
}

export interface LogEntry extends NewEntry {
  readonly position: number;
}

export interface Log extends AsyncDisposable {
  /**
   * The position from which on all entries are here: 1, but where the log begins with a base whose
   * history has not all come (based-log.ts). Of those before it authority records and hashes are.
   */
  readonly first: number;
  /** Of what it began with; absent where that is the first entry. */
  readonly outline?: Outline | undefined;
  /** Up to which of these entries it has all of them; absent where there are none such. */
  readonly historyLength?: number;
  /** Position of the last entry; 0 when empty. */
  readonly length: number;
  /**
   * Appends all or nothing, in order; resolves when durable. One call at a time. Rejects with
   * UNAVAILABLE and nothing appended when the disk refuses: `canResume` tells whether a later
   * call may succeed (append-failure.ts).
   */
  append(entries: readonly NewEntry[]): Promise<void>;
  /** Throws CORRUPT rather than give out bytes that are not those that were appended. */
  read(position: number): LogEntry | undefined;
  /**
   * Entries from a position on, as of the call; throws CORRUPT as `read` does. Their bytes may be
   * views of large buffers that nobody writes again: one that is kept keeps its buffer. Reads may
   * go to the caller's buffer instead: then an entry stands until the next one is asked for.
   */
  entries(from: number, buffer?: Uint8Array): Iterable<LogEntry>;
  /** The hash that names the entry at a position. */
  hashOf(position: number): Uint8Array | undefined;
  /** Position of the n-th commit, n from 1. */
  commitPosition(ordinal: number): number | undefined;
  /** The authority records alone, in order; nothing else is read. */
  authority(): Iterable<LogEntry>;
}
