/** Nested writes of which one part fails leave nothing, and what others write stands. */

import { newTally, runAllOrNothing } from '../property/all-or-nothing.ts';
import { FAILURES, type Failure } from '../property/failing-write.ts';

/** Of failing writes. */
export const defaultCount = 5_000;

const WRITES_PER_SEQUENCE = 20;
/** Of each way to fail, in 1,000 writes. */
const LEAST = 30;

/** Sequence i has the seed `seed` + i, so that one alone can be run again. */
export async function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  const { seed, count } = options;
  const tally = newTally();
  for (let done = 0, index = 0; done < count; done += WRITES_PER_SEQUENCE, index++) {
    const own = (seed + index) % 2 ** 32;
    const wrong = await runAllOrNothing({ seed: own, writes: WRITES_PER_SEQUENCE, tally });
    if (wrong === undefined) continue;
    throw new Error(`again: npm run soak -- writes --seed ${own} --count 1\n${wrong}`);
  }
  const ways = Object.keys(FAILURES) as Failure[];
  const counts = ways.map((way) => [way, tally.failures.get(way) ?? 0] as const);
  for (const [way, met] of counts) {
    const expected = Math.floor((LEAST * count) / 1000);
    if (met < expected) throw new Error(`${way} expected at least ${expected}, got ${met}`);
  }
  return [
    `${tally.together} failing writes beside others, which stand`,
    ...counts.map(([way, met]) => `${met}  ${way}`),
  ];
}
