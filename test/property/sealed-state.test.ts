import { expect, test } from 'vitest';
import { runSealedState, SealedStateTally } from './sealed-state.ts';
import { HostileStateTally, runHostileState } from './sealed-state-hostile.ts';

const SEED = 20_261_128;
const SEQUENCES = 100;
const LEAST = 8;
const ALTERED_SEQUENCES = 30;

test(`[O1]–[O9] an engine from a state is as one that took all, from seed ${SEED} on`, async () => {
  const tally = new SealedStateTally();
  for (let seed = SEED; seed < SEED + SEQUENCES; seed++) {
    expect(await runSealedState(seed, tally), `seed ${seed}`).toBeUndefined();
  }
  expect(Math.min(...Object.values(tally)), JSON.stringify(tally)).toBeGreaterThan(LEAST);
}, 60_000);

test(`[O10] [O11] a stream that was altered does no harm, from seed ${SEED} on`, async () => {
  const tally = new HostileStateTally();
  for (let seed = SEED; seed < SEED + ALTERED_SEQUENCES; seed++) {
    expect(await runHostileState(seed, tally), `seed ${seed}`).toBeUndefined();
  }
  expect(tally.refused).toBeGreaterThan(ALTERED_SEQUENCES);
  expect(tally.acceptedOthers).toBeGreaterThan(ALTERED_SEQUENCES / 2);
  expect(tally.expected.size).toBeGreaterThan(10);
}, 60_000);
