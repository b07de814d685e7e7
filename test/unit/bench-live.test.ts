import { expect, test } from 'vitest';
import { rowsOfSize } from '../../bench/areas/live.ts';

test('the live area runs small and names every row', async () => {
  const rows = await rowsOfSize({
    idle: { count: 40, servers: 1 },
    queries: { queries: 20, items: 200, windowSeconds: 0.3, rounds: 1 },
    events: { changesPerSecond: 100, seconds: 1 },
    sustained: { items: 100, windows: 1, windowSeconds: 0.05 },
    idleWrites: { subscribers: 20, windowSeconds: 0.3, rounds: 1 },
  });
  const names = rows.map((row) => row.name);
  expect(new Set(names).size).toBe(names.length);
  expect(rows.filter((row) => row.target !== undefined).length).toBe(11);
}, 120_000);
