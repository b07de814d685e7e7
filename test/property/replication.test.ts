import { expect, test } from 'vitest';
import { PeerFrame } from '../../src/replication/peer-frame.ts';
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
  expect(tally.alone).toBeGreaterThan(10 * SEEDS);
  expect(tally.revocations).toBeGreaterThan(SEEDS / 6);
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
