import { expect, test, vi } from 'vitest';
import { PeerFrame } from '../../src/replication/peer-frame.ts';
import {
  GivenUpTransactions,
  type UnsignedTransaction,
} from '../../src/space/given-up-transactions.ts';
import { emptyTally, runReplication } from './replication-sequence.ts';

const SEEDS = 12;

test('[Q20] replicas that were apart come to hold the same', async () => {
  const tally = emptyTally();
  for (let seed = 1; seed <= SEEDS; seed++) {
    const mistake = await runReplication({ seed, tally });
    expect(mistake, `seed ${seed}`).toBeUndefined();
  }
  expect(tally.commits).toBeGreaterThan(30 * SEEDS);
  expect(tally.cuts).toBeGreaterThan(SEEDS);
  expect(tally.added).toBeGreaterThan(2 * SEEDS);
  expect(tally.removed).toBeGreaterThan(SEEDS);
  expect(tally.inserted).toBeGreaterThan(2 * SEEDS);
  expect(tally.moved).toBeGreaterThan(SEEDS / 2);
  expect(tally.alone).toBeGreaterThan(10 * SEEDS);
  expect(tally.revocations).toBeGreaterThan(SEEDS / 6);
  expect(tally.seals).toBeGreaterThan(SEEDS / 2);
  expect(tally.again).toBeGreaterThan(5 * SEEDS);
});

test.each([
  ['loses', 'lacks', () => []],
  ['repeats', 'holds a transaction twice', (all: UnsignedTransaction[]) => [...all, ...all]],
])('[A25] a replica that %s what a seal has left out is found out', async (_, mistake, plant) => {
  const { read } = GivenUpTransactions.prototype;
  const planted = vi.spyOn(GivenUpTransactions.prototype, 'read').mockImplementation(function (
    this: GivenUpTransactions,
  ) {
    return plant(read.call(this));
  });
  try {
    const tally = emptyTally();
    const found: (string | undefined)[] = [];
    for (let seed = 1; seed <= 3; seed++) {
      found.push(await runReplication({ seed, tally, settleMilliseconds: 3_000 }));
    }
    expect(found.join('\n')).toContain(mistake);
  } finally {
    planted.mockRestore();
  }
});

test('a replica that hands on nothing is found out', async () => {
  const mistake = await runReplication({
    seed: 3,
    tally: emptyTally(),
    settleMilliseconds: 1_000,
    plant: ({ there }) => {
      there.tamper = (frame) => (frame[0] === PeerFrame.COMMIT ? new Uint8Array(0) : frame);
    },
  });
  expect(mistake).toContain('entries');
});
