import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseDefinition } from '../../src/definition/parse.ts';
import { type Api, type ApiResult, serveTestSpace } from '../fixture/api.ts';

const CREATE = 'mutation { createThings(input: [{}]) { info { nodesCreated } } }';
const RESPONSE = 'application/graphql-response+json';

let api: Api;
let hash: string;

beforeAll(async () => {
  api = await serveTestSpace(parseDefinition('type Thing @node { n: Int  s: String }'));
  hash = api.space.stateHash();
});

afterAll(async () => {
  expect(api.space.stateHash()).toBe(hash);
  expect(api.internalErrors).toEqual([]);
  await api[Symbol.asyncDispose]();
});

async function post(
  body: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; type: string | null; answer: ApiResult }> {
  const response = await fetch(api.server.graphql, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body),
  });
  const type = response.headers.get('content-type');
  return { status: response.status, type, answer: (await response.json()) as ApiResult };
}

async function subscriptions(): Promise<string | undefined> {
  const metrics = await (await fetch(api.server.metrics)).text();
  return /^massive_graph_subscriptions (\d+)/m.exec(metrics)?.[1];
}

describe('the status is', () => {
  test.each([
    ['a text that does not parse', { query: '{' }, 200, 400],
    ['an unknown field', { query: '{ nope }' }, 200, 400],
    ['a missing variable', { query: 'query ($i: ID!) { node(id: $i) { id } }' }, 200, 400],
    [
      'a variable of a wrong type',
      { query: 'query ($n: Int) { things(limit: $n) { id } }', variables: { n: 'x' } },
      200,
      400,
    ],
    ['an error in a field', { query: '{ things(limit: -1) { id } }' }, 200, 200],
    ['no query', { variables: {} }, 400, 400],
    ['a list of operations', [{ query: '{ __typename }' }], 400, 400],
  ])('for %s', async (_, body, plain, strict) => {
    const one = await post(body);
    const other = await post(body, { accept: RESPONSE });
    expect([one.status, other.status]).toEqual([plain, strict]);
    expect(other.type).toContain(RESPONSE);
    expect(one.answer.errors?.[0]?.extensions?.code).toMatch(/^(INVALID_INPUT|MALFORMED)$/);
  });
});

test('a wrong variable is named, with what it got', async () => {
  const query = 'query ($n: Int) { things(limit: $n) { id } }';
  const { answer } = await post({ query, variables: { n: 'x' } });
  expect(answer.errors?.[0]?.message).toContain('Variable "$n" got invalid value "x"');
});

test('bytes that are no UTF-8 are refused, not replaced', async () => {
  const body = Buffer.from(JSON.stringify({ query: CREATE.replace('{}', '{ s: "?" }') }));
  body[body.indexOf('?')] = 0xff;
  const { status, answer } = await post(body);
  expect(status).toBe(400);
  expect(answer.errors?.[0]?.extensions?.code).toBe('MALFORMED');
});

test.each([
  ['a compressed body', { 'content-encoding': 'gzip' }],
  ['another charset', { 'content-type': 'application/json; charset=iso-8859-1' }],
])('%s is an unsupported media type', async (_, headers) => {
  const { status, answer } = await post(gzipSync(JSON.stringify({ query: CREATE })), headers);
  expect(status).toBe(415);
  expect(answer.errors?.[0]?.message).toMatch(/expected .+, got /);
});

test('nothing runs for a client that takes none of the forms of answer', async () => {
  const { status, answer } = await post({ query: CREATE }, { accept: 'application/xml' });
  expect(status).toBe(406);
  expect(answer.errors?.[0]?.extensions?.code).toBe('INVALID_INPUT');
  expect(api.space.graph.counts().nodes).toBe(0);
});

test('a subscription does not begin for a client that takes no stream', async () => {
  const body = { query: 'subscription { thingChanges { id } }' };
  for (const accept of ['application/json', RESPONSE]) {
    expect((await post(body, { accept })).status).toBe(406);
  }
  expect(await subscriptions()).toBe('0');
});

test('the form with the greatest weight is the one that comes', async () => {
  const accept = `application/json;q=0.5, ${RESPONSE};q=0.9, text/event-stream;q=0`;
  expect((await post({ query: '{ __typename }' }, { accept })).type).toContain(RESPONSE);
});

test('pages are read, not written', async () => {
  const response = await fetch(api.server.health, { method: 'POST' });
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  await response.body?.cancel();
});
