import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';
import { differenceOf, resumeRounds } from './resume-rounds.ts';

const SEED = 20_270_322;
const ROUNDS = 5;

test('[N2] clients of a server that is killed miss nothing, and get nothing twice', async () => {
  const directory = await temporaryDirectory();
  const tally = await resumeRounds({ directory, rounds: ROUNDS, seed: SEED });
  expect(tally.received).toBeGreaterThan(1_000);
  expect(tally.returns).toBeGreaterThan(ROUNDS * 3);
  expect(tally.behindSnapshots).toBeGreaterThan(2);
  expect(tally.within).toBeGreaterThan(0);
}, 180_000);

describe('the check finds out', () => {
  const expected = ['4.0.a CREATED', '4.0.b CREATED', '5.0.a DELETED'];
  const [a = '', b = '', c = ''] = expected;

  test.each([
    ['one that is lost', [a, c]],
    ['the last that is lost', [a, b]],
    ['one that comes twice', [a, b, b, c]],
    ['the last that comes twice', [a, b, c, c]],
    ['two that change places', [b, a, c]],
    ['another event', [a, b, '5.0.a UPDATED']],
    ['that it is gone', [a, '6 RESYNC']],
  ])('%s', (_, received) => {
    expect(differenceOf(received, expected)).toMatch(/expected/);
    expect(differenceOf(expected, expected)).toBeUndefined();
  });
});
