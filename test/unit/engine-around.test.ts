import { describe, expect, test } from 'vitest';
import * as abi from '../../assembly/abi.ts';
import { CommitMaker } from '../../bench/engine/commit-maker.ts';
import { RandomGraph } from '../../bench/engine/random-graph.ts';
import { SeededRandom } from '../../bench/engine/seeded-random.ts';
import { WasmContender } from '../../bench/engine/wasm-contender.ts';

const NODES = 300;
const HOPS_ALL = 1_024;

describe('the nodes around a node', () => {
  test('are those of the model within 0 to 3 and all hops, by their hops', async () => {
    const { graph, wasm } = await changed(3);
    for (let start = 0; start < NODES; start += 1) {
      for (const hops of [0, 1, 2, 3, HOPS_ALL]) {
        const levels = levelsOf((node) => graph.targets(node), { start, hops });
        const found = around(wasm, { start, hops, direction: abi.DIRECTION_OUT });
        expect(sorted(found)).toEqual(sorted(levels.flat()));
        const sizes = levels.map((level) => level.length);
        let begin = 0;
        for (const [index, size] of sizes.entries()) {
          const level = found.slice(begin, begin + size);
          expect(sorted(level)).toEqual(sorted(levels[index] ?? []));
          begin += size;
        }
      }
    }
  });

  test('are those that lead there along edges that come in, and both for both', async () => {
    const { graph, wasm } = await changed(4);
    const sources = Array.from({ length: NODES }, (): number[] => []);
    for (let node = 0; node < NODES; node += 1) {
      for (const target of graph.targets(node)) sources[target]?.push(node);
    }
    const into = (node: number) => sources[node] ?? [];
    const both = (node: number) => [...graph.targets(node), ...into(node)];
    for (let start = 0; start < NODES; start += 1) {
      for (const hops of [1, 2, HOPS_ALL]) {
        const found = (direction: number) => sorted(around(wasm, { start, hops, direction }));
        const wanted = (next: (node: number) => number[]) =>
          sorted(levelsOf(next, { start, hops }).flat());
        expect(found(abi.DIRECTION_IN)).toEqual(wanted(into));
        expect(found(abi.DIRECTION_BOTH)).toEqual(wanted(both));
      }
    }
  });

  test('are none along edges of a type that no edge has', async () => {
    const { wasm } = await changed(5);
    const type = 3;
    expect(wasm.engine.exports.edgeType(1)).not.toBe(type);
    expect(wasm.engine.exports.around(1, HOPS_ALL, abi.DIRECTION_OUT, type)).toBe(0);
  });

  test('are the same along the type that all edges have as along all of them', async () => {
    const { wasm } = await changed(6);
    const { exports } = wasm.engine;
    const type = exports.edgeType(1);
    for (let row = 1; row <= NODES; row += 1) {
      const count = exports.around(row, 2, abi.DIRECTION_OUT, 0);
      expect(exports.around(row, 2, abi.DIRECTION_OUT, type)).toBe(count);
    }
  });
});

/** A graph of which nodes and edges were deleted. */
async function changed(seed: number): Promise<{ graph: RandomGraph; wasm: WasmContender }> {
  const maker = new CommitMaker(new SeededRandom(seed));
  const graph = new RandomGraph(NODES, maker);
  const wasm = new WasmContender();
  await wasm.start(maker.space);
  await wasm.apply(graph.base(NODES * 2));
  await wasm.apply(graph.mix(1_000, { transactions: 4, deltas: 8 }));
  return { graph, wasm };
}

function around(
  { engine }: WasmContender,
  { start, hops, direction }: { start: number; hops: number; direction: number },
): number[] {
  const count = engine.exports.around(start + 1, hops, direction, 0);
  const rows = engine.memory.words(engine.exports.outputAddress() >>> 0, count);
  return Array.from(rows, (row) => row - 1);
}

function levelsOf(
  next: (node: number) => number[],
  { start, hops }: { start: number; hops: number },
): number[][] {
  const met = new Set([start]);
  const levels: number[][] = [];
  let level = [start];
  for (let hop = 0; hop < hops && level.length > 0; hop += 1) {
    level = [...new Set(level.flatMap(next))].filter((node) => !met.has(node));
    for (const node of level) met.add(node);
    levels.push(level);
  }
  return levels;
}

function sorted(numbers: readonly number[]): number[] {
  return [...numbers].sort((a, b) => a - b);
}
