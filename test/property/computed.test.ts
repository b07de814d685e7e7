import { beforeAll, describe, expect, test } from 'vitest';
import { type ComputedTally, runComputedSequence, type Tamper } from './computed-sequence.ts';

const SEED = 20_261_127;
const SEQUENCES = 12;

/** How often each is met at least. */
const LEAST: Readonly<Record<string, number>> = {
  'seen of a node': 1000,
  'seen of an edge': 300,
  'hidden of a node': 300,
  'hidden of an edge': 25,
  nested: 300,
  'without requires': 50,
};

const WRONG: Readonly<Record<string, Tamper>> = {
  'a member that is left out': (given) => {
    if (given === null || Object.keys(given).length < 2) return given;
    return Object.fromEntries(Object.entries(given).slice(0, -1));
  },
  'a value that is another': (given) => given && { ...given, id: 'x' },
  'what is made of hidden fields': (given) => given ?? {},
  'what is hidden for no reason': () => null,
};

describe(`random computed fields, from seed ${SEED} on`, () => {
  const tally: ComputedTally = { counts: new Map() };
  const differences: string[] = [];

  beforeAll(async () => {
    process.stdout.write(`random computed fields: from seed ${SEED} on\n`);
    for (let seed = SEED; seed < SEED + SEQUENCES && differences.length === 0; seed++) {
      const difference = await runComputedSequence({ seed, tally });
      if (difference !== undefined) differences.push(`seed ${seed}: ${difference}`);
    }
  }, 120_000);

  test('functions are given what answers show, and nothing that is hidden', () => {
    expect(differences).toEqual([]);
  });

  test('what can be met is met', () => {
    const rare = Object.entries(LEAST).filter(([name, least]) => {
      return (tally.counts.get(name) ?? 0) < least;
    });
    expect(rare.map(([name]) => [name, tally.counts.get(name)])).toEqual([]);
  });

  test.each(Object.entries(WRONG))(
    '%s is found out',
    async (_name, tamper) => {
      const found: (string | undefined)[] = [];
      for (let seed = SEED; seed < SEED + 3; seed++) {
        const wrong = { seed, tally: { counts: new Map() }, tamper };
        found.push(await runComputedSequence(wrong));
      }
      expect(found.some((difference) => difference !== undefined)).toBe(true);
    },
    60_000,
  );
});
