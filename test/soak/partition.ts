/** Two servers in network namespaces, cut from one another for 10 s and written meanwhile. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runPartition } from '../network/partition.ts';

export const defaultCount = 5;
const OPERATIONS = 5_000;
const DELAY_MILLISECONDS = 20;
const LOSS = 0.01;
const SECONDS = 10;
/** From the end of the cut until both hold the same. */
const MILLISECONDS_MAX = 1_000;

/** Round i has the seed `seed` + i. */
export async function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  const lines: string[] = [];
  for (let index = 0; index < options.count; index++) {
    const folder = await mkdtemp(join(tmpdir(), 'massive-graph-partition-'));
    try {
      const { milliseconds, behind, wasApart } = await runPartition({
        folder,
        seed: (options.seed + index) % 2 ** 32,
        delayMilliseconds: DELAY_MILLISECONDS,
        loss: LOSS,
        seconds: SECONDS,
        operations: OPERATIONS,
      });
      const said = `${2 * OPERATIONS} operations in ${behind} commits behind`;
      lines.push(`${said}: one state ${milliseconds.toFixed(0)} ms after ${SECONDS} s apart`);
      if (!wasApart) throw new Error('the sides never let go of one another');
      if (milliseconds > MILLISECONDS_MAX) throw new Error(lines.join('\n'));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  return lines;
}
