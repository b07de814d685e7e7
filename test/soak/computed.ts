/** Random computed fields are given what their callers see, and nothing else. */

import { type ComputedTally, runComputedSequence } from '../property/computed-sequence.ts';

/** Of sequences. */
export const defaultCount = 300;

/** Sequence i has the seed `seed` + i, so that one alone can be run again. */
export async function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  const { seed, count } = options;
  const tally: ComputedTally = { counts: new Map() };
  for (let index = 0; index < count; index++) {
    const own = (seed + index) % 2 ** 32;
    const difference = await runComputedSequence({ seed: own, tally });
    if (difference === undefined) continue;
    throw new Error(`again: npm run soak -- computed --seed ${own} --count 1\n${difference}`);
  }
  return [...tally.counts].map(([name, times]) => `${String(times).padStart(9)}  ${name}`);
}
