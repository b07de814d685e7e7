/**
 * From the socket to the disk and the graph: a client process and a server process on loopback,
 * with signatures, Merkle trees, fsync and the change feed.
 */

import { recoveryRows } from '../ingest/recovery.ts';
import { makeDirectory, removeDirectory } from '../ingest/server-process.ts';
import { type StagesSize, stageRows } from '../ingest/stages.ts';
import { measureThroughput, type ThroughputSize } from '../ingest/throughput.ts';
import { type TransactionsSize, transactionRows } from '../ingest/transactions.ts';
import { type BenchRow, warmMemory } from '../measure.ts';

interface Size {
  readonly throughput: ThroughputSize;
  readonly stages: StagesSize;
  readonly transactions: TransactionsSize;
}

const FULL: Size = {
  throughput: { nodes: 1_000_000, operations: 14_000_000, samples: 10_000 },
  stages: { nodes: 1_000_000, commits: 1_000 },
  transactions: { windowSeconds: 4 },
};
const QUICK: Size = {
  throughput: { nodes: 100_000, operations: 1_500_000, samples: 1_000 },
  stages: { nodes: 100_000, commits: 300 },
  transactions: { windowSeconds: 0.8 },
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
  const stages = await inDirectory((directory) => stageRows(directory, size.stages));
  const transactions = await inDirectory((directory) =>
    transactionRows(directory, size.transactions),
  );
  return [...throughput, ...stages, ...transactions];
}

async function inDirectory(measure: (directory: string) => Promise<BenchRow[]>) {
  const directory = await makeDirectory();
  try {
    return await measure(directory);
  } finally {
    await removeDirectory(directory);
  }
}
