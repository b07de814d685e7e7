import { expect, test } from 'vitest';
import { rowsOfSize } from '../../bench/areas/live.ts';

test('the live area runs small and names every row', async () => {
  const rows = await rowsOfSize({ subscribers: 40 });
  const names = rows.map((row) => row.name);
  expect(new Set(names).size).toBe(names.length);
  expect(rows.filter((row) => row.target !== undefined).length).toBe(4);
}, 120_000);
