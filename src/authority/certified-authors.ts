/** Authors of a chain: which keys may sign commits, from which height to which. */

import { toHex } from '../base/bytes.ts';

/** A key that may sign commits that cite the record at `height` or a later one, before `end`. */
export interface CertifiedAuthor {
  readonly key: Uint8Array;
  readonly label: string;
  readonly height: number;
  /** The member for whose principals alone it writes; none of the owner's. */
  readonly organisation?: string;
  /** Height of the record that took its right away. */
  readonly end?: number;
}

export class CertifiedAuthors {
  readonly #authors = new Map<string, CertifiedAuthor>();

  get count(): number {
    return this.#authors.size;
  }

  /** In the order in which they were certified. */
  get all(): readonly CertifiedAuthor[] {
    return [...this.#authors.values()];
  }

  get(key: Uint8Array): CertifiedAuthor | undefined {
    return this.#authors.get(toHex(key));
  }

  /** Whether a key may sign commits that cite the record at a height. */
  isAuthor(key: Uint8Array, height: number): boolean {
    const author = this.get(key);
    return author !== undefined && author.height <= height && height < (author.end ?? Infinity);
  }

  add(author: CertifiedAuthor): void {
    this.#authors.set(toHex(author.key), author);
  }

  end(key: Uint8Array, height: number): void {
    const author = this.get(key);
    if (author !== undefined && author.end === undefined) this.add({ ...author, end: height });
  }

  endOf(organisation: string, height: number): void {
    for (const author of this.all) {
      if (author.organisation === organisation) this.end(author.key, height);
    }
  }
}
