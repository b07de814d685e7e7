import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  GRAPHQL_ALIASES_MAX,
  GRAPHQL_DEPTH_MAX,
  GRAPHQL_DIRECTIVES_MAX,
  GRAPHQL_REPEATS_MAX,
  GRAPHQL_SYNTAX_DEPTH_MAX,
  GRAPHQL_TOKENS_MAX,
  GRAPHQL_VARIABLES_DEPTH_MAX,
  MUTATION_INPUTS_MAX,
} from '../../src/base/limits.ts';
import { type Api, FIVE_AIRPORTS, serveTestSpace } from '../fixture/api.ts';
import { flightsDefinition } from '../fixture/test-space.ts';

let api: Api;
let hash: string;

beforeAll(async () => {
  api = await serveTestSpace(flightsDefinition());
  await api.data(FIVE_AIRPORTS);
  hash = api.space.stateHash();
});

afterAll(async () => {
  expect(api.space.stateHash()).toBe(hash);
  expect(api.internalErrors).toEqual([]);
  await api[Symbol.asyncDispose]();
});

function nested(depth: number, leaf = 'id'): string {
  return depth === 1 ? leaf : `routes(limit: 1) { ${nested(depth - 1, leaf)} }`;
}

function times(count: number, text: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => text(index)).join('\n');
}

async function expectLimit(query: string, limit: string, variables?: object): Promise<void> {
  const error = await api.error(query, variables);
  expect(error.extensions).toMatchObject({ code: 'LIMIT_EXCEEDED', facts: { limit } });
  expect(error.message).toMatch(/expected at most \d+, got (?:\d+|more)/);
}

describe('the default limits admit', () => {
  test.each([
    ['ten thousand nodes', '{ airports(limit: 10000) { id } }'],
    [
      'every airport with all its fields',
      '{ airports { id code name city state country location { latitude longitude } } }',
    ],
    ['every airport with its routes', '{ airports { code routes { code } } }'],
    [
      'lists in lists in lists',
      '{ airports(limit: 10) { routes(limit: 10) { routes(limit: 10) { code } } } }',
    ],
    [
      'deep routes from one node',
      '{ airport(where: { code: { eq: "JFK" } }) { routes { routes { routes { code } } } } }',
    ],
    [
      'ten thousand nodes as a connection',
      '{ airportsConnection(first: 10000) { totalCount edges { cursor node { id code name } } } }',
    ],
    ['fields as deep as the limit', `{ airports(limit: 1) { ${nested(GRAPHQL_DEPTH_MAX - 1)} } }`],
    ['introspection', getIntrospectionQuery()],
    [
      'introspection as GraphiQL asks for it',
      getIntrospectionQuery({
        inputValueDeprecation: true,
        schemaDescription: true,
        specifiedByUrl: true,
        directiveIsRepeatable: true,
      }),
    ],
  ])('%s', async (_name, query) => {
    await api.data(query);
  });
});

describe('what passes a limit is refused by its name:', () => {
  test.each([
    ['depth', `{ airports(limit: 1) { ${nested(GRAPHQL_DEPTH_MAX)} } }`, 'GRAPHQL_DEPTH_MAX'],
    [
      'depth through fragments',
      `{ airports(limit: 1) { ...A } }
       fragment A on Airport { ${nested(9, '...B')} }
       fragment B on Airport { ${nested(9)} }`,
      'GRAPHQL_DEPTH_MAX',
    ],
    [
      'aliases',
      `{ ${times(GRAPHQL_ALIASES_MAX + 1, (n) => `a${n}: __typename`)} }`,
      'GRAPHQL_ALIASES_MAX',
    ],
    [
      'directives',
      `{ __typename ${'@include(if: true) '.repeat(GRAPHQL_DIRECTIVES_MAX + 1)} }`,
      'GRAPHQL_DIRECTIVES_MAX',
    ],
    ['repeats', `{ ${'__typename '.repeat(GRAPHQL_REPEATS_MAX + 2)} }`, 'GRAPHQL_REPEATS_MAX'],
    ['tokens', `{ ${'__typename '.repeat(GRAPHQL_TOKENS_MAX)} }`, 'GRAPHQL_TOKENS_MAX'],
    ['open braces', '{ a '.repeat(GRAPHQL_SYNTAX_DEPTH_MAX + 1), 'GRAPHQL_SYNTAX_DEPTH_MAX'],
    ['open brackets', `{ airports(where: ${'['.repeat(5000)} }`, 'GRAPHQL_SYNTAX_DEPTH_MAX'],
    ['cost', '{ airports(limit: 10000) { routes(limit: 100) { id } } }', 'GRAPHQL_COST_MAX'],
    [
      'cost without limits',
      '{ airports { routes { routes { routes { id } } } } }',
      'GRAPHQL_COST_MAX',
    ],
    [
      'cost of connections',
      `{ airportsConnection(first: 10000) { edges { node {
         routesConnection(first: 100) { edges { cursor } }
       } } } }`,
      'GRAPHQL_COST_MAX',
    ],
    ['cost by aliases', `{ ${times(60, (n) => `a${n}: airports { id }`)} }`, 'GRAPHQL_COST_MAX'],
    [
      'cost by fragments that double',
      `{ airports(limit: 1000) { ...F9 } }
       fragment F0 on Airport { id }
       ${times(
         9,
         (n) => `fragment F${n + 1} on Airport {
           a${n}: routes(limit: 2) { ...F${n} } b${n}: routes(limit: 2) { ...F${n} }
         }`,
       )}`,
      'GRAPHQL_COST_MAX',
    ],
    ['a page', '{ airports(limit: 10001) { id } }', 'PAGE_ITEMS_MAX'],
    [
      'a page of related nodes',
      '{ airports(limit: 1) { routes(limit: 10001) { id } } }',
      'PAGE_ITEMS_MAX',
    ],
  ])('%s', async (_name, query, limit) => {
    await expectLimit(query, limit);
  });

  test('cost with the sizes in variables', async () => {
    const query = `query ($many: Int, $few: Int = 1) {
      airports(limit: $many) { routes(limit: $few) { routes(limit: $few) { id } } }
    }`;
    await api.data(query, { many: 100 });
    await expectLimit(query, 'GRAPHQL_COST_MAX', { many: 10_000, few: 100 });
  });

  test('variables within one another', async () => {
    let where: object = { code: { eq: 'JFK' } };
    for (let depth = 0; depth < GRAPHQL_VARIABLES_DEPTH_MAX; depth++) where = { NOT: where };
    const query = 'query ($where: AirportWhere) { airports(where: $where) { id } }';
    await expectLimit(query, 'GRAPHQL_VARIABLES_DEPTH_MAX', { where });
    const brackets = 200_000;
    const deep = `${'{"NOT":'.repeat(brackets)}{}${'}'.repeat(brackets)}`;
    const response = await fetch(api.server.graphql, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"query":${JSON.stringify(query)},"variables":{"where":${deep}}}`,
    });
    expect(await response.text()).toContain('GRAPHQL_VARIABLES_DEPTH_MAX');
  });

  test('the inputs of one mutation', async () => {
    const one = { code: 'AAA', name: 'a', country: 'b' };
    const input = Array.from({ length: MUTATION_INPUTS_MAX + 1 }, () => one);
    const query = `mutation ($input: [AirportCreateInput!]!) {
      createAirports(input: $input) { info { nodesCreated } }
    }`;
    await expectLimit(query, 'MUTATION_INPUTS_MAX', { input });
  });

  test('the nodes that one operation looks at while it runs', async () => {
    // Each of the 600 nodes is to look for each of the 2,000 among all of the type.
    const connect = Array.from({ length: 2_000 }, () => ({
      where: { node: { name: { contains: 'e' } } },
      edge: { flights: 1 },
    }));
    const input = Array.from({ length: 600 }, (_, index) => ({
      code: `A${index}`,
      name: 'a',
      country: 'b',
      routes: { connect: index === 599 ? connect : [] },
    }));
    await api.data(
      `mutation ($input: [AirportCreateInput!]!) {
        createAirports(input: $input) { info { nodesCreated } }
      }`,
      { input: input.slice(0, 599).map(({ routes: _, ...rest }) => rest) },
    );
    const query = `mutation ($update: AirportUpdateInput) {
      updateAirports(update: $update) { info { nodesCreated } }
    }`;
    // On a slow machine the time is over before.
    const { extensions } = await api.error(query, { update: { routes: [{ connect }] } });
    expect(extensions).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      facts: { limit: expect.stringMatching(/^GRAPHQL_(ROWS|HELD_MILLISECONDS)_MAX$/) },
    });
    await api.data('mutation { deleteAirports(where: { name: { eq: "a" } }) { nodesDeleted } }');
    hash = api.space.stateHash();
  });
});

test('repeats of half the limit, each deep, are validated in a moment', async () => {
  const leaf = 'id code name city state country location { latitude longitude }';
  const group = `airports(limit: 1) { id code ${nested(GRAPHQL_DEPTH_MAX - 2, leaf)} } `;
  const started = performance.now();
  const { errors } = await api.send(`{ ${group.repeat(GRAPHQL_REPEATS_MAX / 2)} }`);
  expect(performance.now() - started).toBeLessThan(2_000);
  expect(errors).toBeUndefined();
});
