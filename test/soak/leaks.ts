/** Spaces that differ in what none of the callers sees answer random queries alike. */

import { type LeakTally, runLeakSequence } from '../property/leak-sequence.ts';

/** Of queries. */
export const defaultCount = 10_000;

const QUERIES_PER_SEQUENCE = 50;
/** Of all queries, those that have to have a value in their answer, and that tell root apart. */
const ANSWERED_LEAST = 0.5;
const TELLING_LEAST = 0.1;

/** Sequence i has the seed `seed` + i, so that one alone can be run again. */
export async function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  const { seed, count } = options;
  const tally: LeakTally = { queries: 0, answered: 0, plans: 0, telling: 0 };
  for (let index = 0; tally.queries < count; index++) {
    const own = (seed + index) % 2 ** 32;
    const asked = { seed: own, queries: QUERIES_PER_SEQUENCE, tally };
    const difference = await runLeakSequence(asked).catch(stackOf);
    if (difference === undefined) continue;
    throw new Error(`again: npm run soak -- leaks --seed ${own} --count 1\n${difference}`);
  }
  const { queries, answered, plans, telling } = tally;
  if (answered < queries * ANSWERED_LEAST || telling < queries * TELLING_LEAST) {
    throw new Error(`of ${queries} queries ${answered} are answered, ${telling} tell root apart`);
  }
  return [
    `${queries} queries and ${plans} plans, answered alike`,
    `${answered} answers with a value, ${telling} that differ for who sees all`,
  ];
}

/** What is thrown, such as a trap of the engine, is reported with its seed too. */
function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
