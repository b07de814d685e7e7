/** Deltas at random places of a large graph: the mix of creates, sets and deletes, and edges. */

import { sameValue } from '../../src/delta/value.ts';
import type { GroupCommit } from '../../src/engine/engine.ts';
import { EngineView } from '../../src/engine/view.ts';
import type { BenchRow } from '../measure.ts';
import type { Contender } from './contender.ts';
import { PATHS } from './delta-writer.ts';
import { SeededRandom } from './seeded-random.ts';
import type { Stage } from './stage.ts';
import { countText, expectSame, Windows } from './windows.ts';

const MILLIONS_PER_SECOND_MIN = 3;
const MIX_RATIO_MIN = 0.85;
const COMMIT_SIZE = { transactions: 64, deltas: 16 };
/** The walk is sorted, which takes minutes for a large graph. */
const HASHED_NODES_MAX = 50_000;
const SAMPLES_MAX = 10_000;
const SEED = 7;

export async function measureMix(stage: Stage): Promise<BenchRow[]> {
  const { graph, size } = stage;
  const windows = await measureDeltas(stage, () => graph.mix(size.deltas, COMMIT_SIZE));
  await checkState(stage);
  const nodes = countText(graph.nodes);
  return [
    ...windows.rows(`mixed deltas at ${nodes} nodes: prepare + apply`, {
      rate: MILLIONS_PER_SECOND_MIN,
      ratios: { 'C++': MIX_RATIO_MIN },
    }),
    ...windows.rowsOfAll(`mixed deltas at ${nodes} nodes: all windows, growth included`),
  ];
}

export async function measureEdges(stage: Stage): Promise<BenchRow[]> {
  const { graph, size } = stage;
  const windows = await measureDeltas(stage, () => graph.edges(size.deltas, COMMIT_SIZE));
  return windows.rows(`edge insertion at ${countText(graph.nodes)} nodes: prepare + apply`, {
    rate: MILLIONS_PER_SECOND_MIN,
  });
}

async function measureDeltas(
  { contenders, graph, size }: Stage,
  commitsOf: () => Iterable<GroupCommit>,
): Promise<Windows<Contender>> {
  const windows = new Windows<Contender>(contenders, size);
  for (let window = 0; window < size.windows; window += 1) {
    const commits = [...commitsOf()];
    const { nodes, edges } = graph.counts();
    await windows.measureOnce({
      operations: size.deltas,
      growsMemory: true,
      run: async (contender) => {
        const timed = await contender.apply(commits);
        expectSame(timed.answer.slice(1), [nodes, edges]);
        return timed;
      },
    });
  }
  return windows;
}

/** Values as the model has them; and of all contenders one state: ids, values, edges, writers. */
async function checkState({ contenders, graph, wasm }: Stage): Promise<void> {
  const view = new EngineView(wasm.engine);
  const random = new SeededRandom(SEED);
  for (let sample = 0; sample < SAMPLES_MAX; sample += 1) {
    const number = random.below(graph.nodes);
    const row = view.nodeById(graph.id(number));
    for (const [path, name] of PATHS.entries()) {
      const expected = graph.value(number, path);
      if (expected === undefined || row === undefined) expectSame(row, expected);
      else if (!sameValue(view.nodeValue(row, name), expected)) {
        expectSame(view.nodeValue(row, name), expected);
      }
    }
  }
  const [first, ...others] = contenders;
  const checksum = await first.checksum();
  for (const other of others) expectSame(await other.checksum(), checksum);
  if (graph.counts().nodes > HASHED_NODES_MAX) return;
  const hash = await first.stateHash();
  for (const other of others) expectSame(await other.stateHash(), hash);
}
