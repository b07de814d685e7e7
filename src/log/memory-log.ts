import { AuthorityPositions } from './authority-positions.ts';
import { EntryKind, type Log, type LogEntry, type NewEntry } from './log.ts';

/** A log without a disk, for simulation and tests: durable as long as the object lives. */
export class MemoryLog implements Log {
  readonly first = 1;
  readonly #entries: LogEntry[] = [];
  readonly #authority = new AuthorityPositions();

  get length(): number {
    return this.#entries.length;
  }

  async append(entries: readonly NewEntry[]): Promise<void> {
    for (const entry of entries) {
      const position = this.length + 1;
      this.#entries.push(copyOf({ ...entry, position }));
      if (entry.kind === EntryKind.AUTHORITY) this.#authority.add(position);
    }
  }

  read(position: number): LogEntry | undefined {
    const entry = this.#entries[position - 1];
    return entry === undefined ? undefined : copyOf(entry);
  }

  entries(from: number): Iterable<LogEntry> {
    return this.#entries.slice(Math.max(0, from - 1)).map(copyOf);
  }

  hashOf(position: number): Uint8Array | undefined {
    return this.read(position)?.hash;
  }

  commitPosition(ordinal: number): number | undefined {
    return this.#authority.positionOfCommit(ordinal, this.length);
  }

  *authority(): Iterable<LogEntry> {
    for (const position of this.#authority.all) yield this.read(position) as LogEntry;
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** What a reader does to its bytes stays with the reader. */
function copyOf(entry: LogEntry): LogEntry {
  const { hash, bytes } = entry;
  return { ...entry, hash: Uint8Array.from(hash), bytes: Uint8Array.from(bytes) };
}
