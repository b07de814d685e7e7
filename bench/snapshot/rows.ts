/**
 * Snapshots of a large image under random writes: what they cost the writes, and a start from one.
 * The image that is read back must be the one of the begin.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Engine } from '../../src/engine/engine.ts';
import { type SnapshotResult, SnapshotThread } from '../../src/log/snapshot.ts';
import { SnapshotFile } from '../../src/log/snapshot-file.ts';
import { checksumOf } from '../engine/checksum.ts';
import { CommitMaker } from '../engine/commit-maker.ts';
import { RandomGraph } from '../engine/random-graph.ts';
import { SeededRandom } from '../engine/seeded-random.ts';
import { expectSame } from '../engine/windows.ts';
import { type BenchRow, Better, benchRow, collectGarbage, medianOf } from '../measure.ts';
import { measurePauses, type Pauses } from './pauses.ts';

const SEED = 42;
const GROUP = { transactions: 64, deltas: 16 };
const GROUP_DELTAS = GROUP.transactions * GROUP.deltas;
const PAUSE_MILLISECONDS_MAX = 20;
const STARTS = 3;
const MEBIBYTE = 1_048_576;

export interface SnapshotBenchSize {
  readonly nodes: number;
  readonly edges: number;
  /** Before the snapshot, and at most while it is taken. */
  readonly groups: number;
}

export async function snapshotRows(size: SnapshotBenchSize): Promise<BenchRow[]> {
  const maker = new CommitMaker(new SeededRandom(SEED));
  const graph = new RandomGraph(size.nodes, maker);
  const engine = await Engine.create(maker.space, maker.random);
  for (const commit of graph.base(size.edges)) {
    engine.prepare([commit]);
    engine.apply();
  }
  const commits = [...graph.mix(size.groups * 2 * GROUP_DELTAS, GROUP)];
  const directory = await mkdtemp(join(tmpdir(), 'bench-snapshot-'));
  try {
    await collectGarbage();
    const before = await measurePauses(engine, commits.slice(0, size.groups));
    const checksum = checksumOf(engine);
    await using thread = await SnapshotThread.start(engine);
    await collectGarbage();
    let result: SnapshotResult | undefined;
    const begun = performance.now();
    const taken = thread.take({ engine, directory, position: 1, facts: {} }).then((taken) => {
      result = taken;
      return { ...taken, seconds: (performance.now() - begun) / 1000 };
    });
    const begin = performance.now() - begun;
    const isTaken = () => result !== undefined;
    const during = await measurePauses(engine, commits.slice(size.groups), isTaken);
    const starts = await measureStarts(directory, { ...(await taken), checksum, maker });
    return [...pauseRows(before, { during, begin }), ...copyRows(await taken), starts];
  } finally {
    await rm(directory, { recursive: true });
  }
}

function pauseRows(
  before: Pauses,
  { during, begin }: { readonly during: Pauses; readonly begin: number },
): BenchRow[] {
  const better = Better.LOWER;
  const rate = ({ groups, seconds }: Pauses): number => (groups * GROUP_DELTAS) / seconds / 1e6;
  const row = (name: string, of: (pauses: Pauses) => number | undefined, target?: number) =>
    benchRow({ name, value: of(during) ?? 0, unit: 'ms', baseline: of(before), target, better });
  return [
    row(
      'snapshot: longest pause of writes, beside none',
      ({ all }) => all[0],
      PAUSE_MILLISECONDS_MAX,
    ),
    row('snapshot: longest pause, less the wait for a processor', ({ running }) => running[0]),
    row('snapshot: pause at 99 %', ({ all }) => all[Math.floor(all.length / 100)]),
    benchRow({ name: 'snapshot: pause of the begin', value: begin, unit: 'ms' }),
    benchRow({
      name: 'snapshot: mixed deltas',
      value: rate(during),
      unit: 'M/s',
      baseline: rate(before),
    }),
  ];
}

function copyRows({
  imageBytes,
  piecesAside,
  piecesKept,
  waits,
  seconds,
}: SnapshotResult & { readonly seconds: number }): BenchRow[] {
  const mebibytes = (name: string, bytes: number): BenchRow =>
    benchRow({ name, value: bytes / MEBIBYTE, unit: 'MiB' });
  return [
    mebibytes('snapshot: image', imageBytes),
    mebibytes('snapshot: put aside', piecesAside * 256),
    mebibytes('snapshot: kept aside at most', piecesKept * 256),
    benchRow({ name: 'snapshot: waits for the copy', value: waits, unit: '' }),
    benchRow({ name: 'snapshot: until it was durable', value: seconds, unit: 's' }),
  ];
}

async function measureStarts(
  directory: string,
  { checksum, maker }: { readonly checksum: number; readonly maker: CommitMaker },
): Promise<BenchRow> {
  const seconds: number[] = [];
  for (let count = 0; count < STARTS; count++) {
    const start = performance.now();
    await using file = await SnapshotFile.open(directory, 1);
    const read = (target: Uint8Array) => file.readImage(target);
    const engine = await Engine.load({ bytes: file.imageBytes, read }, maker.space);
    seconds.push((performance.now() - start) / 1000);
    expectSame(checksumOf(engine), checksum);
  }
  return benchRow({ name: 'snapshot: read and checked', value: medianOf(seconds), unit: 's' });
}
