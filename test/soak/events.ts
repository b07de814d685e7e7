/** Subscribers keep what they ask for by events alone, whatever is joined, given up and hidden. */

import { EventsTally, runEvents } from '../property/events-sequence.ts';
import { EVENT_MISTAKES, findInEvents } from '../property/planted-events.ts';

export const defaultCount = 2_000;
/** Sequences in which a planted mistake has to be found out. */
const SEQUENCES_TO_BITE = 150;

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
  lines.unshift(`${count} sequences, each subscriber with what a fresh question answers`);
  // Where one seed is run again, nothing is planted.
  if (count < SEQUENCES_TO_BITE) return lines;
  for (const mistake of EVENT_MISTAKES) {
    const found = await findInEvents(mistake, { seed, sequences: SEQUENCES_TO_BITE });
    if (found === undefined) throw new Error(`nothing was found where ${mistake.name}`);
    lines.push(`planted: ${mistake.name}: ${found}`);
  }
  return lines;
}
