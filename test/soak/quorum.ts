/** Decisions of members over a network that fails; what is planted at the end is found. */

import { QuorumMistake } from '../fixture/quorum-members.ts';
import { emptyQuorumTally, runQuorum } from '../property/quorum-sequence.ts';

export const defaultCount = 1_000;

/** Decision i has the seed `seed` + i. */
export async function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  const { seed, count } = options;
  const tally = emptyQuorumTally();
  for (let index = 0; index < count; index++) {
    const own = (seed + index) % 2 ** 32;
    const problem = runQuorum({ seed: own, tally });
    if (problem === undefined) continue;
    throw new Error(`again: npm run soak -- quorum --seed ${own} --count 1\n${problem}`);
  }
  const lines = Object.entries(tally).map(([name, met]) => `  ${String(met).padStart(9)}  ${name}`);
  return [`${count} decisions, each of which all came to`, ...lines, ...plant(seed, count)];
}

function plant(seed: number, count: number): string[] {
  return Object.values(QuorumMistake).map((mistake) => {
    const seeds = Array.from({ length: count }, (_, index) => (seed + index) % 2 ** 32);
    for (const own of seeds) {
      const found = runQuorum({ seed: own, tally: emptyQuorumTally(), mistake });
      if (found !== undefined) return `planted: ${mistake}: seed ${own}: ${found}`;
    }
    throw new Error(`planted and not found: ${mistake}`);
  });
}
