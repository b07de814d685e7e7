/**
 * How fast callers may ask: a bucket of requests and one of cost for each, which fill by the
 * second up to what may be had at once (the generic cell rate algorithm, ITU-T I.371). A bucket is
 * one number: the moment at which it is full again.
 */

import type { Clock } from '../base/clock.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { RATE_DEBT_MILLISECONDS_MAX, RATE_LIMITED_CALLERS_MAX } from '../base/limits.ts';

export interface Rates {
  readonly requestsPerSecond: number;
  readonly requestsAtOnce: number;
  readonly costPerSecond: number;
  readonly costAtOnce: number;
}

/** In milliseconds of the clock. */
interface Buckets {
  requestsFullAt: number;
  costFullAt: number;
}

const MILLISECONDS_PER_SECOND = 1000;

export class RateLimits {
  readonly #clock: Clock;
  /** By caller, the one that asked last at the end. */
  readonly #buckets = new Map<string, Buckets>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many callers are remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Takes one request; throws RATE_LIMITED where there is none, or the caller owes for others. */
  takeRequest(caller: string, rates: Rates): void {
    const { requestsPerSecond, requestsAtOnce, costPerSecond, costAtOnce } = rates;
    if (requestsPerSecond === Infinity && costPerSecond === Infinity) return;
    const buckets = this.#of(caller);
    const now = this.#clock.now();
    // Who owes for what it asked before is told so before anything is read of what it asks now.
    const cost = { perSecond: costPerSecond, atOnce: costAtOnce };
    expectRoom('costPerSecond', cost, buckets.costFullAt - now - spanOf(cost));
    const rate = { perSecond: requestsPerSecond, atOnce: requestsAtOnce };
    const fullAt = Math.max(buckets.requestsFullAt, now) + millisecondsOf(1, rate);
    expectRoom('requestsPerSecond', rate, fullAt - now - spanOf(rate));
    buckets.requestsFullAt = fullAt;
  }

  /** Takes the cost of an operation; throws RATE_LIMITED where there is not as much. */
  takeCost(caller: string, { costPerSecond, costAtOnce }: Rates, cost: number): void {
    if (costPerSecond === Infinity) return;
    const buckets = this.#of(caller);
    const now = this.#clock.now();
    const rate = { perSecond: costPerSecond, atOnce: costAtOnce };
    const from = Math.max(buckets.costFullAt, now);
    // A large one needs half of what may be had at once, and owes the rest: the bucket need not be
    // full, since its own text and body are owed by then.
    const asked = millisecondsOf(Math.min(cost, costAtOnce / 2), rate);
    expectRoom('costPerSecond', rate, from + asked - now - spanOf(rate));
    buckets.costFullAt = from + millisecondsOf(cost, rate);
  }

  /** Takes what an operation turned out to cost: it has run, and the next ones wait for it. */
  oweCost(caller: string, { costPerSecond, costAtOnce }: Rates, cost: number): void {
    if (costPerSecond === Infinity) return;
    const buckets = this.#of(caller);
    const now = this.#clock.now();
    const rate = { perSecond: costPerSecond, atOnce: costAtOnce };
    const fullAt = Math.max(buckets.costFullAt, now) + millisecondsOf(cost, rate);
    buckets.costFullAt = Math.min(fullAt, now + spanOf(rate) + RATE_DEBT_MILLISECONDS_MAX);
  }

  #of(caller: string): Buckets {
    const known = this.#buckets.get(caller);
    if (known !== undefined) {
      this.#buckets.delete(caller);
      this.#buckets.set(caller, known);
      return known;
    }
    if (this.#buckets.size >= RATE_LIMITED_CALLERS_MAX) this.#forgetOldest();
    const buckets = { requestsFullAt: 0, costFullAt: 0 };
    this.#buckets.set(caller, buckets);
    return buckets;
  }

  /** Mostly its buckets are full by now. */
  #forgetOldest(): void {
    for (const caller of this.#buckets.keys()) {
      this.#buckets.delete(caller);
      return;
    }
  }
}

interface Rate {
  readonly perSecond: number;
  readonly atOnce: number;
}

function millisecondsOf(amount: number, { perSecond }: Rate): number {
  return (amount * MILLISECONDS_PER_SECOND) / perSecond;
}

/** How long an empty bucket takes to be full. */
function spanOf(rate: Rate): number {
  return millisecondsOf(rate.atOnce, rate);
}

function expectRoom(limit: string, { perSecond }: Rate, wait: number): void {
  if (wait <= 0) return;
  const retryAfterSeconds = Math.ceil(wait / MILLISECONDS_PER_SECOND);
  const what = limit === 'costPerSecond' ? 'the cost of operations' : 'requests';
  throw new DatabaseError(
    ErrorCode.RATE_LIMITED,
    `${what} of one caller expected at most ${perSecond} a second, got more`,
    { facts: { limit, max: perSecond, retryAfterSeconds } },
  );
}
