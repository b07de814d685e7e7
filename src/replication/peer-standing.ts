/**
 * How a replica that is let in has behaved: how often it may begin, and how long it is kept out
 * after it has broken the rules. Only what its key was proven for counts.
 */

import {
  PEER_BEGIN_MILLISECONDS,
  PEER_BEGINS_MAX,
  PEER_KEPT_OUT_MILLISECONDS_LEAST,
  PEER_KEPT_OUT_MILLISECONDS_MAX,
} from '../base/connection-limits.ts';

export class PeerStanding {
  /** Connections that it may begin at once. */
  #begins = PEER_BEGINS_MAX;
  #countedAt = Number.NEGATIVE_INFINITY;
  /** How long it was kept out the last time; 0 where it has a good name. */
  #keptOut = 0;
  #until = Number.NEGATIVE_INFINITY;

  /** Whether it is kept out for what it did. */
  isKeptOut(now: number): boolean {
    return now < this.#until;
  }

  /** Whether it may begin one more connection, which counts. */
  mayBegin(now: number): boolean {
    if (this.isKeptOut(now)) return false;
    const gained = Math.floor((now - this.#countedAt) / PEER_BEGIN_MILLISECONDS);
    if (gained > 0) {
      this.#begins = Math.min(PEER_BEGINS_MAX, this.#begins + gained);
      this.#countedAt = now;
    }
    if (this.#begins === 0) return false;
    this.#begins -= 1;
    return true;
  }

  /** It has broken a rule: each time it is kept out twice as long, until it behaves for as long. */
  broke(now: number): void {
    const isAgain = now - this.#until < PEER_KEPT_OUT_MILLISECONDS_MAX;
    const longer = isAgain ? 2 * this.#keptOut : 0;
    const least = Math.max(PEER_KEPT_OUT_MILLISECONDS_LEAST, longer);
    this.#keptOut = Math.min(PEER_KEPT_OUT_MILLISECONDS_MAX, least);
    this.#until = now + this.#keptOut;
  }
}
