/** Spaces whose members decide on many things at once; what is planted at the end is found. */

import { CouncilMistake } from '../fixture/council-members.ts';
import { soakSeeds } from '../fixture/seeded-runs.ts';
import { emptyCouncilTally, runCouncil } from '../property/council-sequence.ts';

export const defaultCount = 1_000;

export async function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  const what = 'spaces, in each of which all came to the same';
  const mistakes = Object.values(CouncilMistake);
  const runs = { area: 'council', what, mistakes, emptyTally: emptyCouncilTally, run: runCouncil };
  return soakSeeds(runs, options);
}
