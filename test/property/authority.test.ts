/** Random histories of authority; `npm run soak -- authority` runs more, and longer ones. */

import { describe, expect, test } from 'vitest';
import { AnswerTally, runAnswers } from './authority-answers.ts';
import { runHistory } from './authority-orders.ts';
import { AuthorityTally } from './authority-tally.ts';
import { runInCopy } from './planted-copy.ts';

const SEED = 20_261_127;
const HISTORIES = 24;
const ANSWERED = 25;
/** Prints the first difference that the histories come to. */
const FIND = `
  const { runHistory } = await import('./test/property/authority-orders.ts');
  const { AuthorityTally } = await import('./test/property/authority-tally.ts');
  for (let index = 0; index < ${HISTORIES}; index++) {
    const history = { seed: ${SEED} + index, tally: new AuthorityTally(), itemCount: 12 };
    const difference = await runHistory(history);
    if (difference === undefined) continue;
    console.log(difference.slice(0, 1_000));
    break;
  }`;

describe('grants, revocations and writes by three authors', () => {
  test(`[A23] come to one state in every order, from seed ${SEED}`, async () => {
    const tally = new AuthorityTally();
    for (let index = 0; index < HISTORIES; index++) {
      const itemCount = index % 4 === 3 ? 20 + index / 2 : 3 + (index % 3);
      const history = { seed: SEED + index, tally, itemCount: Math.floor(itemCount) };
      expect(await runHistory(history), `seed ${SEED + index}`).toBeUndefined();
    }
    expect(tally.rare()).toEqual([]);
  }, 300_000);

  test(`[R3] are answered for as of every height, from seed ${SEED}`, async () => {
    const tally = new AnswerTally();
    for (let index = 0; index < ANSWERED; index++) {
      expect(await runAnswers(SEED + index, tally), `seed ${SEED + index}`).toBeUndefined();
    }
    expect(tally.rare()).toEqual([]);
  }, 120_000);

  test.each<[string, string, string, string]>([
    [
      'later narrowing records are not asked',
      'src/authority/narrowing.ts',
      'const heights = [height];',
      'return [height];',
    ],
    [
      'the state is not made again',
      'src/space/replica.ts',
      'const rebuilt = this.leavesOut(record) ?',
      'const rebuilt = this.leavesOut(record) && record.body.kind === "genesis" ?',
    ],
    [
      'what one author signs is allowed to it for ever',
      'src/space/write-judge.ts',
      'if (isRevoked) engine',
      'if (isRevoked && transactionCount === 0) engine',
    ],
    [
      'a frontier keeps one commit less',
      'src/authority/narrowing.ts',
      'return sequence <= (kept.get',
      'return sequence < (kept.get',
    ],
  ])(
    'are found out where %s',
    async (_, file, from, to) => {
      const change = (text: string) => text.replace(from, to);
      expect(await runInCopy({ file, change, isOfEngine: false }, FIND)).toMatch(/expected/);
    },
    120_000,
  );
});
