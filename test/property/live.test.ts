/** Random live queries; `npm run soak -- live` runs more, over real connections. */

import { expect, test } from 'vitest';
import { newLiveTally, runLiveSequence } from './live-sequence.ts';
import { findPlanted, PLANTED_LIVE } from './planted-live.ts';
import { newTouchTally, runTouchSequence } from './touch-sequence.ts';

const SEED = 20_261_127;
const LIVE_SEQUENCES = 25;
const TOUCH_SEQUENCES = 12;
/** Of the planted bugs one in so many is tried here; `npm run soak -- planted-live` tries all. */
const PLANTED_TRIED = 6;

test(`what clients put together is what they would be answered, from seed ${SEED}`, async () => {
  const tally = newLiveTally();
  for (let index = 0; index < LIVE_SEQUENCES; index++) {
    const options = { seed: SEED + index, steps: 12, clients: 12, tally };
    expect(await runLiveSequence(options), `seed ${options.seed}`).toBeUndefined();
  }
  expect(tally.compared).toBeGreaterThan(1_500);
  expect(tally.patches).toBeGreaterThan(100);
  expect(tally.coalesced).toBeGreaterThan(2);
  expect(tally.records).toBeGreaterThan(50);
  expect(tally.unchanged).toBeGreaterThan(20);
}, 120_000);

test(`writes that change an answer touch what it depends on, from seed ${SEED}`, async () => {
  const tally = newTouchTally();
  for (let index = 0; index < TOUCH_SEQUENCES; index++) {
    const options = { seed: SEED + index, queries: 100, writes: 15, tally };
    expect(await runTouchSequence(options), `seed ${options.seed}`).toBeUndefined();
  }
  expect(tally.changed).toBeGreaterThan(800);
  expect(tally.untouched).toBeGreaterThan(4_000);
}, 120_000);

test.each(
  PLANTED_LIVE.filter((_, index) => index % PLANTED_TRIED === 0),
)('is found out without %s', async (name) => {
  expect(await findPlanted(name, { seed: 1, sequences: 40 })).toBeDefined();
}, 120_000);
