/** The mix of deltas: creates, sets and deletes at random places of a large graph. */

import { sameValue } from '../../src/delta/value.ts';
import { EngineView } from '../../src/engine/view.ts';
import { type BenchRow, ratioRows } from '../measure.ts';
import { PATHS } from './delta-writer.ts';
import type { RandomGraph } from './random-graph.ts';
import { SeededRandom } from './seeded-random.ts';
import { type Bench, expectSame, Windows } from './windows.ts';

const MILLIONS_PER_SECOND_MIN = 3;
const RATIO_MIN = 0.6;
const COMMIT_SIZE = { transactions: 64, deltas: 16 };
/** The walk is sorted, which takes minutes for a large graph. */
const HASHED_NODES_MAX = 50_000;
const SAMPLES_MAX = 10_000;
const SEED = 7;

export async function measureMix(bench: Bench, graph: RandomGraph): Promise<BenchRow[]> {
  const windows = new Windows(bench);
  for (let window = 0; window < bench.size.windows; window += 1) {
    const commits = [...graph.mix(bench.size.deltas, COMMIT_SIZE)];
    const { nodes, edges } = graph.counts();
    await windows.measureOnce({
      operations: bench.size.deltas,
      growsMemory: true,
      run: async (contender) => {
        const timed = await contender.apply(commits);
        expectSame(timed.answer.slice(1), [nodes, edges]);
        return timed;
      },
    });
  }
  await checkState(bench, graph);
  const row = windows.row('mixed deltas: prepare + apply', MILLIONS_PER_SECOND_MIN);
  const all = windows.rowOfAll('mixed deltas: all windows, growth of the indexes included');
  return [row, ...ratioRows(row, RATIO_MIN), all];
}

/** Values as the model has them; and of all contenders one state: ids, values, edges, writers. */
async function checkState({ contenders, wasm }: Bench, graph: RandomGraph): Promise<void> {
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
