import { expect, test } from 'vitest';
import { EventsTally, runEvents } from './events-sequence.ts';
import { EVENT_MISTAKES, findInEvents } from './planted-events.ts';

const SEED = 20_261_127;
const SEQUENCES = 150;
/** A node was hidden behind a field of it that was: what showed after was told. */
const KEPT = 900_606;
const SEQUENCES_TO_BITE = 150;

test(`[K7] events alone keep what a fresh question answers, from seed ${SEED} on`, async () => {
  const tally = new EventsTally();
  for (let seed = SEED; seed < SEED + SEQUENCES; seed++) {
    expect(await runEvents(seed, tally), `seed ${seed}`).toBeUndefined();
  }
  expect(await runEvents(KEPT, tally)).toBeUndefined();
  expect(Math.min(...Object.values(tally)), JSON.stringify(tally)).toBeGreaterThan(100);
}, 60_000);

// One of what is joined, one of what comes and goes, one of what is hidden: the soak plants all.
test.each([1, 2, 5].flatMap((at) => EVENT_MISTAKES[at] ?? []))(
  'a mistake is found: $name',
  async (mistake) => {
    const found = await findInEvents(mistake, { seed: SEED, sequences: SEQUENCES_TO_BITE });
    expect(found).toMatch(/^seed \d+: /);
  },
  60_000,
);
