/** Interfaces and unions in the API: lists, pages, filters, figures and fragments. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseDefinition } from '../../src/definition/parse.ts';
import { type Api, serveTestSpace } from '../fixture/api.ts';
import { FILMS, SOME_FILMS } from '../fixture/films.ts';

let api: Api;

beforeAll(async () => {
  api = await serveTestSpace(parseDefinition(FILMS));
  await api.data(SOME_FILMS);
});

afterAll(() => api[Symbol.asyncDispose]());

/** The titles in a list of productions, in order. */
async function titles(args: string): Promise<string> {
  const { productions } = await api.data(`{ productions${args} { title } }`);
  return (productions as { title: string }[]).map(({ title }) => title).join(' ');
}

/** Those of the productions that an actor is in. */
async function actedIn(args: string, name = 'ann'): Promise<string> {
  const where = `where: { name: { eq: "${name}" } }`;
  const { actor } = await api.data(`{ actor(${where}) { actedIn${args} { title } } }`);
  const { actedIn: productions } = actor as { actedIn: { title: string }[] };
  return productions.map(({ title }) => title).join(' ');
}

/** The names of actors that match, in order. */
async function actors(where: string): Promise<string> {
  const query = `{ actors(where: ${where}, sort: [{ name: ASC }]) { name } }`;
  const { actors: found } = await api.data(query);
  return (found as { name: string }[]).map(({ name }) => name).join(' ');
}

/** Names or titles of what an actor likes, in the order of these. */
async function likes(args: string): Promise<string> {
  const { actor } = await api.data(`{ actor(where: { name: { eq: "ann" } }) { likes${args} {
    ... on Movie { text: title } ... on Actor { text: name } } } }`);
  const { likes: found } = actor as { likes: { text: string }[] };
  return found
    .map(({ text }) => text)
    .sort()
    .join(' ');
}

describe('an interface', () => {
  test('lists the nodes of all its types, by its fields', async () => {
    expect(await titles('(sort: [{ title: ASC }])')).toBe('alien brazil cheers dallas');
    expect(await titles('(sort: [{ year: DESC }], limit: 2, offset: 1)')).toBe('cheers alien');
    const { productions } = await api.data('{ productions { id __typename } }');
    const ids = (productions as { id: string }[]).map(({ id }) => id);
    expect(ids).toHaveLength(4);
    expect(ids).toEqual(ids.toSorted());
  });

  test('is asked for fields of one of its types, and of every node', async () => {
    const query = `{ productions(sort: [{ title: ASC }], limit: 3) {
      __typename ...Common ... on Movie { length } ... on Series { episodes actors { name } }
    } } fragment Common on Production { ... on Node { version } title }`;
    const { productions } = await api.data(query);
    const version = expect.stringMatching(/./);
    expect(productions).toEqual([
      { __typename: 'Movie', version, title: 'alien', length: 117 },
      { __typename: 'Movie', version, title: 'brazil', length: 143 },
      { __typename: 'Series', version, title: 'cheers', episodes: 273, actors: [{ name: 'bob' }] },
    ]);
  });

  test('is filtered by its fields, by types and by relationships', async () => {
    expect(await titles('(where: { year: { lt: 1982 } }, sort: [{ title: ASC }])')).toBe(
      'alien dallas',
    );
    expect(await titles('(where: { typename: [Series] }, sort: [{ title: ASC }])')).toBe(
      'cheers dallas',
    );
    expect(await titles('(where: { typename: Movie, NOT: { title: { eq: "alien" } } })')).toBe(
      'brazil',
    );
    expect(
      await titles(
        '(where: { OR: [{ typename: [Movie], year: { gt: 1980 } }, ' +
          '{ title: { startsWith: "d" } }] }, sort: [{ title: ASC }])',
      ),
    ).toBe('brazil dallas');
    expect(await titles('(where: { typename: [] })')).toBe('');
    expect(await titles('(where: { actors: { some: { name: { eq: "bob" } } } })')).toBe('cheers');
    expect(
      await titles('(where: { actorsConnection: { single: { edge: { part: { eq: "ash" } } } } })'),
    ).toBe('alien');
  });

  test('is found by an id, of the type that its filter asks for', async () => {
    const { movies } = await api.data('{ movies(where: { title: { eq: "alien" } }) { id } }');
    const [{ id } = { id: '' }] = movies as { id: string }[];
    expect(await titles(`(where: { id: { eq: "${id}" } })`)).toBe('alien');
    expect(await titles(`(where: { id: { eq: "${id}" }, typename: [Series] })`)).toBe('');
  });

  test('has pages whose cursors hold across types', async () => {
    const found: string[] = [];
    let after = '';
    for (let page = 0; page < 5; page++) {
      const { productionsConnection } = await api.data(`{
        productionsConnection(sort: [{ year: ASC }], first: 1${after}) {
          totalCount edges { node { title } } pageInfo { endCursor hasNextPage } } }`);
      const { totalCount, edges, pageInfo } = productionsConnection as {
        readonly totalCount: number;
        readonly edges: { node: { title: string } }[];
        readonly pageInfo: { endCursor: string; hasNextPage: boolean };
      };
      expect(totalCount).toBe(4);
      found.push(...edges.map(({ node }) => node.title));
      if (!pageInfo.hasNextPage) break;
      after = `, after: "${pageInfo.endCursor}"`;
    }
    expect(found.join(' ')).toBe('dallas alien cheers brazil');
  });

  test('has figures and groups over the nodes of all its types', async () => {
    const query = `{ productionsConnection(where: { year: { gt: 1978 } }) {
      aggregate { count { nodes } node { year { min max sum } title { longest } } }
      groups(by: [year]) { values { year } count { nodes } }
    } }`;
    expect(await api.data(query)).toEqual({
      productionsConnection: {
        aggregate: {
          count: { nodes: 3 },
          node: { year: { min: 1979, max: 1985, sum: '5946' }, title: { longest: 'brazil' } },
        },
        groups: [
          { values: { year: 1979 }, count: { nodes: 1 } },
          { values: { year: 1982 }, count: { nodes: 1 } },
          { values: { year: 1985 }, count: { nodes: 1 } },
        ],
      },
    });
  });
});

describe('a relationship to an interface', () => {
  test('leads to nodes of all its types, and to no others', async () => {
    expect(await actedIn('(sort: [{ title: ASC }])')).toBe('alien brazil dallas');
    expect(await actedIn('(where: { typename: [Movie] }, sort: [{ title: DESC }])')).toBe(
      'brazil alien',
    );
    expect(await actedIn('(where: { year: { lt: 1979 } })')).toBe('dallas');
  });

  test('has a connection with the properties of its edges', async () => {
    const query = `{ actor(where: { name: { eq: "ann" } }) {
      actedInConnection(where: { edge: { part: { gt: "b" } } }, sort: [{ edge: { part: DESC } }]) {
        totalCount
        edges { properties { part } node { __typename title ... on Movie { length } } }
        aggregate { count { nodes edges } node { year { max } } edge { part { min } } }
      } } }`;
    expect(await api.data(query)).toEqual({
      actor: {
        actedInConnection: {
          totalCount: 2,
          edges: [
            { properties: { part: 'sue' }, node: { __typename: 'Series', title: 'dallas' } },
            {
              properties: { part: 'jill' },
              node: { __typename: 'Movie', title: 'brazil', length: 143 },
            },
          ],
          aggregate: {
            count: { nodes: 2, edges: 2 },
            node: { year: { max: 1985 } },
            edge: { part: { min: 'jill' } },
          },
        },
      },
    });
  });

  test('is filtered through', async () => {
    expect(await actors('{ actedIn: { some: { typename: [Series] } } }')).toBe('ann bob');
    expect(await actors('{ actedIn: { all: { typename: [Series] } } }')).toBe('bob cid');
    expect(await actors('{ actedIn: { none: { year: { lt: 1980 } } } }')).toBe('bob cid');
    expect(await actors('{ actedIn: { single: { typename: [Movie, Series] } } }')).toBe('bob');
    expect(
      await actors(
        '{ actedInConnection: { some: { node: { typename: [Movie] }, ' +
          'edge: { part: { eq: "ash" } } } } }',
      ),
    ).toBe('ann');
  });
});

describe('a union', () => {
  test('lists nodes of its types, of those alone that its filter names', async () => {
    const all = '{ __typename ... on Movie { title } ... on Actor { name } }';
    const { favourites } = await api.data(`{ favourites ${all} }`);
    expect(favourites).toHaveLength(5);
    expect(
      await api.data(`{ favourites(where: { Movie: { title: { eq: "alien" } } }) ${all} }`),
    ).toEqual({ favourites: [{ __typename: 'Movie', title: 'alien' }] });
    const { favourites: two } = await api.data(`{ favourites(where: {
      Movie: { title: { eq: "alien" } }, Actor: { name: { in: ["bob"] } } }) ${all} }`);
    expect(two).toHaveLength(2);
    expect(two).toContainEqual({ __typename: 'Actor', name: 'bob' });
    const { favourites: movies } = await api.data(`{ favourites(where: { Movie: {} }) ${all} }`);
    expect(movies).toHaveLength(2);
    const { favourites: paged } = await api.data(`{ favourites(limit: 2, offset: 4) ${all} }`);
    expect(paged).toHaveLength(1);
  });

  test('is at the end of a relationship', async () => {
    expect(await likes('')).toBe('alien bob cid');
    expect(await likes('(where: { Actor: { NOT: { name: { eq: "bob" } } } })')).toBe('cid');
    expect(await likes('(where: { Actor: { name: { eq: "bob" } }, Movie: {} })')).toBe('alien bob');
    expect(await likes('(limit: 0)')).toBe('');
  });

  test('has a connection, with conditions by type', async () => {
    const query = (where: string) => `{ actor(where: { name: { eq: "ann" } }) {
      likesConnection(where: ${where}) { totalCount edges { node { ... on Actor { name } } }
        aggregate { count { nodes edges } } } } }`;
    expect(await api.data(query('{ Actor: { node: { name: { eq: "cid" } } } }'))).toEqual({
      actor: {
        likesConnection: {
          totalCount: 1,
          edges: [{ node: { name: 'cid' } }],
          aggregate: { count: { nodes: 1, edges: 1 } },
        },
      },
    });
    expect(await api.data(query('{}'))).toMatchObject({
      actor: { likesConnection: { totalCount: 3 } },
    });
  });

  test('is filtered through', async () => {
    expect(await actors('{ likes: { some: { Movie: { title: { eq: "alien" } } } } }')).toBe('ann');
    expect(await actors('{ likes: { some: { Actor: { name: { eq: "alien" } } } } }')).toBe('');
    expect(await actors('{ likes: { none: { Actor: {} } } }')).toBe('bob cid');
    expect(await actors('{ likes: { single: { Movie: {} } } }')).toBe('ann bob');
    expect(await actors('{ likes: { all: { Movie: {} } } }')).toBe('bob cid');
    expect(
      await actors('{ likesConnection: { some: { Movie: { node: { length: { gt: 120 } } } } } }'),
    ).toBe('bob');
  });
});

test('limits hold: sizes of lists count, and so does depth', async () => {
  const cost = await api.error('{ productions { actors { actedIn { actors { name } } } } }');
  expect(cost.extensions).toMatchObject({ code: 'LIMIT_EXCEEDED' });
  const open = '{ actors(limit: 1) { actedIn(limit: 1) '.repeat(9);
  const deep = `{ productions(limit: 1) ${open} { id }`;
  const error = await api.error(`${deep}${' } }'.repeat(9)} }`);
  expect(error.extensions).toMatchObject({
    code: 'LIMIT_EXCEEDED',
    facts: { limit: 'GRAPHQL_DEPTH_MAX' },
  });
  expect(await api.error('{ productions(limit: 10001) { id } }')).toMatchObject({
    extensions: { code: 'LIMIT_EXCEEDED' },
  });
});

test('nothing went wrong inside', () => {
  expect(api.internalErrors).toEqual([]);
});
