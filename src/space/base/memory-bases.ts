/** The base of a space without a disk: made where the space is, and kept in memory. */

import type { AuthorityChain } from '../../authority/chain.ts';
import { concatBytes } from '../../base/bytes.ts';
import type { AuthorKey } from '../../crypto/author-key.ts';
import { signSealedCheckpoint } from '../../log/sealed-checkpoint.ts';
import { type MakeBaseParts, makeBase } from './make-base.ts';
import type { Bases, OfferedBase } from './offered-base.ts';

export interface MemoryBasesParts extends Omit<MakeBaseParts, 'write'> {
  readonly chain: Pick<AuthorityChain, 'sealHeight'>;
  readonly key: AuthorKey;
}

export class MemoryBases implements Bases {
  readonly #parts: MemoryBasesParts;
  #made: { readonly height: number; readonly base: Promise<OfferedBase | undefined> } | undefined;

  constructor(parts: MemoryBasesParts) {
    this.#parts = parts;
  }

  async offer(): Promise<OfferedBase | undefined> {
    const { chain, log } = this.#parts;
    const height = chain.sealHeight;
    if (height === 0 || log.first > 1) return undefined;
    if (this.#made?.height !== height) this.#made = { height, base: this.#make() };
    return await this.#made.base;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#made?.base.catch(() => undefined);
  }

  async #make(): Promise<OfferedBase | undefined> {
    const { key } = this.#parts;
    const written: Uint8Array[] = [];
    const write = (bytes: Uint8Array) => written.push(Uint8Array.from(bytes));
    const made = await makeBase({ ...this.#parts, write });
    if (made === undefined) return undefined;
    const all = concatBytes(...written);
    const checkpoint = signSealedCheckpoint({ ...made, author: key.publicKey }, key.seed);
    const read = (offset: number, bytes: number) => all.slice(offset, offset + bytes);
    return { ...made, checkpoint, isOver: false, read };
  }
}
