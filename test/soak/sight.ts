/** Random graphs, models and callers: the engine shows what the reference says is seen. */

import { SightCoverage } from '../property/sight-coverage.ts';
import { runSightSequence } from '../property/sight-sequence.ts';

/** Of plans. */
export const defaultCount = 50_000;

/** Sequence i has the seed `seed` + i, so that one alone can be run again. */
export async function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  const { seed, count } = options;
  const coverage = new SightCoverage();
  for (let index = 0; coverage.plans < count; index++) {
    const own = (seed + index) % 2 ** 32;
    const difference = await runSightSequence({ seed: own, coverage }).catch(stackOf);
    if (difference === undefined) continue;
    throw new Error(`again: npm run soak -- sight --seed ${own} --count 1\n${difference}`);
  }
  const rare = coverage.rare();
  if (rare.length > 0) throw new Error(rare.join('\n'));
  return coverage.lines();
}

/** What is thrown, such as a trap of the engine, is reported with its seed too. */
function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
