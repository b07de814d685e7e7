/** Walks along outgoing edges: lists of edges, nodes within some hops, and breadth-first search. */

import * as abi from '../../assembly/abi.ts';
import { Direction } from '../../src/engine/direction.ts';
import type { NodeRow } from '../../src/engine/graph-view.ts';
import { EngineView } from '../../src/engine/view.ts';
import { type BenchRow, Better, benchRow } from '../measure.ts';
import { HOPS_ALL } from '../peers/peer.ts';
import { type Search, wideSearch } from './breadth-first.ts';
import type { Contender, Reader } from './contender.ts';
import { SQLITE } from './peer-contender.ts';
import { chooseIds } from './selects.ts';
import type { Stage } from './stage.ts';
import { expectSame, measureRepeated } from './windows.ts';

const HOPS = [1, 2, 3];
const HOPS_SQLITE_RATIO_MIN = 2;
const SEARCH_WINDOWS_MAX = 3;
const SEARCH_RATIOS = { 'C++': 0.5, [SQLITE]: 5 };
/** Milliseconds that FalkorDB 4.16.3 took for as large a search, by its own process and client. */
const FALKOR_MILLISECONDS: Readonly<Record<string, number>> = { '100k/500k': 13, '1M/5M': 139 };

export async function measureExpand(stage: Stage): Promise<BenchRow[]> {
  const { contenders, graph, maker, size } = stage;
  const { numbers } = chooseIds(graph.ids, { count: size.reads, random: maker.random });
  const found = numbers.reduce((sum, number) => sum + graph.targets(number).length, 0);
  const rows = numbers.map((number) => number + 1);
  const windows = await measureRepeated<Contender>(contenders, size, {
    operations: size.reads,
    run: async (contender) => {
      const timed = await contender.expand(rows);
      expectSame(timed.answer[0], found);
      return timed;
    },
  });
  return windows.rows(`expand on ${stage.text}: nodes whose outgoing edges are listed`);
}

export async function measureHops(
  { contenders, graph, maker, size, text }: Stage,
  peers: readonly Reader[],
): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const hops of HOPS) {
    // A walk of one hop more meets five times as many nodes.
    const count = Math.max(1, Math.floor(size.reads / 10 / 4 ** hops));
    const { numbers } = chooseIds(graph.ids, { count, random: maker.random });
    const starts = numbers.map((number) => number + 1);
    const windows = await measureRepeated<Reader>([...contenders, ...peers], size, {
      operations: count,
      run: (reader) => reader.around({ rows: starts, hops }),
    });
    const name = `distinct nodes within ${hops} hop${hops === 1 ? '' : 's'} on ${text}`;
    rows.push(...windows.rows(name, { ratios: { [SQLITE]: HOPS_SQLITE_RATIO_MIN } }));
  }
  return rows;
}

/** Over everything that a node reaches. */
export async function measureSearch(stage: Stage, peers: readonly Reader[]): Promise<BenchRow[]> {
  const { contenders, graph, maker, size, text } = stage;
  const search = wideSearch(graph, maker.random);
  const from = search.from + 1;
  // A search of a large graph takes some peers seconds.
  const windowSize = { ...size, windows: Math.min(size.windows, SEARCH_WINDOWS_MAX) };
  const windows = await measureRepeated<Reader>([...contenders, ...peers], windowSize, {
    operations: search.allEdges,
    answer: [search.reached - 1, search.sum - from],
    run: (reader) => reader.around({ rows: Uint32Array.of(from), hops: HOPS_ALL }),
  });
  const rows = windows.rows(`breadth-first search on ${text}: edges`, { ratios: SEARCH_RATIOS });
  const rate = rows[0]?.value ?? 0;
  const time = benchRow({
    name: `breadth-first search on ${text}: all of it, beside FalkorDB's as it was measured`,
    value: search.allEdges / rate / 1e3,
    unit: 'ms',
    baseline: FALKOR_MILLISECONDS[text],
    better: Better.LOWER,
  });
  return [...rows, time, ...(await measurePath(stage, search))];
}

async function measurePath(stage: Stage, search: Search): Promise<BenchRow[]> {
  const { contenders, size, text } = stage;
  const ends = { from: search.from + 1, to: search.to + 1 };
  const windows = await measureRepeated<Contender>(contenders, size, {
    operations: search.edges,
    run: async (contender) => {
      const timed = await contender.findPath(ends);
      expectSame(timed.answer[0], search.distance);
      return timed;
    },
  });
  checkPath(stage, search);
  return windows.rows(`longest shortest path on ${text}: edges looked at`);
}

/** Every edge of the path leads from a node to the next, in the model too. */
function checkPath({ graph, wasm }: Stage, search: Search): void {
  const path = new EngineView(wasm.engine).shortestPath({
    from: (search.from + 1) as NodeRow,
    to: (search.to + 1) as NodeRow,
    maxDepth: abi.PATH_EDGES_MAX,
    direction: Direction.OUT,
  });
  const numbers = (path?.nodes ?? []).map((row) => row - 1);
  expectSame(
    [numbers[0], numbers.at(-1), numbers.length],
    [search.from, search.to, search.distance + 1],
  );
  for (const [index, number] of numbers.slice(1).entries()) {
    expectSame(graph.targets(numbers[index] ?? 0).includes(number), true);
  }
}
