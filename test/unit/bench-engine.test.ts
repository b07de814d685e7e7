import { expect, test } from 'vitest';
import { rowsOfSize } from '../../bench/areas/engine.ts';
import { CommitMaker } from '../../bench/engine/commit-maker.ts';
import { RandomGraph } from '../../bench/engine/random-graph.ts';
import { SeededRandom } from '../../bench/engine/seeded-random.ts';
import { WasmContender } from '../../bench/engine/wasm-contender.ts';
import { expectSame } from '../../bench/engine/windows.ts';

const NODES = 500;
const EDGES = 1_000;
const SIZE = {
  large: { nodes: NODES, edges: EDGES },
  middle: { nodes: 300, edges: 1_500 },
  small: { nodes: 200, edges: 1_000 },
  growth: [100, 1_000],
  deltas: 2_048,
  reads: 500,
  windows: 1,
  secondsMin: 0.001,
  settles: false,
};

async function loaded(seed: number): Promise<{ graph: RandomGraph; wasm: WasmContender }> {
  const maker = new CommitMaker(new SeededRandom(seed));
  const graph = new RandomGraph(NODES, maker);
  const wasm = new WasmContender();
  await wasm.start(maker.space);
  await wasm.apply([...graph.base(EDGES)]);
  await wasm.apply([...graph.mix(SIZE.deltas, { transactions: 4, deltas: 8 })]);
  return { graph, wasm };
}

test('the engine area runs small, checks its answers and names every row', async () => {
  const rows = await rowsOfSize(SIZE);
  const names = rows.map((row) => row.name);
  expect(new Set(names).size).toBe(names.length);
  expect(rows.filter((row) => row.target !== undefined).length).toBeGreaterThan(0);
  for (const row of rows) expect(row.value).toBeGreaterThan(0);
}, 120_000);

test('the model of the random graph counts what the engine counts', async () => {
  const { graph, wasm } = await loaded(1);
  const { exports } = wasm.engine;
  const counts = { nodes: exports.nodeCount(), edges: exports.edgeCount() };
  expect(counts).toEqual(graph.counts());
});

test('one seed gives one graph, another seed another', async () => {
  const [first, second, other] = [await loaded(1), await loaded(1), await loaded(2)];
  const hash = await first.wasm.stateHash();
  expect(await second.wasm.stateHash()).toBe(hash);
  expect(await other.wasm.stateHash()).not.toBe(hash);
  const checksum = await first.wasm.checksum();
  expect(await second.wasm.checksum()).toBe(checksum);
  expect(await other.wasm.checksum()).not.toBe(checksum);
});

test('a wrong answer stops a bench', () => {
  expect(() => expectSame([1, 2], [1, 3])).toThrow('expected the answer 1,3, got 1,2');
});
