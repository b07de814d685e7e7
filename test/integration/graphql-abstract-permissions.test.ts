/** What a caller may not read is hidden through interfaces and unions as through types. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseDefinition } from '../../src/definition/parse.ts';
import { PRINCIPAL_HEADER } from '../../src/server/authentication/credential.ts';
import { type Api, type ApiResult, serveTestSpace } from '../fixture/api.ts';
import { FILMS, SOME_FILMS } from '../fixture/films.ts';

const EVE = 'user:acme/eve';

/** The year of movies goes by `read.year`, that of series by `see`. */
const DEFINITION = FILMS.replace('year: Int @index', 'year: Int @index @access(read: "see")');

const MODEL = `model
  schema 1.1
type user
${['Movie', 'Series', 'Actor', 'Play', 'ACTED_IN', 'LIKES']
  .map(
    (name) => `type ${name}
  relations
    define read: [user, user:*]
    define write: [user]
    define see: [user]
    define read.year: [user]
    define read.part: [user]`,
  )
  .join('\n')}
`;

let api: Api;

beforeAll(async () => {
  api = await serveTestSpace(parseDefinition(DEFINITION));
  await api.data(SOME_FILMS);
  const { allSeries, actors } = await api.data('{ allSeries { id title } actors { id name } }');
  const { access } = api.space;
  await access.installModel({ source: MODEL });
  const open = ['Movie:*', 'Play:*', 'ACTED_IN:*', 'LIKES:*'];
  const seen = [
    ...(allSeries as { id: string; title: string }[])
      .filter(({ title }) => title === 'cheers')
      .map(({ id }) => `Series:${id}`),
    ...(actors as { id: string; name: string }[])
      .filter(({ name }) => name !== 'cid')
      .map(({ id }) => `Actor:${id}`),
  ];
  await access.grant(
    [...open, ...seen].map((object) => ({ object, relation: 'read', subject: EVE })),
  );
});

afterAll(async () => {
  expect(api.internalErrors).toEqual([]);
  await api[Symbol.asyncDispose]();
});

async function ask(query: string): Promise<ApiResult & { extensions?: { hidden?: unknown } }> {
  const response = await fetch(api.server.graphql, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [PRINCIPAL_HEADER]: EVE },
    body: JSON.stringify({ query }),
  });
  return (await response.json()) as ApiResult;
}

/** As a plan answers, and as resolvers do, which a field of the schema asks for. */
async function both(selection: string): Promise<object> {
  const [planned, { data, ...resolved }] = await Promise.all([
    ask(`{ ${selection} }`),
    ask(`{ ${selection} __schema { queryType { name } } }`),
  ]);
  const { __schema: _, ...rest } = data ?? {};
  expect(planned).toEqual({ data: rest, ...resolved });
  return planned;
}

test('hidden nodes are in no list, count, figure or group', async () => {
  expect(await both('productions(sort: [{ title: ASC }]) { title }')).toMatchObject({
    data: { productions: [{ title: 'alien' }, { title: 'brazil' }, { title: 'cheers' }] },
  });
  expect(
    await both(`productionsConnection { totalCount aggregate { count { nodes } node { title {
      max } } } groups(by: [title]) { values { title } } }`),
  ).toMatchObject({
    data: {
      productionsConnection: {
        totalCount: 3,
        aggregate: { count: { nodes: 3 }, node: { title: { max: 'cheers' } } },
        groups: [{}, {}, {}],
      },
    },
  });
  expect(await both('favourites(where: { Actor: {} }) { ... on Actor { name } }')).toMatchObject({
    data: { favourites: [{}, {}] },
  });
  const ann = 'actor(where: { name: { eq: "ann" } })';
  expect(
    await both(`${ann} { actedIn { title } actedInConnection { totalCount } likes { ... on Actor {
      name } } likesConnection { totalCount aggregate { count { nodes } } } }`),
  ).toMatchObject({
    data: {
      actor: {
        actedIn: [{}, {}],
        actedInConnection: { totalCount: 2 },
        likes: [{}, {}],
        likesConnection: { totalCount: 2, aggregate: { count: { nodes: 2 } } },
      },
    },
  });
});

test('hidden fields are missing to filters, orders and figures', async () => {
  expect(await both('productions(where: { year: { gt: 0 } }) { title }')).toMatchObject({
    data: { productions: [] },
  });
  expect(await both('productions(where: { NOT: { year: { gt: 0 } } }) { title }')).toMatchObject({
    data: { productions: [{}, {}, {}] },
  });
  expect(
    await both('productionsConnection { aggregate { node { year { count max } } } }'),
  ).toMatchObject({
    data: { productionsConnection: { aggregate: { node: { year: { count: 0, max: null } } } } },
  });
  expect(
    await both('actors(where: { actedIn: { some: { typename: [Series] } } }) { name }'),
  ).toMatchObject({ data: { actors: [{ name: 'bob' }] } });
  expect(
    await both(`actors(where: { actedInConnection: { some: { edge: { part: { gt: "" } } } } }) {
      name }`),
  ).toMatchObject({ data: { actors: [] } });
});

test('a hidden field is null, and told with the relation of its own type', async () => {
  const answer = await both('productions(sort: [{ title: ASC }]) { year __typename }');
  expect(answer).toEqual({
    data: {
      productions: [
        { year: null, __typename: 'Movie' },
        { year: null, __typename: 'Movie' },
        { year: null, __typename: 'Series' },
      ],
    },
    extensions: {
      hidden: ['Movie', 'Movie', 'Series'].map((type, index) => ({
        path: ['productions', index, 'year'],
        code: 'NOT_GRANTED',
        relation: type === 'Series' ? 'see' : 'read.year',
      })),
    },
  });
  await both('productions { a: title ... on Movie { b: year } ... on Series { b: episodes } }');
  await both('productions { ... on Movie { b: length } ... on Series { b: year } }');
  await both(
    'actors(limit: 9) { actedInConnection { edges { properties { part } node { year } } } }',
  );
  await both('favourites { ... on Movie { x: year } ... on Node { id } }');
});
