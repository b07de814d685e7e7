import { toHex } from '../base/bytes.ts';
import { EntryKind, type Log, type LogEntry, type NewEntry } from './log.ts';

/** A log without a disk, for simulation and tests: durable as long as the object lives. */
export class MemoryLog implements Log {
  readonly #entries: LogEntry[] = [];
  readonly #hashes: Uint8Array[] = [];
  readonly #positions = new Map<string, number>();

  get length(): number {
    return this.#entries.length;
  }

  async append(entries: readonly NewEntry[]): Promise<void> {
    for (const { kind, hash, bytes } of entries) {
      const position = this.length + 1;
      this.#entries.push({ position, kind, bytes: Uint8Array.from(bytes) });
      this.#hashes.push(Uint8Array.from(hash));
      this.#positions.set(toHex(hash), position);
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
    return this.#hashes[position - 1];
  }

  authority(): Iterable<LogEntry> {
    return this.#entries.filter(({ kind }) => kind === EntryKind.AUTHORITY).map(copyOf);
  }

  positionOf(hash: Uint8Array): number | undefined {
    return this.#positions.get(toHex(hash));
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** What a reader does to its bytes stays with the reader. */
function copyOf(entry: LogEntry): LogEntry {
  return { ...entry, bytes: Uint8Array.from(entry.bytes) };
}
