/**
 * Authors who have signed two commits with one sequence number (schema/authority.md, A26). From the
 * first such number on, what such an author has signed has no effect, up to the next seal. Which
 * commits these are is known from the whole of a log, so that it can be known before they are
 * replayed (fork-survey.ts).
 */

import type { AuthorityChain } from '../authority/chain.ts';
import { toHex } from '../base/bytes.ts';
import type { CommitHeader } from '../delta/header.ts';

/** A number that an author has signed twice between two seals. */
export interface Fork {
  /** Hex of its key. */
  readonly author: string;
  /** Height of the seal behind which it was signed; 0, that of the genesis, where there is none. */
  readonly behind: number;
  /** Height of the next seal; absent while there is none. */
  readonly sealedAt?: number;
  /** From this number on nothing counts; absent where the seal covers one branch alone. */
  readonly from?: number;
  /** Position in the log of the first commit with a number that was signed twice. */
  readonly first: number;
  /** From this position on a state of the log was made in the knowledge of it. */
  readonly known: number;
}

/** What it takes to know where a commit belongs. */
type Cited = Pick<CommitHeader, 'author' | 'authority'>;

export class Forks {
  #forks: readonly Fork[];
  /** By author, in hex. */
  #authors: ReadonlyMap<string, readonly Fork[]>;
  /** Positions of commits that their numbers would let count, and a seal does not cover. */
  #leftOut: ReadonlySet<number>;
  #isWhole: boolean;
  #changes = 0;

  /** `isWhole` says that these are all of a log. */
  constructor(forks: readonly Fork[] = [], { leftOut = new Set<number>(), isWhole = false } = {}) {
    this.#forks = forks;
    this.#authors = Map.groupBy(forks, ({ author }) => author);
    this.#leftOut = leftOut;
    this.#isWhole = isWhole;
  }

  /** As JSON, for snapshots. */
  get facts(): readonly Fork[] {
    return this.#forks;
  }

  /** Whether the whole log was looked at: what is none of these is none. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** How often one was found since the space was opened: what was told of authors is wrong then. */
  get changes(): number {
    return this.#changes;
  }

  get isEmpty(): boolean {
    return this.#forks.length === 0;
  }

  /** Whether there are some that no seal has ended. */
  get areOpen(): boolean {
    return this.#forks.some(({ sealedAt }) => sealedAt === undefined);
  }

  /** A log was replayed to its end, and none was met. */
  noneMet(): void {
    if (this.isEmpty) this.#isWhole = true;
  }

  /** What an operator should know: one line for each that no seal has ended. */
  get notes(): string[] {
    return this.#forks
      .filter(({ sealedAt }) => sealedAt === undefined)
      .map(
        ({ author, from }) =>
          `author ${author} has signed two commits with number ${from}: what it has signed from ` +
          'there on has no effect, until the next seal',
      );
  }

  /** The one that a commit is of, by its author and the record that it cites. */
  of({ author, authority }: Cited, chain: AuthorityChain): Fork | undefined {
    if (this.#forks.length === 0) return undefined;
    const forks = this.#authors.get(toHex(author));
    if (forks === undefined) return undefined;
    const behind = chain.seals.upTo(chain.heightOf(authority) ?? 0);
    return forks.find((fork) => fork.behind === behind);
  }

  /** All of an author, in hex. */
  allOf(author: string): readonly Fork[] {
    return this.#authors.get(author) ?? [];
  }

  /** Whether a commit has no effect. */
  masks(header: CommitHeader, chain: AuthorityChain): boolean {
    const from = this.of(header, chain)?.from;
    return from !== undefined && header.sequence >= from;
  }

  /** The one that masks a commit of an author which stands behind the seal at a height. */
  maskingBehind(
    behind: number,
    { author, sequence }: Pick<CommitHeader, 'author' | 'sequence'>,
  ): Fork | undefined {
    if (this.#forks.length === 0) return undefined;
    const fork = this.#authors.get(toHex(author))?.find((each) => each.behind === behind);
    return fork?.from !== undefined && sequence >= fork.from ? fork : undefined;
  }

  /** Whether a seal leaves out the commit at a position, though it covers another of its number. */
  leavesOut(position: number): boolean {
    return this.#leftOut.has(position);
  }

  /** Whether a state as of a position of the log was made in the knowledge of what is here. */
  fits(position: number): boolean {
    return this.#forks.every(({ first, known }) => position < first || position >= known);
  }

  /** The seal at a height, which stands at a position of the log, ends those before. */
  seal(height: number, position: number): void {
    if (!this.areOpen) return;
    this.#put(
      this.#forks.map((fork) =>
        fork.sealedAt === undefined && fork.behind < height
          ? { ...fork, sealedAt: height, known: position }
          : fork,
      ),
    );
  }

  /** Becomes what was found in a log that has more. */
  adopt(other: Forks): void {
    if (other.#masks !== this.#masks) this.#changes += 1;
    this.#put(other.#forks);
    this.#leftOut = other.#leftOut;
    this.#isWhole = other.#isWhole;
  }

  /** The same, to go back to. */
  copy(): Forks {
    return new Forks(this.#forks, { leftOut: new Set(this.#leftOut), isWhole: this.#isWhole });
  }

  /** What has no effect, as a text. */
  get #masks(): string {
    const masks = this.#forks.map(({ author, behind, from }) => `${author} ${behind} ${from}`);
    return masks.sort().join('\n');
  }

  #put(forks: readonly Fork[]): void {
    this.#forks = forks;
    this.#authors = Map.groupBy(forks, ({ author }) => author);
  }
}
