/** Subscribers keep what they ask for by events alone, whatever is joined, given up and hidden. */

import { EventsTally, runEvents } from '../property/events-sequence.ts';

export const defaultCount = 2_000;

/** Sequence i has the seed `seed` + i. */
export async function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  const { seed, count } = options;
  const tally = new EventsTally();
  for (let index = 0; index < count; index++) {
    const own = (seed + index) % 2 ** 32;
    const difference = await runEvents(own, tally);
    if (difference === undefined) continue;
    throw new Error(`again: npm run soak -- events --seed ${own} --count 1\n${difference}`);
  }
  const lines = Object.entries(tally).map(([name, met]) => `  ${String(met).padStart(9)}  ${name}`);
  return [`${count} sequences, each subscriber with what a fresh question answers`, ...lines];
}
