import { describe, expect, test } from 'vitest';
import { Coverage } from './coverage.ts';
import { runSequence } from './graph-sequence.ts';
import { WRONG_REFERENCES } from './wrong-references.ts';

const SEED = 20_260_101;
const SEQUENCES = 300;
/** A wrong reference that this many sequences do not find out would get by. */
const SEQUENCES_TO_BITE = 150;

describe('random operations', () => {
  test(`the engine and the reference give the same answers, from seed ${SEED} on`, async () => {
    const coverage = new Coverage();
    for (let seed = SEED; seed < SEED + SEQUENCES; seed++) {
      expect(await runSequence({ seed, coverage }), `seed ${seed}`).toBeUndefined();
    }
    expect(coverage.rare()).toEqual([]);
  });

  test.each(Object.entries(WRONG_REFERENCES))(
    'a reference in which %s is found out',
    async (_, makeReference) => {
      const coverage = new Coverage();
      let found: string | undefined;
      for (let seed = SEED; seed < SEED + SEQUENCES_TO_BITE && found === undefined; seed++) {
        found = await runSequence({ seed, coverage, reference: makeReference() });
      }
      expect(found).toMatch(/^.*(?:the engine answers|expected)/);
    },
  );
});
