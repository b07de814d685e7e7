/** Decisions of members over a network that fails; what is planted at the end is found. */

import { QuorumMistake } from '../fixture/quorum-members.ts';
import { soakSeeds } from '../fixture/seeded-runs.ts';
import { emptyQuorumTally, runQuorum } from '../property/quorum-sequence.ts';

export const defaultCount = 1_000;

export async function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  const what = 'decisions, each of which all came to';
  const mistakes = Object.values(QuorumMistake);
  const runs = { area: 'quorum', what, mistakes, emptyTally: emptyQuorumTally, run: runQuorum };
  return soakSeeds(runs, options);
}
