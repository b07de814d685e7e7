/** Kept sets of commits at the door of a replica, in orders that need not respect causes. */

import { expect, test } from 'vitest';
import { keptSets } from '../merge-sets/coverage.ts';
import { KeptDoor } from '../merge-sets/kept-door.ts';
import { PermutationTally, runPermutations } from '../merge-sets/permutations.ts';
import { signSet } from '../merge-sets/signed-set.ts';
import { Seeded } from '../seeded.ts';

const SEED = 20_261_128;
/** Of some sets; `npm run soak -- merge-permutations` runs all that there are, of all sets. */
const MOST = 4;

const sets = keptSets();
/** Each third one, and those in which something is masked. */
const some = sets.filter(({ name }, index) => index % 3 === 0 || name.includes('M16'));

test('[M1]–[M27] [C9] a kept set that is handed in in any order comes to one state', async () => {
  const tally = new PermutationTally();
  for (const [index, set] of some.entries()) {
    const options = { seed: SEED + index, tally, most: MOST };
    expect(await runPermutations(set, options)).toBeUndefined();
  }
  const { length } = some;
  expect(tally.permutations).toBe(length * MOST);
  expect(tally.early).toBeGreaterThan(3 * length);
  expect(tally.commitsWaited).toBeGreaterThan(8 * length);
  expect(tally.recordsWaited).toBeGreaterThan(length);
  // At each order of two sets, in which an author signs a number twice.
  expect(tally.rebuilds).toBeGreaterThanOrEqual(2 * MOST);
}, 60_000);

test('[C9] a sender that forgets what waits is found out in most of them', async () => {
  let found = 0;
  for (const set of sets.slice(0, 30)) {
    const options = { seed: SEED, tally: new PermutationTally(), most: MOST, forgets: true };
    if ((await runPermutations(set, options)) !== undefined) found += 1;
  }
  expect(found).toBeGreaterThan(25);
});

test('[C9] [A26] a second commit of a number is taken behind its causes in one group', async () => {
  const set = sets.find(({ name }) => name === 'M5 M16');
  if (set === undefined) throw new Error('the set is kept');
  const { commits } = signSet(set);
  const [first, , , other, second, next] = commits;
  if (!first || !other || !second || !next) throw new Error('the set has so many commits');
  const door = await KeptDoor.open(new Seeded(SEED), new PermutationTally());
  expect(await door.receive([second], commits)).toEqual([true]);
  // The next one follows the other, which builds on the first.
  expect(await door.receive([next, first, other], commits)).toEqual([false, true, true]);
  expect(await door.receive([next], commits)).toEqual([true]);
});
