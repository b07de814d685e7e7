/** What callers may ask for, and how fast: over HTTP and graphql-transport-ws. */

import { once } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import WebSocket from 'ws';
import type { ApiResult } from '../fixture/api.ts';
import { type GuardedApi, serveGuarded } from '../fixture/guarded-api.ts';
import { signToken } from '../fixture/tokens.ts';

const SLOW = { requestsPerSecond: 1, requestsAtOnce: 3 };
const AIRPORTS = '{ airports(limit: 100) { code name } }';

async function ask(
  { url }: GuardedApi,
  { query = '{ __typename }', token }: { query?: string; token?: string } = {},
) {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query }),
  });
  const { errors } = (await response.json()) as ApiResult;
  const retryAfter = response.headers.get('retry-after');
  return { status: response.status, retryAfter, extensions: errors?.[0]?.extensions };
}

async function limitedCount({ api }: GuardedApi): Promise<string | undefined> {
  const metrics = await (await fetch(api.server.metrics)).text();
  return /^massive_graph_rate_limited_total\{limit="requestsPerSecond"\} (\d+)/m.exec(metrics)?.[1];
}

const REFUSED = {
  status: 429,
  retryAfter: '1',
  extensions: { code: 'RATE_LIMITED', facts: { limit: 'requestsPerSecond', max: 1 } },
};

test('[U23] requests beyond the rate are answered with 429, of their caller alone', async () => {
  await using guarded = await serveGuarded({ anonymous: true, limits: { anonymous: SLOW } });
  for (let count = 0; count < 3; count++) expect((await ask(guarded)).status).toBe(200);
  expect(await ask(guarded)).toMatchObject(REFUSED);
  expect((await ask(guarded, { token: guarded.apiKey })).status).toBe(200);
  expect(await limitedCount(guarded)).toBe('1');
});

test('[U23] the cost of operations is taken before they run', async () => {
  const limits = { default: { costPerSecond: 1, costAtOnce: 290 } };
  await using guarded = await serveGuarded({ limits });
  const token = guarded.apiKey;
  expect((await ask(guarded, { query: AIRPORTS, token })).status).toBe(200);
  expect(await ask(guarded, { query: AIRPORTS, token })).toMatchObject({
    status: 429,
    extensions: { code: 'RATE_LIMITED', facts: { limit: 'costPerSecond' } },
  });
});

test('[U24] a role of a token has limits of its own, up and down', async () => {
  const limits = {
    default: { cost: 100, depth: 2 },
    roles: { batch: { cost: 1_000_000, depth: 30 } },
  };
  await using guarded = await serveGuarded({ limits });
  const { pair, apiKey } = guarded;
  const batch = await signToken(pair, { claims: { role: 'batch' } });
  const nested = (depth: number): string =>
    depth === 0 ? 'code' : `routes(limit: 1) { ${nested(depth - 1)} }`;
  const deep = `{ airports(limit: 1) { ${nested(20)} } }`;
  expect((await ask(guarded, { query: deep, token: batch })).extensions).toBeUndefined();
  const names = [...'abcdefghij'].map((name) => `${name}: code`).join(' ');
  const wide = `{ airports(limit: 5000) { ${names} } }`;
  expect((await ask(guarded, { query: wide, token: batch })).extensions).toBeUndefined();
  expect((await ask(guarded, { query: wide, token: apiKey })).extensions).toMatchObject({
    code: 'LIMIT_EXCEEDED',
    facts: { limit: 'GRAPHQL_COST_MAX', max: 100 },
  });
  // The same text was valid for another caller, and is not kept as such.
  expect((await ask(guarded, { query: deep, token: apiKey })).extensions).toMatchObject({
    facts: { limit: 'GRAPHQL_DEPTH_MAX', max: 2 },
  });
});

test('[U24] rows, items and bodies have limits of the caller', async () => {
  const limits = { default: { rows: 3, items: 3, bodyBytes: 400 } };
  await using guarded = await serveGuarded({ limits });
  const token = guarded.apiKey;
  const input = Array.from(
    { length: 4 },
    (_, index) => `{ code: "A${index}", name: "a", country: "b" }`,
  );
  const create = `mutation { createAirports(input: [${input.join()}]) { info { nodesCreated } } }`;
  expect((await ask(guarded, { query: create, token })).extensions).toBeUndefined();
  const items = await ask(guarded, {
    query: '{ airports(where: { code: { in: ["A0", "A1"] } }) { id } }',
    token,
  });
  expect(items.extensions).toBeUndefined();
  expect((await ask(guarded, { query: '{ airports { id } }', token })).extensions).toMatchObject({
    facts: { limit: expect.stringMatching(/GRAPHQL_(ROWS|ANSWER_ITEMS)_MAX/) },
  });
  const large = await ask(guarded, { query: `{ __typename } # ${'x'.repeat(400)}`, token });
  expect(large).toMatchObject({ status: 413, extensions: { facts: { max: 400 } } });
});

describe('[U25] over graphql-transport-ws', () => {
  async function open({ url }: GuardedApi) {
    const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
    const heard: { type: string; id?: string; payload?: unknown }[] = [];
    socket.on('message', (text) => heard.push(JSON.parse(String(text))));
    const closed = once(socket, 'close').then(([code]) => code as number);
    await once(socket, 'open');
    socket.send('{"type":"connection_init"}');
    const acknowledged = vi.waitFor(() => expect(heard).toHaveLength(1)).then(() => undefined);
    const code = await Promise.race([acknowledged, closed]);
    return { socket, heard, code };
  }

  test('each operation is a request, and its refusal an error of it', async () => {
    await using guarded = await serveGuarded({ anonymous: true, limits: { anonymous: SLOW } });
    const { socket, heard } = await open(guarded);
    for (let id = 0; id < 4; id++) {
      const payload = { query: '{ __typename }' };
      socket.send(JSON.stringify({ type: 'subscribe', id: `${id}`, payload }));
    }
    await vi.waitFor(() => expect(heard.some(({ type }) => type === 'error')).toBe(true));
    const [error] = heard.filter(({ type }) => type === 'error');
    expect(error).toMatchObject({ id: '3', payload: [{ extensions: REFUSED.extensions }] });
    socket.terminate();
  });

  test('one caller has so many connections, and gets another when one ends', async () => {
    const limits = { anonymous: { webSockets: 2 } };
    await using guarded = await serveGuarded({ anonymous: true, limits });
    const [one, two, three] = [await open(guarded), await open(guarded), await open(guarded)];
    expect([one.code, two.code, three.code]).toEqual([undefined, undefined, 1013]);
    one.socket.close();
    await vi.waitFor(async () => {
      const again = await open(guarded);
      expect(again.code).toBeUndefined();
      again.socket.terminate();
    });
    two.socket.terminate();
  });
});

test('[U23] a text that is refused by the rate of one caller is none of another', async () => {
  const limits = { anonymous: { costPerSecond: 1, costAtOnce: 50, requestsPerSecond: 1_000 } };
  await using guarded = await serveGuarded({ anonymous: true, limits });
  const query = '{ airports(limit: 1) { code name city } }';
  expect((await ask(guarded, { query: '{ airports(limit: 50) { id } }' })).status).toBe(200);
  expect(await ask(guarded, { query })).toMatchObject({
    status: 429,
    extensions: { code: 'RATE_LIMITED', facts: { limit: 'costPerSecond' } },
  });
  expect((await ask(guarded, { query, token: guarded.apiKey })).status).toBe(200);
});
