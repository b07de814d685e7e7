/**
 * Entries of the log that a seal has left out (schema/authority.md, A12): commits that this replica
 * held when it took the seal, and that have no effect since. They stand in ranges: whoever was cut
 * off has written them one after the other.
 */

import { assert } from '../base/assert.ts';
import { toHex } from '../base/bytes.ts';
import { firstIndex } from '../base/first-index.ts';
import type { Log } from '../log/log.ts';

/** As JSON, for snapshots. */
export interface GivenUpFacts {
  /** First and last position, ascending. */
  readonly ranges: readonly (readonly [number, number])[];
  /** How many of an author there are; authors in hex. */
  readonly authors: Readonly<Record<string, number>>;
  /** Of the first so many, what this replica's own author did stands in later commits. */
  readonly settled: number;
}

interface Range {
  readonly first: number;
  last: number;
  /** In the ranges before. */
  readonly before: number;
}

export class GivenUp {
  #ranges: Range[] = [];
  #authors = new Map<string, number>();
  #settled: number;

  constructor(facts: GivenUpFacts = { ranges: [], authors: {}, settled: 0 }) {
    for (const [first, last] of facts.ranges) {
      this.#ranges.push({ first, last, before: this.count });
    }
    this.#authors = new Map(Object.entries(facts.authors));
    this.#settled = facts.settled;
  }

  get count(): number {
    const last = this.#ranges.at(-1);
    return last === undefined ? 0 : last.before + lengthOf(last);
  }

  /** Of an author. */
  countOf(author: Uint8Array): number {
    return this.#authors.get(toHex(author)) ?? 0;
  }

  get settled(): number {
    return this.#settled;
  }

  /** What this replica's own author did in those that are here now stands in later commits. */
  settle(): void {
    this.#settled = this.count;
  }

  /** Adds an entry; positions ascend. */
  add(position: number, author: Uint8Array): void {
    const last = this.#ranges.at(-1);
    assert(last === undefined || position > last.last, 'entries are given up in their order');
    if (last !== undefined && position === last.last + 1) last.last = position;
    else this.#ranges.push({ first: position, last: position, before: this.count });
    const name = toHex(author);
    this.#authors.set(name, (this.#authors.get(name) ?? 0) + 1);
  }

  has(position: number): boolean {
    const range = this.#ranges[this.#beginning(position) - 1];
    return range !== undefined && position <= range.last;
  }

  /** Position of the one behind the first `count`; undefined where there is none. */
  after(count: number): number | undefined {
    const range = this.#ranges.find((each) => each.before + lengthOf(each) > count);
    return range && range.first + count - range.before;
  }

  /** Position of the n-th commit of the log that counts, n from 1. */
  positionOf(ordinal: number, log: Pick<Log, 'commitPosition'>): number | undefined {
    for (let before = 0; ; ) {
      const position = log.commitPosition(ordinal + before);
      if (position === undefined) return undefined;
      const found = this.#countUpTo(position);
      if (found === before) return position;
      before = found;
    }
  }

  /** What a replica that was made again has found: these, and perhaps more behind them. */
  adopt(other: GivenUp): void {
    this.#ranges = other.#ranges.map((range) => ({ ...range }));
    this.#authors = new Map(other.#authors);
  }

  facts(): GivenUpFacts {
    return {
      ranges: this.#ranges.map(({ first, last }) => [first, last] as const),
      authors: Object.fromEntries(this.#authors),
      settled: this.#settled,
    };
  }

  #countUpTo(position: number): number {
    const range = this.#ranges[this.#beginning(position) - 1];
    if (range === undefined) return 0;
    return range.before + Math.min(position, range.last) - range.first + 1;
  }

  /** Index of the first range that begins behind a position. */
  #beginning(position: number): number {
    const ranges = this.#ranges;
    return firstIndex(ranges.length, (at) => (ranges[at] as Range).first > position);
  }
}

function lengthOf({ first, last }: Range): number {
  return last - first + 1;
}
