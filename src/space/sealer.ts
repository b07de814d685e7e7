/** Seals after every so many commits, while writing goes on. */

import { DatabaseError } from '../base/errors.ts';

export interface SealerParts {
  /** Commits after which a seal is due; none is taken where absent. */
  readonly every: number | undefined;
  readonly seal: () => Promise<boolean>;
  /** Counts the commits that no seal covers. */
  readonly countUnsealed: () => number;
  /** Told of a seal that failed. */
  readonly note: (text: string) => void;
}

export class Sealer {
  readonly #parts: SealerParts;
  #unsealed: number;
  #running: Promise<void> | undefined;
  #isClosed = false;

  constructor(parts: SealerParts) {
    this.#parts = parts;
    this.#unsealed = parts.countUnsealed();
  }

  /** Called after each group. */
  groupApplied(commits: number): void {
    this.#unsealed += commits;
    const { every } = this.#parts;
    if (every === undefined || this.#unsealed < every) return;
    if (this.#isClosed || this.#running !== undefined) return;
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  /** Takes no more seals, and waits for one that is under way. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#running;
  }

  /** After a failure as many commits pass before the next. */
  async #run(): Promise<void> {
    const { seal, countUnsealed, note } = this.#parts;
    try {
      await seal();
      this.#unsealed = countUnsealed();
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      this.#unsealed = 0;
      if (!this.#isClosed) note(`a seal failed: ${error.message}`);
    }
  }
}
