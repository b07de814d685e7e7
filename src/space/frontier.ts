/**
 * What a replica knows of the commit graph without reading it: the last commit of each author,
 * the heads, and the greatest clock. A pure function of the set of commits.
 */

import { fromHex, toHex } from '../base/bytes.ts';
import type { CommitHeader } from '../delta/header.ts';
import { commitError, Reason } from '../delta/reason.ts';

interface AuthorHead {
  readonly sequence: number;
  /** Hex. */
  readonly hash: string;
}

/** The frontier as JSON, for snapshots. */
export interface FrontierFacts {
  readonly authors: Readonly<Record<string, AuthorHead>>;
  readonly heads: readonly string[];
  readonly clock: string;
}

export class Frontier {
  readonly #authors: Map<string, AuthorHead>;
  readonly #heads: Set<string>;
  #clock: bigint;

  constructor(facts: FrontierFacts = { authors: {}, heads: [], clock: '0' }) {
    this.#authors = new Map(Object.entries(facts.authors));
    this.#heads = new Set(facts.heads);
    this.#clock = BigInt(facts.clock);
  }

  /** Greatest clock of any commit. */
  get clock(): bigint {
    return this.#clock;
  }

  /** Hashes of commits that no other has as parent, sorted. */
  get heads(): Uint8Array[] {
    return [...this.#heads].sort().map(fromHex);
  }

  /** The last commit of an author: sequence number and hash. */
  lastOf(author: Uint8Array): { sequence: number; hash: Uint8Array } | undefined {
    const last = this.#authors.get(toHex(author));
    return last === undefined ? undefined : { sequence: last.sequence, hash: fromHex(last.hash) };
  }

  /** A copy to try a group of commits on. */
  fork(): Frontier {
    return new Frontier(this.facts());
  }

  /** Throws unless the commit follows its author's last one. */
  expectNext(header: CommitHeader): void {
    const last = this.lastOf(header.author);
    const expected = (last?.sequence ?? 0) + 1;
    if (header.sequence > expected) {
      throw commitError(Reason.SEQUENCE_GAP, {
        expected: `sequence number ${expected}`,
        actual: `${header.sequence}: one is missing`,
      });
    }
    const previous = last === undefined ? 'none' : toHex(last.hash);
    const actual = header.previous === undefined ? 'none' : toHex(header.previous);
    if (header.sequence === expected && previous === actual) return;
    const reason = header.sequence === expected ? Reason.PREVIOUS_OTHER : Reason.SEQUENCE_TAKEN;
    throw commitError(reason, {
      expected: `sequence number ${expected} after ${previous}`,
      actual: `${header.sequence} after ${actual}`,
    });
  }

  advance(hash: Uint8Array, header: CommitHeader): void {
    const name = toHex(hash);
    this.#authors.set(toHex(header.author), { sequence: header.sequence, hash: name });
    for (const parent of header.parents) this.#heads.delete(toHex(parent));
    if (header.previous !== undefined) this.#heads.delete(toHex(header.previous));
    this.#heads.add(name);
    if (header.clock > this.#clock) this.#clock = header.clock;
  }

  facts(): FrontierFacts {
    return {
      authors: Object.fromEntries(this.#authors),
      heads: [...this.#heads].sort(),
      clock: String(this.#clock),
    };
  }
}
