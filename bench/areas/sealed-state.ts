/**
 * The state right after a seal as a stream, and a new engine from it: what a new replica waits for
 * instead of all commits. Both hashes are compared.
 */

import { SPACE_MEMORY_BYTES_MAX } from '../../src/base/limits.ts';
import { Engine } from '../../src/engine/engine.ts';
import {
  type SealedCommit,
  SealedStateLoader,
  sealedState,
} from '../../src/engine/sealed-state.ts';
import { CommitMaker } from '../engine/commit-maker.ts';
import { RandomGraph } from '../engine/random-graph.ts';
import { SeededRandom } from '../engine/seeded-random.ts';
import { expectSame } from '../engine/windows.ts';
import { type BenchRow, Better, benchRow, collectGarbage, medianOf } from '../measure.ts';

const SEED = 42;
/** Fields of a node, and deltas of a transaction of whole nodes. */
const FIELDS = 2;
const COMMIT = { transactions: 16, deltas: 999 };
const STEP_MILLISECONDS_MAX = 10;

export interface SealedStateSize {
  readonly nodes: number;
  readonly edges: number;
  readonly rounds: number;
}

const SIZE: Readonly<Record<'full' | 'quick', SealedStateSize>> = {
  full: { nodes: 1_000_000, edges: 1_000_000, rounds: 5 },
  quick: { nodes: 100_000, edges: 100_000, rounds: 3 },
};

export async function rows({ quick }: { readonly quick: boolean }): Promise<BenchRow[]> {
  return await rowsOfSize(SIZE[quick ? 'quick' : 'full']);
}

export async function rowsOfSize({ nodes, edges, rounds }: SealedStateSize): Promise<BenchRow[]> {
  const maker = new CommitMaker(new SeededRandom(SEED));
  const graph = new RandomGraph(nodes, maker);
  const engine = await Engine.create(maker.space, maker.random);
  const commits: SealedCommit[] = [];
  for (const commit of graph.base(edges, COMMIT, FIELDS)) {
    engine.prepare([commit]);
    engine.apply();
    commits.push(commit);
  }
  engine.compact();
  const hashed = timed(() => engine.stateHash(false));
  const times: Times[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await collectGarbage();
    times.push(await measure({ engine, maker, commits, hash: hashed.value }));
  }
  const bytes = times[0]?.bytes ?? 0;
  const middle = (of: (times: Times) => number) => medianOf(times.map(of));
  const rate = (milliseconds: number) => bytes / 1e3 / milliseconds;
  const better = Better.LOWER;
  const longest = (name: string, value: number) =>
    benchRow({ name, value, unit: 'ms', target: STEP_MILLISECONDS_MAX, better });
  return [
    benchRow({
      name: 'stream, beside the image',
      value: bytes / 1e6,
      unit: 'MB',
      baseline: engine.imageBytes / 1e6,
      better,
    }),
    benchRow({ name: 'written', value: rate(middle((each) => each.written)), unit: 'MB/s' }),
    longest(
      'longest step of writing',
      middle((each) => each.longestStep),
    ),
    benchRow({ name: 'taken', value: rate(middle((each) => each.taken)), unit: 'MB/s' }),
    longest(
      'longest step of taking',
      middle((each) => each.longestTake),
    ),
    benchRow({ name: 'end of loading', value: middle((each) => each.end), unit: 'ms', better }),
    benchRow({ name: 'state hash', value: hashed.milliseconds, unit: 'ms', better }),
  ];
}

interface Times {
  readonly bytes: number;
  /** All in milliseconds. */
  readonly written: number;
  readonly longestStep: number;
  readonly taken: number;
  readonly longestTake: number;
  readonly end: number;
}

interface Sealed {
  readonly engine: Engine;
  readonly maker: CommitMaker;
  readonly commits: readonly SealedCommit[];
  readonly hash: string;
}

async function measure({ engine, maker, commits, hash }: Sealed): Promise<Times> {
  const chunks: Uint8Array[] = [];
  const steps: number[] = [];
  const stream = sealedState(engine);
  for (;;) {
    const step = timed(() => stream.next());
    steps.push(step.milliseconds);
    if (step.value.done === true) break;
    chunks.push(step.value.value);
  }
  const loader = await SealedStateLoader.begin(maker.space, maker.random, SPACE_MEMORY_BYTES_MAX);
  loader.addCommits(commits);
  const takes = chunks.map((chunk) => timed(() => loader.take(chunk)).milliseconds);
  const end = timed(() => loader.end());
  expectSame(end.value.stateHash(false), hash);
  return {
    bytes: sumOf(chunks.map(({ length }) => length)),
    written: sumOf(steps),
    longestStep: Math.max(...steps),
    taken: sumOf(takes),
    longestTake: Math.max(...takes),
    end: end.milliseconds,
  };
}

function timed<Value>(work: () => Value): { readonly value: Value; readonly milliseconds: number } {
  const begun = performance.now();
  const value = work();
  return { value, milliseconds: performance.now() - begun };
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
