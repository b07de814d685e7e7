/** Commits of one author in the order of their clocks; what signs and logs them is left out. */

import type { GroupCommit } from '../../src/engine/engine.ts';
import type { SeededRandom } from './seeded-random.ts';

export class CommitMaker {
  readonly space: Uint8Array;
  readonly author: Uint8Array;
  readonly random: SeededRandom;
  #clock = 1n;

  constructor(random: SeededRandom) {
    this.random = random;
    this.space = random.bytes(32);
    this.author = random.bytes(32);
  }

  commit(payloadBytes: Uint8Array, transactionCount: number): GroupCommit {
    const clock = this.#clock;
    this.#clock += 1n;
    const hash = this.random.bytes(32);
    return { payloadBytes, clock, author: this.author, hash, transactionCount };
  }
}
