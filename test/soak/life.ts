/** A space is written, read, sealed and started again for some minutes, and stays as it should. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { liveOn } from '../property/space-life.ts';

/** Seconds. */
export const defaultCount = 600;

export async function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  const directory = await mkdtemp(join(tmpdir(), 'massive-graph-life-'));
  try {
    const tally = await liveOn({ directory, seed: options.seed, seconds: options.count });
    const [newest, older, none] = tally.restarts;
    const growth = (100 * (tally.bytesMost / tally.bytesBefore - 1)).toFixed(1);
    return [
      `${tally.rounds} rounds, ${tally.transactions} transactions in ${tally.commits} commits, ` +
        `of which ${tally.received} of another author; ${tally.refused} refused`,
      `${tally.seals} seals, ${tally.snapshots} snapshots while writing went on, ` +
        `${tally.questions} nodes asked for beside all of them`,
      `starts: ${newest} from the newest snapshot, ${older} from another, ${none} from the log; ` +
        `${tally.sealedLast} after a seal that was under way`,
      `the image but for commits: ${tally.bytesBefore} bytes, ${growth} % more at most`,
    ];
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
