import { expect, test } from 'vitest';
import { emptyTally, runMergeSet } from './merge-set.ts';
import { SEQUENCE_MISTAKES } from './planted-sequences.ts';
import { findInSets, runSet, SET_MISTAKES, SetTally } from './planted-sets.ts';

const SEED = 20_260_102;
const SETS = 150;
const MISTAKES = 1;

const RULES = '[M1]–[M10] [M12]–[M27]';

test(`${RULES} a set of commits gives one state, from seed ${SEED}`, async () => {
  const tally = emptyTally();
  for (let seed = SEED; seed < SEED + SETS; seed++) {
    expect(await runMergeSet({ seed, tally }), `seed ${seed}`).toBeUndefined();
  }
  expect(tally.hashes.size).toBe(SETS);
  expect(tally.concurrentSets).toBeGreaterThan(SETS / 2);
  expect(tally.sealedSets).toBeGreaterThan(SETS / 10);
  expect(tally.maskedSets).toBeGreaterThan(SETS / 10);
  expect(tally.commitsMax).toBeGreaterThan(50);
}, 120_000);

test('a clock that follows the order of arrival is found out', async () => {
  let found: string | undefined;
  for (let seed = SEED; seed < SEED + SETS && found === undefined; seed++) {
    const tally = emptyTally();
    found = await runMergeSet({
      seed,
      tally,
      alter: (commit, arrived) => ({ ...commit, clock: BigInt(arrived + 1) }),
    });
  }
  expect(found).toMatch(/^state .* expected state /);
});

test('what finds mistakes finds none in the engine', async () => {
  expect(await runSet(SEED, new SetTally())).toBeUndefined();
});

// Each takes an engine of its own, which takes seconds to compile; the soak builds all of them.
test.each(SET_MISTAKES.slice(0, MISTAKES))(
  '[M17]–[M20] an engine $name is found out',
  async (mistake) => {
    const found = await findInSets(mistake, { seed: SEED, sequences: SETS });
    expect(found).toMatch(/^seed \d+: /);
  },
);

test.each(SEQUENCE_MISTAKES.slice(0, 1))(
  '[M21]–[M27] an engine $name is found out',
  async (mistake) => {
    const found = await findInSets(mistake, { seed: SEED, sequences: SETS });
    expect(found).toMatch(/^seed \d+: /);
  },
);
