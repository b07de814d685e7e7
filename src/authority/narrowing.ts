/**
 * What narrows rights, and which commits it leaves alone. A frontier only grows: what one record
 * keeps, each later one keeps too, and so does what a seal covers (schema/authority.md, A18).
 */

import { toHex } from '../base/bytes.ts';
import { firstIndex } from '../base/first-index.ts';
import type { AuthorSequence } from './body-fields.ts';

/** By author, in hex, the last commit that is kept; a missing one is 0. */
export type KeptCommits = ReadonlyMap<string, number>;

interface NarrowingRecord {
  readonly height: number;
  readonly kept: KeptCommits;
}

/** The narrowing records of a chain, in order. */
export class Narrowings {
  readonly #records: NarrowingRecord[] = [];

  /** The first one above a height, which keeps the least; undefined where there is none. */
  firstAbove(height: number): NarrowingRecord | undefined {
    return this.#records[this.#after(height)];
  }

  /** Adds a record; `sealed` is covered by seals before it. */
  add(height: number, frontier: readonly AuthorSequence[], sealed: KeptCommits): void {
    this.#records.push({ height, kept: this.keptBy(frontier, sealed) });
  }

  /** What the next record keeps. */
  keptBy(frontier: readonly AuthorSequence[], sealed: KeptCommits): KeptCommits {
    const kept = new Map(this.#records.at(-1)?.kept ?? []);
    const raise = (author: string, sequence: number) => {
      if (sequence > (kept.get(author) ?? 0)) kept.set(author, sequence);
    };
    for (const [author, sequence] of sealed) raise(author, sequence);
    for (const { key, sequence } of frontier) raise(toHex(key), sequence);
    return kept;
  }

  /**
   * Heights at which a commit that cites the record at `height` is judged: there, and at each later
   * narrowing record up to the first that keeps it. One keeps what an earlier one has kept.
   */
  heightsOf(author: string, sequence: number, height: number): number[] {
    const heights = [height];
    for (let at = this.#after(height); at < this.#records.length; at++) {
      const record = this.#records[at];
      if (record === undefined || isKept(record, author, sequence)) break;
      heights.push(record.height);
    }
    return heights;
  }

  /** Index of the first record above a height. */
  #after(height: number): number {
    const records = this.#records;
    return firstIndex(records.length, (at) => (records[at] as NarrowingRecord).height > height);
  }
}

/** Whether a record leaves a commit alone. */
function isKept({ kept }: NarrowingRecord, author: string, sequence: number): boolean {
  return sequence <= (kept.get(author) ?? 0);
}
