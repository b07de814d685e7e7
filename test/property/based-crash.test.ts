import { expect, test } from 'vitest';
import type { Disk } from '../../src/base/disk.ts';
import { Seeded } from '../seeded.ts';
import { tryBaseWrites, tryPowerLosses } from './based-crash.ts';

const SEED = 20_261_130;

test('[L11] [L18] [L26] a power loss leaves of history and tail what is whole', async () => {
  const { tally, cut, whole } = await tryPowerLosses({ seeded: new Seeded(SEED) });
  for (const count of [cut.history, cut.tail]) expect(count).toBeGreaterThan(15);
  for (const count of [whole.history, whole.tail]) expect(count).toBeGreaterThan(3);
  for (const what of ['unsynced writes torn', 'unsynced writes lost', 'names lost']) {
    expect(tally.get(what), what).toBeGreaterThan(10);
  }
}, 60_000);

test('[L28] a power loss leaves of a base all or nothing', async () => {
  const lost = await tryBaseWrites(new Seeded(SEED), 200);
  expect(lost).toBeGreaterThan(40);
  expect(200 - lost).toBeGreaterThan(40);
});

test('the check of power losses finds a history that is not synced', async () => {
  const through = (disk: Disk): Disk => ({
    ...disk,
    open: async (path, flags, mode) => {
      const file = await disk.open(path, flags, mode);
      return path.includes('/history/') ? { ...file, datasync: async () => undefined } : file;
    },
  });
  const losses = tryPowerLosses({ seeded: new Seeded(SEED), through });
  await expect(losses).rejects.toThrow(/history/);
}, 60_000);
