/** Members of a space who decide on its records, with as many faulty ones as may be. */

import { describe, expect, test } from 'vitest';
import { CouncilMistake } from '../fixture/council-members.ts';
import { emptyCouncilTally, runCouncil } from './council-sequence.ts';

/**
 * Seed 34: a faulty member told one half yes and the other half no. One half had a quorum for the
 * proposal, for the other there could be none any more, and neither followed the other. Seed 137:
 * who stopped between a decision and its record forgot its own opinions, and gave them again.
 */
const SEEDS = [1, 2, 3, 4, 5, 34, 137];

describe('[QC31] members who decide on records', () => {
  test('[QC36] come to one chain and one outcome of each, whatever fails', () => {
    const tally = emptyCouncilTally();
    for (const seed of SEEDS) {
      expect([seed, runCouncil({ seed, tally })]).toEqual([seed, undefined]);
    }
    for (const [name, its] of Object.entries(tally)) expect([name, its > 0]).toEqual([name, true]);
  });

  test.each(Object.values(CouncilMistake))('it is found where %s', (mistake) => {
    const found = SEEDS.slice(0, 3).some((seed) => {
      return runCouncil({ seed, tally: emptyCouncilTally(), mistake }) !== undefined;
    });
    expect(found).toBe(true);
  });
});
