/** A server killed with SIGKILL while it writes loses nothing that it answered. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killRounds } from '../integration/kill-rounds.ts';

export const defaultCount = 20;

export async function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  const directory = await mkdtemp(join(tmpdir(), 'massive-graph-kill-'));
  try {
    const tally = await killRounds({ directory, rounds: options.count, seed: options.seed });
    return [
      `${tally.rounds} rounds, at least ${tally.inFlightLeast} mutations unanswered at each kill`,
      `${tally.answered} answered mutations, all there; of the unanswered ` +
        `${tally.unansweredKept} are there and ${tally.unansweredLost} are not, none half`,
      'after each kill the state equals a replay of the log from empty',
    ];
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
