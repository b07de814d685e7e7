import { describe, expect, test } from 'vitest';
import { DatabaseError } from '../../src/base/errors.ts';
import { RATE_LIMITED_CALLERS_MAX } from '../../src/base/limits.ts';
import { networkOf } from '../../src/server/callers.ts';
import { RateLimits } from '../../src/server/rate-limits.ts';
import { Seeded } from '../seeded.ts';

const RATES = { requestsPerSecond: 10, requestsAtOnce: 5, costPerSecond: 100, costAtOnce: 1_000 };
const SEED = 20_261_127;

function limitsAt(start = 1_000_000) {
  const clock = { time: start, now: () => clock.time };
  return { clock, limits: new RateLimits(clock) };
}

/** Seconds to wait; 0 where it may be done. */
function waitOf(act: () => void): number {
  try {
    act();
    return 0;
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    expect(error.code).toBe('RATE_LIMITED');
    return Number(error.facts.retryAfterSeconds);
  }
}

/** The obvious bucket: it holds what is left, and is filled up when it is asked. */
class Bucket {
  readonly #atOnce: number;
  readonly #perSecond: number;
  #left: number;
  #at: number;

  constructor(atOnce: number, perSecond: number, now: number) {
    [this.#atOnce, this.#perSecond, this.#left, this.#at] = [atOnce, perSecond, atOnce, now];
  }

  /** At least as much has to be there. */
  take(amount: number, now: number, least = amount): boolean {
    const filled = this.#left + ((now - this.#at) * this.#perSecond) / 1000;
    this.#left = Math.min(this.#atOnce, filled);
    this.#at = now;
    // Sums of fractions of a second are not exact in either way of counting.
    if (this.#left < least - 1e-6) return false;
    this.#left -= amount;
    return true;
  }
}

test('callers get what a bucket that fills by the second would give them', () => {
  const random = new Seeded(SEED);
  const { clock, limits } = limitsAt();
  const callers = ['a', 'b', 'c'];
  const requests = new Map(callers.map((name) => [name, new Bucket(5, 10, clock.time)]));
  const costs = new Map(callers.map((name) => [name, new Bucket(1_000, 100, clock.time)]));
  let [taken, refused] = [0, 0];
  for (let round = 0; round < 20_000; round++) {
    clock.time += random.below(20);
    const caller = random.pick(callers);
    const cost = random.chance(0.5)
      ? undefined
      : random.between(1, 60) * (random.chance(0.1) ? 20 : 1);
    const isTaken =
      cost === undefined
        ? waitOf(() => limits.takeRequest(caller, RATES)) === 0
        : waitOf(() => limits.takeCost(caller, RATES, cost)) === 0;
    const now = clock.time;
    const [ofRequests, ofCost] = [requests.get(caller), costs.get(caller)];
    const least = Math.min(cost ?? 0, RATES.costAtOnce / 2);
    // Who owes for what it asked before may not even ask.
    const isExpected =
      cost === undefined
        ? ofCost?.take(0, now) && ofRequests?.take(1, now)
        : ofCost?.take(cost, now, least);
    expect(isTaken, `seed ${SEED}, round ${round}`).toBe(isExpected);
    if (isTaken) taken += 1;
    else refused += 1;
  }
  expect([taken > 1_000, refused > 1_000]).toEqual([true, true]);
});

describe('a caller', () => {
  test('that is refused is told when to ask again, and may then', () => {
    const { clock, limits } = limitsAt();
    for (let count = 0; count < 5; count++) limits.takeRequest('a', RATES);
    expect(waitOf(() => limits.takeRequest('a', RATES))).toBe(1);
    expect(waitOf(() => limits.takeRequest('b', RATES))).toBe(0);
    clock.time += 1_000;
    expect(waitOf(() => limits.takeRequest('a', RATES))).toBe(0);
  });

  test('may ask for more than it has at once when it has half of that, and owes the rest', () => {
    const { clock, limits } = limitsAt();
    expect(waitOf(() => limits.takeCost('a', RATES, 3_000))).toBe(0);
    expect(waitOf(() => limits.takeCost('a', RATES, 1))).toBe(21);
    clock.time += 20_010;
    expect(waitOf(() => limits.takeCost('a', RATES, 1))).toBe(0);
  });

  test('owes what an operation turned out to cost, up to a minute', () => {
    const { clock, limits } = limitsAt();
    limits.oweCost('a', RATES, 1e9);
    expect(waitOf(() => limits.takeCost('a', RATES, 1))).toBe(61);
    clock.time += 60_010;
    expect(waitOf(() => limits.takeCost('a', RATES, 1))).toBe(0);
  });

  test('whose clock goes back is not locked out for longer than before', () => {
    const { clock, limits } = limitsAt();
    clock.time -= 1_000;
    expect(waitOf(() => limits.takeRequest('a', RATES))).toBe(0);
  });
});

test('so many callers are remembered, those that asked last', () => {
  const { limits } = limitsAt();
  const rates = { ...RATES, requestsAtOnce: 1 };
  limits.takeRequest('first', rates);
  for (let count = 1; count < RATE_LIMITED_CALLERS_MAX; count++)
    limits.takeRequest(`${count}`, rates);
  expect(waitOf(() => limits.takeRequest('first', rates))).toBe(1);
  limits.takeRequest('one more', rates);
  expect(limits.size).toBe(RATE_LIMITED_CALLERS_MAX);
  expect(waitOf(() => limits.takeRequest('first', rates))).toBe(1);
  expect(waitOf(() => limits.takeRequest('1', rates))).toBe(0);
});

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('who has the address %s is counted as %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});
