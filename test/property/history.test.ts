/** The graph as it was is what it was; `npm run soak -- history` asks more. */

import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';
import { newTally, runHistory } from './history-sequence.ts';

const SEED = 20_270_111;
const SEQUENCES = 6;
const STEPS = 30;

describe('[V1] random histories', () => {
  test(`are answered as they were, from seed ${SEED} on`, async () => {
    const tally = newTally();
    for (let seed = SEED; seed < SEED + SEQUENCES; seed++) {
      const directory = await temporaryDirectory();
      const difference = await runHistory({ directory, seed, steps: STEPS, tally });
      expect(difference, `seed ${seed}`).toBeUndefined();
    }
    const { asked, otherNow, otherThen, restarts, seals, late, rights } = tally;
    for (const how of ['by commit', 'by cursor', 'by time']) expect(asked[how]).toBeGreaterThan(5);
    for (const how of ['a replica by cursor', 'a replica by time']) {
      expect(asked[how]).toBeGreaterThan(0);
    }
    expect(otherNow).toBeGreaterThan(20);
    for (const count of [otherThen, restarts, seals, late, rights]) {
      expect(count).toBeGreaterThan(0);
    }
  }, 240_000);

  test('tell a history that has one entry too many', async () => {
    const differences: unknown[] = [];
    for (let seed = SEED; seed < SEED + SEQUENCES && differences.length === 0; seed++) {
      const directory = await temporaryDirectory();
      const asked = { directory, seed, steps: STEPS, tally: newTally(), shift: 1 };
      const difference = await runHistory(asked);
      if (difference !== undefined) differences.push(difference);
    }
    expect(differences).toEqual([expect.stringContaining('@at(cursor')]);
  }, 240_000);
});
