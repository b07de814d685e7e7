/**
 * The kept sets of commits at the door of a replica in every permutation, most of which bring a
 * commit before what it builds on; and mistakes of the door and of the sender that they must find.
 */

import { keptSets } from '../merge-sets/coverage.ts';
import { PermutationTally, runPermutations } from '../merge-sets/permutations.ts';
import {
  FORK_MISTAKE,
  findInPermutations,
  PERMUTATION_MISTAKES,
} from '../merge-sets/planted-permutations.ts';

/** Permutations of a set at most, drawn where it has more: all of those of 7 commits. */
export const defaultCount = 5_040;

/** Of the permutations: those that bring a commit too early. */
const EARLY_LEAST = 0.7;
/** For each permutation, commits that wait. */
const WAITED_LEAST = 1.5;

export async function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  const { seed, count: most } = options;
  const tally = new PermutationTally();
  for (const [index, set] of keptSets().entries()) {
    const difference = await runPermutations(set, { seed: seed + index, tally, most });
    if (difference !== undefined) throw new Error(difference);
  }
  const found: string[] = [];
  for (const mistake of [...PERMUTATION_MISTAKES, FORK_MISTAKE]) {
    const told = await findInPermutations(mistake);
    if (told === undefined) throw new Error(`not found out: a door ${mistake.name}`);
    found.push(`a door ${mistake.name}: ${told.slice(0, 160)}`);
  }
  return [...linesOf(tally), ...found];
}

/** Throws where few orders are those that this is about. */
function linesOf(tally: PermutationTally): string[] {
  const { sets, sampled, permutations, early, commitsWaited, recordsWaited, rebuilds } = tally;
  const isEnough =
    early >= EARLY_LEAST * permutations &&
    commitsWaited >= WAITED_LEAST * permutations &&
    recordsWaited >= sets &&
    rebuilds >= 10;
  if (!isEnough) throw new Error(`too few of what is to be tried: ${JSON.stringify(tally)}`);
  return [
    `${sets} sets, ${permutations} permutations: all of ${sets - sampled} sets, some of ${sampled}`,
    `${early} bring a commit before one that it builds on`,
    `${commitsWaited} times a commit waited and was sent again, ${recordsWaited} times a record`,
    `${rebuilds} times a state was made again, by a second commit of a number or a revocation`,
  ];
}
