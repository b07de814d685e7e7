/**
 * When live queries are answered anew: soon after what touched them, a few in each turn of the
 * event loop, and while the graph is written in no more than a share of the time, so that writes
 * keep theirs. Each gets its turn before one gets another.
 */

import {
  LIVE_BURST_MILLISECONDS,
  LIVE_QUIET_MILLISECONDS,
  LIVE_TELLS_PER_TURN,
  LIVE_TIME_SHARE,
  LIVE_TURN_MILLISECONDS,
} from '../../base/live-limits.ts';
import type { LiveQuery } from './live-query.ts';
import { TimeShare } from './time-share.ts';

const now = () => performance.now();

export class LiveTurns {
  readonly #share = new TimeShare({
    share: LIVE_TIME_SHARE,
    burst: LIVE_BURST_MILLISECONDS,
    now,
  });
  /** In the order of their turns. */
  readonly #waiting = new Set<LiveQuery>();
  #isPlanned = false;
  /** When the graph was written last. */
  #writtenAt = -Infinity;
  #begun = 0;

  add(query: LiveQuery): void {
    this.#waiting.add(query);
    this.#plan();
  }

  remove(query: LiveQuery): void {
    this.#waiting.delete(query);
  }

  /** The graph is written. */
  noteWrite(): void {
    this.#writtenAt = now();
  }

  #plan(): void {
    if (this.#isPlanned || this.#waiting.size === 0) return;
    this.#isPlanned = true;
    const isWritten = now() - this.#writtenAt < LIVE_QUIET_MILLISECONDS;
    const wait = isWritten ? Math.ceil(this.#share.wait) : 0;
    if (wait === 0) this.#schedule();
    else setTimeout(() => this.#schedule(), wait);
  }

  /** What is told is sent between the two, so that its time counts. */
  #schedule(): void {
    setImmediate(() => this.#begin());
    setImmediate(() => this.#end());
  }

  #begin(): void {
    this.#begun = now();
    const end = this.#begun + LIVE_TURN_MILLISECONDS;
    let tells = LIVE_TELLS_PER_TURN;
    for (const query of this.#waiting) {
      this.#waiting.delete(query);
      query.answer();
      tells -= query.tell(tells);
      if (query.hasWork) this.#waiting.add(query);
      if (tells === 0 || now() > end) break;
    }
  }

  #end(): void {
    this.#share.spend(now() - this.#begun);
    this.#isPlanned = false;
    this.#plan();
  }
}
