import { expect, test } from 'vitest';
import { measureReceiving, rowsOfSize } from '../../bench/areas/sync.ts';
import { answerOf, SyncWork } from '../../bench/peers/sync/sync-work.ts';
import { deltaRows } from '../../bench/sync/delta-of-state.ts';
import { newReplicaRows } from '../../bench/sync/new-replica.ts';
import type { Replica } from '../../bench/sync/replicas.ts';

const SIZE = { work: { people: 40, operations: 200, batch: 64 }, windows: 2, warmUp: 1 };

/** A replica that says of its people what it is told to. */
function saying(answer: number): Replica {
  return {
    name: 'replica',
    receive: async () => ({ seconds: 1, wireBytes: 1, answer }),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

test('the sync area runs small, checks its answers and names every row', async () => {
  const rows = await rowsOfSize(SIZE);
  const names = rows.map((row) => row.name);
  expect(new Set(names).size).toBe(names.length);
  expect(rows.filter((row) => row.target !== undefined).length).toBe(4);
  for (const row of rows) expect(row.value).toBeGreaterThan(0);
}, 120_000);

test('a replica that comes to other values stops the sync area', async () => {
  const { answer } = new SyncWork(SIZE.work);
  expect((await measureReceiving([saying(answer)], SIZE)).get('replica')).toHaveLength(2);
  await expect(measureReceiving([saying(answer + 1)], SIZE)).rejects.toThrow('expected the answer');
});

test('what a changed share of a space takes is small, and both come to one state', async () => {
  const rows = await deltaRows({ nodes: 2_000, stateBytesMin: 500_000 });
  expect(rows.map(({ unit }) => unit)).toEqual(['B', 'x']);
  for (const { value } of rows) expect(value).toBeGreaterThan(0);
});

test('a new replica comes to the state that it joined, either way', async () => {
  const work = { people: 40, operations: 400, batch: 64 };
  const rows = await newReplicaRows({ work, windows: 2 });
  expect(rows.map(({ unit }) => unit)).toEqual(['ms', 'ms', 'ms', 'x']);
  for (const { value } of rows) expect(value).toBeGreaterThan(0);
}, 60_000);

test('ages in another order are another answer, one that is missing is none', () => {
  expect(answerOf([1, 2])).not.toBe(answerOf([2, 1]));
  expect(() => answerOf([1, undefined])).toThrow('expected a number, got undefined');
});
