/**
 * The engine alone, beside the same work in plain C++ (bench/native): no log, no signatures,
 * payloads that were encoded before. Rates and baselines are millions in a second of processor
 * time.
 */

import { CommitMaker } from '../engine/commit-maker.ts';
import { measureGrowth } from '../engine/growth-rows.ts';
import { NativeContender } from '../engine/native-contender.ts';
import { RandomGraph } from '../engine/random-graph.ts';
import { measureIndex, measureInsert, measureTraversal } from '../engine/read-rows.ts';
import { SeededRandom } from '../engine/seeded-random.ts';
import { WasmContender } from '../engine/wasm-contender.ts';
import { type Bench, type EngineBenchSize, expectSame } from '../engine/windows.ts';
import { measureMix } from '../engine/write-rows.ts';
import { type BenchRow, nativeProgram } from '../measure.ts';

const SEED = 42;

const FULL: EngineBenchSize = {
  nodes: 1_000_000,
  edges: 2_000_000,
  deltas: 688_128,
  reads: 1_000_000,
  windows: 5,
  secondsMin: 0.2,
};
const QUICK: EngineBenchSize = {
  ...FULL,
  nodes: 250_000,
  edges: 500_000,
  reads: 250_000,
  windows: 3,
};

export function rows({ quick }: { readonly quick: boolean }): Promise<BenchRow[]> {
  return rowsOfSize(quick ? QUICK : FULL);
}

export async function rowsOfSize(size: EngineBenchSize): Promise<BenchRow[]> {
  const program = await nativeProgram('engine');
  const wasm = new WasmContender();
  const native = program === undefined ? [] : [new NativeContender(program)];
  const bench: Bench = { size, contenders: [wasm, ...native], wasm };
  try {
    const insert = await measureInsert(bench, new CommitMaker(new SeededRandom(SEED)));
    const maker = new CommitMaker(new SeededRandom(SEED));
    const graph = new RandomGraph(size.nodes, maker);
    await loadBase(bench, { graph, maker });
    const index = await measureIndex(bench, { graph, maker });
    const traversal = await measureTraversal(bench, { graph, maker });
    const mixed = await measureMix(bench, graph);
    const growth = await measureGrowth(size);
    return [insert, ...index, ...mixed, ...traversal, growth];
  } finally {
    for (const contender of bench.contenders) await contender.close();
  }
}

async function loadBase(
  { contenders, size }: Bench,
  { graph, maker }: { readonly graph: RandomGraph; readonly maker: CommitMaker },
): Promise<void> {
  const commits = [...graph.base(size.edges)];
  const { nodes, edges } = graph.counts();
  for (const contender of contenders) {
    await contender.start(maker.space);
    const { answer } = await contender.apply(commits);
    expectSame(answer, [nodes * 2 + edges, nodes, edges]);
  }
}
