import { beforeAll, describe, expect, test } from 'vitest';
import { GraphqlCoverage } from './graphql-coverage.ts';
import { runGraphqlSequence } from './graphql-sequence.ts';
import { WRONG_GRAPHQL_PLANS } from './wrong-graphql-plans.ts';

const SEED = 20_261_126;
const SEQUENCES = 50;
/** A wrong plan that so many queries do not find out would get by. */
const QUERIES = 50;

describe(`random queries of the API, from seed ${SEED} on`, () => {
  const coverage = new GraphqlCoverage();
  const wrong = new Map(Object.entries(WRONG_GRAPHQL_PLANS));
  const differences: string[] = [];

  beforeAll(async () => {
    process.stdout.write(`random queries: from seed ${SEED} on\n`);
    for (let seed = SEED; seed < SEED + SEQUENCES && differences.length === 0; seed++) {
      const difference = await runGraphqlSequence({ seed, queries: QUERIES, coverage, wrong });
      if (difference !== undefined) differences.push(`seed ${seed}\n${difference}`);
    }
  });

  test('plans and resolvers answer the same text', () => {
    expect(differences).toEqual([]);
  });

  test('what queries can ask for is asked for, and most of it is planned', () => {
    expect(coverage.rare()).toEqual([]);
  });

  test.each(Object.keys(WRONG_GRAPHQL_PLANS))('a plan in which %s is found out', (name) => {
    expect([...wrong.keys()]).not.toContain(name);
  });
});
