/**
 * Histories of authority: small ones in every order, large ones in some, and what every height of
 * others answers.
 */

import { AnswerTally, runAnswers } from '../property/authority-answers.ts';
import { EVERY_ORDER_ITEMS_MAX, runHistory } from '../property/authority-orders.ts';
import { AuthorityTally } from '../property/authority-tally.ts';
import { Seeded } from '../seeded.ts';

/** Of histories that are asked about; every fourth time there is a large one and a small one. */
export const defaultCount = 1_000;
const ORDERED_EVERY = 4;
const SMALL_ITEMS_MIN = 3;

interface Tallies {
  readonly orders: AuthorityTally;
  readonly answers: AnswerTally;
}

/** What has the place i has the seed `seed` + i, so that it alone can be run again. */
export async function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  const { seed, count } = options;
  const tallies = { orders: new AuthorityTally(), answers: new AnswerTally() };
  for (let index = 0; index < count; index++) {
    const own = (seed + index) % 2 ** 32;
    const difference = await differenceOf(own, tallies).catch(stackOf);
    if (difference === undefined) continue;
    throw new Error(`again: npm run soak -- authority --seed ${own} --count 1\n${difference}`);
  }
  const { orders, answers } = tallies;
  const rare = [...orders.rare(), ...answers.rare()];
  if (rare.length > 0) throw new Error(rare.join('\n'));
  return [...orders.lines(), ...answers.lines()];
}

async function differenceOf(
  seed: number,
  { orders: tally, answers }: Tallies,
): Promise<string | undefined> {
  const answered = await runAnswers(seed, answers);
  if (answered !== undefined || seed % ORDERED_EVERY !== 0) return answered;
  const itemCount = new Seeded(seed).between(SMALL_ITEMS_MIN, EVERY_ORDER_ITEMS_MAX);
  const small = await runHistory({ seed, tally, itemCount });
  return small ?? (await runHistory({ seed, tally }));
}

/** What is thrown, such as a trap of the engine, is reported with its seed too. */
function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
