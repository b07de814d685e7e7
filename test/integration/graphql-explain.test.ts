/** `extensions.explain`: over HTTP and WebSocket, for those who may ask. */

import { once } from 'node:events';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import WebSocket from 'ws';
import { type Api, FIVE_AIRPORTS, serveTestSpace } from '../fixture/api.ts';
import { serveGuarded } from '../fixture/guarded-api.ts';
import { flightsDefinition } from '../fixture/test-space.ts';

let api: Api;

beforeAll(async () => {
  api = await serveTestSpace(flightsDefinition());
  await api.data(FIVE_AIRPORTS);
});

afterAll(() => api[Symbol.asyncDispose]());

const EXPLAIN = { explain: true };
const CODES = '{ airports(limit: 2) { code } }';

async function post(body: object, options: { url?: string; token?: string } = {}): Promise<string> {
  const { url = api.server.graphql, token } = options;
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const headers = { 'content-type': 'application/json', ...authorization };
  return await (await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })).text();
}

async function explained(query: string) {
  const plain = await post({ query });
  const text = await post({ query, extensions: EXPLAIN });
  const { extensions } = JSON.parse(text);
  const told = `,"extensions":${JSON.stringify(extensions)}`;
  // But for what was asked for it is the same answer, byte for byte.
  expect(text.replace(told, '')).toBe(plain);
  return extensions.explain;
}

test('a plan tells its lines, its cost, its rows and its time', async () => {
  for (let time = 0; time < 2; time++) {
    expect(await explained(CODES)).toEqual({
      answeredBy: 'PLAN',
      plan: [expect.stringContaining('airports: list scan of Airport')],
      cost: 4,
      rows: expect.any(Number),
      milliseconds: expect.any(Number),
    });
  }
});

test.each([
  ['{ airports { code } __schema { queryType { name } } }', 'a field or an argument'],
  ['mutation { deleteAirports(where: { code: { eq: "none" } }) { nodesDeleted } }', 'no query'],
])('resolvers tell why they had to answer: %s', async (query, reason) => {
  const explain = await explained(query);
  expect(explain).toMatchObject({ answeredBy: 'RESOLVERS', cost: expect.any(Number) });
  expect(explain.reason).toContain(reason);
  expect(explain).not.toHaveProperty('rows');
});

test('it is told by GET and over a WebSocket too', async () => {
  const parameters = new URLSearchParams({ query: CODES, extensions: JSON.stringify(EXPLAIN) });
  const response = await fetch(`${api.server.graphql}?${parameters}`);
  expect((await response.json()).extensions.explain.answeredBy).toBe('PLAN');
  const socket = new WebSocket(api.server.graphql.replace('http', 'ws'), 'graphql-transport-ws');
  const heard: string[] = [];
  socket.on('message', (text) => heard.push(String(text)));
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  await vi.waitFor(() => expect(heard).toHaveLength(1));
  const payload = { query: CODES, extensions: EXPLAIN };
  socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload }));
  await vi.waitFor(() => expect(heard[1]).toContain('"answeredBy":"PLAN"'));
  socket.terminate();
});

test('[U22] with authentication those are told who may ask', async () => {
  const limits = { default: { cost: 1_000 }, principals: { 'user:acme/program': EXPLAIN } };
  await using guarded = await serveGuarded({ anonymous: true, limits });
  const { url, apiKey: token } = guarded;
  const asked = { query: CODES, extensions: EXPLAIN };
  expect(await post(asked, { url, token })).toContain('"answeredBy":"PLAN"');
  expect(await post(asked, { url })).toBe(await post({ query: CODES }, { url }));
  expect(guarded.api.internalErrors).toEqual([]);
});
