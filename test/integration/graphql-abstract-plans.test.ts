/** Where plans of lists of interfaces and unions take nodes from, and when there is no plan. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseDefinition } from '../../src/definition/parse.ts';
import { type Api, serveTestSpace } from '../fixture/api.ts';

const TYPES = 100;

const DEFINITION = `
  interface Named {
    code: ID!
    tag: String
  }
  interface Part {
    size: Int
    parts: [Part!]! @declareRelationship
  }
  union Placed @plural(value: "places") = City | Land
  type City implements Named @node { code: ID! @id tag: String @index people: Int }
  type Land implements Named @node { code: ID! @id tag: String @index area: Int }
  ${Array.from(
    { length: TYPES },
    (_, at) => `type Part${at} implements Part @node {
      size: Int
      parts: [Part!]! @relationship(type: "HAS", direction: OUT)
    }`,
  ).join('\n')}
`;

let api: Api;

beforeAll(async () => {
  api = await serveTestSpace(parseDefinition(DEFINITION));
  await api.data(`mutation {
    createCities(input: [
      { code: "a", tag: "x", people: 1 } { code: "b", tag: "y", people: 2 } { code: "c" }
    ]) { info { nodesCreated } }
    createLands(input: [{ code: "a", tag: "y", area: 9 }, { code: "d", tag: "z" }]) {
      info { nodesCreated } }
    createPart7s(input: [{ size: 1, parts: { create: [
      { node: { Part99: { size: 2, parts: { create: [{ node: { Part0: { size: 3 } } }] } } } }
    ] } }]) { info { nodesCreated } }
  }`);
});

afterAll(async () => {
  expect(api.internalErrors).toEqual([]);
  await api[Symbol.asyncDispose]();
});

interface Explained {
  readonly data: unknown;
  readonly explain: {
    readonly answeredBy: string;
    readonly plan?: readonly string[];
    readonly reason?: string;
  };
}

async function explained(query: string, variables?: object): Promise<Explained> {
  const response = await fetch(api.server.graphql, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables, extensions: { explain: true } }),
  });
  const { data, extensions } = (await response.json()) as {
    readonly data: unknown;
    readonly extensions: { readonly explain: Explained['explain'] };
  };
  return { data, explain: extensions.explain };
}

/** What a plan answers, as resolvers do, and where it takes nodes from. */
async function planned(selection: string, variables: object = {}, head = ''): Promise<unknown[]> {
  const { data, explain } = await explained(`query ${head} { ${selection} }`, variables);
  expect(explain.answeredBy).toBe('PLAN');
  const asked = `query ${head} { ${selection} __schema { queryType { name } } }`;
  const { __schema: _, ...resolved } = await api.data(asked, variables);
  expect(data).toEqual(resolved);
  const [line = ''] = explain.plan ?? [];
  return [data, line.replace(/^\w+: (?:list|page) /, '').replace(/, (?:where|limit).*$/, '')];
}

test('a list goes over the nodes of each type', async () => {
  const [, from] = await planned('nameds { code }');
  expect(from).toBe('scan of City and scan of Land');
  const [, byType] = await planned('nameds(where: { typename: [Land] }) { code }');
  expect(byType).toBe('scan of Land');
  const [none, fromNone] = await planned('nameds(where: { typename: [] }) { code }');
  expect(none).toEqual({ nameds: [] });
  expect(fromNone).toBe('nothing');
});

test('a natural key finds the node of each type that has it', async () => {
  const selection = 'nameds(where: { code: { eq: $code } }) { __typename code }';
  for (const [code, types] of [
    ['a', ['City', 'Land']],
    ['d', ['Land']],
    ['none', []],
  ] as const) {
    const [data, from] = await planned(selection, { code }, '($code: ID)');
    const { nameds } = data as { nameds: { __typename: string }[] };
    expect(nameds.map(({ __typename }) => __typename).sort()).toEqual(types);
    expect(from).toBe('by ids of City: a variable and by ids of Land: a variable');
  }
});

test('an id finds a node of the types that are asked for', async () => {
  const { cities } = await api.data('{ cities(where: { code: { eq: "b" } }) { id } }');
  const [{ id } = { id: '' }] = cities as { id: string }[];
  const named = 'nameds(where: { id: { eq: $id } }) { code }';
  expect((await planned(named, { id }, '($id: ID)'))[0]).toEqual({ nameds: [{ code: 'b' }] });
  const placed = (type: string) => `places(where: { ${type}: { id: { eq: $id } } }) { __typename }`;
  expect((await planned(placed('City'), { id }, '($id: ID)'))[0]).toEqual({
    places: [{ __typename: 'City' }],
  });
  expect((await planned(placed('Land'), { id }, '($id: ID)'))[0]).toEqual({ places: [] });
  const both = `places(where: { City: { id: { eq: $id } }, Land: { id: { eq: $id } } }) {
    __typename }`;
  expect((await planned(both, { id }, '($id: ID)'))[0]).toEqual({
    places: [{ __typename: 'City' }],
  });
});

test('values are looked up by the index of each type', async () => {
  const [data, from] = await planned(
    'nameds(where: { tag: { eq: "y" } }, sort: [{ code: ASC }]) { __typename code }',
  );
  expect(data).toEqual({
    nameds: [
      { __typename: 'Land', code: 'a' },
      { __typename: 'City', code: 'b' },
    ],
  });
  expect(from).toBe('index City(tag) at "y" and index Land(tag) at "y"');
  const [page, range] = await planned(
    `namedsConnection(where: { tag: { gt: "x" } }, sort: [{ tag: DESC }], first: 2) {
      totalCount edges { cursor node { tag ... on City { people } ... on Land { area } } }
      pageInfo { hasNextPage } }`,
  );
  expect(page).toMatchObject({
    namedsConnection: {
      totalCount: 3,
      edges: [{ node: { tag: 'z', area: null } }, { node: { tag: 'y' } }],
      pageInfo: { hasNextPage: true },
    },
  });
  expect(range).toBe('index City(tag) > "x" and index Land(tag) > "x"');
  const [union, ofUnion] = await planned(
    'places(where: { City: { tag: { eq: "x" } }, Land: { area: { gt: 8 } } }) { __typename }',
  );
  expect(union).toEqual({ places: expect.arrayContaining([{ __typename: 'City' }]) });
  expect(ofUnion).toBe('index City(tag) at "x" and scan of Land');
});

test('what would be asked of too many types in one another is left to resolvers', async () => {
  const nested = (depth: number): string =>
    depth === 0 ? '{ size }' : `{ size parts(limit: 2) ${nested(depth - 1)} }`;
  const few = await explained(`{ parts(limit: 1, where: { size: { eq: 1 } }) ${nested(1)} }`);
  expect(few.explain.answeredBy).toBe('PLAN');
  const many = await explained(`{ parts(limit: 1, where: { size: { eq: 1 } }) ${nested(8)} }`);
  expect(many.explain).toMatchObject({ answeredBy: 'RESOLVERS' });
  expect(many.data).toMatchObject({
    parts: [{ size: 1, parts: [{ size: 2, parts: [{ size: 3, parts: [] }] }] }],
  });
});
