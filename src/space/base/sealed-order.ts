/**
 * The commits that seals cover in the order of what is sealed (schema/base.md, O21), which is the
 * same on every replica: those behind one seal before those behind the next, and of these each by
 * its stamp.
 */

import type { AuthorityChain } from '../../authority/chain.ts';
import { compareBytes, toHex } from '../../base/bytes.ts';
import { decodeCommit } from '../../delta/commit.ts';
import { EntryKind } from '../../log/log.ts';
import type { OutlineCommit } from '../../log/outline.ts';

const HASH_BYTES = 32;

/** Gathers commits in any order, and gives them in that of what is sealed. */
export class SealedOrder {
  readonly #hashes: Uint8Array;
  readonly #clocks: BigUint64Array;
  readonly #sequences: Float64Array;
  /** Of `#keys`. */
  readonly #authors: Uint32Array;
  /** Height of the seal that each stands behind; 0, that of the genesis, for none. */
  readonly #behind: Uint32Array;
  readonly #keys: Uint8Array[] = [];
  readonly #keyIndexes = new Map<string, number>();
  #count = 0;

  /** With room for so many. */
  constructor(commitsMax: number) {
    this.#hashes = new Uint8Array(commitsMax * HASH_BYTES);
    this.#clocks = new BigUint64Array(commitsMax);
    this.#sequences = new Float64Array(commitsMax);
    this.#authors = new Uint32Array(commitsMax);
    this.#behind = new Uint32Array(commitsMax);
  }

  get count(): number {
    return this.#count;
  }

  /** Takes a commit by its envelope. */
  add(bytes: Uint8Array, chain: AuthorityChain): void {
    const { hash, header } = decodeCommit(bytes);
    const at = this.#count;
    this.#hashes.set(hash, at * HASH_BYTES);
    this.#clocks[at] = header.clock;
    this.#sequences[at] = header.sequence;
    this.#authors[at] = this.#keyIndex(header.author);
    this.#behind[at] = chain.seals.upTo(chain.heightOf(header.authority) ?? 0);
    this.#count += 1;
  }

  /** Keys of those who signed them. */
  get authors(): readonly Uint8Array[] {
    return this.#keys;
  }

  /** All in their order, each with the height of the seal that it stands behind. */
  *commits(): Generator<OutlineCommit & { readonly behind: number }> {
    const order = new Uint32Array(this.#count).map((_, index) => index);
    order.sort((left, right) => this.#compare(left, right));
    for (const at of order) {
      yield {
        kind: EntryKind.COMMIT,
        hash: this.#hashAt(at),
        author: this.#keyAt(at),
        sequence: this.#sequences[at] as number,
        clock: this.#clocks[at] as bigint,
        behind: this.#behind[at] as number,
      };
    }
  }

  #compare(left: number, right: number): number {
    const behind = (this.#behind[left] as number) - (this.#behind[right] as number);
    if (behind !== 0) return behind;
    const [one, other] = [this.#clocks[left] as bigint, this.#clocks[right] as bigint];
    if (one !== other) return one < other ? -1 : 1;
    const keys = compareBytes(this.#keyAt(left), this.#keyAt(right));
    if (keys !== 0) return keys;
    return compareBytes(this.#hashAt(left), this.#hashAt(right));
  }

  #hashAt(at: number): Uint8Array {
    return this.#hashes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES);
  }

  #keyAt(at: number): Uint8Array {
    return this.#keys[this.#authors[at] as number] as Uint8Array;
  }

  #keyIndex(author: Uint8Array): number {
    const name = toHex(author);
    const known = this.#keyIndexes.get(name);
    if (known !== undefined) return known;
    this.#keyIndexes.set(name, this.#keys.length);
    this.#keys.push(Uint8Array.from(author));
    return this.#keys.length - 1;
  }
}
