import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import WebSocket from 'ws';
import { parseDefinition } from '../../src/definition/parse.ts';
import { type Api, serveTestSpace } from '../fixture/api.ts';

const CITIES = 1_500;

let api: Api;

beforeAll(async () => {
  api = await serveTestSpace(
    parseDefinition(`type City @node {
      code: String! @id  n: Int
      roads: [City!]! @relationship(type: "ROAD", direction: OUT)
      back: [City!]! @relationship(type: "ROAD", direction: IN)
    }`),
  );
  const input = Array.from({ length: CITIES }, (_, index) => ({ code: `c${index}`, n: index }));
  const create = `mutation ($input: [CityCreateInput!]!) {
    createCities(input: $input) { info { nodesCreated } }
  }`;
  await api.data(create, { input });
  await api.data(`mutation { updateCities(where: { code: { eq: "c0" } }, update: {
    roads: { connect: { where: { node: {} } } }
  }) { info { relationshipsCreated } } }`);
});

afterAll(async () => {
  expect(api.internalErrors).toEqual([]);
  await api[Symbol.asyncDispose]();
});

const hub = '{ city(where: { code: { eq: "c0" } })';

test.each([
  ['lists that lead back to a hub', `${hub} { roads { back { roads { back { id } } } } } }`],
  [
    'connections that lead back to a hub',
    `${hub} { roads { back { roadsConnection { edges { node { back { id } } } } } } } }`,
  ],
  [
    'filters that follow edges',
    `{ cities(where: { back: { some: { roads: { some: { back: { some: { roads: { all: {
      n: { eq: -1 }
    } } } } } } } } }) { id } }`,
  ],
])('%s are stopped in time, with one error', async (_, query) => {
  const { data, errors } = await api.send(query);
  expect(data).toBe(null);
  expect(errors).toHaveLength(1);
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'LIMIT_EXCEEDED' });
});

test.each([
  ['proofs', 'proof', 1],
  ['lineages', 'lineage { commit }', 40],
])(
  '%s of many edges are counted by the bytes of the log that they read',
  async (_, field, lists) => {
    const edges = (limit: number) =>
      `cities(limit: ${limit}) { backConnection(first: 1) { edges { ${field} } } }`;
    expect((await api.send(`{ ${edges(2)} }`)).errors).toBeUndefined();
    const many = Array.from({ length: lists }, (_, index) => `a${index}: ${edges(CITIES)}`);
    const { data, errors } = await api.send(`{ ${many.join(' ')} }`);
    expect(data).toBe(null);
    expect(errors).toMatchObject([
      { message: expect.stringContaining('looks at expected at most') },
    ]);
  },
);

test('very many conditions are counted as the work they are', async () => {
  const where = { OR: Array.from({ length: 30_000 }, (_, index) => ({ n: { eq: -index - 1 } })) };
  const { extensions } = await api.error(
    'query ($where: CityWhere) { cities(where: $where) { id } }',
    { where },
  );
  expect(extensions).toMatchObject({
    code: 'LIMIT_EXCEEDED',
    facts: { limit: 'GRAPHQL_ROWS_MAX' },
  });
});

/** Sends frames after the connection is acknowledged; gives what came, and the close code. */
async function converse(...frames: readonly object[]) {
  const socket = new WebSocket(api.server.graphql.replace('http', 'ws'), 'graphql-transport-ws');
  const came: unknown[] = [];
  let code: number | undefined;
  socket.on('message', (text) => came.push(JSON.parse(String(text))));
  socket.on('close', (closed) => {
    code = closed;
  });
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(JSON.stringify({ type: 'connection_init' }));
  await expect.poll(() => came.length).toBe(1);
  for (const frame of frames) socket.send(JSON.stringify(frame));
  await expect.poll(() => came.length).toBe(frames.length + 1);
  await setTimeout(50);
  const result = { came: came.slice(1), code };
  socket.terminate();
  return result;
}

test('over a WebSocket, what cannot run is an error of its operation and no more', async () => {
  const queries = [
    { query: 'query A { __typename } query B { __typename }', operationName: 'C' },
    { query: 'query A { __typename } query B { __typename }' },
    { query: 'subscription ($s: Boolean = true) { cityChanges @skip(if: $s) { id } }' },
  ];
  const frames = queries.map((payload, index) => ({ id: `${index}`, type: 'subscribe', payload }));
  const { came, code } = await converse(...frames);
  expect(code).toBeUndefined();
  expect(came).toEqual(
    queries.map((_, index) => ({
      id: `${index}`,
      type: 'error',
      payload: [expect.objectContaining({ extensions: { code: 'INVALID_INPUT' } })],
    })),
  );
});

test('a cursor of another order, or with values that are none, is refused', async () => {
  const page = (args: string) =>
    `{ citiesConnection(first: 1, ${args}) { pageInfo { endCursor } } }`;
  const { citiesConnection } = await api.data(page('sort: { n: ASC }'));
  const { pageInfo } = citiesConnection as { pageInfo: { endCursor: string } };
  const other = await api.error(page(`after: "${pageInfo.endCursor}"`));
  expect(other.message).toBe(
    'a cursor expected one of this list in this order, got one of another',
  );
  const made = Buffer.from('[1,"City +n","x",{"f":"zzz"}]').toString('base64url');
  const none = await api.error(page(`after: "${made}", sort: { n: ASC }`));
  expect(none.message).toContain('got another text');
});
