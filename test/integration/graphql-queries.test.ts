import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fromHex } from '../../src/base/bytes.ts';
import { cidText } from '../../src/crypto/identifier.ts';
import { parseDefinition } from '../../src/definition/parse.ts';
import { verifyProof } from '../../src/proof/verify.ts';
import { type Api, FIVE_AIRPORTS, serveTestSpace } from '../fixture/api.ts';
import { flightsDefinition } from '../fixture/test-space.ts';

let api: Api;

beforeAll(async () => {
  api = await serveTestSpace(flightsDefinition());
  await api.data(FIVE_AIRPORTS);
});

afterAll(() => api[Symbol.asyncDispose]());

/** Codes of the airports that a `where` matches, in the order of their codes. */
async function codes(where: string): Promise<unknown> {
  const { airports } = await api.data(
    `{ airports(where: ${where}, sort: { code: ASC }) { code } }`,
  );
  return (airports as { code: string }[]).map(({ code }) => code);
}

describe('one node', () => {
  test('is found by its natural key with its scalar and nested fields', async () => {
    const query = `{ airport(where: { code: { eq: "JFK" } }) {
      __typename code name city state country location { latitude longitude }
    } }`;
    expect(await api.data(query)).toEqual({
      airport: {
        __typename: 'Airport',
        code: 'JFK',
        name: 'Kennedy',
        city: 'New York',
        state: 'NY',
        country: 'USA',
        location: { latitude: 40.6, longitude: -73.8 },
      },
    });
  });

  test('that is not there is null, as is a nested object without values', async () => {
    const query = `{
      none: airport(where: { code: { eq: "QQQ" } }) { code }
      bare: airport(where: { code: { eq: "BSL" } }) { city location { latitude } }
    }`;
    expect(await api.data(query)).toEqual({ none: null, bare: { city: null, location: null } });
  });

  test('is found by id from `node`, and nothing else is', async () => {
    const { airport } = await api.data('{ airport(where: { code: { eq: "LHR" } }) { id } }');
    const { id } = airport as { id: string };
    expect(id).toMatch(/^[0-9A-Za-z]{16}$/);
    const query = `query ($id: ID!) {
      node(id: $id) { __typename id ... on Airport { code } }
      other: node(id: "0000000000000000") { id }
      text: node(id: "no id at all") { id }
      long: node(id: "${id}${id}") { id }
      listed: airports(where: { id: { in: [$id, "short"] } }) { code }
    }`;
    expect(await api.data(query, { id })).toEqual({
      node: { __typename: 'Airport', id, code: 'LHR' },
      other: null,
      text: null,
      long: null,
      listed: [{ code: 'LHR' }],
    });
  });

  test('is refused where the condition matches several', async () => {
    const error = await api.error('{ airport(where: { country: { eq: "USA" } }) { code } }');
    expect(error).toMatchObject({ extensions: { code: 'INVALID_INPUT', facts: { count: 2 } } });
  });
});

describe('a filter', () => {
  test.each([
    ['{}', ['BSL', 'JFK', 'LAX', 'LHR', 'ZRH']],
    ['{ code: { in: ["LHR", "LHR", "QQQ", "JFK"] } }', ['JFK', 'LHR']],
    ['{ city: { eq: "London" } }', ['LHR']],
    ['{ city: { eq: null } }', ['BSL']],
    ['{ NOT: { city: { eq: null } } }', ['JFK', 'LAX', 'LHR', 'ZRH']],
    ['{ name: { startsWith: "Z" } }', ['ZRH']],
    ['{ name: { endsWith: "es" } }', ['LAX']],
    ['{ name: { contains: "a" } }', ['BSL', 'LHR']],
    ['{ name: { gt: "Basel", lte: "Kennedy" } }', ['JFK', 'LHR']],
    ['{ location: { latitude: { gt: 40 } } }', ['JFK', 'LHR']],
    ['{ location: { latitude: { gte: 33.9 }, longitude: { lt: -100 } } }', ['LAX']],
    ['{ OR: [{ code: { eq: "BSL" } }, { state: { eq: "CA" } }] }', ['BSL', 'LAX']],
    ['{ OR: [] }', []],
    ['{ AND: [] }', ['BSL', 'JFK', 'LAX', 'LHR', 'ZRH']],
    ['{ AND: [{ country: { eq: "CHE" } }, { NOT: { code: { eq: "BSL" } } }] }', ['ZRH']],
    ['{ country: { eq: "CHE" }, code: { eq: "JFK" } }', []],
    ['{ id: { in: [] } }', []],
    ['{ routes: { some: { code: { eq: "ZRH" } } } }', ['JFK', 'LHR']],
    ['{ routes: { none: {} } }', ['BSL', 'LAX', 'ZRH']],
    ['{ routes: { all: { country: { eq: "CHE" } }, some: {} } }', ['LHR']],
    ['{ routes: { single: { country: { eq: "CHE" } } } }', ['JFK']],
    ['{ routesConnection: { some: { edge: { flights: { gte: 20 } } } } }', ['JFK']],
    ['{ arrivalsConnection: { some: { node: { code: { eq: "LHR" } } } } }', ['BSL', 'ZRH']],
  ])('%s matches %j', async (where, expected) => {
    expect(await codes(where)).toEqual(expected);
  });

  test('without a value for an operator other than eq is refused', async () => {
    for (const where of [
      '{ name: { gt: null } }',
      '{ code: { in: null } }',
      '{ id: { eq: null } }',
    ]) {
      const error = await api.error(`{ airports(where: ${where}) { code } }`);
      expect(error.extensions?.code).toBe('INVALID_INPUT');
    }
  });
});

test('text with half a pair of surrogates is refused, and found in no other text', async () => {
  for (const operator of ['eq', 'contains', 'startsWith', 'gt']) {
    const query = `query ($half: String!) { airports(where: { name: { ${operator}: $half } }) {
      code } }`;
    expect(await api.error(query, { half: '\ud83d' })).toMatchObject({
      message: 'name expected well-formed Unicode, got a lone surrogate',
      extensions: { code: 'INVALID_INPUT' },
    });
  }
});

describe('a list', () => {
  test('is sorted by several keys, missing values last', async () => {
    const query = `{
      up: airports(sort: [{ country: ASC }, { code: DESC }]) { code }
      place: airports(sort: [{ location: { latitude: ASC } }, { code: ASC }]) { code }
      down: airports(sort: [{ location: { latitude: DESC } }, { code: ASC }]) { code }
    }`;
    const shown = Object.values(await api.data(query)).map((list) =>
      (list as { code: string }[]).map(({ code }) => code).join(' '),
    );
    expect(shown).toEqual(['ZRH BSL LHR LAX JFK', 'LAX JFK LHR BSL ZRH', 'BSL ZRH LHR JFK LAX']);
  });

  test('is in the order of ids where no sort is given, and cut by limit and offset', async () => {
    const { airports } = await api.data('{ airports { id } }');
    const ids = (airports as { id: string }[]).map(({ id }) => id);
    expect(ids).toEqual(ids.toSorted());
    const { part } = await api.data('{ part: airports(limit: 2, offset: 3) { id } }');
    expect(part).toEqual(ids.slice(3, 5).map((id) => ({ id })));
  });
});

describe('a relationship', () => {
  test('is a list in both directions, with filter, sort and limit of its own', async () => {
    const query = `{ airport(where: { code: { eq: "LHR" } }) {
      arrivals { code }
      routes(sort: { code: ASC }, limit: 1) { code arrivals(sort: { code: ASC }) { code } }
      only: routes(where: { code: { eq: "ZRH" } }) { code }
    } }`;
    expect(await api.data(query)).toEqual({
      airport: {
        arrivals: [{ code: 'JFK' }],
        routes: [{ code: 'BSL', arrivals: [{ code: 'LHR' }] }],
        only: [{ code: 'ZRH' }],
      },
    });
  });

  test('as a connection carries the properties and the lineage of its edges', async () => {
    const query = `{ airport(where: { code: { eq: "JFK" } }) {
      routesConnection(
        where: { edge: { flights: { gt: 10 } } }, sort: { edge: { flights: DESC } }
      ) {
        totalCount
        edges { properties { flights } node { code }
          lineage { actor } flights: lineage(field: "flights") { actor } }
      }
    } }`;
    const lineage = { actor: 'user:*' };
    expect(await api.data(query)).toEqual({
      airport: {
        routesConnection: {
          totalCount: 2,
          edges: [
            { properties: { flights: 30 }, node: { code: 'LAX' }, lineage, flights: lineage },
            { properties: { flights: 20 }, node: { code: 'LHR' }, lineage, flights: lineage },
          ],
        },
      },
    });
  });
});

test('lineage leads from the transaction to the genesis, and a proof says the same', async () => {
  const { airport } = (await api.data('{ airport(where: { code: { eq: "JFK" } }) { id } }')) as {
    airport: { id: string };
  };
  const query = `query ($id: ID!) {
    lineage(id: $id, field: "name") { sequence position index authority { record kind height } }
    proof(id: $id, field: "name")
    absent: proof(id: "0000000000000000")
  }`;
  const { lineage, proof, absent } = await api.data(query, airport);
  const genesis = cidText(fromHex(api.space.id));
  expect(lineage).toEqual({
    sequence: 1,
    position: 4,
    index: 0,
    authority: [
      { record: expect.stringMatching(/^bafyrei/), kind: 'author', height: 2 },
      { record: genesis, kind: 'genesis', height: 0 },
    ],
  });
  expect(verifyProof(String(proof))).toMatchObject({ valid: true, sequence: 1 });
  expect(absent).toBeNull();
  const basel = (await api.data('{ airport(where: { code: { eq: "BSL" } }) { id } }')) as object;
  const empty = 'query ($id: ID!) { proof(id: $id, field: "state") }';
  expect(await api.data(empty, Object.values(basel)[0])).toEqual({ proof: null });
});

test('lineage names the commit, author, actor, time and transaction of a value', async () => {
  const { airport } = await api.data('{ airport(where: { code: { eq: "JFK" } }) { id } }');
  const query = `query ($id: ID!) {
    node: lineage(id: $id) { commit author actor time transaction }
    key: lineage(id: $id, field: "code") { commit }
    nested: lineage(id: $id, field: "location.latitude") { commit }
    missing: lineage(id: "0000000000000000") { commit }
  }`;
  const { node, key, nested, missing } = await api.data(query, airport as object);
  const { commit } = node as { commit: string };
  expect(node).toEqual({
    commit: expect.any(String),
    author: expect.stringMatching(/^[0-9a-f]{64}$/),
    actor: 'user:*',
    time: expect.stringMatching(/^\d{4}-.*Z$/),
    transaction: expect.stringMatching(/^[0-9a-f]+$/),
  });
  expect([key, nested, missing]).toEqual([{ commit }, { commit }, null]);
  for (const field of ['nothing', 'location']) {
    const error = await api.error(
      `query ($id: ID!) { lineage(id: $id, field: "${field}") { actor } }`,
      airport as object,
    );
    expect(error.extensions?.code).toBe('INVALID_INPUT');
  }
});

describe('shortestPath', () => {
  const query = `query ($from: ID!, $to: ID!, $depth: Int, $along: String, $way: PathDirection) {
    shortestPath(from: $from, to: $to, maxDepth: $depth, relationship: $along, direction: $way) {
      length nodes { id ... on Airport { code } } relationships { type from to }
    }
  }`;

  async function ids(): Promise<Record<string, string>> {
    const { airports } = await api.data('{ airports { id code } }');
    const pairs = (airports as { id: string; code: string }[]).map(({ id, code }) => [code, id]);
    return Object.fromEntries(pairs);
  }

  test('follows the fewest edges in their direction', async () => {
    const { JFK = '', LHR = '', BSL = '' } = await ids();
    const found = await api.data(query, { from: JFK, to: BSL, along: 'ROUTE' });
    expect(found.shortestPath).toEqual({
      length: 2,
      nodes: [
        { id: JFK, code: 'JFK' },
        { id: LHR, code: 'LHR' },
        { id: BSL, code: 'BSL' },
      ],
      relationships: [
        { type: 'ROUTE', from: JFK, to: LHR },
        { type: 'ROUTE', from: LHR, to: BSL },
      ],
    });
    const back = await api.data(query, { from: BSL, to: JFK });
    expect(back.shortestPath).toBeNull();
    const both = await api.data(query, { from: BSL, to: JFK, way: 'BOTH' });
    expect(both.shortestPath).toMatchObject({ length: 2 });
    const short = await api.data(query, { from: JFK, to: BSL, depth: 1 });
    expect(short.shortestPath).toBeNull();
    const self = await api.data(query, { from: JFK, to: JFK });
    expect(self.shortestPath).toMatchObject({ length: 0, relationships: [] });
  });

  test('refuses a missing end, another depth and an unknown relationship', async () => {
    const { JFK = '' } = await ids();
    const refusals = [
      [{ from: JFK, to: '0000000000000000' }, 'NOT_FOUND'],
      [{ from: JFK, to: JFK, depth: -1 }, 'INVALID_INPUT'],
      [{ from: JFK, to: JFK, depth: 65 }, 'LIMIT_EXCEEDED'],
      [{ from: JFK, to: JFK, along: 'ROAD' }, 'INVALID_INPUT'],
    ] as const;
    for (const [variables, code] of refusals) {
      expect((await api.error(query, variables)).extensions?.code).toBe(code);
    }
  });
});

describe('a path of the least weight', () => {
  const path = async (args: string) => {
    const ends = await api.data(
      '{ airports(where: { code: { in: ["JFK", "ZRH"] } }, sort: { code: ASC }) { id } }',
    );
    const [from, to] = (ends.airports as { id: string }[]).map(({ id }) => id);
    return `{ shortestPath(from: "${from}", to: "${to}", ${args}) {
      length weight nodes { ... on Airport { code } } relationships { type }
    } }`;
  };
  const direct = {
    length: 1,
    nodes: [{ code: 'JFK' }, { code: 'ZRH' }],
    relationships: [{ type: 'ROUTE' }],
  };

  test('may have more edges than another', async () => {
    expect(await api.data(await path('maxDepth: 5'))).toEqual({
      shortestPath: { ...direct, weight: null },
    });
    const weighted = await path('relationship: "ROUTE", weight: "flights"');
    expect(await api.data(weighted)).toEqual({ shortestPath: { ...direct, weight: 10 } });
    await api.data(`mutation { updateAirports(where: { code: { eq: "JFK" } }, update: { routes: [
      { update: [{ where: { node: { code: { eq: "ZRH" } } }, edge: { flights: { set: 26 } } }] }
    ] }) { airports { code } } }`);
    expect(await api.data(weighted)).toEqual({
      shortestPath: {
        length: 2,
        weight: 25,
        nodes: [{ code: 'JFK' }, { code: 'LHR' }, { code: 'ZRH' }],
        relationships: [{ type: 'ROUTE' }, { type: 'ROUTE' }],
      },
    });
    await api.data(`mutation { updateAirports(where: { code: { eq: "JFK" } }, update: { routes: [
      { update: [{ where: { node: { code: { eq: "ZRH" } } }, edge: { flights: { set: 10 } } }] }
    ] }) { airports { code } } }`);
  });

  test('goes by a number of the edges of one relationship', async () => {
    expect(await api.error(await path('weight: "flights"'))).toMatchObject({
      message: 'weight expected a relationship whose edges have it, got none',
      extensions: { code: 'INVALID_INPUT' },
    });
    expect(await api.error(await path('relationship: "ROUTE", weight: "name"'))).toMatchObject({
      message: 'weight expected one of [flights], got name',
    });
  });
});

describe('a relationship with maxDepth', () => {
  const reach = (code: string, args: string) =>
    `{ airport(where: { code: { eq: "${code}" } }) {
      routes(${args}, sort: { code: ASC }) { code }
    } }`;

  test('leads to all within so many edges, each once', async () => {
    expect(await api.data(reach('JFK', 'maxDepth: 1'))).toEqual({
      airport: { routes: [{ code: 'LAX' }, { code: 'LHR' }, { code: 'ZRH' }] },
    });
    expect(await api.data(reach('JFK', 'maxDepth: 2'))).toEqual({
      airport: { routes: [{ code: 'BSL' }, { code: 'LAX' }, { code: 'LHR' }, { code: 'ZRH' }] },
    });
    const filtered = reach('JFK', 'maxDepth: 64, where: { country: { eq: "CHE" } }, limit: 1');
    expect(await api.data(filtered)).toEqual({ airport: { routes: [{ code: 'BSL' }] } });
    expect(await api.data(reach('BSL', 'maxDepth: 64'))).toEqual({ airport: { routes: [] } });
  });

  test('wants 1 to 64 edges', async () => {
    expect(await api.error(reach('JFK', 'maxDepth: 0'))).toMatchObject({
      message: 'maxDepth expected 1 or more, got 0',
      extensions: { code: 'INVALID_INPUT' },
    });
    expect(await api.error(reach('JFK', 'maxDepth: 65'))).toMatchObject({
      extensions: { code: 'LIMIT_EXCEEDED', facts: { limit: 'PATH_EDGES_MAX', max: 64 } },
    });
  });

  test('follows its own edges alone, and none of that type to nodes of other types', async () => {
    await using people = await serveTestSpace(
      parseDefinition(`
        type Person @node(plural: "people") {
          name: ID! @id
          likes: [Person!]! @relationship(type: "LIKES", direction: OUT)
          likesPets: [Pet!]! @relationship(type: "LIKES", direction: OUT)
        }
        type Pet @node {
          name: ID! @id
          likes: [Person!]! @relationship(type: "LIKES", direction: OUT)
        }
      `),
    );
    await people.data(`mutation { createPeople(input: [{ name: "ann"
      likes: { create: [{ node: { name: "bob" } }] }
      likesPets: { create: [{ node: { name: "cat"
        likes: { create: [{ node: { name: "eve" } }] } } }] }
    }]) { people { name } } }`);
    const query = '{ person(where: { name: { eq: "ann" } }) { likes(maxDepth: 3) { name } } }';
    const answer = { person: { likes: [{ name: 'bob' }] } };
    expect(await people.data(query)).toEqual(answer);
    // Through resolvers.
    const resolved = await people.data(query.replace(/}$/, 'viewer { subject } }'));
    expect(resolved).toMatchObject(answer);
  });
});
