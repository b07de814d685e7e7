/**
 * The headline: signed commits from one client process into one server process, everything on. The
 * commits are signed and masked before the clock runs; it stops when the last one is answered.
 */

import { fromHex, toHex } from '../../src/base/bytes.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import { encodeCommitFrame } from '../../src/replication/frame.ts';
import { SeededRandom } from '../engine/seeded-random.ts';
import { type BenchRow, Better, benchRow } from '../measure.ts';
import { CommitChain } from './commit-chain.ts';
import { askGraphql, Subscription } from './graphql-client.ts';
import type { IngestUsage } from './ingest-server.ts';
import type { Filled } from './recovery.ts';
import { ServerProcess } from './server-process.ts';
import { maskedMessage, SyncClient } from './sync-client.ts';
import { type ExpectedItem, OPERATIONS_PER_COMMIT, Workload } from './workload.ts';

const OPERATIONS_PER_SECOND_MIN = 1_000_000;
const WIRE_BYTES_MAX = 48;
const SEED = 20_261_125;
const CLIENT_SEED = new Uint8Array(32).fill(7);
/** Nodes that one query reads back. */
const SAMPLES_PER_QUERY = 100;

export interface ThroughputSize {
  readonly nodes: number;
  readonly operations: number;
  readonly samples: number;
}

export interface ThroughputRun extends Filled {
  readonly operationsPerSecond: number;
  readonly rows: readonly BenchRow[];
}

/**
 * Runs the workload on a data directory, which it leaves as it is then. With permissions in force
 * the server judges each transaction, and asks about each read.
 */
export async function measureThroughput(
  directory: string,
  size: ThroughputSize,
  options: { readonly permissions?: boolean } = {},
): Promise<ThroughputRun> {
  const clientKey = toHex(publicKeyOf(CLIENT_SEED));
  await using server = await ServerProcess.start(directory, { clientKey, ...options });
  const space = fromHex(server.facts.space);
  const authority = fromHex(server.facts.authority);
  const chain = new CommitChain({ space, authority, seed: CLIENT_SEED });
  const workload = new Workload({ space, author: chain.author, nodes: size.nodes, seed: SEED });
  const message = (payload: ReturnType<Workload['mix']>, index: number) =>
    maskedMessage(encodeCommitFrame(index, chain.sign(payload).bytes));
  const client = await SyncClient.open(server.facts.syncPort);
  try {
    await client.sendAll([...workload.base()].map(message));
    const commits = Math.ceil(size.operations / OPERATIONS_PER_COMMIT);
    const messages = Array.from({ length: commits }, (_, index) => message(workload.mix(), index));
    const watched = workload.watched;
    const changes = `subscription { itemChanges(id: "${watched.id}") { event } }`;
    const subscription = await Subscription.open(server.facts.graphql, changes);
    const before = await server.usage();
    const start = performance.now();
    await client.sendAll(messages);
    const seconds = (performance.now() - start) / 1000;
    const after = await server.usage();
    expectSame(after.counts, workload.counts());
    await subscription.expectEvents(watched.changes);
    await subscription.close();
    await readBack(server.facts.graphql, workload, size.samples);
    const operations = commits * OPERATIONS_PER_COMMIT;
    const bytes = messages.reduce((sum, { length }) => sum + length, 0);
    return {
      operationsPerSecond: operations / seconds,
      rows: rowsOf({ operations, seconds, bytes, before, after }),
      operations: operations + size.nodes,
      counts: workload.counts(),
    };
  } finally {
    client.close();
  }
}

interface Run {
  readonly operations: number;
  readonly seconds: number;
  readonly bytes: number;
  readonly before: IngestUsage;
  readonly after: IngestUsage;
}

function rowsOf({ operations, seconds, bytes, before, after }: Run): BenchRow[] {
  const perOperation = (of: (usage: IngestUsage) => number) =>
    (of(after) - of(before)) / operations;
  const duration = seconds.toFixed(1);
  return [
    benchRow({
      name: `signed commits of 64 x 16 operations, ${duration} s`,
      value: operations / seconds,
      unit: 'operations/s',
      target: OPERATIONS_PER_SECOND_MIN,
    }),
    benchRow({
      name: 'bytes on the wire',
      value: bytes / operations,
      unit: 'B/operation',
      target: WIRE_BYTES_MAX,
      better: Better.LOWER,
    }),
    benchRow({
      name: 'linear memory kept',
      value: perOperation((usage) => usage.imageBytes),
      unit: 'B/operation',
    }),
    benchRow({
      name: 'resident memory kept',
      value: perOperation((usage) => usage.residentBytes),
      unit: 'B/operation',
    }),
    benchRow({
      name: 'processor time of the server, all threads',
      value: perOperation((usage) => usage.processorSeconds) * 1e9,
      unit: 'ns/operation',
    }),
  ];
}

/** Random nodes of the base hold what the workload says, read through the API. */
async function readBack(address: string, workload: Workload, samples: number): Promise<void> {
  const random = new SeededRandom(SEED + 1);
  for (let left = samples; left > 0; left -= SAMPLES_PER_QUERY) {
    const count = Math.min(left, SAMPLES_PER_QUERY);
    const expected = Array.from({ length: count }, () => workload.sample(random));
    const fields = expected.map(
      ({ id }, index) =>
        `i${index}: node(id: "${id}") { ... on Item { id name rank hits ` +
        'linksConnection { totalCount } } }',
    );
    const { data } = (await askGraphql(address, `{ ${fields.join(' ')} }`)) as Answer;
    for (const [index, item] of expected.entries()) {
      const { linksConnection, ...values } = data[`i${index}`] ?? {};
      expectSame({ ...values, links: linksConnection?.totalCount }, item);
    }
  }
}

interface Answer {
  readonly data: Record<
    string,
    Partial<Omit<ExpectedItem, 'links'>> & { readonly linksConnection?: { totalCount: number } }
  >;
}

function expectSame(actual: unknown, expected: unknown): void {
  const sorted = (value: unknown) =>
    JSON.stringify(
      Object.entries(value as object).sort(([left], [right]) => (left < right ? -1 : 1)),
    );
  if (sorted(actual) === sorted(expected)) return;
  throw new Error(`a result expected ${sorted(expected)}, got ${sorted(actual)}`);
}
