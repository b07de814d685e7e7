/** Two replicas change one sequence by position, each as an array. */

import { type PositionTally, runPositions } from '../property/position-sequence.ts';

export const defaultCount = 300;

/** Sequence i has the seed `seed` + i. */
export async function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  const { seed, count } = options;
  const tally: PositionTally = new Map();
  for (let index = 0; index < count; index++) {
    const own = (seed + index) % 2 ** 32;
    await runPositions({ seed: own, tally }).catch((cause: unknown) => {
      throw new Error(`again: npm run soak -- positions --seed ${own} --count 1`, { cause });
    });
  }
  const lines = [...tally].map(([name, met]) => `  ${String(met).padStart(9)}  ${name}`);
  return [`${count} sequences, changed on two replicas as arrays`, ...lines];
}
