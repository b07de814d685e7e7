/** Rows of the index of ids: inserts, and finding nodes by id in groups and by calls. */

import type { BenchRow } from '../measure.ts';
import type { Contender, Reader } from './contender.ts';
import { chooseIds, randomIds, selectCommits } from './selects.ts';
import type { Stage } from './stage.ts';
import { countText, expectSame, measureRepeated } from './windows.ts';

const NATIVE_RATIO_MIN = 0.5;
const JAVASCRIPT_RATIO_MIN = 1;

/** In a space of its own. */
export async function measureInsert({ contenders, maker, size }: Stage): Promise<BenchRow[]> {
  const { nodes } = size.middle;
  const ids = randomIds(nodes, maker.random);
  const commits = selectCommits(ids, maker);
  const windows = await measureRepeated<Contender>(contenders, size, {
    operations: nodes,
    growsMemory: true,
    answer: [0, 0, 0],
    run: async (contender) => {
      await contender.start(maker.space);
      return contender.apply(commits);
    },
  });
  for (const contender of contenders) {
    expectSame(await contender.sumOfRows(ids), (nodes * (nodes + 1)) / 2);
  }
  return windows.rows(`index insert of ${countText(nodes)} ids: selects, prepare + apply`);
}

/** Selects of nodes that are there: what a lookup costs within a group. */
export async function measureSelects(stage: Stage): Promise<BenchRow[]> {
  const { contenders, graph, maker, size } = stage;
  const { nodes, edges } = graph.counts();
  const { ids } = chooseIds(graph.ids, { count: size.reads, random: maker.random });
  const windows = await measureRepeated<Contender>(contenders, size, {
    operations: size.reads,
    answer: [0, nodes, edges],
    // A commit is taken once, so every run has its own.
    run: (contender) => contender.apply(selectCommits(ids, maker)),
  });
  const fresh = randomIds(1, maker.random);
  const next = selectCommits(fresh, maker);
  for (const contender of contenders) {
    await contender.apply(next);
    // The first row that a select made: all others found theirs.
    expectSame(await contender.sumOfRows(fresh), nodes + 1);
  }
  return windows.rows(`get by id of ${countText(nodes)}: selects, prepare + apply`, {
    ratios: { 'C++': NATIVE_RATIO_MIN },
  });
}

/** Peers may be there, which hold the same graph. */
export async function measureLookUp(
  { contenders, graph, maker, size }: Stage,
  peers: readonly Reader[] = [],
): Promise<BenchRow[]> {
  const { reads } = size;
  const { ids, numbers } = chooseIds(graph.ids, { count: reads, random: maker.random });
  const windows = await measureRepeated<Reader>([...contenders, ...peers], size, {
    operations: reads,
    answer: [numbers.reduce((sum, number) => sum + number + 1, 0)],
    run: (reader) => reader.lookUp(ids),
  });
  const name = `get by id of ${countText(graph.nodes)}: one exported call each`;
  return windows.rows(name, {
    ratios: { 'C++': NATIVE_RATIO_MIN, graphology: JAVASCRIPT_RATIO_MIN },
  });
}
