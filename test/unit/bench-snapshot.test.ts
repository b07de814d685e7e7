import { expect, test } from 'vitest';
import { rowsOfSize } from '../../bench/areas/snapshot.ts';

test('the snapshot area runs small, checks its answers and names every row', async () => {
  const rows = await rowsOfSize({ nodes: 20_000, edges: 30_000, groups: 60 });
  const names = rows.map((row) => row.name);
  expect(new Set(names).size).toBe(names.length);
  expect(rows.filter((row) => row.target !== undefined)).toHaveLength(2);
  const value = (name: string) => rows.find((row) => row.name === name)?.value;
  expect(value('image')).toBeGreaterThan(2);
  expect(value('put aside')).toBeGreaterThan(0);
}, 120_000);
