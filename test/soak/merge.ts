/** One set of commits gives one state hash, whatever the order of arrival. */

import { emptyTally, runMergeSet } from '../property/merge-set.ts';
import { SEQUENCE_MISTAKES } from '../property/planted-sequences.ts';
import { findInSets, SET_MISTAKES } from '../property/planted-sets.ts';

export const defaultCount = 2_000;
/** Sets of commits in which a planted mistake has to be found out. */
const SETS_TO_BITE = 2_000;

/** Set i has the seed `seed` + i, so that one alone can be run again. */
export async function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  const { seed, count } = options;
  const tally = emptyTally();
  for (let index = 0; index < count; index++) {
    const own = (seed + index) % 2 ** 32;
    const difference = await runMergeSet({ seed: own, tally }).catch(stackOf);
    if (difference === undefined) continue;
    throw new Error(`again: npm run soak -- merge --seed ${own} --count 1\n${difference}`);
  }
  if (tally.hashes.size !== count) {
    throw new Error(`${count} sets expected as many state hashes, got ${tally.hashes.size}`);
  }
  const found = [];
  for (const mistake of [...SET_MISTAKES, ...SEQUENCE_MISTAKES]) {
    const told = await findInSets(mistake, { seed, sequences: SETS_TO_BITE });
    if (told === undefined) throw new Error(`${mistake.name} nothing was found`);
    found.push(`${mistake.name}: ${told.slice(0, 120)}`);
  }
  return [
    `${tally.sets} sets of up to ${tally.commitsMax} commits, each with one state hash`,
    `${tally.sealedSets} of them sealed on the way`,
    `${tally.orders} orders of arrival; ${tally.concurrentSets} sets came in more than one`,
    ...found,
  ];
}

/** What is thrown, such as a trap of the engine, is reported with its seed too. */
function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
