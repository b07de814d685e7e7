/** Random live queries; `npm run soak -- live` runs more, over real connections. */

import { expect, test } from 'vitest';
import { newLiveTally, runLiveSequence } from './live-sequence.ts';
import { runServedLive } from './live-served.ts';
import { findPlanted, PLANTED_LIVE } from './planted-live.ts';
import { newTouchTally, runTouchSequence } from './touch-sequence.ts';

const SEED = 20_261_127;
const LIVE_SEQUENCES = 15;
const TOUCH_SEQUENCES = 8;
/** Of the planted bugs one in so many is tried here; `npm run soak -- planted-live` tries all. */
const PLANTED_TRIED = 8;

test(`what clients put together is what they would be answered, from seed ${SEED}`, async () => {
  const tally = newLiveTally();
  for (let index = 0; index < LIVE_SEQUENCES; index++) {
    const options = { seed: SEED + index, steps: 12, clients: 12, tally };
    expect(await runLiveSequence(options), `seed ${options.seed}`).toBeUndefined();
  }
  expect(tally.compared).toBeGreaterThan(700);
  expect(tally.patches).toBeGreaterThan(25);
  expect(tally.coalesced).toBeGreaterThan(0);
  expect(tally.records).toBeGreaterThan(25);
  expect(tally.unchanged).toBeGreaterThan(10);
}, 120_000);

test(`over real connections, too, from seed ${SEED}`, async () => {
  const options = { seed: SEED, clients: 30, milliseconds: 2_000, points: 10 };
  const tally = await runServedLive(options);
  expect(tally.compared).toBe(30 * 11);
  expect(tally.patches).toBeGreaterThan(25);
  expect(tally.reconnects).toBeGreaterThan(3);
  expect(tally.records).toBeGreaterThan(1);
}, 60_000);

test(`writes that change an answer touch what it depends on, from seed ${SEED}`, async () => {
  const tally = newTouchTally();
  for (let index = 0; index < TOUCH_SEQUENCES; index++) {
    const options = { seed: SEED + index, queries: 100, writes: 15, tally };
    expect(await runTouchSequence(options), `seed ${options.seed}`).toBeUndefined();
  }
  expect(tally.changed).toBeGreaterThan(300);
  expect(tally.shorter).toBeGreaterThan(50);
  expect(tally.untouched).toBeGreaterThan(2_000);
}, 120_000);

test.each(PLANTED_LIVE.filter((_, index) => index % PLANTED_TRIED === 0))(
  'is found out without %s',
  async (name) => {
    expect(await findPlanted(name, { seed: 1, sequences: 40 })).toBeDefined();
  },
  120_000,
);
