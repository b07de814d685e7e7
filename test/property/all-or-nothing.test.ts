import { describe, expect, test } from 'vitest';
import type { Space } from '../../src/space/space.ts';
import { newTally, runAllOrNothing } from './all-or-nothing.ts';
import { FAILURES, type Failure } from './failing-write.ts';
import { replacing } from './lost-updates.ts';

const SEED = 20_261_128;
const SEQUENCES = 6;
const WRITES = 20;
/** Of each way to fail, and of what is counted beside. */
const LEAST = 3;

/** What fails is written all the same, as far as it has come. */
function writingHalves(space: Space): Space {
  const write: Space['write'] = async (options, build) => {
    const failures: unknown[] = [];
    const written = await space.write(options, (draft) => {
      try {
        return build(draft);
      } catch (error) {
        failures.push(error);
        return undefined;
      }
    });
    if (failures.length > 0) throw failures[0];
    return written as Awaited<ReturnType<typeof space.write<ReturnType<typeof build>>>>;
  };
  return replacing(space, { write });
}

describe('writes of which one part fails', () => {
  test(`leave nothing, and others stand, from seed ${SEED} on`, async () => {
    const tally = newTally();
    for (let seed = SEED; seed < SEED + SEQUENCES; seed++) {
      const wrong = await runAllOrNothing({ seed, writes: WRITES, tally });
      expect(wrong, `seed ${seed}`).toBeUndefined();
    }
    for (const failure of Object.keys(FAILURES) as Failure[]) {
      expect(tally.failures.get(failure) ?? 0, failure).toBeGreaterThanOrEqual(LEAST);
    }
    expect(tally.together).toBeGreaterThanOrEqual(LEAST);
    const deep = [...tally.depths].filter(([depth]) => depth > 6);
    expect(deep.reduce((sum, [, count]) => sum + count, 0)).toBeGreaterThanOrEqual(LEAST);
  });

  test('leave something where it is written as far as it comes', async () => {
    const found: (string | undefined)[] = [];
    for (let seed = SEED; seed < SEED + SEQUENCES && found.at(-1) === undefined; seed++) {
      const options = { seed, writes: WRITES, tally: newTally(), alter: writingHalves };
      found.push(await runAllOrNothing(options));
    }
    expect(found.at(-1)).toMatch(/the state has changed|readers see a part of it/);
  });
});
