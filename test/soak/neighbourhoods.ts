/** Random neighbourhoods are what a search over what the caller sees finds. */

import { runNeighbourhoodSequence, searched } from '../property/neighbourhood-sequence.ts';

/** Of sequences. */
export const defaultCount = 300;

const QUESTIONS = 50;

/** Sequence i has the seed `seed` + i, so that one alone can be run again. */
export async function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  const { seed, count } = options;
  const counts = new Map<string, number>();
  const hit = (what: string) => void counts.set(what, (counts.get(what) ?? 0) + 1);
  for (let index = 0; index < count; index++) {
    const own = (seed + index) % 2 ** 32;
    const asked = { seed: own, questions: QUESTIONS, reference: searched, hit };
    const difference = await runNeighbourhoodSequence(asked);
    if (difference === undefined) continue;
    throw new Error(`again: npm run soak -- neighbourhoods --seed ${own} --count 1\n${difference}`);
  }
  return [...counts].map(([name, times]) => `${String(times).padStart(9)}  ${name}`);
}
