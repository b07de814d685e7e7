/**
 * The kept sets of commits in every order of arrival; the matrix of rules that meet in them; and
 * mistakes that they must find. Those of large trees are for `npm run soak -- merge-graphs`.
 */

import { coverageOf, keptSets } from '../merge-sets/coverage.ts';
import { modelsWithout } from '../merge-sets/models.ts';
import { runKeptSet } from '../merge-sets/orders.ts';
import { findInKept } from '../merge-sets/planted-kept.ts';
import { SEQUENCE_MISTAKES } from '../property/planted-sequences.ts';
import { SET_MISTAKES } from '../property/planted-sets.ts';

/** Rounds, which differ in how commits are grouped. */
export const defaultCount = 1;

/** Mistakes about trees of places that are larger than sets of so few deltas have. */
const OF_LARGE_TREES: ReadonlySet<string> = new Set([
  'where a place right of another comes between a child and what is left of that',
  'where places on the left come in the order of arrival',
  'where what is left of the next place is taken for a child',
  'where a move counts however old it is',
]);

export async function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  const sets = keptSets();
  const { problems, lines } = coverageOf(sets, await modelsWithout());
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const tally = { orders: 0, ordersMax: 0 };
  for (let round = 0; round < options.count; round++) {
    for (const set of sets) {
      const difference = await runKeptSet(set, { seed: options.seed + round, tally });
      if (difference !== undefined) throw new Error(difference);
    }
  }
  const found = [];
  const missed = [];
  for (const mistake of [...SET_MISTAKES, ...SEQUENCE_MISTAKES]) {
    if (OF_LARGE_TREES.has(mistake.name)) continue;
    const told = await findInKept(mistake);
    if (told === undefined) missed.push(mistake.name);
    else found.push(`${mistake.name}: ${told.slice(0, 120)}`);
  }
  if (missed.length > 0) throw new Error(`not found out: an engine ${missed.join('; ')}`);
  const orders = `${tally.orders} orders of arrival, of one set up to ${tally.ordersMax}`;
  return [...lines, orders, ...found];
}
