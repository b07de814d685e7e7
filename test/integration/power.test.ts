import { expect } from 'vitest';
import { canMount, canProve, canTrace, testWhere } from '../fixture/required.ts';
import { Seeded } from '../seeded.ts';
import { powerRounds } from './power-rounds.ts';

const SEED = 20_260_302;
const ROUNDS = 2;

const mounted = testWhere(canProve('a power loss (ext4 on a loop device)', canMount));
const traced = testWhere(
  canProve('that a lost sync is found (strace)', () => canMount() && canTrace()),
);

mounted(
  '[L11] what was acknowledged is there after a power loss, and the state',
  async () => {
    const tally = await powerRounds({ rounds: ROUNDS, seeded: new Seeded(SEED) });
    expect(tally.rounds).toBe(ROUNDS);
    expect(tally.acknowledged).toBeGreaterThan(ROUNDS * 40);
    expect(tally.statesCompared).toBeGreaterThan(0);
  },
  120_000,
);

traced(
  'a disk whose syncs do nothing is found out',
  async () => {
    const options = { rounds: 1, seeded: new Seeded(SEED), isSyncLying: true };
    const lost = /was acknowledged: expected|expected (?:entries up to|checksum|a record)/;
    await expect(powerRounds(options)).rejects.toThrow(lost);
  },
  120_000,
);
