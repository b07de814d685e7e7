/** What was changed is told again as it was told; `npm run soak -- resume` asks more. */

import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';
import { newSinceTally, runSince, WRONG_TELLINGS } from './since-sequence.ts';

const SEED = 20_270_301;
const SEQUENCES = 6;
const STEPS = 40;

describe('[N1] changes of random histories', () => {
  test(`are told again as they were told, from seed ${SEED} on`, async () => {
    const tally = newSinceTally();
    for (let seed = SEED; seed < SEED + SEQUENCES; seed++) {
      const directory = await temporaryDirectory();
      const difference = await runSince({ directory, seed, steps: STEPS, tally });
      expect(difference, `seed ${seed}`).toBeUndefined();
    }
    expect(tally.asked).toBeGreaterThan(50);
    expect(tally.told).toBeGreaterThan(1_000);
    for (const count of Object.values(tally)) expect(count).toBeGreaterThan(2);
  }, 240_000);

  test.each(Object.keys(WRONG_TELLINGS) as (keyof typeof WRONG_TELLINGS)[])(
    'are found to be told wrongly where %s',
    async (wrong) => {
      const differences: unknown[] = [];
      for (let seed = SEED; seed < SEED + SEQUENCES && differences.length === 0; seed++) {
        const directory = await temporaryDirectory();
        const asked = { directory, seed, steps: STEPS, tally: newSinceTally(), wrong };
        const difference = await runSince(asked);
        if (difference !== undefined) differences.push(difference);
      }
      expect(differences).toEqual([expect.stringContaining('expected')]);
    },
    240_000,
  );
});
