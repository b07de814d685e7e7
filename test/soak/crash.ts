/** A log comes back from any part of an append that a power loss can leave. */

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tryCrashes } from '../property/crash-states.ts';
import { Seeded } from '../seeded.ts';

export const defaultCount = 5_000;

export async function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  const parent = await mkdtemp(join(tmpdir(), 'massive-graph-crash-'));
  const directory = join(parent, 'log');
  await mkdir(directory);
  try {
    const seeded = new Seeded(options.seed);
    const tally = await tryCrashes({ directory, count: options.count, seeded });
    return [
      `${tally.states} states: ${tally.torn} with a torn append, ${tally.whole} with a whole one`,
      `${tally.begun} at the begin of a segment, ${tally.lagging} with a mark that lagged`,
      `${tally.misleading} would mislead a reader who believes every length`,
    ];
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
}
