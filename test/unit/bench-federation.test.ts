import { expect, test } from 'vitest';
import { rowsOfSize } from '../../bench/areas/federation.ts';

test('the federation area runs small, checks its answers and names every row', async () => {
  const rows = await rowsOfSize({
    cases: { products: 300, references: 40, few: 4, many: 20 },
    windows: { count: 1, warmUp: 0, seconds: 0.01, firstRequests: 20 },
    generations: 1,
  });
  const names = rows.map((row) => row.name);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toContain('20 by key');
  for (const row of rows) expect(row.value).toBeGreaterThan(0);
}, 120_000);
