/** Random graphs of 200 commits: one state hash whatever the order of arrival, as of the model. */

import { GRAPH_COMMITS, runGraph } from '../property/planted-sets.ts';
import { soakSets } from './merge.ts';

export const defaultCount = 10_000;
/** Graphs in which a planted mistake has to be found out. */
const GRAPHS_TO_BITE = 500;

/** Graph i has the seed `seed` + i, so that one alone can be run again. */
export function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  const facts = { area: 'merge-graphs', size: GRAPH_COMMITS, toBite: GRAPHS_TO_BITE } as const;
  return soakSets({ ...options, ...facts, run: runGraph });
}
