/** Clients that come back miss nothing; `npm run soak -- resume` lets more of them do so. */

import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';
import { runInCopy } from './planted-copy.ts';
import { newResumeTally, runResume } from './resume-sequence.ts';

const SEED = 20_270_316;
const SEQUENCES = 6;
const STEPS = 40;
/** Prints the first difference. */
const FIND = `
  const { runResume, newResumeTally } = await import('./test/property/resume-sequence.ts');
  const { mkdtemp, rm } = await import('node:fs/promises');
  for (let seed = ${SEED}; seed < ${SEED + SEQUENCES}; seed++) {
    const directory = await mkdtemp('/tmp/massive-graph-resume-');
    // What is missed is waited for: who is told all of it takes a tenth of a second.
    const patience = 4_000;
    const asked = { directory, seed, steps: ${STEPS}, tally: newResumeTally(), patience };
    const difference = await runResume(asked).catch(String);
    await rm(directory, { recursive: true, force: true });
    if (difference === undefined) continue;
    console.log(difference);
    process.exit();
  }`;

describe('[N2] clients that come back with a cursor', () => {
  test(`receive what one that never left does, from seed ${SEED} on`, async () => {
    const tally = newResumeTally();
    for (let seed = SEED; seed < SEED + SEQUENCES; seed++) {
      const directory = await temporaryDirectory();
      const difference = await runResume({ directory, seed, steps: STEPS, tally });
      expect(difference, `seed ${seed}`).toBeUndefined();
    }
    expect(tally.returns).toBeGreaterThan(100);
    const { anew: _, ...often } = tally;
    for (const count of Object.values(often)) expect(count).toBeGreaterThan(2);
  }, 240_000);

  test.each<[string, string, string, string]>([
    [
      'nothing is held back',
      'src/graphql/resumption.ts',
      'this.#held?.push(',
      'this.#held?.concat(',
    ],
    [
      'what is held back is told twice',
      'src/graphql/resumption.ts',
      'position > end.position',
      'position > 0',
    ],
    [
      'the cursor’s own change is told again',
      'src/graphql/resumption.ts',
      '? 0 : 1 + this',
      '? 0 : 0 + this',
    ],
    [
      'a graph is one entry behind',
      'src/space/past-changes.ts',
      'await this.#reach(first - 1)',
      'await this.#reach(first)',
    ],
  ])(
    'are found out to miss something where %s',
    async (_, file, from, to) => {
      const change = (text: string) => text.replace(from, to);
      expect(await runInCopy({ file, change, isOfEngine: false }, FIND)).toMatch(/expected/);
    },
    120_000,
  );
});
