/** Random queries of the API get the same text from plans of the engine and from resolvers. */

import { GraphqlCoverage } from '../property/graphql-coverage.ts';
import { runGraphqlSequence } from '../property/graphql-sequence.ts';
import { findInEntities, PLANTED_ENTITIES } from '../property/planted-entities.ts';

/** Of queries. */
export const defaultCount = 20_000;

const QUERIES_PER_SEQUENCE = 50;
/** A mistake in how entities are found that so many do not find out gets by. */
const PLANTED_SEQUENCES = 100;

/** Sequence i has the seed `seed` + i, so that one alone can be run again. */
export async function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  const { seed, count } = options;
  const coverage = new GraphqlCoverage();
  for (let done = 0, index = 0; done < count; done += QUERIES_PER_SEQUENCE, index++) {
    const own = (seed + index) % 2 ** 32;
    const difference = await runGraphqlSequence({
      seed: own,
      queries: QUERIES_PER_SEQUENCE,
      coverage,
    }).catch(stackOf);
    if (difference === undefined) continue;
    throw new Error(`again: npm run soak -- graphql --seed ${own} --count 1\n${difference}`);
  }
  const rare = coverage.rare();
  if (rare.length > 0) throw new Error(rare.join('\n'));
  // Where one seed is run again, nothing is planted.
  for (const name of count < defaultCount ? [] : PLANTED_ENTITIES) {
    const found = await findInEntities(name, { seed, sequences: PLANTED_SEQUENCES });
    if (found === undefined) throw new Error(`${name} expected to be found out, got by`);
  }
  return [
    `${coverage.queries} queries, the same text from plans and resolvers`,
    ...coverage.lines(),
  ];
}

/** What is thrown, such as a trap of the engine, is reported with its seed too. */
function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
