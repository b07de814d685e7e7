/**
 * The commit log of one space at one replica: authority records and commits in the order in
 * which this replica accepted them. Positions count from 1. Everything else can be rebuilt
 * from it.
 */

export const EntryKind = { AUTHORITY: 1, COMMIT: 2 } as const;
export type EntryKind = (typeof EntryKind)[keyof typeof EntryKind];

/** What is appended: the bytes as received, and the hash that names them. */
export interface NewEntry {
  readonly kind: EntryKind;
  readonly hash: Uint8Array;
  readonly bytes: Uint8Array;
}

export interface LogEntry {
  readonly position: number;
  readonly kind: EntryKind;
  readonly bytes: Uint8Array;
}

export interface Log extends AsyncDisposable {
  /** Position of the last entry; 0 when empty. */
  readonly length: number;
  /** Appends all or nothing, in order; resolves when durable. One call at a time. */
  append(entries: readonly NewEntry[]): Promise<void>;
  read(position: number): LogEntry | undefined;
  /** Entries from a position on, as of the call. */
  entries(from: number): Iterable<LogEntry>;
  /** The hash that names the entry at a position. */
  hashOf(position: number): Uint8Array | undefined;
  /** The authority records alone, in order. */
  authority(): Iterable<LogEntry>;
  /** Position of the commit or record with this hash. */
  positionOf(hash: Uint8Array): number | undefined;
}
