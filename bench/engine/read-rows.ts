/** Rows of the engine area that leave the graph as it is: the index of ids, and traversal. */

import * as abi from '../../assembly/abi.ts';
import { Direction } from '../../src/engine/direction.ts';
import type { NodeRow } from '../../src/engine/graph-view.ts';
import { EngineView } from '../../src/engine/view.ts';
import type { BenchRow } from '../measure.ts';
import { type Search, wideSearch } from './breadth-first.ts';
import type { CommitMaker } from './commit-maker.ts';
import type { RandomGraph } from './random-graph.ts';
import { chooseIds, randomIds, selectCommits } from './selects.ts';
import { type Bench, expectSame, measureRepeated } from './windows.ts';

interface Base {
  readonly graph: RandomGraph;
  readonly maker: CommitMaker;
}

export async function measureInsert(bench: Bench, maker: CommitMaker): Promise<BenchRow> {
  const { nodes } = bench.size;
  const ids = randomIds(nodes, maker.random);
  const commits = selectCommits(ids, maker);
  const row = await measureRepeated(bench, {
    name: 'index insert: selects of new ids, prepare + apply',
    work: {
      operations: nodes,
      growsMemory: true,
      answer: [0, 0, 0],
      run: async (contender) => {
        await contender.start(maker.space);
        return contender.apply(commits);
      },
    },
  });
  for (const contender of bench.contenders) {
    expectSame(await contender.sumOfRows(ids), (nodes * (nodes + 1)) / 2);
  }
  return row;
}

export async function measureIndex(bench: Bench, { graph, maker }: Base): Promise<BenchRow[]> {
  const { reads } = bench.size;
  const { nodes, edges } = graph.counts();
  const { ids, numbers } = chooseIds(graph.ids, { count: reads, random: maker.random });
  const inGroups = await measureRepeated(bench, {
    name: 'index get: selects of known ids, prepare + apply',
    work: {
      operations: reads,
      answer: [0, nodes, edges],
      // A commit is taken once, so every run has its own.
      run: (contender) => contender.apply(selectCommits(ids, maker)),
    },
  });
  const fresh = randomIds(1, maker.random);
  const next = selectCommits(fresh, maker);
  for (const contender of bench.contenders) {
    await contender.apply(next);
    // The first row that a select made: all others found theirs.
    expectSame(await contender.sumOfRows(fresh), nodes + 1);
  }
  const byCall = await measureRepeated(bench, {
    name: 'node by id: one exported call each, the id copied in',
    work: {
      operations: reads,
      answer: [numbers.reduce((sum, number) => sum + number + 1, 0)],
      run: (contender) => contender.lookUp(ids),
    },
  });
  return [inGroups, byCall];
}

export async function measureTraversal(bench: Bench, { graph, maker }: Base): Promise<BenchRow[]> {
  const { reads } = bench.size;
  const { numbers } = chooseIds(graph.ids, { count: reads, random: maker.random });
  const found = numbers.reduce((sum, number) => sum + graph.targets(number).length, 0);
  const rows = numbers.map((number) => number + 1);
  const expand = await measureRepeated(bench, {
    name: 'expand: nodes whose outgoing edges are listed',
    work: {
      operations: reads,
      run: async (contender) => {
        const timed = await contender.expand(rows);
        expectSame(timed.answer[0], found);
        return timed;
      },
    },
  });
  const search = wideSearch(graph, maker.random);
  const ends = { from: search.from + 1, to: search.to + 1 };
  const breadthFirst = await measureRepeated(bench, {
    name: 'breadth-first search: edges looked at on a longest shortest path',
    work: {
      operations: search.edges,
      run: async (contender) => {
        const timed = await contender.findPath(ends);
        expectSame(timed.answer[0], search.distance);
        return timed;
      },
    },
  });
  checkPath(bench, { graph, search });
  return [expand, breadthFirst];
}

/** Every edge of the path leads from a node to the next, in the model too. */
function checkPath(
  { wasm }: Bench,
  { graph, search }: { readonly graph: RandomGraph; readonly search: Search },
): void {
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
