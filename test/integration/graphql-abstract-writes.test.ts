/** Nested writes through relationships to interfaces and unions. */

import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseDefinition } from '../../src/definition/parse.ts';
import { type Api, serveTestSpace } from '../fixture/api.ts';
import { FILMS, SOME_FILMS } from '../fixture/films.ts';

let api: Api;

beforeEach(async () => {
  api = await serveTestSpace(parseDefinition(FILMS));
  await api.data(SOME_FILMS);
});

afterEach(async () => {
  expect(api.internalErrors).toEqual([]);
  await api[Symbol.asyncDispose]();
});

/** What an actor is in, with its part, and what it likes, in the order of the texts. */
async function linesOf(name: string): Promise<string> {
  const { actor } = await api.data(
    `query ($name: String) { actor(where: { name: { eq: $name } }) {
      actedInConnection { edges { properties { part } node { __typename title year } } }
      likes { __typename ... on Movie { text: title } ... on Actor { text: name } }
    } }`,
    { name },
  );
  const { actedInConnection, likes } = actor as {
    readonly actedInConnection: {
      readonly edges: readonly {
        readonly properties: { readonly part: string | null };
        readonly node: { readonly __typename: string; readonly title: string; year: number | null };
      }[];
    };
    readonly likes: readonly { readonly __typename: string; readonly text: string }[];
  };
  const acted = actedInConnection.edges.map(({ properties: { part }, node }) => {
    return `${node.__typename} ${node.title} ${node.year} as ${part}`;
  });
  return [...acted, ...likes.map(({ __typename, text }) => `likes ${__typename} ${text}`)]
    .sort()
    .join(', ');
}

function update(name: string, input: string): string {
  return `mutation { updateActors(where: { name: { eq: "${name}" } }, update: ${input}) {
    info { nodesCreated nodesDeleted relationshipsCreated relationshipsDeleted } } }`;
}

/** Nodes created and deleted, edges created and deleted. */
async function written(mutation: string): Promise<readonly unknown[]> {
  const data = await api.data(mutation);
  const [{ info }] = Object.values(data) as [{ info: Record<string, number> }];
  return Object.values(info);
}

const ANN = 'Movie alien 1979 as ash, Movie brazil 1985 as jill, Series dallas 1978 as sue';
const LIKED = 'likes Actor bob, likes Actor cid, likes Movie alien';

test('a create makes and connects nodes of any type of an interface, and of a union', async () => {
  const counts = await written(`mutation { createActors(input: [{ name: "dee"
    actedIn: {
      create: [
        { node: { Movie: { title: "eraserhead", year: 1977, length: 89 } }, edge: { part: "x" } }
        { node: { Series: { title: "fargo", actors: { create: [{ node: { name: "eve" } }] } } } }
      ]
      connect: [{ where: { node: { year: { gte: 1982 } } }, edge: { part: "y" } }]
    }
    likes: {
      Movie: { create: [{ node: { title: "gilda" } }] }
      Actor: { create: [{ node: { name: "fay" } }], connect: [{ where: { node: {
        name: { eq: "ann" } } } }] }
    }
  }]) { info { nodesCreated relationshipsCreated } } }`);
  expect(counts).toEqual([6, 8]);
  expect(await linesOf('dee')).toBe(
    'Movie brazil 1985 as y, Movie eraserhead 1977 as x, Series cheers 1982 as y, ' +
      'Series fargo null as null, likes Actor ann, likes Actor fay, likes Movie gilda',
  );
  expect(await linesOf('eve')).toBe('Series fargo null as null');
});

test('an update disconnects what a condition on the interface or its types picks', async () => {
  const input = '{ actedIn: [{ disconnect: [{ where: { node: { typename: [Movie] } } }] }] }';
  expect(await written(update('ann', input))).toEqual([0, 0, 0, 2]);
  expect(await linesOf('ann')).toBe(`Series dallas 1978 as sue, ${LIKED}`);
  expect(await api.data('{ movies { title } plays { cast { name } } }')).toEqual({
    movies: [{ title: expect.anything() }, { title: expect.anything() }],
    plays: [{ cast: [{ name: 'ann' }] }],
  });
});

test('an update deletes nodes of any type of the interface, and none beside it', async () => {
  const deleted = await written(update('ann', '{ actedIn: [{ delete: [{}] }] }'));
  expect(deleted).toEqual([0, 3, 0, 5]);
  expect(await linesOf('ann')).toBe('likes Actor bob, likes Actor cid');
  expect(await api.data('{ productions { title } plays { title } }')).toEqual({
    productions: [{ title: 'cheers' }],
    plays: [{ title: 'equus' }],
  });
});

test('an update changes what the types have in common, and edges', async () => {
  const input = `{ actedIn: [{ update: [{
    where: { node: { year: { lt: 1980 } } }
    node: { year: { add: 100 }, actors: [{ connect: [{ where: { node: {
      name: { eq: "cid" } } } }] }] }
    edge: { part: { set: "z" } }
  }] }] }`;
  expect(await written(update('ann', input))).toEqual([0, 0, 2, 0]);
  expect(await linesOf('ann')).toBe(
    `Movie alien 2079 as z, Movie brazil 1985 as jill, Series dallas 2078 as z, ${LIKED}`,
  );
  expect(await linesOf('cid')).toBe('Movie alien 2079 as null, Series dallas 2078 as null');
});

test('an update writes a relationship to a union type by type', async () => {
  const input = `{ likes: {
    Actor: [
      { disconnect: [{ where: { node: { name: { eq: "bob" } } } }] }
      { update: [{ where: { node: { name: { eq: "cid" } } }, node: { likes: {
        Movie: [{ create: [{ node: { title: "heat" } }] }] } } }] }
    ]
    Movie: [{ delete: [{}], connect: [{ where: { node: { title: { eq: "brazil" } } } }] }]
  } }`;
  expect(await written(update('ann', input))).toEqual([1, 1, 2, 3]);
  expect(await linesOf('ann')).toBe(
    'Movie brazil 1985 as jill, Series dallas 1978 as sue, likes Actor cid, likes Movie brazil',
  );
  expect(await linesOf('cid')).toBe('likes Movie heat');
});

test('what fails leaves nothing, and says where it is in the input', async () => {
  const none = `{ actedIn: [{ create: [{ node: { Movie: { title: "i" } } }] }
    { connect: [{ where: { node: { title: { eq: "nothing" } } } }] }] }`;
  expect(await api.error(update('ann', none))).toMatchObject({
    message: 'connect of actedIn to Production expected at least one node, got none',
    extensions: {
      code: 'NOT_FOUND',
      inputPath: ['update', 'actedIn', 1, 'connect', 0],
    },
  });
  const key = `mutation { createActors(input: [{ name: "dee", likes: {
    Movie: { create: [{ node: { title: "j" } }] }
    Actor: { create: [{ node: { name: "ann" } }] } } }]) { info { nodesCreated } } }`;
  expect(await api.error(key)).toMatchObject({
    extensions: {
      code: 'ALREADY_EXISTS',
      inputPath: ['input', 0, 'likes', 'Actor', 'create', 0, 'node', 'name'],
    },
  });
  const required = `mutation { createActors(input: [{ name: "dee", actedIn: { create: [
    { node: { Series: { title: null } } }] } }]) { info { nodesCreated } } }`;
  expect(await api.error(required)).toMatchObject({ extensions: { code: 'INVALID_INPUT' } });
  expect(await linesOf('ann')).toBe(`${ANN}, ${LIKED}`);
  expect(await api.data('{ productions { id } favourites { __typename } }')).toMatchObject({
    productions: [{}, {}, {}, {}],
    favourites: [{}, {}, {}, {}, {}],
  });
});

test('a node that is created is of one type', async () => {
  for (const node of [
    '{}',
    '{ Movie: { title: "a" }, Series: { title: "b" } }',
    '{ Movie: null }',
  ]) {
    const input = `{ actedIn: [{ create: [{ node: ${node} }] }] }`;
    expect(await api.error(update('ann', input))).toMatchObject({
      extensions: { code: 'INVALID_INPUT' },
    });
  }
  const variables = { input: [{ name: 'dee', actedIn: { create: [{ node: {} }] } }] };
  const mutation = `mutation ($input: [ActorCreateInput!]!) {
    createActors(input: $input) { info { nodesCreated } } }`;
  expect(await api.error(mutation, variables)).toMatchObject({
    message: expect.stringContaining('ProductionCreateInput'),
    extensions: { code: 'INVALID_INPUT' },
  });
});

test('an edge leads to types of its relationships alone', async () => {
  const { space } = api;
  const write = (type: string, to: string) =>
    space.write({ actor: 'user:acme/root' }, (draft) => {
      const actor = draft.createNode('Actor', { key: `${type} ${to}` });
      const node = draft.createNode(to, to === 'Actor' ? { key: 'other' } : {});
      draft.createEdge({ from: actor, type, to: node });
      if (to !== 'Actor') draft.setNodeValue(node, 'title', 'k');
    });
  await write('ACTED_IN', 'Series');
  await write('LIKES', 'Movie');
  await expect(write('LIKES', 'Series')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  await expect(write('ACTED_IN', 'Actor')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
});

test('a version that is expected holds for a node of an interface', async () => {
  const { productions } = await api.data(
    '{ productions(where: { title: { eq: "dallas" } }) { version } }',
  );
  const [{ version } = { version: '' }] = productions as { version: string }[];
  const input = (expected: string) => `{ actedIn: [{ update: [{
    where: { node: { title: { eq: "dallas" } } }, ifVersion: "${expected}"
    node: { year: { set: 2000 } } }] }] }`;
  await written(update('ann', input(version)));
  expect(await linesOf('ann')).toContain('dallas 2000');
  expect(await api.error(update('ann', input(version)))).toMatchObject({
    extensions: { code: 'CONFLICT' },
  });
});
