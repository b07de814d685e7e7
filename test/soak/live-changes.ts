/**
 * Single changes of random answers: each touches what the plan depends on, and its patch is no
 * longer than a plain one; and all planted bugs of live queries are found out.
 */

import { newLiveTally, runLiveSequence } from '../property/live-sequence.ts';
import { findPlanted, PLANTED_LIVE } from '../property/planted-live.ts';
import { newTouchTally, runTouchSequence } from '../property/touch-sequence.ts';

/** Of answers that a write changed. */
export const defaultCount = 10_000;

/** Of each planted bug: the rarest is met in one of some hundred. */
const PLANTED_SEQUENCES = 600;

/** Sequence i has the seed `seed` + i, so that one alone can be run again. */
export async function soak({
  seed,
  count,
}: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  const [touches, lives] = [newTouchTally(), newLiveTally()];
  for (let index = 0; touches.changed < count; index++) {
    const own = (seed + index) % 2 ** 32;
    const difference =
      (await runTouchSequence({ seed: own, queries: 150, writes: 20, tally: touches })) ??
      (await runLiveSequence({ seed: own, steps: 12, clients: 12, tally: lives }));
    if (difference === undefined) continue;
    throw new Error(`again: npm run soak -- live-changes --seed ${own} --count 1\n${difference}`);
  }
  const missed: string[] = [];
  for (const name of PLANTED_LIVE) {
    const found = await findPlanted(name, { seed, sequences: PLANTED_SEQUENCES });
    if (found === undefined) missed.push(name);
  }
  if (missed.length > 0) throw new Error(`not found out without ${missed.join(', ')}`);
  return [
    `answers ${JSON.stringify(touches)}`,
    `live queries ${JSON.stringify(lives)}`,
    `${PLANTED_LIVE.length} planted bugs were found out`,
  ];
}
