/** 50 random live queries over real connections, for 60 seconds of random writes each. */

import { runServedLive } from '../property/live-served.ts';

/** Of seeds. */
export const defaultCount = 20;

const CLIENTS = 50;
const MILLISECONDS = 60_000;
const POINTS = 100;

export async function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  const lines: string[] = [];
  for (let index = 0; index < options.count; index++) {
    const seed = (options.seed + index) % 2 ** 32;
    const run = { seed, clients: CLIENTS, milliseconds: MILLISECONDS, points: POINTS };
    const tally = await runServedLive(run).catch((error: unknown) => {
      throw new Error(`again: npm run soak -- live --seed ${seed} --count 1`, { cause: error });
    });
    if (
      tally.compared !== CLIENTS * (POINTS + 1) ||
      tally.records < POINTS ||
      tally.patches < POINTS
    ) {
      throw new Error(`seed ${seed} reached too little: ${JSON.stringify(tally)}`);
    }
    lines.push(`seed ${seed}: ${JSON.stringify(tally)}`);
  }
  return lines;
}
