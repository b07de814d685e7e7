/**
 * Whoever asks too fast waits for the answer that says so: clients that ask again at once would
 * take more from the others than what they are refused.
 */

import type { ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { RATE_REFUSAL_MILLISECONDS, RATE_REFUSALS_WAITING_MAX } from '../base/limits.ts';

export class SlowRefusals {
  #waiting = 0;

  /** Resolves when the answer may be given; where too many wait, it ends its connection. */
  async wait(response: ServerResponse): Promise<void> {
    if (!(await this.hasWaited())) response.setHeader('connection', 'close');
  }

  /** Resolves then, or at once where too many wait. */
  async hasWaited(): Promise<boolean> {
    if (this.#waiting >= RATE_REFUSALS_WAITING_MAX) return false;
    this.#waiting += 1;
    await setTimeout(RATE_REFUSAL_MILLISECONDS);
    this.#waiting -= 1;
    return true;
  }
}
