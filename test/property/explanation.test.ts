/** Random questions are explained as they are answered; `npm run soak -- access` explains more. */

import { describe, expect, test } from 'vitest';
import { ExplanationCoverage } from './explanation-coverage.ts';
import { runExplanationSequence } from './explanation-sequence.ts';
import { PLANTS } from './planted-explanations.ts';

const SEED = 20261127;
const SEQUENCES = 100;
/** Of so many questions, in how many a mistake of each kind must be found. */
const FOUND_MIN = 8;

describe('[R30] an explanation', () => {
  test(`follows from the model and the grants, at random from seed ${SEED}`, async () => {
    const coverage = new ExplanationCoverage();
    for (let index = 0; index < SEQUENCES; index++) {
      expect(await runExplanationSequence(SEED + index, coverage)).toBeUndefined();
    }
    process.stdout.write(`${coverage.lines().join('\n')}\n`);
    expect(coverage.rare()).toEqual([]);
  }, 60_000);

  test.each(Object.keys(PLANTS))(
    'is found wrong with %s',
    async (name) => {
      const coverage = new ExplanationCoverage();
      let found = 0;
      for (let index = 0; index < SEQUENCES && found < FOUND_MIN; index++) {
        const wrong = await runExplanationSequence(SEED + index, coverage, PLANTS[name]);
        if (wrong !== undefined) found += 1;
      }
      // Not one of them was taken for right.
      expect([found, coverage.explanations]).toEqual([FOUND_MIN, 0]);
    },
    60_000,
  );
});
