import { expect, test } from 'vitest';
import { rowsOfSize } from '../../bench/areas/sealed-state.ts';

test('the sealed-state area runs small, compares its hashes and names every row', async () => {
  const rows = await rowsOfSize({ nodes: 2_000, edges: 2_000, rounds: 1 });
  const names = rows.map((row) => row.name);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toContain('longest step of taking');
  for (const row of rows) expect(row.value).toBeGreaterThan(0);
});
