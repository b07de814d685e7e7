/** What callers see, of random graphs under random models; `npm run soak -- sight` asks more. */

import { describe, expect, test } from 'vitest';
import type { Tuple } from '../../src/access/tuple.ts';
import { findBlind, sightSites } from './planted-sights.ts';
import { SightCoverage } from './sight-coverage.ts';
import { LeakTally, runLeakSequence } from './sight-leak.ts';
import { runSightSequence } from './sight-sequence.ts';

const SEED = 20_261_127;
const SEQUENCES = 60;
const LEAK_SEQUENCES = 80;

describe('random callers', () => {
  test(`see the same in the engine and in the reference, from seed ${SEED} on`, async () => {
    const coverage = new SightCoverage();
    for (let seed = SEED; seed < SEED + SEQUENCES; seed++) {
      const difference = await runSightSequence({ seed, coverage });
      expect(difference, `seed ${seed}`).toBeUndefined();
    }
    expect(coverage.rare()).toEqual([]);
  }, 120_000);

  test.each<[string, (tuples: readonly Tuple[]) => readonly Tuple[]]>([
    ['a grant of all of a type', withoutFirst(({ object }) => object.id === '*')],
    ['a grant of one node', withoutFirst(({ object }) => object.type === 'Place')],
    ['a grant of one edge', withoutFirst(({ object }) => object.type === 'WAY')],
    ['a member of a group', withoutFirst(({ relation }) => relation === 'member')],
  ])(
    'see something else where the engine lacks %s',
    async (_, alter) => {
      const coverage = new SightCoverage();
      let found = 0;
      for (let seed = SEED; seed < SEED + SEQUENCES && found === 0; seed++) {
        if ((await runSightSequence({ seed, coverage, alter })) !== undefined) found += 1;
      }
      expect(found).toBe(1);
    },
    60_000,
  );

  test('find out a place that does not ask what is seen', async () => {
    const sites = await sightSites();
    expect(sites.length).toBeGreaterThan(15);
    const site = sites.find(({ file }) => file.endsWith('walk.ts'));
    const found = site && (await findBlind(site, { seed: SEED, sequences: SEQUENCES }));
    expect(found).toBeDefined();
  }, 120_000);
});

describe('two databases that differ in what a caller does not see', () => {
  test('answer the same bytes to it, within any limits', async () => {
    const tally = new LeakTally();
    for (let seed = SEED; seed < SEED + LEAK_SEQUENCES; seed++) {
      expect(await runLeakSequence(seed, tally)).toBeUndefined();
    }
    expect(tally.answered * 2).toBeGreaterThan(tally.plans);
    expect(tally.limited * 20).toBeGreaterThan(tally.plans);
    expect(tally.altered).toBeGreaterThan(tally.plans);
  }, 120_000);

  test('answer otherwise to everybody', async () => {
    const found = await runLeakSequence(SEED, new LeakTally(), { asAll: true });
    expect(found).toContain('the other');
  });
});

function withoutFirst(
  isLeftOut: (tuple: Tuple) => boolean,
): (tuples: readonly Tuple[]) => readonly Tuple[] {
  return (tuples) => {
    const first = tuples.findIndex(isLeftOut);
    return tuples.filter((_, index) => index !== first);
  };
}
