/** Replicas whose connections come and go while all of them write. */

import { emptyTally, runReplication } from '../property/replication-sequence.ts';

export const defaultCount = 1_000;

/** Sequence i has the seed `seed` + i. */
export async function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  const { seed, count } = options;
  const tally = emptyTally();
  for (let index = 0; index < count; index++) {
    const own = (seed + index) % 2 ** 32;
    const mistake = await runReplication({ seed: own, tally });
    if (mistake === undefined) continue;
    throw new Error(`again: npm run soak -- replication --seed ${own} --count 1\n${mistake}`);
  }
  const lines = Object.entries(tally).map(([name, met]) => `  ${String(met).padStart(9)}  ${name}`);
  return [`${count} sequences, after each of which all replicas held the same`, ...lines];
}
