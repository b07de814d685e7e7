import { expect, test } from 'vitest';
import { rowsOfSize } from '../../bench/areas/ingest.ts';

const SIZE = {
  throughput: { nodes: 2_000, operations: 20_480, samples: 200 },
  permissions: { nodes: 1_000, operations: 10_240, samples: 100 },
  stages: { nodes: 2_000, commits: 20 },
  transactions: { windowSeconds: 0.05 },
  snapshot: { nodes: 5_000, edges: 10_000, groups: 60 },
};

test('the ingest area runs small, checks its answers and names every row', async () => {
  const rows = await rowsOfSize(SIZE);
  const names = rows.map((row) => row.name);
  expect(new Set(names).size).toBe(names.length);
  expect(rows.filter((row) => row.target !== undefined).length).toBe(7);
  const counted = rows.filter(({ unit }) => unit !== '' && unit !== 'MiB');
  for (const row of counted) expect([row.name, row.value > 0]).toEqual([row.name, true]);
}, 120_000);
