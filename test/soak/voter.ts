/** A voter killed between signing and sending never votes twice. */

import { voterRounds } from '../fixture/voter-rounds.ts';

export const defaultCount = 100;

export async function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  const tally = await voterRounds({ rounds: options.count, seed: options.seed });
  return [
    `${tally.rounds} rounds, in ${tally.killed} of which a vote was signed and not sent`,
    `of the votes ${tally.kept} were on disk, and ${tally.lost} were not; none was given twice`,
  ];
}
