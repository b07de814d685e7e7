/** Random plans get the same bytes from the engine and from the reference graph. */

import { PlanCoverage } from '../property/plan-coverage.ts';
import { runPlanSequence } from '../property/plan-sequence.ts';

/** Of plans. */
export const defaultCount = 50_000;

const PLANS_PER_SEQUENCE = 30;

/** Sequence i has the seed `seed` + i, so that one alone can be run again. */
export async function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  const { seed, count } = options;
  const coverage = new PlanCoverage();
  for (let done = 0, index = 0; done < count; done += PLANS_PER_SEQUENCE, index++) {
    const own = (seed + index) % 2 ** 32;
    const difference = await runPlanSequence({
      seed: own,
      plans: PLANS_PER_SEQUENCE,
      coverage,
    }).catch(stackOf);
    if (difference === undefined) continue;
    throw new Error(`again: npm run soak -- plans --seed ${own} --count 1\n${difference}`);
  }
  const rare = coverage.rare();
  if (rare.length > 0) throw new Error(rare.join('\n'));
  return [
    `${coverage.plans} plans, the same bytes from the engine and the reference`,
    ...coverage.lines(),
  ];
}

/** What is thrown, such as a trap of the engine, is reported with its seed too. */
function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
