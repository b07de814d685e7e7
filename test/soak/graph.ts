/** Random operations give the same answers in the engine and in the reference graph. */

import { Coverage } from '../property/coverage.ts';
import { runSequence } from '../property/graph-sequence.ts';

export const defaultCount = 10_000;

/** Sequence i has the seed `seed` + i, so that one alone can be run again. */
export async function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  const { seed, count } = options;
  const coverage = new Coverage();
  for (let index = 0; index < count; index++) {
    const own = (seed + index) % 2 ** 32;
    const difference = await runSequence({ seed: own, coverage }).catch(stackOf);
    if (difference === undefined) continue;
    throw new Error(`again: npm run soak -- graph --seed ${own} --count 1\n${difference}`);
  }
  const rare = coverage.rare();
  if (rare.length > 0) throw new Error(rare.join('\n'));
  return [
    `${count} sequences, the same answers in the engine and the reference`,
    ...coverage.lines(),
  ];
}

/** What is thrown, such as a trap of the engine, is reported with its seed too. */
function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
