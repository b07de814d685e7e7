/**
 * Seals of a chain: which commits they cover (schema/authority.md, A11), and which commits a seal
 * that came after them has left out (A12).
 */

import { toHex } from '../base/bytes.ts';
import type { SealBody } from './body.ts';
import type { KeptCommits } from './narrowing.ts';

/** How far seals have come with an author, as of the seal at a height. */
interface Sealed {
  readonly height: number;
  readonly sequence: number;
}

export class Seals {
  /** Of every seal, ascending. */
  readonly #heights: number[] = [];
  /** By author, in hex: one for each seal that names it, ascending. */
  readonly #authors = new Map<string, Sealed[]>();
  readonly #newest = new Map<string, number>();
  #clock = 0n;

  /** Height of the newest seal; 0, that of the genesis, where there is none. */
  get height(): number {
    return this.#heights.at(-1) ?? 0;
  }

  /** Greatest clock of a sealed commit; 0 where none is. */
  get clock(): bigint {
    return this.#clock;
  }

  /** By author, in hex, the last commit that a seal covers; a missing one is 0. */
  get newest(): KeptCommits {
    return this.#newest;
  }

  /** The next seal. */
  add({ height, clock, authors }: Pick<SealBody, 'height' | 'clock' | 'authors'>): void {
    this.#heights.push(height);
    this.#clock = clock;
    for (const { key, sequence } of authors) {
      const author = toHex(key);
      const before = this.#authors.get(author);
      if (before === undefined) this.#authors.set(author, [{ height, sequence }]);
      else before.push({ height, sequence });
      this.#newest.set(author, sequence);
    }
  }

  /**
   * Whether the first seal above `height` does not cover a commit of an author, in hex; false where
   * there is none. A commit that cites a seal, or what stands above it, came after it.
   */
  leavesOut(author: string, sequence: number, height: number): boolean {
    const seal = this.#heights[firstAbove(this.#heights, height, (each) => each)];
    if (seal === undefined) return false;
    const sealed = this.#authors.get(author) ?? [];
    const reached = sealed[firstAbove(sealed, seal, (each) => each.height) - 1];
    return sequence > (reached?.sequence ?? 0);
  }
}

/** Index of the first of ascending items whose height is above one. */
function firstAbove<T>(items: readonly T[], height: number, of: (item: T) => number): number {
  let [low, end] = [0, items.length];
  while (low < end) {
    const middle = (low + end) >> 1;
    if (of(items[middle] as T) <= height) low = middle + 1;
    else end = middle;
  }
  return low;
}
