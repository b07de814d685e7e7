/** Reading the fields of nodes into values of JavaScript. */

import type { BenchRow } from '../measure.ts';
import type { ValueReader } from './contender.ts';
import { chooseIds } from './selects.ts';
import type { Stage } from './stage.ts';
import { measureRepeated } from './windows.ts';

const MILLIONS_PER_SECOND_MIN = 2;

export async function measureValues(
  { graph, maker, size, text, wasm }: Stage,
  peers: readonly ValueReader[],
): Promise<BenchRow[]> {
  const { numbers } = chooseIds(graph.ids, { count: size.reads, random: maker.random });
  const rows = numbers.map((number) => number + 1);
  const windows = await measureRepeated<ValueReader>([wasm, ...peers], size, {
    operations: size.reads,
    run: (reader) => reader.readValues(rows),
  });
  return windows.rows(`3 fields of a random node on ${text}`, { rate: MILLIONS_PER_SECOND_MIN });
}
