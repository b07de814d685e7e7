/** What was acknowledged survives a power loss on a real file system. Needs root. */

import { canMount } from '../fixture/required.ts';
import { powerRounds } from '../integration/power-rounds.ts';
import { Seeded } from '../seeded.ts';

export const defaultCount = 20;

export async function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  if (!canMount()) throw new Error('the rounds expected root and loop devices, got neither');
  const tally = await powerRounds({ rounds: options.count, seeded: new Seeded(options.seed) });
  const { rounds, acknowledged, unacknowledged, cut, segments, statesCompared } = tally;
  return [
    `${rounds} power losses while 8 writers ran, in ${segments} segments`,
    `${acknowledged} acknowledged writes, all there; ${unacknowledged} more were kept, none half`,
    `${cut} starts cut what an append had left; ${statesCompared} states as they were before`,
  ];
}
