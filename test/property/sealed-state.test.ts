import { expect, test } from 'vitest';
import { runSealedState, SealedStateTally } from './sealed-state.ts';

const SEED = 20_261_128;
const SEQUENCES = 150;
const LEAST = 10;

test(`[O1]–[O9] an engine from a state is as one that took all, from seed ${SEED} on`, async () => {
  const tally = new SealedStateTally();
  for (let seed = SEED; seed < SEED + SEQUENCES; seed++) {
    expect(await runSealedState(seed, tally), `seed ${seed}`).toBeUndefined();
  }
  expect(Math.min(...Object.values(tally)), JSON.stringify(tally)).toBeGreaterThan(LEAST);
}, 60_000);
