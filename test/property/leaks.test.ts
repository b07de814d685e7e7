/** Spaces that differ in what is hidden answer the same; `npm run soak -- leaks` asks more. */

import { describe, expect, test } from 'vitest';
import { type LeakTally, runLeakSequence } from './leak-sequence.ts';
import { findEngineLeak, findSourceLeak } from './planted-leaks.ts';
import { sightSites } from './planted-sights.ts';

const SEED = 20_261_135;
const SEQUENCES = 8;
const QUERIES = 40;

describe('random queries of callers', () => {
  test(`are answered alike, whatever is hidden, from seed ${SEED} on`, async () => {
    const tally: LeakTally = { queries: 0, answered: 0, plans: 0, telling: 0 };
    for (let seed = SEED; seed < SEED + SEQUENCES; seed++) {
      const difference = await runLeakSequence({ seed, queries: QUERIES, tally });
      expect(difference, `seed ${seed}`).toBeUndefined();
    }
    expect(tally.answered).toBeGreaterThan(tally.queries / 2);
    expect(tally.telling).toBeGreaterThan(tally.queries / 8);
    expect(tally.plans).toBeGreaterThan(tally.queries / 5);
    expect(tally.sets).toBeGreaterThan(40);
    expect(tally.sequences).toBeGreaterThan(40);
  }, 120_000);

  test('find out a space that shows all of its graph', async () => {
    const search = { seed: SEED, sequences: SEQUENCES, queries: QUERIES };
    expect(await findSourceLeak(search)).toContain('is answered');
  }, 120_000);

  test('find out an engine that does not ask what is seen', async () => {
    const site = (await sightSites()).find(({ file }) => file.endsWith('edge-rows.ts'));
    const search = { seed: SEED, sequences: SEQUENCES, queries: QUERIES };
    expect(site && (await findEngineLeak(site, search))).toContain('is answered');
  }, 120_000);
});
