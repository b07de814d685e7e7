/** One set of commits gives one state hash, whatever the order of arrival. */

import { emptyTally, runMergeSet } from '../property/merge-set.ts';
import { SEQUENCE_MISTAKES } from '../property/planted-sequences.ts';
import { findInSets, runSet, SET_MISTAKES, type SetRun } from '../property/planted-sets.ts';

export const defaultCount = 2_000;
/** Sets of commits in which a planted mistake has to be found out. */
const SETS_TO_BITE = 2_000;

/** Set i has the seed `seed` + i, so that one alone can be run again. */
export function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  return soakSets({ ...options, area: 'merge', run: runSet, toBite: SETS_TO_BITE });
}

/** Sets of one size, or of many where it is absent; and mistakes that such sets must find. */
export async function soakSets(options: {
  readonly seed: number;
  readonly count: number;
  readonly area: string;
  readonly size?: number;
  /** What runs a set of the same size for a planted mistake, and how many it has. */
  readonly run: SetRun;
  readonly toBite: number;
}): Promise<string[]> {
  const { seed, count, size, area, run, toBite } = options;
  const tally = emptyTally();
  for (let index = 0; index < count; index++) {
    const own = (seed + index) % 2 ** 32;
    const difference = await runMergeSet({ seed: own, tally, size }).catch(stackOf);
    if (difference === undefined) continue;
    throw new Error(`again: npm run soak -- ${area} --seed ${own} --count 1\n${difference}`);
  }
  if (tally.hashes.size !== count) {
    throw new Error(`${count} sets expected as many state hashes, got ${tally.hashes.size}`);
  }
  const found = [];
  // Where one seed is run again, nothing is planted.
  for (const mistake of count === 1 ? [] : [...SET_MISTAKES, ...SEQUENCE_MISTAKES]) {
    const told = await findInSets(mistake, { seed, sequences: toBite, run });
    if (told === undefined) throw new Error(`${mistake.name} nothing was found`);
    found.push(`${mistake.name}: ${told.slice(0, 120)}`);
  }
  return [
    `${tally.sets} sets of up to ${tally.commitsMax} commits, each with one state hash`,
    `${tally.sealedSets} of them sealed on the way, ${tally.maskedSets} with masked commits`,
    `${tally.orders} orders of arrival; ${tally.concurrentSets} sets came in more than one`,
    ...found,
  ];
}

/** What is thrown, such as a trap of the engine, is reported with its seed too. */
function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
