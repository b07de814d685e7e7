import { describe, expect, test } from 'vitest';
import { exactSum } from '../../src/base/exact-sum.ts';
import { roundedSum } from '../reference/plan-sum.ts';
import { Seeded } from '../seeded.ts';

const SEED = 20_261_128;
const SUMS = 3_000;

describe('an exact sum', () => {
  test('loses nothing on the way', () => {
    expect(exactSum([0.1, 0.2, -0.1, -0.2])).toBe(0);
    expect(exactSum([1e308, 1e308, -1e308, -1e308, 0.1])).toBe(0.1);
    expect(exactSum([2 ** 53, 1, 1])).toBe(2 ** 53 + 2);
    expect(exactSum([5e-324, 5e-324])).toBe(1e-323);
    expect(exactSum([2n ** 62n, 0.5, -(2n ** 62n)])).toBe(0.5);
  });

  test('is infinite beyond the range, and with what is infinite', () => {
    expect(exactSum([1.7e308, 1.7e308])).toBe(Infinity);
    expect(exactSum([-Infinity, 3])).toBe(-Infinity);
    expect(exactSum([Infinity, -Infinity])).toBeNaN();
    expect(exactSum([Number.NaN, 1])).toBeNaN();
  });

  test('is 0 for no terms, and for zeros of either sign', () => {
    expect(exactSum([])).toBe(0);
    expect(Object.is(exactSum([-0, -0]), 0)).toBe(true);
  });

  test(`is that of the reference, from seed ${SEED}`, () => {
    const random = new Seeded(SEED);
    let halfway = 0;
    for (let sum = 0; sum < SUMS; sum++) {
      const terms = Array.from({ length: random.between(1, 6) }, () => randomTerm(random));
      const [first = 0] = terms;
      // Half of the last digit that the first term has: the even one of two is nearest.
      if (typeof first === 'number' && random.chance(0.3)) {
        terms.splice(0, terms.length, first, first * 2 ** -53);
        halfway += 1;
      }
      expect(exactSum(terms), String(terms)).toBe(roundedSum(terms));
    }
    expect(halfway).toBeGreaterThan(SUMS / 10);
  });
});

function randomTerm(random: Seeded): bigint | number {
  if (random.chance(0.2)) return BigInt(random.between(-1_000, 1_000)) << BigInt(random.below(53));
  const { buffer } = random.bytes(8);
  const float = new Float64Array(buffer)[0] ?? 0;
  if (Number.isFinite(float) && random.chance(0.5)) return float;
  return random.between(-1_000_000, 1_000_000) / 2 ** random.below(40);
}
