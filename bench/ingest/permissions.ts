/** The headline once more with permissions in force, beside itself without. */

import { type BenchRow, benchRow, medianOf } from '../measure.ts';
import { makeDirectory, removeDirectory } from './server-process.ts';
import { measureThroughput, type ThroughputSize } from './throughput.ts';

const RATIO_MIN = 0.8;
/** Pairs of runs; the one whose ratio is the median counts. */
const ROUNDS = 3;

export async function permissionRows(size: ThroughputSize): Promise<BenchRow[]> {
  const pairs: { readonly value: number; readonly baseline: number }[] = [];
  while (pairs.length < ROUNDS) {
    const baseline = await rateOf(size, false);
    pairs.push({ baseline, value: await rateOf(size, true) });
  }
  const ratio = medianOf(pairs.map(({ value, baseline }) => value / baseline));
  const value = medianOf(pairs.map((pair) => pair.value));
  const name = 'signed commits with permissions in force, beside none';
  return [
    benchRow({ name, value, unit: 'operations/s', baseline: value / ratio }),
    benchRow({ name: `${name}: ratio`, value: ratio, unit: 'x', target: RATIO_MIN }),
  ];
}

async function rateOf(size: ThroughputSize, permissions: boolean): Promise<number> {
  const directory = await makeDirectory();
  try {
    return (await measureThroughput(directory, size, { permissions })).operationsPerSecond;
  } finally {
    await removeDirectory(directory);
  }
}
