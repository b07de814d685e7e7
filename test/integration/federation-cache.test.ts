/** How long answers may be kept, as caches and routers are told. */

import { describe, expect, onTestFinished, test } from 'vitest';
import { parseDefinition } from '../../src/definition/parse.ts';
import { type Api, serveTestSpace } from '../fixture/api.ts';

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key"])';
const SDL = `${LINK}
  type City @node @key(fields: "code") @cacheControl(maxAge: 60) {
    code: ID! @id
    name: String
    mayor: String @cacheControl(maxAge: 5, scope: PRIVATE)
    at: Point
    roads: [City!]! @relationship(type: "ROAD", direction: OUT) @cacheControl(maxAge: 10)
    rivers: [River!]! @relationship(type: "RIVER", direction: OUT)
  }
  type River @node @key(fields: "name") { name: ID! @id }
`;
const MODEL =
  'model\n  schema 1.1\ntype user\ntype City\n  relations\n    define read: [user, user:*]\n';

async function serve(sdl: string): Promise<Api> {
  const api = await serveTestSpace(parseDefinition(sdl));
  onTestFinished(() => api[Symbol.asyncDispose]());
  await api.data('mutation { createCities(input: [{ code: "A" }]) { info { nodesCreated } } }');
  return api;
}

async function policyOf({ server }: Api, query: string): Promise<string | null> {
  const response = await fetch(server.graphql, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  await response.text();
  return response.headers.get('cache-control');
}

const CITY = '_entities(representations: [{ __typename: "City", code: "A" }])';

describe('an answer', () => {
  test.each([
    ['of a type', '{ cities { code name at { latitude } } }', 'max-age=60, public'],
    ['of an entity', `{ ${CITY} { ... on City { name } } }`, 'max-age=60, public'],
    ['by a fragment', `{ ${CITY} { ...C } } fragment C on City { name }`, 'max-age=60, public'],
    ['of a connection', '{ citiesConnection { edges { node { name } } } }', 'max-age=60, public'],
    ['of a field that says less', '{ cities { roads { code } } }', 'max-age=10, public'],
    ['of a field for one caller', '{ cities { mayor } }', 'max-age=5, private'],
    ['of a type that says nothing', '{ cities { rivers { name } } }', 'no-store'],
    ['of no type', '{ citiesConnection { totalCount } }', 'no-store'],
    ['of nothing', '{ __typename }', 'no-store'],
    [
      'to a mutation',
      'mutation { deleteCities(where: { code: { eq: "x" } }) { nodesDeleted } }',
      'no-store',
    ],
    ['with an error', '{ city(where: { OR: [] }) { name } node(id: 1.5) { id } }', null],
  ])('%s may be kept as long as the least of it', async (_name, query, expected) => {
    const api = await serve(SDL);
    expect(await policyOf(api, query)).toBe(expected);
    // The second time it is answered without the GraphQL server.
    expect(await policyOf(api, query)).toBe(expected);
  });

  test('that lacks a part may not be kept', async () => {
    const api = await serve(SDL);
    const query = `{ ${CITY} { ... on City { name } }
      none: _entities(representations: [{ __typename: "None" }]) { ... on City { name } } }`;
    expect(await policyOf(api, query)).toBe('no-store');
  });

  test('under permissions is kept for one caller alone', async () => {
    const api = await serve(SDL);
    await api.space.access.installModel({ source: MODEL });
    expect(await policyOf(api, '{ cities { code } }')).toBe('max-age=60, private');
  });

  test('of a definition that says nothing is told nothing', async () => {
    const api = await serve(SDL.replaceAll(/@cacheControl\([^)]*\)/g, ''));
    expect(await policyOf(api, '{ cities { code } }')).toBeNull();
    expect(await policyOf(api, '{ cities { code } }')).toBeNull();
  });
});

test('what is said of keeping stands in no SDL', async () => {
  const api = await serve(SDL);
  expect(JSON.stringify(await api.data('{ _service { sdl } }'))).not.toContain('cacheControl');
});
