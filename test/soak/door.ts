/** Mutated commits at the door are refused, each with a typed error, and nothing changes. */

import { checkDoor } from '../property/door-check.ts';

export const defaultCount = 1_000_000;

export async function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  const tally = await checkDoor(options);
  const rare = tally.rare();
  if (rare.length > 0) throw new Error([...rare, ...tally.lines()].join('\n'));
  return tally.lines();
}
