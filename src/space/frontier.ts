/**
 * What a replica knows of the commit graph without reading it: the last commit of each author,
 * the heads, and the greatest clock. A pure function of the set of commits.
 */

import { fromHex, toHex } from '../base/bytes.ts';
import type { CommitHeader } from '../delta/header.ts';

/** The last commit of an author. */
export interface AuthorHead {
  readonly sequence: number;
  readonly hash: Uint8Array;
}

/** The same with its author. */
export interface AuthorTip extends AuthorHead {
  readonly author: Uint8Array;
}

/** The frontier as JSON, for snapshots; hashes and keys in hex. */
export interface FrontierFacts {
  readonly authors: Readonly<Record<string, { readonly sequence: number; readonly hash: string }>>;
  readonly heads: readonly string[];
  readonly clock: string;
}

export class Frontier {
  #authors: Map<string, AuthorHead>;
  #heads: Set<string>;
  #clock: bigint;
  /** Authors in their order, until another one comes. */
  #order: readonly string[] = [];

  constructor(facts: FrontierFacts = { authors: {}, heads: [], clock: '0' }) {
    this.#authors = new Map(
      Object.entries(facts.authors).map(([author, { sequence, hash }]) => [
        author,
        { sequence, hash: fromHex(hash) },
      ]),
    );
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

  /** The last sequence number of each author that has one, ascending by its key in hex. */
  get authors(): { readonly author: string; readonly sequence: number }[] {
    const authors = [...this.#authors].map(([author, { sequence }]) => ({ author, sequence }));
    return authors.sort((left, right) => (left.author < right.author ? -1 : 1));
  }

  /** The last commit of each author that has one, ascending by its key. */
  get tips(): AuthorTip[] {
    if (this.#order.length !== this.#authors.size) this.#order = [...this.#authors.keys()].sort();
    return this.#order.map((author) => {
      return { author: fromHex(author), ...(this.#authors.get(author) as AuthorHead) };
    });
  }

  lastOf(author: Uint8Array): AuthorHead | undefined {
    return this.#authors.get(toHex(author));
  }

  /** Counts an applied commit; `hash` is kept. */
  advance(hash: Uint8Array, header: CommitHeader): void {
    this.#authors.set(toHex(header.author), { sequence: header.sequence, hash });
    for (const parent of header.parents) this.#heads.delete(toHex(parent));
    if (header.previous !== undefined) this.#heads.delete(toHex(header.previous));
    this.#heads.add(toHex(hash));
    if (header.clock > this.#clock) this.#clock = header.clock;
  }

  /** Becomes what another one is, which is not used any more. */
  adopt(other: Frontier): void {
    this.#authors = other.#authors;
    this.#heads = other.#heads;
    this.#clock = other.#clock;
    this.#order = other.#order;
  }

  facts(): FrontierFacts {
    return {
      authors: Object.fromEntries(
        [...this.#authors].map(([author, { sequence, hash }]) => [
          author,
          { sequence, hash: toHex(hash) },
        ]),
      ),
      heads: [...this.#heads].sort(),
      clock: String(this.#clock),
    };
  }
}
