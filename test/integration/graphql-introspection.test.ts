/** A server that does not tell its schema, over whatever it is asked. */

import { getIntrospectionQuery } from 'graphql';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, FIVE_AIRPORTS, serveTestSpace } from '../fixture/api.ts';
import { flightsDefinition } from '../fixture/test-space.ts';

let api: Api;

beforeAll(async () => {
  api = await serveTestSpace(flightsDefinition(), { introspection: false });
  await api.data(FIVE_AIRPORTS);
});

afterAll(() => api[Symbol.asyncDispose]());

test.each([
  getIntrospectionQuery(),
  '{ __schema { types { name } } }',
  '{ airports { code } __type(name: "Airport") { name } }',
  'query Q { ...F } fragment F on Query { s: __schema { queryType { name } } }',
])('refuses what asks for the schema: %.40s', async (query) => {
  const { data, errors } = await api.send(query);
  expect(data).toBeUndefined();
  expect(errors?.[0]?.message).toMatch(/^GraphQL introspection has been disabled/);
  expect(errors?.[0]?.extensions?.code).toBe('INVALID_INPUT');
});

test('refuses it over a WebSocket too', async () => {
  const client = createClient({ url: api.server.graphql.replace('http', 'ws') });
  const failure = await new Promise((resolve) => {
    client.subscribe(
      { query: '{ __schema { types { name } } }' },
      {
        next: () => resolve('an answer'),
        error: resolve,
        complete: () => resolve('an end'),
      },
    );
  });
  await client.dispose();
  expect(JSON.stringify(failure)).toMatch(/^\[\{"message":"GraphQL introspection has been/);
});

test('suggests no names', async () => {
  expect((await api.error('{ airport(where: { code: { eq: "JFK" } }) { nam } }')).message).toBe(
    'Cannot query field "nam" on type "Airport".',
  );
  expect((await api.error('{ airportz { code } }')).message).toBe(
    'Cannot query field "airportz" on type "Query".',
  );
  expect((await api.error('{ airports(wher: {}) { code } }')).message).toBe(
    'Unknown argument "wher" on field "Query.airports".',
  );
});

test('answers all the rest, and names of types', async () => {
  const query = '{ airport(where: { code: { eq: "JFK" } }) { __typename code } }';
  expect(await api.data(query)).toEqual({ airport: { __typename: 'Airport', code: 'JFK' } });
});
