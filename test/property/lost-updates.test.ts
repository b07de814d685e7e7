import { describe, expect, test } from 'vitest';
import { type LostUpdatesOptions, replacing, runLostUpdates, WRITERS } from './lost-updates.ts';

const SEED = 20_261_127;
const ROUNDS = 25;
/** A loss that so many rounds do not show would get by. */
const ROUNDS_TO_BITE = 100;

describe('writers that write what they read, and one more', () => {
  test(`lose no update, from seed ${SEED}`, async () => {
    const updates = await runLostUpdates({ seed: SEED, rounds: ROUNDS });
    expect(updates.difference).toBeUndefined();
    expect(updates.acknowledged).toBe(ROUNDS * WRITERS);
    expect(updates.conflicts).toBeGreaterThan(ROUNDS);
    expect(updates.shared).toBeGreaterThan(ROUNDS);
    expect([...updates.forms.keys()].sort()).toEqual(['batch', 'nested', 'try', 'update']);
  });

  test.each<readonly [string, Partial<LostUpdatesOptions>]>([
    ['where they do not say which version they read', { isBlind: true }],
    [
      'where nobody waits for others of its commit',
      { plant: (draft) => replacing(draft, { expectUnchanged: () => undefined }) },
    ],
  ])('lose one %s', async (_, wrong) => {
    const { difference } = await runLostUpdates({ seed: SEED, rounds: ROUNDS_TO_BITE, ...wrong });
    expect(difference).toContain('acknowledged');
  });
});
