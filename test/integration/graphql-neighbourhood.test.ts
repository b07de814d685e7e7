/** `neighbourhood`: what it answers, and within which limits. */

import { execute, parse } from 'graphql';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ANONYMOUS } from '../../src/access/principal.ts';
import { systemClock } from '../../src/base/clock.ts';
import { systemRandom } from '../../src/base/random.ts';
import { parseDefinition } from '../../src/definition/parse.ts';
import { openChangeFeed } from '../../src/graphql/change-feed.ts';
import { type AskedBy, createContext } from '../../src/graphql/context.ts';
import { OPERATION_LIMITS } from '../../src/graphql/operation-limits.ts';
import { buildSchema } from '../../src/graphql/schema.ts';
import type { OpenSpace } from '../../src/space/open-space.ts';
import { type Api, FIVE_AIRPORTS, serveTestSpace } from '../fixture/api.ts';
import { flightsDefinition, openTestSpace } from '../fixture/test-space.ts';

const QUERY = `query (
  $of: ID!, $depth: Int, $along: [RelationshipTypeName!], $way: PathDirection, $limit: Int
) {
  neighbourhood(of: $of, maxDepth: $depth, relationships: $along, direction: $way, limit: $limit) {
    nodes { distance node { id ... on Airport { code } } }
    relationships { type from to }
    isComplete
  }
}`;

interface Found {
  readonly nodes: readonly {
    readonly distance: number;
    readonly node: { readonly code: string };
  }[];
  readonly relationships: readonly { readonly from: string; readonly to: string }[];
  readonly isComplete: boolean;
}

async function airports() {
  const api = await serveTestSpace(flightsDefinition());
  onTestFinished(() => api[Symbol.asyncDispose]());
  await api.data(FIVE_AIRPORTS);
  const listed = (await api.data('{ airports { id code } }')).airports;
  const codes = new Map(
    (listed as { id: string; code: string }[]).map((each) => [each.code, each.id]),
  );
  const of = (code: string) => codes.get(code) ?? code;
  /** Codes by distance, how many edges, and whether that is all. */
  const ask = async (code: string, variables: object = {}) => {
    const data = await api.data(QUERY, { of: of(code), ...variables });
    const { nodes, relationships, isComplete } = data.neighbourhood as Found;
    const told = nodes.map(({ distance, node }) => `${distance} ${node.code}`);
    return [told.sort(), relationships.length, isComplete];
  };
  return { api, of, ask };
}

describe('a neighbourhood', () => {
  test('has the nodes within so many edges, and the edges among them', async () => {
    const { ask } = await airports();
    const near = ['0 JFK', '1 LAX', '1 LHR', '1 ZRH'];
    // Three leave JFK, and one leads from LHR to ZRH.
    expect(await ask('JFK')).toEqual([near, 4, true]);
    expect(await ask('JFK', { depth: 2 })).toEqual([[...near, '2 BSL'].sort(), 5, true]);
    expect(await ask('JFK', { depth: 0 })).toEqual([['0 JFK'], 0, true]);
    expect(await ask('BSL', { way: 'OUT' })).toEqual([['0 BSL'], 0, true]);
    expect(await ask('BSL', { way: 'IN' })).toEqual([['0 BSL', '1 LHR'], 1, true]);
    expect(await ask('JFK', { along: ['ROUTE', 'ROUTE'] })).toEqual([near, 4, true]);
    expect(await ask('JFK', { along: [] })).toEqual([['0 JFK'], 0, true]);
    expect(await ask('JFK', { depth: null, along: null, way: null, limit: null })).toEqual([
      ...[near, 4, true],
    ]);
  });

  test('is in order of distance and id, and is cut there', async () => {
    const { api, of, ask } = await airports();
    const { neighbourhood } = await api.data(QUERY, { of: of('JFK'), depth: 9 });
    const ids = (
      neighbourhood as { nodes: { distance: number; node: { id: string } }[] }
    ).nodes.map(({ distance, node }) => `${distance} ${node.id}`);
    expect(ids).toEqual(ids.toSorted());
    expect(ids).toHaveLength(5);
    for (let limit = 0; limit <= 6; limit++) {
      const cut = await api.data(QUERY, { of: of('JFK'), depth: 9, limit });
      const { nodes, isComplete } = cut.neighbourhood as typeof neighbourhood & Found;
      const told = nodes.map(({ distance, node }) => `${distance} ${(node as { id?: string }).id}`);
      expect([told, isComplete]).toEqual([ids.slice(0, limit), limit >= 5]);
    }
    expect(await ask('JFK', { limit: 4 })).toMatchObject([{ length: 4 }, 4, true]);
  });

  test('goes over relationships of any types, by their names in the API', async () => {
    const sdl = `
      type Person @node {
        name: ID! @id
        knows: [Person!]! @relationship(type: "KNOWS", direction: OUT)
        in: [Team!]! @relationship(type: "PART OF", direction: OUT)
      }
      type Team @node { name: ID! @id }`;
    const api = await serveTestSpace(parseDefinition(sdl));
    onTestFinished(() => api[Symbol.asyncDispose]());
    await api.data(`mutation { createPeople(input: [{ name: "ann"
      in: { create: [{ node: { name: "red" } }] }
      knows: { create: [{ node: { name: "bob", in: { create: [{ node: { name: "blue" } }] } } }] }
    }]) { info { nodesCreated } } }`);
    const ask = async (along: string) => {
      const query = `{ people(where: { name: { eq: "ann" } }) { id } }`;
      const [ann] = (await api.data(query)).people as { id: string }[];
      const args = `of: "${ann?.id}", maxDepth: 9${along}`;
      const text = `{ neighbourhood(${args}) { nodes { distance node {
        ... on Person { name } ... on Team { name } } } relationships { type } } }`;
      const { nodes, relationships } = (await api.data(text)).neighbourhood as {
        nodes: { distance: number; node: { name: string } }[];
        relationships: { type: string }[];
      };
      const names = nodes.map(({ distance, node }) => `${distance} ${node.name}`);
      return [
        names.sort().join(),
        relationships
          .map(({ type }) => type)
          .sort()
          .join(),
      ];
    };
    expect(await ask('')).toEqual(['0 ann,1 bob,1 red,2 blue', 'KNOWS,PART OF,PART OF']);
    expect(await ask(', relationships: [PART_OF]')).toEqual(['0 ann,1 red', 'PART OF']);
    expect(await ask(', relationships: KNOWS')).toEqual(['0 ann,1 bob', 'KNOWS']);
  });

  test('knows no types that a later definition has retired', async () => {
    const type = 'type A @node { name: ID! @id';
    const to = (name: string, target: string) =>
      `${name}: [${target}!]! @relationship(type: "${name}", direction: OUT)`;
    const others = `${to('b', 'B')} ${to('c', 'A')} } type B @node { n: Int }`;
    const before = `${type} ${to('a', 'A')} ${others}`;
    const api = await serveTestSpace(parseDefinition(before));
    onTestFinished(() => api[Symbol.asyncDispose]());
    await api.data(`mutation { createAs(input: [{ name: "0", b: { create: [{ node: { n: 1 } }] }
      a: { create: [{ node: { name: "1" } }] } c: { create: [{ node: { name: "2" } }] }
    }]) { info { nodesCreated } } }`);
    await (api.space as OpenSpace).proposeDefinition({ source: `${type} ${to('a', 'A')} }` });
    const [first] = (await api.data('{ as(where: { name: { eq: "0" } }) { id } }')).as as {
      id: string;
    }[];
    const text = `{ neighbourhood(of: "${first?.id}", maxDepth: 9) {
      nodes { node { ... on A { name } } } relationships { type } isComplete } }`;
    expect((await api.data(text)).neighbourhood).toEqual({
      nodes: [{ node: { name: '0' } }, { node: { name: '1' } }],
      relationships: [{ type: 'a' }],
      isComplete: true,
    });
  });
});

describe('its limits', () => {
  test.each([
    [{ of: '0000000000000000' }, 'NOT_FOUND'],
    [{ of: 'no id' }, 'NOT_FOUND'],
    [{ depth: -1 }, 'INVALID_INPUT'],
    [{ depth: 65 }, 'LIMIT_EXCEEDED'],
    [{ limit: -1 }, 'INVALID_INPUT'],
    [{ limit: 10_001 }, 'LIMIT_EXCEEDED'],
    [{ along: ['ROAD'] }, 'INVALID_INPUT'],
  ])('%j is refused as %s', async (variables, code) => {
    const { api, of } = await airports();
    const error = await api.error(QUERY, { of: of('JFK'), ...variables });
    expect(error.extensions?.code).toBe(code);
  });

  test('its cost is counted by its limit before it runs', async () => {
    const { api, of } = await airports();
    const cost = async (limit: string, members: string) => {
      const query = `{ neighbourhood(of: "${of('JFK')}"${limit}) { ${members} } }`;
      const response = await fetch(api.server.graphql, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, extensions: { explain: true } }),
      });
      const { extensions } = (await response.json()) as {
        extensions: { explain: { cost: number } };
      };
      return extensions.explain.cost;
    };
    // Itself, then each node with its distance, and ten times as many edges with a type.
    expect(await cost(', limit: 7', 'nodes { distance }')).toBe(1 + 7 * 2);
    expect(await cost(', limit: 7', 'relationships { type }')).toBe(1 + 70 * 2);
    expect(await cost('', 'isComplete nodes { distance }')).toBe(1 + 1 + 1000 * 2);
    const error = await api.error(
      `{ neighbourhood(of: "${of('JFK')}", limit: 10000) { relationships { type from to from2: from
        to2: to } } }`,
    );
    expect(error.extensions).toMatchObject({ code: 'LIMIT_EXCEEDED', facts: { actual: 600_001 } });
  });

  const STAR = parseDefinition(`type City @node {
    code: ID! @id
    roads: [City!]! @relationship(type: "ROAD", direction: OUT)
  }`);

  /** One city in the middle of others, which all have roads to the next. */
  async function star(cities: number) {
    const space = await openTestSpace(STAR);
    onTestFinished(() => space[Symbol.asyncDispose]());
    let middle = '';
    await space.write({ actor: 'user:test' }, (draft) => {
      middle = draft.createNode('City', { key: 'middle' });
      const ids = Array.from({ length: cities }, (_, n) =>
        draft.createNode('City', { key: `${n}` }),
      );
      for (const [index, from] of ids.entries()) {
        draft.createEdge({ from: middle, type: 'ROAD', to: from });
        draft.createEdge({ from, type: 'ROAD', to: ids[(index + 1) % cities] ?? '' });
      }
    });
    const services = {
      space,
      feed: openChangeFeed(space),
      clock: systemClock,
      random: systemRandom,
    };
    const run = async (members: string, asked: Partial<AskedBy> = {}) => {
      const contextValue = createContext(services, { caller: ANONYMOUS, ...asked });
      const text = `{ neighbourhood(of: "${middle}", maxDepth: 2, limit: 10000) { ${members} } }`;
      const { data, errors } = await execute({
        schema: buildSchema(STAR),
        document: parse(text),
        contextValue,
      });
      return { data, error: errors?.[0]?.originalError, spent: contextValue.budget.spent };
    };
    return { run };
  }

  test('what it looks at and answers is limited while it runs', async () => {
    const { run } = await star(3000);
    const whole = await run('nodes { distance } relationships { type }');
    expect(whole.data?.neighbourhood).toMatchObject({
      nodes: { length: 3001 },
      relationships: { length: 6000 },
    });
    const few = { ...OPERATION_LIMITS, rows: 30_000 };
    const rows = await run('isComplete', { limits: few });
    expect(rows.error).toMatchObject({ facts: { limit: 'GRAPHQL_ROWS_MAX', max: 30_000 } });
    expect(rows.spent).toBeLessThan(60_000);
    const items = { ...OPERATION_LIMITS, items: 5000 };
    expect((await run('isComplete', { limits: items })).error).toBeUndefined();
    const edges = await run('relationships { type }', { limits: items });
    expect(edges.error).toMatchObject({ facts: { limit: 'GRAPHQL_ANSWER_ITEMS_MAX', max: 5000 } });
  });

  test('it stops where nobody waits for it, or its time is over', async () => {
    const { run } = await star(3000);
    const whole = await run('isComplete');
    let looks = 0;
    const gone = await run('isComplete', { isGone: () => ++looks > 3 });
    expect(gone.error).toMatchObject({ code: 'UNAVAILABLE' });
    expect(gone.spent).toBeLessThan(whole.spent);
    const limits = { ...OPERATION_LIMITS, milliseconds: -1 };
    const late = await run('isComplete', { limits });
    expect(late.error).toMatchObject({ facts: { limit: 'GRAPHQL_OPERATION_MILLISECONDS_MAX' } });
  });
});

test('without relationships it is the node alone', async () => {
  const api: Api = await serveTestSpace(parseDefinition('type A @node { n: Int }'));
  onTestFinished(() => api[Symbol.asyncDispose]());
  const created = await api.data('mutation { createAs(input: [{ n: 1 }]) { as { id } } }');
  const [node] = (created.createAs as { as: { id: string }[] }).as;
  const text = `{ neighbourhood(of: "${node?.id}", maxDepth: 9) {
    nodes { distance node { id } } relationships { type } isComplete } }`;
  expect((await api.data(text)).neighbourhood).toEqual({
    nodes: [{ distance: 0, node }],
    relationships: [],
    isComplete: true,
  });
});
