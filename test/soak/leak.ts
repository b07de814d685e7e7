/** Databases that differ in what a caller does not see answer it alike. */

import { LeakTally, runLeakSequence } from '../property/sight-leak.ts';

/** Of plans. */
export const defaultCount = 50_000;

/** Sequence i has the seed `seed` + i, so that one alone can be run again. */
export async function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  const { seed, count } = options;
  const tally = new LeakTally();
  for (let index = 0; tally.plans < count; index++) {
    const own = (seed + index) % 2 ** 32;
    const difference = await runLeakSequence(own, tally);
    if (difference === undefined) continue;
    throw new Error(`again: npm run soak -- leak --seed ${own} --count 1\n${difference}`);
  }
  const { plans, answered, limited, altered } = tally;
  if (answered * 2 < plans) throw new Error(`of ${plans} plans ${answered} were answered`);
  return [
    `${plans} plans: ${answered} answered with something, ${limited} ended by a limit`,
    `${altered} deltas that the caller sees nothing of were altered`,
  ];
}
