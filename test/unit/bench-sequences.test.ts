import { expect, test } from 'vitest';
import { rowsOfSize } from '../../bench/areas/sequences.ts';

test('the sequences area runs small, checks its answers and names every row', async () => {
  const size = { short: 5, long: 500, appends: 10, inserts: 3, rounds: 1 };
  const rows = await rowsOfSize(size);
  const names = rows.map((row) => row.name);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toContain('append to 500 values');
  for (const row of rows) expect(row.value).toBeGreaterThan(0);
});
