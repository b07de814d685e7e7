/** Random histories are answered about their past as they were then, under the rights of now. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newTally, runHistory } from '../property/history-sequence.ts';

/** Of questions about the past. */
export const defaultCount = 5_000;

const STEPS = 60;
/** Of all questions, those that have to be answered otherwise than now. */
const OTHER_LEAST = 0.2;

/** Sequence i has the seed `seed` + i, so that one alone can be run again. */
export async function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  const { seed, count } = options;
  const tally = newTally();
  const total = () => Object.values(tally.asked).reduce((sum, each) => sum + each, 0);
  for (let index = 0; total() < count; index++) {
    const own = (seed + index) % 2 ** 32;
    const directory = await mkdtemp(join(tmpdir(), 'massive-graph-history-'));
    const asked = { directory, seed: own, steps: STEPS, tally };
    const difference = await runHistory(asked).catch(stackOf);
    await rm(directory, { recursive: true, force: true });
    if (difference === undefined) continue;
    throw new Error(`again: npm run soak -- history --seed ${own} --count 1\n${difference}`);
  }
  const { asked, otherNow, otherThen, restarts, seals, late, rights } = tally;
  if (otherNow < total() * OTHER_LEAST) {
    throw new Error(`of ${total()} questions ${otherNow} are answered otherwise now`);
  }
  return [
    `${total()} questions about the past, answered as they were`,
    Object.entries(asked)
      .map(([how, times]) => `${how}: ${times}`)
      .join(', '),
    `${otherNow} are answered otherwise now, ${otherThen} were under the rights of then`,
    `${restarts} restarts, ${seals} seals, ${late} late commits, ${rights} changes of rights`,
  ];
}

/** What is thrown, such as a trap of the engine, is reported with its seed too. */
function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
