/** `conflicts`: unique values that were written apart, as the API lists them. */

import { execute, parse } from 'graphql';
import { describe, expect, onTestFinished, test } from 'vitest';
import { VALUE_INT64, VALUE_STRING } from '../../assembly/abi.ts';
import { ANONYMOUS } from '../../src/access/principal.ts';
import { decodeRecord } from '../../src/authority/record.ts';
import { toHex } from '../../src/base/bytes.ts';
import { systemRandom } from '../../src/base/random.ts';
import { parseDefinition } from '../../src/definition/parse.ts';
import { type Commit, markVerified } from '../../src/delta/commit.ts';
import type { Value } from '../../src/delta/value.ts';
import { openChangeFeed } from '../../src/graphql/change-feed.ts';
import { createContext } from '../../src/graphql/context.ts';
import { OPERATION_LIMITS } from '../../src/graphql/operation-limits.ts';
import { buildSchema } from '../../src/graphql/schema.ts';
import { PRINCIPAL_HEADER } from '../../src/server/authentication/credential.ts';
import { serveSpace } from '../../src/server/serve.ts';
import type { ApiResult } from '../fixture/api.ts';
import { AuthorityReplica } from '../fixture/authority-replica.ts';
import { AuthorsApart, set, type Who } from '../fixture/authors-apart.ts';
import { liveBySse } from '../fixture/live-client.ts';
import { Seeded } from '../seeded.ts';

const SDL = `
  type Place @node { code: ID! @id name: String @unique number: Int @unique state: State @unique }
  type Thing @node { name: String @unique ratio: Float @unique }
  enum State { OPEN CLOSED }
`;
const QUERY = `query ($type: NodeTypeName, $first: Int, $after: String, $limit: Int, $offset: Int) {
  conflicts(type: $type, first: $first, after: $after) {
    totalCount
    edges { cursor node { type field value nodes(limit: $limit, offset: $offset) {
      ... on Place { code } } } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

interface Page {
  readonly totalCount: number;
  readonly edges: readonly {
    readonly cursor: string;
    readonly node: {
      readonly type: string;
      readonly field: string;
      readonly value: unknown;
      readonly nodes: readonly { readonly code?: string }[];
    };
  }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly endCursor: string | null;
  };
}

/** Places by their codes, whose values an author sets at a time. */
type Written = readonly [who: Who, at: number, code: string, path: string, value: Value];

const MEETING: readonly Written[] = [
  ['server', 2, 'a', 'name', 'Bern'],
  // It comes later, and was written before.
  ['other', 1, 'b', 'name', 'Bern'],
  ['server', 3, 'c', 'name', 'Bern'],
  ['other', 4, 'c', 'number', 7n],
  ['server', 5, 'd', 'number', 7n],
  ['server', 6, 'e', 'number', 8n],
  ['other', 7, 'f', 'number', 9n],
  ['server', 8, 'g', 'number', 9n],
];

async function serve(written: readonly Written[] = MEETING) {
  const apart = await AuthorsApart.open({ sdl: SDL });
  const { space, clock } = apart.door;
  onTestFinished(() => space[Symbol.asyncDispose]());
  for (const [who, at, code, path, value] of written) {
    const { id, create } = apart.keyed('Place', code);
    await apart.write(who, clock.milliseconds + at, [create, set(id, path, value)]);
  }
  const server = await serveSpace(space, { port: 0, metricsPort: 0, syncPort: 0 });
  onTestFinished(() => server[Symbol.asyncDispose]());
  const send = async (query: string, variables: object = {}, actor = 'user:*', more = {}) => {
    const response = await fetch(server.graphql, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [PRINCIPAL_HEADER]: actor },
      body: JSON.stringify({ query, variables, ...more }),
    });
    return (await response.json()) as ApiResult;
  };
  const page = async (variables: object = {}, actor?: string) => {
    const { data, errors } = await send(QUERY, variables, actor);
    if (errors !== undefined) throw new Error(JSON.stringify(errors));
    return data?.conflicts as Page;
  };
  return { apart, space, server, send, page };
}

/** One line for each conflict. */
function lines({ edges }: Page): string[] {
  return edges.map(({ node: { type, field, value, nodes } }) => {
    return `${type}.${field} ${JSON.stringify(value)}: ${nodes.map(({ code }) => code).join(' ')}`;
  });
}

describe('conflicts', () => {
  test('[B1] [B2] are the values that several nodes have, the first taken first', async () => {
    const { page, space } = await serve();
    const found = await page();
    expect(lines(found)).toEqual([
      'Place.name "Bern": b a c',
      'Place.number 7: c d',
      'Place.number 9: f g',
    ]);
    expect(found).toMatchObject({
      totalCount: 3,
      pageInfo: { hasNextPage: false, hasPreviousPage: false },
    });
    // As lookups have them.
    const { graph } = space;
    const byName = graph.nodesByValue('Place', 'name', 'Bern').map((node) => graph.nodeKey(node));
    expect(byName).toEqual(['b', 'a', 'c']);
  });

  test('[M11] are the same on a replica to which all came in another order', async () => {
    const { apart, page } = await serve();
    const records = apart.door.records().map((bytes) => decodeRecord(bytes));
    const replica = await AuthorityReplica.open(records, new Seeded(1));
    const commits = apart.door.commits();
    const isOther = ({ header }: Commit) => toHex(header.author) !== toHex(apart.door.key);
    // Each after the last one of its author.
    for (const commit of [...commits.filter(isOther), ...commits.filter((it) => !isOther(it))]) {
      const [verdict] = await replica.receive([markVerified(commit)]);
      expect(verdict?.kind).toBe('applied');
    }
    const { view } = replica;
    const asked = { type: 'Place', listed: 10, rows: 1_000 } as const;
    const codes = [
      ...[view.doubles({ ...asked, path: 'name', kind: VALUE_STRING })],
      ...[view.doubles({ ...asked, path: 'number', kind: VALUE_INT64 })],
    ].flatMap((doubles) => {
      if (typeof doubles === 'string') throw new Error(`expected doubles, got ${doubles}`);
      return doubles.nodes.map((nodes) => nodes.map((node) => view.nodeKey(node)).join(' '));
    });
    expect(codes).toEqual(lines(await page()).map((line) => line.split(': ')[1]));
  });

  test('[B1] end when all nodes but one have another value, none, or are deleted', async () => {
    const { page, send } = await serve();
    const change = (code: string, name: string) =>
      send(`mutation { updatePlaces(where: { code: { eq: "${code}" } }, update: { ${name} }) {
        places { code } } }`);
    await change('d', 'number: { set: 10 }');
    await change('g', 'number: { set: null }');
    await send('mutation { deletePlaces(where: { code: { eq: "b" } }) { nodesDeleted } }');
    expect(lines(await page())).toEqual(['Place.name "Bern": a c']);
    const refused = await change('a', 'number: { set: 9 }');
    expect(refused.errors?.[0]?.extensions?.code).toBe('ALREADY_EXISTS');
    await change('a', 'name: { set: "Basel" }');
    expect(await page()).toMatchObject({ totalCount: 0, edges: [], pageInfo: { endCursor: null } });
  });

  test('[B1] are there where a field becomes unique whose values meet', async () => {
    const { page, space } = await serve([]);
    await space.proposeDefinition({
      source: SDL.replace('@id name: String @unique', '@id name: String'),
    });
    await space.write({ actor: 'user:a' }, (draft) => {
      for (const key of ['a', 'b']) {
        draft.setNodeValue(draft.createNode('Place', { key }), 'name', 'Bern');
      }
    });
    expect(await page()).toMatchObject({ totalCount: 0 });
    await space.proposeDefinition({ source: SDL });
    expect((await page()).edges).toMatchObject([{ node: { field: 'name', value: 'Bern' } }]);
  });

  test('[B2] have values as their fields answer them, and no values of other kinds', async () => {
    const { page, send } = await serve([
      ...(['a', 'b'] as const).flatMap((code, index): Written[] => [
        ['server', index * 10 + 1, code, 'name', 4n],
        ['server', index * 10 + 2, code, 'state', 'CLOSED'],
        ['server', index * 10 + 3, code, 'number', 1.5],
      ]),
      ...(['c', 'd'] as const).map((code, index): Written => {
        return ['server', index + 30, code, 'state', 'AJAR'];
      }),
    ]);
    const { data, errors } = await send(QUERY);
    const found = data?.conflicts as Page;
    // Another replica may have written what is no value of the enum.
    expect(errors).toMatchObject([{ path: ['conflicts', 'edges', 0, 'node', 'value'] }]);
    expect(lines(found)).toEqual(['Place.state null: c d', 'Place.state "CLOSED": a b']);
    expect((await page({ after: found.edges[0]?.cursor })).edges).toHaveLength(1);
  });

  test('[B3] are cut as connections are, and their nodes as lists', async () => {
    const { page } = await serve();
    const first = await page({ first: 2 });
    expect(lines(first)).toEqual(['Place.name "Bern": b a c', 'Place.number 7: c d']);
    expect(first).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: true } });
    const next = await page({ first: 2, after: first.pageInfo.endCursor, limit: 1 });
    expect(lines(next)).toEqual(['Place.number 9: f']);
    expect(next.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    const none = await page({ first: 0 });
    expect(none).toMatchObject({ edges: [], pageInfo: { hasNextPage: true, endCursor: null } });
    expect(lines(await page({ limit: 1, offset: 1, first: 1 }))).toEqual(['Place.name "Bern": a']);
    const [things, places] = [await page({ type: 'Thing' }), await page({ type: 'Place' })];
    expect([things.totalCount, places.totalCount]).toEqual([0, 3]);
  });

  test('[B4] have the nodes that a caller reads, where these are several', async () => {
    const { page, space, apart } = await serve();
    const relations = ['read', 'write', 'read.number'].map(
      (name) => `    define ${name}: [user, user:*]`,
    );
    const model = ['model', '  schema 1.1', 'type user', 'type Place', '  relations', ...relations];
    await space.access.installModel({ source: model.join('\n') });
    const idOf = (code: string) => apart.keyed('Place', code).id;
    const grants = (subject: string, relation: string, codes: string) =>
      [...codes].map((code) => ({ object: `Place:${idOf(code)}`, relation, subject }));
    await space.access.grant([
      ...grants('user:home/ann', 'read', 'abcdefg'),
      ...grants('user:home/ann', 'read.number', 'cdf'),
      ...grants('user:home/bob', 'read', 'acd'),
      ...grants('user:home/cid', 'read', 'a'),
    ]);
    const of = async (name: string) => lines(await page({}, `user:home/${name}`));
    expect(await of('ann')).toEqual(['Place.name "Bern": b a c', 'Place.number 7: c d']);
    expect(await of('bob')).toEqual(['Place.name "Bern": a c']);
    expect(await of('cid')).toEqual([]);
    expect((await page({ first: 1 }, 'user:home/bob')).pageInfo.hasNextPage).toBe(false);
  });

  test('[B4] come about where a writer does not see who has a value', async () => {
    const { page, space, send } = await serve([]);
    const model = `model
  schema 1.1
type user
type Place
  relations
    define read: [user]
    define write: [user]`;
    await space.access.installModel({ source: model });
    const grant = (subject: string, relation: string) => ({ object: 'Place:*', relation, subject });
    const create = (code: string, actor: string) => {
      const input = `[{ code: "${code}", name: "Bern" }]`;
      const text = `mutation { createPlaces(input: ${input}) { info { nodesCreated } } }`;
      return send(text, {}, actor);
    };
    const [ann, bob] = ['user:home/ann', 'user:home/bob'];
    await space.access.grant([grant(ann, 'write'), grant(bob, 'write'), grant(bob, 'read')]);
    for (const code of ['a', 'b']) expect((await create(code, ann)).errors).toBeUndefined();
    expect((await create('c', bob)).errors?.[0]?.extensions?.code).toBe('ALREADY_EXISTS');
    expect(lines(await page({}, bob))).toEqual(['Place.name "Bern": a b']);
    expect(await page({}, ann)).toMatchObject({ totalCount: 0, edges: [] });
  });
});

describe('a query for conflicts', () => {
  test.each([
    [{ first: -1 }, 'INVALID_INPUT', 'first expected 0 or more, got -1'],
    [{ first: 10_001 }, 'LIMIT_EXCEEDED', 'first expected at most 10000, got 10001'],
    [{ first: 1, limit: -1 }, 'INVALID_INPUT', 'limit expected 0 or more, got -1'],
    [{ offset: -1 }, 'INVALID_INPUT', 'offset expected 0 or more, got -1'],
    [{ type: 'Nothing' }, 'INVALID_INPUT', 'Nothing'],
    [{ after: 'AAAA' }, 'INVALID_INPUT', 'a cursor expected one that a connection gave'],
    [{ after: cursor('conflicts Thing +value', 'Thing.name', 'x') }, 'INVALID_INPUT', 'another'],
    [{ after: cursor('places +value', 'Place.name', 'x') }, 'INVALID_INPUT', 'another'],
    [{ after: cursor('conflicts +value', 'Place.name') }, 'INVALID_INPUT', 'a cursor'],
    [{ after: cursor('conflicts +value', 'Place.name', null) }, 'INVALID_INPUT', 'a cursor'],
    [{ after: cursor('conflicts +value', 'Place.name', { i: '7' }) }, 'INVALID_INPUT', 'a cursor'],
    [{ after: cursor('conflicts +value', 'Place.name', '\ud800') }, 'INVALID_INPUT', 'a cursor'],
    [
      { after: cursor('conflicts +value', 'Place.number', { i: '9223372036854775808' }) },
      'INVALID_INPUT',
      'a cursor',
    ],
  ])('%j is refused as %s', async (variables, code, message) => {
    const { send } = await serve();
    const { errors } = await send(QUERY, variables);
    expect(errors?.[0]).toMatchObject({
      message: expect.stringContaining(message),
      extensions: { code },
    });
  });

  test('[B3] goes on where a field is no more', async () => {
    const { page } = await serve();
    const behind = (name: string) => ({ after: cursor('conflicts +value', name, 'x') });
    expect(await page(behind('Place.near'))).toMatchObject({
      edges: { length: 2 },
      pageInfo: { hasPreviousPage: true },
    });
    expect(await page(behind('Aaa.name'))).toMatchObject({
      edges: { length: 3 },
      pageInfo: { hasPreviousPage: false },
    });
    expect(await page(behind('Zzz.name'))).toMatchObject({ edges: [], totalCount: 3 });
  });

  test('[B5] ends where it would look at more than it may, and does not say how far', async () => {
    const { space } = await serve();
    const feed = openChangeFeed(space);
    const clock = { now: () => 0 };
    const schema = buildSchema(space.definition);
    const run = async (rows: number, text = QUERY) => {
      const services = { space, feed, clock, random: systemRandom };
      const limits = { ...OPERATION_LIMITS, rows };
      const contextValue = createContext(services, { caller: ANONYMOUS, limits });
      const { errors } = await execute({ schema, document: parse(text), contextValue });
      return errors?.[0]?.message ?? contextValue.budget.spent;
    };
    const spent = await run(1_000);
    expect(spent).toBeGreaterThan(10);
    expect(spent).toBeLessThan(100);
    const enough = Number(spent);
    expect(await run(enough)).toBe(spent);
    const expected = `the nodes and edges that one operation looks at expected at most`;
    expect(await run(enough - 1)).toBe(`${expected} ${enough - 1}, got more`);
    expect(await run(1)).toBe(`${expected} 1, got more`);
    // Counting is work of its own.
    expect(await run(1_000, '{ conflicts { edges { cursor } } }')).toBeLessThan(enough);
    feed.close();
  });

  test('counts its nodes by their limit before it runs; resolvers answer', async () => {
    const { send } = await serve();
    const explained = async (nodes: string) => {
      const query = `{ conflicts(first: 3) { edges { node { ${nodes} { id } } } } }`;
      const result = await send(query, {}, 'user:*', { extensions: { explain: true } });
      const { extensions } = result as unknown as {
        extensions: { explain: { cost: number; answeredBy: string } };
      };
      return extensions.explain;
    };
    expect(await explained('nodes')).toMatchObject({ cost: 67, answeredBy: 'RESOLVERS' });
    expect(await explained('nodes(limit: 2)')).toMatchObject({ cost: 19 });
  });

  test('is answered as it was', async () => {
    const { send, space } = await serve();
    const then = space.usage().logLength;
    await send('mutation { deletePlaces(where: { code: { eq: "c" } }) { nodesDeleted } }');
    const ask = async (at: string) =>
      (await send(`query ${at} { conflicts { totalCount } }`)).data?.conflicts;
    expect(await ask(`@at(cursor: ${then})`)).toEqual({ totalCount: 3 });
    expect(await ask('')).toEqual({ totalCount: 2 });
  });

  test('is answered live', async () => {
    const { send, server } = await serve();
    const text = 'query @live { conflicts { totalCount edges { node { value nodes { id } } } } }';
    const client = liveBySse(server, text);
    await client.revision(1);
    expect(client.data).toMatchObject({ conflicts: { totalCount: 3 } });
    await send('mutation { deletePlaces(where: { code: { eq: "c" } }) { nodesDeleted } }');
    await client.revision(2);
    expect(client.data).toMatchObject({
      conflicts: { totalCount: 2, edges: [{ node: { nodes: { length: 2 } } }, {}] },
    });
    client.stop();
  });

  test('there is none where no field is unique', () => {
    const names = (sdl: string) =>
      Object.keys(buildSchema(parseDefinition(sdl)).getQueryType()?.getFields() ?? {});
    expect(names('type A @node { code: ID! @id name: String @index }')).not.toContain('conflicts');
    expect(names('type A @node { name: String @unique }')).toContain('conflicts');
  });
});

function cursor(scope: string, name: string, ...values: readonly unknown[]): string {
  return Buffer.from(JSON.stringify([1, scope, name, ...values])).toString('base64url');
}
