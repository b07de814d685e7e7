import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';
import { Seeded } from '../seeded.ts';
import { tryCrashes } from './crash-states.ts';

const SEED = 20_260_304;

test('[L17] [L18] a log comes back from any part of an append that a crash left', async () => {
  const directory = join(await temporaryDirectory(), 'log');
  await mkdir(directory);
  const tally = await tryCrashes({ directory, count: 300, seeded: new Seeded(SEED) });
  expect(tally.states).toBe(300);
  for (const count of [tally.torn, tally.lagging, tally.whole]) expect(count).toBeGreaterThan(60);
  for (const count of [tally.misleading, tally.begun]) expect(count).toBeGreaterThan(20);
}, 120_000);

test('the check of crashes finds a start that leaves what it should cut', async () => {
  const directory = join(await temporaryDirectory(), 'log');
  await mkdir(directory);
  const options = { directory, count: 300, seeded: new Seeded(SEED), isTailKept: true };
  await expect(tryCrashes(options)).rejects.toThrow(/after the append that followed|got/);
}, 120_000);
