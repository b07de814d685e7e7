/** Random queries of the API get what a second implementation over plain objects says. */

import { SemanticsCoverage } from '../property/semantics-coverage.ts';
import { runSemanticsSequence } from '../property/semantics-sequence.ts';
import { emptySequenceTally } from '../property/semantics-sequences.ts';
import { emptySetTally } from '../property/semantics-sets.ts';
import { emptyWalkTally } from '../property/semantics-walk.ts';

/** Of queries. */
export const defaultCount = 10_000;

const QUERIES_PER_SEQUENCE = 50;

/** Sequence i has the seed `seed` + i, so that one alone can be run again. */
export async function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  const { seed, count } = options;
  const coverage = new SemanticsCoverage();
  const walks = emptyWalkTally();
  const sets = emptySetTally();
  const sequences = emptySequenceTally();
  for (let index = 0; coverage.queries < count; index++) {
    const own = (seed + index) % 2 ** 32;
    const tallies = { coverage, walks, sets, sequences: { tally: sequences } };
    const asked = { seed: own, queries: QUERIES_PER_SEQUENCE, ...tallies };
    const difference = await runSemanticsSequence(asked).catch(stackOf);
    if (difference === undefined) continue;
    throw new Error(`again: npm run soak -- semantics --seed ${own} --count 1\n${difference}`);
  }
  const rare = coverage.rare();
  if (rare.length > 0) throw new Error(rare.join('\n'));
  return [
    `${coverage.queries} queries, answered as the reference says`,
    `${walks.walks} walks over ${walks.pages} pages while data changed: ${JSON.stringify(walks)}`,
    `changes of sets of values: ${JSON.stringify(sets)}`,
    `changes of sequences: ${JSON.stringify(sequences)}`,
    ...coverage.lines(),
  ];
}

/** What is thrown, such as a trap of the engine, is reported with its seed too. */
function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
