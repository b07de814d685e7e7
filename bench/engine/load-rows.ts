/** Loading a whole graph: by the engine as commits whose payloads were encoded before. */

import { type BenchRow, Better, benchRow } from '../measure.ts';
import type { Contender } from './contender.ts';
import { PATHS } from './delta-writer.ts';
import { PeerContender, SQLITE } from './peer-contender.ts';
import type { Stage } from './stage.ts';
import { expectSame, measureRepeated } from './windows.ts';

const MILLIONS_PER_SECOND_MIN = 2;
const WINDOWS_MAX = 3;

export interface Loaded {
  readonly rows: readonly BenchRow[];
  /** Peers that hold the graph of the stage. */
  readonly peers: readonly PeerContender[];
}

/** Every node with three fields, and every edge. Leaves the graph with all who loaded it. */
export async function measureLoad(stage: Stage, peerNames: readonly string[]): Promise<Loaded> {
  const { contenders, graph, maker, size } = stage;
  const commits = [...stage.base(PATHS.length)];
  const { nodes, edges } = graph.counts();
  const operations = nodes + edges;
  const windows = await measureRepeated<Contender>(
    contenders,
    { ...size, windows: Math.min(size.windows, WINDOWS_MAX) },
    {
      operations,
      growsMemory: true,
      answer: [nodes * (1 + PATHS.length) + edges, nodes, edges],
      run: async (contender) => {
        await contender.start(maker.space);
        return contender.apply(commits);
      },
    },
  );
  const name = `bulk load of ${stage.text}`;
  const rows = windows.rows(`${name}: items`, { rate: MILLIONS_PER_SECOND_MIN });
  const value = rows[0]?.value ?? 0;
  const peers: PeerContender[] = [];
  for (const peerName of peerNames) {
    const peer = await PeerContender.start(peerName);
    peers.push(peer);
    const { seconds, answer, bytes } = await peer.load(graph.plain());
    expectSame(answer, [nodes, edges]);
    const baseline = operations / seconds / 1e6;
    rows.push(
      benchRow({ name: `${name}: items, beside ${peerName}`, value, unit: 'M/s', baseline }),
    );
    if (peerName === SQLITE) rows.push(bytesRow(stage, (bytes ?? 0) / operations));
  }
  return { rows, peers };
}

function bytesRow(stage: Stage, baseline: number): BenchRow {
  return benchRow({
    name: `bulk load of ${stage.text}: bytes per item, beside ${SQLITE}`,
    value: stage.wasm.engine.imageBytes / stage.items,
    unit: 'B',
    baseline,
    better: Better.LOWER,
  });
}
