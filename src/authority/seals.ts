/**
 * Seals of a chain: which commits they cover (schema/authority.md, A11), and which commits a seal
 * that came after them has left out (A12).
 */

import { toHex } from '../base/bytes.ts';
import { firstIndex } from '../base/first-index.ts';
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
    const heights = this.#heights;
    const seal = heights[firstIndex(heights.length, (at) => (heights[at] as number) > height)];
    if (seal === undefined) return false;
    const sealed = this.#authors.get(author) ?? [];
    const later = firstIndex(sealed.length, (at) => (sealed[at] as Sealed).height > seal);
    const reached = sealed[later - 1];
    return sequence > (reached?.sequence ?? 0);
  }
}
