/** Starts of a data directory that the throughput rows have filled: from empty, from a snapshot. */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BenchRow, Better, benchRow, medianOf } from '../measure.ts';
import type { Opened } from './open-space.ts';

const PROGRAM = fileURLToPath(new URL('./open-space.ts', import.meta.url));
const REPLAYED_PER_SECOND_MIN = 3_000_000;
const START_SECONDS_MAX = 2;
const STARTS = 3;

export interface Filled {
  /** Of the log, and of the image. */
  readonly operations: number;
  readonly counts: { readonly nodes: number; readonly edges: number };
}

/** Removes the directory's snapshots in the end. */
export async function recoveryRows(
  directory: string,
  { operations, counts }: Filled,
): Promise<BenchRow[]> {
  const names = await readdir(directory);
  const logBytes = await bytesOf(
    directory,
    names.filter((name) => name.endsWith('.segment')),
  );
  const starts = await timesOf(directory, counts);
  for (const name of names) {
    if (name.startsWith('snapshot-')) await rm(join(directory, name));
  }
  const replays = await timesOf(directory, counts);
  return [
    benchRow({ name: 'bytes in the log', value: logBytes / operations, unit: 'B/operation' }),
    benchRow({
      name: 'replay from empty',
      value: operations / medianOf(replays),
      unit: 'operations/s',
      target: REPLAYED_PER_SECOND_MIN,
    }),
    benchRow({
      name: `start from a snapshot of ${(operations / 1e6).toFixed(0)} M operations`,
      value: medianOf(starts),
      unit: 's',
      target: START_SECONDS_MAX,
      better: Better.LOWER,
    }),
  ];
}

/** Seconds that each start took; all come to the same graph. */
async function timesOf(directory: string, expected: Filled['counts']): Promise<number[]> {
  const times: number[] = [];
  for (let start = 0; start < STARTS; start++) {
    const child = fork(PROGRAM, [directory]);
    const gone = once(child, 'exit');
    const [{ seconds, counts }] = (await once(child, 'message')) as [Opened];
    await gone;
    if (counts.nodes !== expected.nodes || counts.edges !== expected.edges) {
      throw new Error(
        `a start expected ${expected.nodes} nodes and ${expected.edges} edges, ` +
          `got ${counts.nodes} and ${counts.edges}`,
      );
    }
    times.push(seconds);
  }
  return times;
}

async function bytesOf(directory: string, names: readonly string[]): Promise<number> {
  const stats = await Promise.all(names.map((name) => stat(join(directory, name))));
  return stats.reduce((sum, { size }) => sum + size, 0);
}
