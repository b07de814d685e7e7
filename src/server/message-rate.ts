/** Messages of one connection: each is a request of its caller. */

import { WEBSOCKET_REFUSALS_MAX } from '../base/connection-limits.ts';
import { DatabaseError } from '../base/errors.ts';
import type { Caller } from './callers.ts';

export class MessageRate {
  #refusedInRow = 0;

  /** Counts one more; answers why it is refused. */
  take(caller: Caller): DatabaseError | undefined {
    try {
      caller.takeRequest();
      this.#refusedInRow = 0;
      return undefined;
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      this.#refusedInRow += 1;
      return error;
    }
  }

  /** Whether they go on to come though they are refused: then their sender is cut off. */
  get isFlood(): boolean {
    return this.#refusedInRow > WEBSOCKET_REFUSALS_MAX;
  }
}
