/** Single flipped bits in the files of a log are named or made good, and never served. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { flipBits } from '../property/flipped-bits.ts';
import { Seeded } from '../seeded.ts';

export const defaultCount = 20_000;

export async function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  const directory = await mkdtemp(join(tmpdir(), 'massive-graph-bits-'));
  try {
    const seeded = new Seeded(options.seed);
    const tally = await flipBits({ directory, count: options.count, seeded });
    return [...tally].map(
      ([area, { named, madeGood }]) =>
        `${area}: ${named} named, ${madeGood} made good at the start`,
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
