import { beforeAll, describe, expect, test } from 'vitest';
import { PlanCoverage } from './plan-coverage.ts';
import { runPlanSequence } from './plan-sequence.ts';
import { WRONG_PLANS } from './wrong-plans.ts';

const SEED = 20_261_127;
const SEQUENCES = 100;
const PLANS = 30;
/** A wrong reference that this many sequences do not find out would get by. */
const SEQUENCES_TO_BITE = 300;

describe('random plans', () => {
  test(`the engine and the reference answer the same bytes, from seed ${SEED} on`, async () => {
    const coverage = new PlanCoverage();
    for (let seed = SEED; seed < SEED + SEQUENCES; seed++) {
      const difference = await runPlanSequence({ seed, plans: PLANS, coverage });
      expect(difference, `seed ${seed}`).toBeUndefined();
    }
    expect(coverage.rare()).toEqual([]);
  });

  describe('of a wrong reference', () => {
    const wrong = new Map(Object.entries(WRONG_PLANS));

    beforeAll(async () => {
      const coverage = new PlanCoverage();
      for (let index = 0; index < SEQUENCES_TO_BITE && wrong.size > 0; index++) {
        await runPlanSequence({ seed: SEED + index, plans: PLANS, coverage, wrong });
      }
    });

    test.each(Object.keys(WRONG_PLANS))('one in which %s is found out', (name) => {
      expect([...wrong.keys()]).not.toContain(name);
    });
  });
});
