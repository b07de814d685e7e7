/**
 * From the socket to the disk and the graph: a client process and a server process on loopback,
 * with signatures, Merkle trees, fsync and the change feed.
 */

import { permissionRows } from '../ingest/permissions.ts';
import { recoveryRows } from '../ingest/recovery.ts';
import { makeDirectory, removeDirectory } from '../ingest/server-process.ts';
import { type StagesSize, stageRows } from '../ingest/stages.ts';
import { measureThroughput, type ThroughputSize } from '../ingest/throughput.ts';
import { type TransactionsSize, transactionRows } from '../ingest/transactions.ts';
import { type BenchRow, warmMemory } from '../measure.ts';
import { type SnapshotBenchSize, snapshotRows } from '../snapshot/rows.ts';

interface Size {
  readonly throughput: ThroughputSize;
  readonly permissions: ThroughputSize;
  readonly stages: StagesSize;
  readonly transactions: TransactionsSize;
  readonly snapshot: SnapshotBenchSize;
}

const FULL: Size = {
  throughput: { nodes: 1_000_000, operations: 18_000_000, samples: 10_000 },
  permissions: { nodes: 500_000, operations: 6_000_000, samples: 1_000 },
  stages: { nodes: 1_000_000, commits: 1_000 },
  transactions: { windowSeconds: 4 },
  // An image of about a gibibyte; meanwhile the index of edges splits its parts and reads the rows.
  snapshot: { nodes: 4_000_000, edges: 14_500_000, groups: 2_500 },
};
const QUICK: Size = {
  throughput: { nodes: 100_000, operations: 1_500_000, samples: 1_000 },
  permissions: { nodes: 50_000, operations: 750_000, samples: 500 },
  stages: { nodes: 100_000, commits: 300 },
  transactions: { windowSeconds: 0.6 },
  snapshot: { nodes: 60_000, edges: 120_000, groups: 300 },
};

export function rows({ quick }: { readonly quick: boolean }): Promise<BenchRow[]> {
  return rowsOfSize(quick ? QUICK : FULL);
}

export async function rowsOfSize(size: Size): Promise<BenchRow[]> {
  await warmMemory();
  const throughput = await inDirectory(async (directory) => {
    const run = await measureThroughput(directory, size.throughput);
    return [...run.rows, ...(await recoveryRows(directory, run))];
  });
  const permissions = await permissionRows(size.permissions);
  const stages = await inDirectory((directory) => stageRows(directory, size.stages));
  const transactions = await inDirectory((directory) =>
    transactionRows(directory, size.transactions),
  );
  const snapshot = await snapshotRows(size.snapshot);
  return [...throughput, ...permissions, ...stages, ...transactions, ...snapshot];
}

async function inDirectory(measure: (directory: string) => Promise<BenchRow[]>) {
  const directory = await makeDirectory();
  try {
    return await measure(directory);
  } finally {
    await removeDirectory(directory);
  }
}
