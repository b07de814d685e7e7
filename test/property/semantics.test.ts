/** Random queries against a second implementation; `npm run soak -- semantics` asks more. */

import { beforeAll, describe, expect, test } from 'vitest';
import { Seeded } from '../seeded.ts';
import { SemanticsCoverage } from './semantics-coverage.ts';
import { runSemanticsSequence } from './semantics-sequence.ts';
import { emptySequenceTally, WRONG_SEQUENCE_RULES } from './semantics-sequences.ts';
import { emptySetTally, WRONG_SET_RULES } from './semantics-sets.ts';
import { emptyWalkTally, walkPages } from './semantics-walk.ts';
import { SemanticsWorld } from './semantics-world.ts';
import { WRONG_QUERY_RULES } from './wrong-query-rules.ts';

const SEED = 20_261_127;
const SEQUENCES = 16;
const QUERIES = 50;

describe(`random queries over plain objects and over a space, from seed ${SEED} on`, () => {
  const coverage = new SemanticsCoverage();
  const walks = emptyWalkTally();
  const sets = emptySetTally();
  const sequences = emptySequenceTally();
  const wrong = new Map(Object.entries(WRONG_QUERY_RULES));
  const differences: string[] = [];

  beforeAll(async () => {
    process.stdout.write(`semantics of queries: from seed ${SEED} on\n`);
    for (let seed = SEED; seed < SEED + SEQUENCES && differences.length === 0; seed++) {
      const tallies = { coverage, walks, sets, sequences: { tally: sequences } };
      const asked = { seed, queries: QUERIES, ...tallies, wrong };
      const difference = await runSemanticsSequence(asked);
      if (difference !== undefined) differences.push(`seed ${seed}\n${difference}`);
    }
  }, 120_000);

  test('are answered alike', () => {
    expect(differences).toEqual([]);
  });

  test('come by each feature with something to show for it', () => {
    expect(coverage.queries).toBeGreaterThan(400);
    expect(coverage.rare()).toEqual([]);
  });

  test('page by page, while data changes, elements that stay are seen once', () => {
    expect(walks.pages).toBeGreaterThan(100);
    expect(walks.stayed).toBeGreaterThan(100);
    expect(walks.changed).toBeGreaterThan(20);
    expect(walks.backwards).toBeGreaterThan(10);
    expect(walks.related).toBeGreaterThan(5);
  });

  test('[B7] sets of values get and lose some by their operators', () => {
    expect(sets.added).toBeGreaterThan(50);
    expect(sets.removed).toBeGreaterThan(30);
    expect(sets.emptied).toBeGreaterThan(5);
    expect(sets.both).toBeGreaterThan(5);
  });

  test('[B13] sequences are changed by each of their operators', () => {
    for (const [name, count] of Object.entries(sequences)) {
      expect(count, name).toBeGreaterThan(name === 'emptied' ? 5 : 20);
    }
  });

  test.each(Object.keys(WRONG_QUERY_RULES))('a reference by which %s is found out', (name) => {
    expect([...wrong.keys()]).not.toContain(name);
  });
});

test.each(Object.entries(WRONG_SET_RULES))('[B7] that %s is found out', async (_, setRules) => {
  const differences: string[] = [];
  for (let seed = SEED; seed < SEED + SEQUENCES && differences.length === 0; seed++) {
    const tallies = { coverage: new SemanticsCoverage(), walks: emptyWalkTally() };
    const difference = await runSemanticsSequence({ seed, queries: 0, setRules, ...tallies });
    if (difference !== undefined) differences.push(difference);
  }
  expect(differences).toHaveLength(1);
});

test.each(Object.entries(WRONG_SEQUENCE_RULES))('[B13] that %s is found out', async (_, rules) => {
  const differences: string[] = [];
  for (let seed = SEED; seed < SEED + SEQUENCES && differences.length === 0; seed++) {
    const tallies = { coverage: new SemanticsCoverage(), walks: emptyWalkTally() };
    const asked = { seed, queries: 0, sequences: { rules }, ...tallies };
    const difference = await runSemanticsSequence(asked);
    if (difference !== undefined) differences.push(difference);
  }
  expect(differences).toHaveLength(1);
});

test('pages that are counted, and not cut by cursors, are found out by walks', async () => {
  const world = await SemanticsWorld.open(SEED);
  const random = new Seeded(SEED);
  await world.fill(30);
  const failures: string[] = [];
  for (let count = 0; count < 30; count++) {
    const walk = { world, random, tally: emptyWalkTally(), turning: 'offsets' } as const;
    const failure = await walkPages(walk);
    if (failure !== undefined) failures.push(failure);
  }
  await world.close();
  expect(failures.join('\n')).toContain('expected once and in order');
});
