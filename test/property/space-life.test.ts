import { expect, test } from 'vitest';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';
import { liveOn } from './space-life.ts';

const SEED = 20_260_701;
const SECONDS = 8;

test(`a space that lives on answers as the reference does, from seed ${SEED}`, async () => {
  const directory = await temporaryDirectory();
  const tally = await liveOn({ directory, seed: SEED, seconds: SECONDS });
  expect(tally.rounds).toBeGreaterThan(10);
  expect(tally.seals).toBeGreaterThan(1);
  expect(tally.received).toBeGreaterThan(2);
  const [newest, , none] = tally.restarts;
  expect(Math.min(newest, none)).toBeGreaterThan(0);
}, 120_000);
