import { expect, test } from 'vitest';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';
import { Seeded } from '../seeded.ts';
import { believeAll, flipBits } from './flipped-bits.ts';

const SEED = 20_260_301;
const NAMED = ['segment head', 'record head', 'entry'];
const MADE_GOOD = ['zeros', 'index', 'mark', 'between the marks'];

test('[L3] [L20] [L21] every flipped bit of a closed log is named or made good', async () => {
  const directory = await temporaryDirectory();
  const tally = await flipBits({ directory, count: 600, seeded: new Seeded(SEED) });
  expect([...tally.keys()].sort()).toEqual([...NAMED, ...MADE_GOOD].sort());
  for (const area of NAMED) expect(tally.get(area)?.madeGood, area).toBe(0);
  for (const area of MADE_GOOD) expect(tally.get(area)?.named, area).toBe(0);
}, 120_000);

test('the check of flipped bits finds a reader that compares nothing', async () => {
  const directory = await temporaryDirectory();
  const options = { directory, count: 60, seeded: new Seeded(SEED), reader: believeAll };
  await expect(flipBits(options)).rejects.toThrow(/was served|unnoticed|expected \d+ entries/);
});
