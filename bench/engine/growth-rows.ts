/** How long one group waits at most while a space grows from empty: for tables, and for memory. */

import { type BenchRow, Better, benchRow, collectGarbage, medianOf } from '../measure.ts';
import { CommitMaker } from './commit-maker.ts';
import { RandomGraph } from './random-graph.ts';
import { SeededRandom } from './seeded-random.ts';
import { WasmContender } from './wasm-contender.ts';
import { expectSame } from './windows.ts';

const GROUP = { transactions: 64, deltas: 16 };
const MILLISECONDS_MAX = 5;
const SEED = 11;

export interface GrowthSize {
  readonly nodes: number;
  readonly edges: number;
}

export async function measureGrowth({ nodes, edges }: GrowthSize): Promise<BenchRow> {
  const maker = new CommitMaker(new SeededRandom(SEED));
  const graph = new RandomGraph(nodes, maker);
  const wasm = new WasmContender();
  await wasm.start(maker.space);
  const { engine } = wasm;
  const times: number[] = [];
  await collectGarbage();
  for (const commit of graph.base(edges, GROUP)) {
    const [wall, processor] = [performance.now(), process.cpuUsage()];
    engine.prepare([commit]);
    engine.apply();
    const { user, system } = process.cpuUsage(processor);
    // Neither the wait for a processor nor another thread's work is the engine's.
    times.push(Math.min(performance.now() - wall, (user + system) / 1000));
  }
  const { exports } = engine;
  expectSame([exports.nodeCount(), exports.edgeCount()], Object.values(graph.counts()));
  await wasm.close();
  return benchRow({
    name: `growth to ${nodes} nodes and ${edges} edges: longest group of 1,024 deltas`,
    value: Math.max(...times),
    unit: 'ms',
    baseline: medianOf(times),
    target: MILLISECONDS_MAX,
    better: Better.LOWER,
  });
}
