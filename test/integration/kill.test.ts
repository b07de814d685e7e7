import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';
import { expectWhole, killRounds, type Seen } from './kill-rounds.ts';

const SEED = 20_260_101;
const ROUNDS = 4;

test('[L11] what was answered before a kill -9 is there after it, whole', async () => {
  const directory = await temporaryDirectory();
  const tally = await killRounds({ directory, rounds: ROUNDS, seed: SEED });
  expect(tally.rounds).toBe(ROUNDS);
  expect(tally.inFlightLeast).toBeGreaterThanOrEqual(20);
  expect(tally.answered).toBeGreaterThan(ROUNDS);
}, 180_000);

describe('the check after a kill finds out', () => {
  const sent = new Map([
    ['one', 1],
    ['two', 2],
  ]);
  const load = { sent, answered: new Map([['one', 1]]), inFlight: 1 };
  const end: Seen = { routes: [] };
  const start = (name: string, flights: number): Seen => ({
    routes: [{ to: `${name}b`, flights }],
  });
  const one: [string, Seen][] = [
    ['onea', start('one', 1)],
    ['oneb', end],
  ];

  test('nothing where all that was answered is whole', () => {
    expect(() => expectWhole(new Map(one), load)).not.toThrow();
    const both = new Map([...one, ['twoa', start('two', 2)], ['twob', end]] as [string, Seen][]);
    expect(() => expectWhole(both, load)).not.toThrow();
  });

  test.each<[string, [string, Seen][]]>([
    ['an answered mutation that is lost', []],
    ['an answered mutation of which a node is lost', [['onea', start('one', 1)]]],
    [
      'an answered mutation without its edge',
      [
        ['onea', end],
        ['oneb', end],
      ],
    ],
    [
      'an edge with another value',
      [
        ['onea', start('one', 9)],
        ['oneb', end],
      ],
    ],
    [
      'an edge to another node',
      [
        ['onea', start('two', 1)],
        ['oneb', end],
      ],
    ],
    ['half of one that was not answered', [...one, ['twoa', end]]],
    ['the other half of it', [...one, ['twob', end]]],
    ['its nodes without their edge', [...one, ['twoa', end], ['twob', end]]],
    ['more than was sent', [...one, ['threea', end], ['threeb', end], ['fourb', end]]],
  ])('%s', (_, there) => {
    expect(() => expectWhole(new Map(there), load)).toThrow(/ expected /);
  });
});
