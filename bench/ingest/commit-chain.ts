/** The commits of one author, signed one after the other, as a client makes them for itself. */

import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import { nextClock } from '../../src/delta/clock.ts';
import { signCommit, type VerifiedCommit } from '../../src/delta/commit.ts';
import type { PayloadWriter } from '../../src/delta/payload-writer.ts';

export interface ChainOptions {
  readonly space: Uint8Array;
  /** Hash of an authority record by which the author may write. */
  readonly authority: Uint8Array;
  readonly seed: Uint8Array;
}

export class CommitChain {
  readonly #options: ChainOptions;
  readonly author: Uint8Array;
  #last: { readonly hash: Uint8Array; readonly clock: bigint } | undefined;
  #sequence = 0;

  constructor(options: ChainOptions) {
    this.#options = options;
    this.author = publicKeyOf(options.seed);
  }

  sign(payload: PayloadWriter): VerifiedCommit {
    const { space, authority, seed } = this.#options;
    this.#sequence += 1;
    const clock = this.#last === undefined ? nextClock(0n, Date.now()) : this.#last.clock + 1n;
    const header = {
      space,
      epoch: 0,
      author: this.author,
      sequence: this.#sequence,
      previous: this.#last?.hash,
      parents: [],
      authority,
      clock,
    };
    const commit = signCommit(header, payload.finish(), seed);
    this.#last = { hash: commit.hash, clock };
    return commit;
  }
}
