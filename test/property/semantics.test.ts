/** Random queries against a second implementation; `npm run soak -- semantics` asks more. */

import { beforeAll, describe, expect, test } from 'vitest';
import { Seeded } from '../seeded.ts';
import { SemanticsCoverage } from './semantics-coverage.ts';
import { runSemanticsSequence } from './semantics-sequence.ts';
import { emptyWalkTally, walkPages } from './semantics-walk.ts';
import { SemanticsWorld } from './semantics-world.ts';
import { WRONG_QUERY_RULES } from './wrong-query-rules.ts';

const SEED = 20_261_127;
const SEQUENCES = 16;
const QUERIES = 50;

describe(`random queries over plain objects and over a space, from seed ${SEED} on`, () => {
  const coverage = new SemanticsCoverage();
  const walks = emptyWalkTally();
  const wrong = new Map(Object.entries(WRONG_QUERY_RULES));
  const differences: string[] = [];

  beforeAll(async () => {
    process.stdout.write(`semantics of queries: from seed ${SEED} on\n`);
    for (let seed = SEED; seed < SEED + SEQUENCES && differences.length === 0; seed++) {
      const asked = { seed, queries: QUERIES, coverage, walks, wrong };
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

  test.each(Object.keys(WRONG_QUERY_RULES))('a reference by which %s is found out', (name) => {
    expect([...wrong.keys()]).not.toContain(name);
  });
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
