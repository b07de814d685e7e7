/**
 * A share of the time of the one thread there is. Time that is not used is kept, up to a burst;
 * what was used beyond is waited for, up to as much: what else ran meanwhile may be counted, too.
 */

export interface TimeShareOptions {
  /** Of all time, from 0 to 1. */
  readonly share: number;
  /** Milliseconds that may be used at once. */
  readonly burst: number;
  /** Milliseconds. */
  readonly now: () => number;
}

export class TimeShare {
  readonly #options: TimeShareOptions;
  #left: number;
  #since: number;

  constructor(options: TimeShareOptions) {
    this.#options = options;
    this.#left = options.burst;
    this.#since = options.now();
  }

  /** So many milliseconds were used. */
  spend(milliseconds: number): void {
    this.#renew();
    this.#left = Math.max(this.#left - milliseconds, -this.#options.burst);
  }

  /** Milliseconds until some time is left; 0 where there is. */
  get wait(): number {
    this.#renew();
    return this.#left >= 0 ? 0 : -this.#left / this.#options.share;
  }

  #renew(): void {
    const { share, burst, now } = this.#options;
    const at = now();
    this.#left = Math.min(burst, this.#left + (at - this.#since) * share);
    this.#since = at;
  }
}
