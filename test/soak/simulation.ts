/** Whole clusters under every fault at a time, a seed each; and mistakes that they must find. */

import { simulate } from '../../src/simulation/simulate.ts';
import { harsh } from '../simulation/harsh.ts';
import { findInSimulation, SIMULATION_MISTAKES } from '../simulation/planted-simulation.ts';
import { problemsOf, Totals } from '../simulation/totals.ts';

export const defaultCount = 1_000;
/** Runs in which a planted mistake has to be found out. */
const PLANTED_RUNS = 200;
/** Fewer runs meet too little for that. */
const RUNS_LEAST = 40;

/** Run i has the seed `seed` + i. */
export async function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  const { seed, count } = options;
  const totals = new Totals();
  for (let index = 0; index < count; index++) {
    const own = (seed + index) % 2 ** 32;
    const report = await simulate(harsh(own));
    totals.add(report);
    if (report.isSound) continue;
    const problems = problemsOf(report).join('\n');
    throw new Error(`again: npm run soak -- simulation --seed ${own} --count 1\n${problems}`);
  }
  const lines = [`${count} runs, after each of which every check held`, ...totals.lines()];
  // Where one seed is run again, nothing is planted and little is met.
  if (count < RUNS_LEAST) return lines;
  const missing = totals.missing();
  if (missing.length > 0) throw new Error(`expected to be met:\n${missing.join('\n')}`);
  for (const mistake of SIMULATION_MISTAKES) {
    const found = await findInSimulation(mistake, { seed, runs: PLANTED_RUNS });
    if (found === undefined) throw new Error(`nothing was found where ${mistake.name}`);
    lines.push(`planted: ${mistake.name}: ${found}`);
  }
  return lines;
}
