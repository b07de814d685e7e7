/**
 * Seals of a chain: which commits they cover (schema/authority.md, A11), and which commits a seal
 * that came after them has left out (A12).
 */

import { compareBytes, toHex } from '../base/bytes.ts';
import { firstIndex } from '../base/first-index.ts';
import type { SealBody } from './body.ts';
import type { SealedTip } from './body-fields.ts';
import type { KeptCommits } from './narrowing.ts';

/** How far seals have come with an author, as of the seal at a height. */
interface Sealed {
  readonly height: number;
  /** The one that the author goes on from. */
  readonly last: SealedTip;
  /** All that the seal names of the author. */
  readonly tips: readonly SealedTip[];
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

  /** The commit that an author, in hex, goes on from; undefined where none is sealed. */
  lastOf(author: string): SealedTip | undefined {
    return this.#authors.get(author)?.at(-1)?.last;
  }

  /** The next seal. */
  add({ height, clock, tips }: Pick<SealBody, 'height' | 'clock' | 'tips'>): void {
    this.#heights.push(height);
    this.#clock = clock;
    for (const [author, named] of Map.groupBy(tips, ({ key }) => toHex(key))) {
      const last = named.reduce(further);
      const sealed = { height, last, tips: named };
      const before = this.#authors.get(author);
      if (before === undefined) this.#authors.set(author, [sealed]);
      else before.push(sealed);
      this.#newest.set(author, last.sequence);
    }
  }

  /** Height of the first seal above one; undefined where there is none. */
  above(height: number): number | undefined {
    return this.#heights[this.#indexAbove(height)];
  }

  /** Height of the last seal up to one; 0, that of the genesis, where there is none. */
  upTo(height: number): number {
    return this.#heights[this.#indexAbove(height) - 1] ?? 0;
  }

  /** What the seal at a height names of an author, in hex. */
  tipsAt(author: string, height: number): readonly SealedTip[] {
    const sealed = this.#upTo(author, height);
    return sealed?.height === height ? sealed.tips : [];
  }

  /** What all seals name of an author, in hex. */
  allTipsOf(author: string): readonly SealedTip[] {
    return (this.#authors.get(author) ?? []).flatMap(({ tips }) => tips);
  }

  /** The commit that an author, in hex, went on from behind the seal at a height. */
  lastAt(author: string, height: number): SealedTip | undefined {
    return this.#upTo(author, height)?.last;
  }

  /**
   * Whether the first seal above `height` does not cover a commit of an author, in hex; false where
   * there is none. A commit that cites a seal, or what stands above it, came after it. Of two with
   * one number it says the same: which of them a seal names, a survey of the log tells.
   */
  leavesOut(author: string, sequence: number, height: number): boolean {
    const seal = this.above(height);
    if (seal === undefined) return false;
    return sequence > (this.lastAt(author, seal)?.sequence ?? 0);
  }

  #upTo(author: string, height: number): Sealed | undefined {
    const sealed = this.#authors.get(author) ?? [];
    return sealed[firstIndex(sealed.length, (at) => (sealed[at] as Sealed).height > height) - 1];
  }

  #indexAbove(height: number): number {
    const heights = this.#heights;
    return firstIndex(heights.length, (at) => (heights[at] as number) > height);
  }
}

/** Of two tips of an author, the one that it goes on from. */
export function further<Tip extends Pick<SealedTip, 'sequence' | 'hash'>>(
  one: Tip,
  other: Tip,
): Tip {
  if (one.sequence !== other.sequence) return one.sequence > other.sequence ? one : other;
  return compareBytes(one.hash, other.hash) < 0 ? one : other;
}
