/** A log as it was when it had fewer entries, to be read. */

import type { LogEntry } from './log.ts';
import type { Outline } from './outline.ts';
import type { ReadableLog } from './read-log.ts';

export class LogPrefix implements ReadableLog {
  readonly length: number;
  readonly #log: ReadableLog;

  /** Of the first `length` entries of a log, which has as many. */
  constructor(log: ReadableLog, length: number) {
    this.#log = log;
    this.length = length;
  }

  get first(): number {
    return this.#log.first;
  }

  get outline(): Outline | undefined {
    return this.#log.outline;
  }

  read(position: number): LogEntry | undefined {
    return position <= this.length ? this.#log.read(position) : undefined;
  }

  *entries(from: number, buffer?: Uint8Array): Iterable<LogEntry> {
    if (from > this.length) return;
    for (const entry of this.#log.entries(from, buffer)) {
      yield entry;
      if (entry.position === this.length) return;
    }
  }

  hashOf(position: number): Uint8Array | undefined {
    return position <= this.length ? this.#log.hashOf(position) : undefined;
  }

  commitPosition(ordinal: number): number | undefined {
    const position = this.#log.commitPosition(ordinal);
    return position !== undefined && position <= this.length ? position : undefined;
  }

  *authority(): Iterable<LogEntry> {
    for (const entry of this.#log.authority()) {
      if (entry.position > this.length) return;
      yield entry;
    }
  }

  /** The log itself is its owner's to close. */
  async [Symbol.asyncDispose](): Promise<void> {}
}
