/**
 * What a replica knows of the commit graph without reading it: the last commit of each author,
 * the heads, and the greatest clock. A pure function of the set of commits.
 */

import { further } from '../authority/seals.ts';
import { fromHex, sameBytes, toHex } from '../base/bytes.ts';
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
  readonly authors: Readonly<Record<string, HeadFacts>>;
  /** The last commits of authors who have signed a number twice since the last seal. */
  readonly branches?: Readonly<Record<string, readonly HeadFacts[]>>;
  readonly heads: readonly string[];
  readonly clock: string;
}

interface HeadFacts {
  readonly sequence: number;
  readonly hash: string;
}

export class Frontier {
  /** Of one with several branches, the furthest. */
  #authors: Map<string, AuthorHead>;
  /** By author, the ends of all branches by their hashes, of those that have several. */
  #branches: Map<string, Map<string, AuthorHead>>;
  #heads: Set<string>;
  #clock: bigint;
  /** Authors in their order, until another one comes. */
  #order: readonly string[] = [];

  constructor(facts: FrontierFacts = { authors: {}, heads: [], clock: '0' }) {
    this.#authors = new Map(
      Object.entries(facts.authors).map(([author, head]) => [author, headOf(head)]),
    );
    this.#branches = new Map(
      Object.entries(facts.branches ?? {}).map(([author, heads]) => {
        return [author, new Map(heads.map((head) => [head.hash, headOf(head)]))];
      }),
    );
    this.#heads = new Set(facts.heads);
    this.#clock = BigInt(facts.clock);
  }

  /** Greatest clock of any commit. */
  get clock(): bigint {
    return this.#clock;
  }

  /**
   * Hashes of commits that no other has as parent, sorted, but of those that have no effect: who
   * builds on them asks others for them.
   */
  get heads(): Uint8Array[] {
    const branches = new Set([...this.#branches.values()].flatMap((heads) => [...heads.keys()]));
    return [...this.#heads]
      .filter((hash) => !branches.has(hash))
      .sort()
      .map(fromHex);
  }

  /** The last sequence number of each author that has one, ascending by its key in hex. */
  get authors(): { readonly author: string; readonly sequence: number }[] {
    const authors = [...this.#authors].map(([author, { sequence }]) => ({ author, sequence }));
    return authors.sort((left, right) => (left.author < right.author ? -1 : 1));
  }

  /** The last commits of each author that has one, ascending by key and hash. */
  get tips(): AuthorTip[] {
    if (this.#order.length !== this.#authors.size) this.#order = [...this.#authors.keys()].sort();
    return this.#order.flatMap((author) => {
      const key = fromHex(author);
      return this.#endsOf(author).map((head) => ({ author: key, ...head }));
    });
  }

  /** Keys of authors with several branches. */
  get forked(): Uint8Array[] {
    return [...this.#branches.keys()].map(fromHex);
  }

  /** The last commits of an author, one for each branch, ascending by hash. */
  endsOf(author: Uint8Array): readonly AuthorHead[] {
    return this.#endsOf(toHex(author));
  }

  lastOf(author: Uint8Array): AuthorHead | undefined {
    return this.#authors.get(toHex(author));
  }

  /** Counts an applied commit; `hash` is kept. */
  advance(hash: Uint8Array, header: CommitHeader): void {
    this.#grow(toHex(header.author), { sequence: header.sequence, hash }, header.previous);
    for (const parent of header.parents) this.#heads.delete(toHex(parent));
    if (header.previous !== undefined) this.#heads.delete(toHex(header.previous));
    this.#heads.add(toHex(hash));
    if (header.clock > this.#clock) this.#clock = header.clock;
  }

  /** All that is here is sealed: whoever has several branches goes on from the furthest. */
  seal(): void {
    for (const [author, heads] of this.#branches) {
      const { hash } = this.#authors.get(author) as AuthorHead;
      for (const name of heads.keys()) if (name !== toHex(hash)) this.#heads.delete(name);
    }
    this.#branches.clear();
  }

  /** Becomes what another one is, which is not used any more. */
  adopt(other: Frontier): void {
    this.#authors = other.#authors;
    this.#branches = other.#branches;
    this.#heads = other.#heads;
    this.#clock = other.#clock;
    this.#order = other.#order;
  }

  facts(): FrontierFacts {
    const branches = [...this.#branches.keys()].map((author) => {
      return [author, this.#endsOf(author).map(headFacts)] as const;
    });
    return {
      authors: Object.fromEntries(
        [...this.#authors].map(([author, head]) => [author, headFacts(head)]),
      ),
      ...(branches.length > 0 && { branches: Object.fromEntries(branches) }),
      heads: [...this.#heads].sort(),
      clock: String(this.#clock),
    };
  }

  #endsOf(author: string): readonly AuthorHead[] {
    const branches = this.#branches.get(author);
    if (branches !== undefined)
      return [...branches].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, head]) => head);
    const head = this.#authors.get(author);
    return head === undefined ? [] : [head];
  }

  #grow(author: string, head: AuthorHead, previous: Uint8Array | undefined): void {
    const last = this.#authors.get(author);
    const branches = this.#branches.get(author);
    const follows = last === undefined ? true : isSame(last.hash, previous);
    if (branches === undefined && follows) {
      this.#authors.set(author, head);
      return;
    }
    const ends = branches ?? new Map(last && [[toHex(last.hash), last]]);
    if (previous !== undefined) ends.delete(toHex(previous));
    ends.set(toHex(head.hash), head);
    this.#branches.set(author, ends);
    this.#authors.set(author, [...ends.values()].reduce(further));
  }
}

function isSame(hash: Uint8Array, other: Uint8Array | undefined): boolean {
  return other !== undefined && sameBytes(hash, other);
}

function headOf({ sequence, hash }: HeadFacts): AuthorHead {
  return { sequence, hash: fromHex(hash) };
}

function headFacts({ sequence, hash }: AuthorHead): HeadFacts {
  return { sequence, hash: toHex(hash) };
}
