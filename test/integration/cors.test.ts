/** Pages of other origins: none may use the API, but those whose origin is allowed by name. */

import { once } from 'node:events';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { parseOrigins } from '../../src/server/cors.ts';
import { type Api, serveTestSpace } from '../fixture/api.ts';
import { flightsDefinition } from '../fixture/test-space.ts';

const APP = 'https://app.example';
const OTHER = 'https://other.example';
const PREFLIGHT = {
  'access-control-request-method': 'POST',
  'access-control-request-headers': 'content-type,authorization',
};

let api: Api;
let closed: Api;

beforeAll(async () => {
  const allowedOrigins = [APP, 'http://localhost:5173'];
  api = await serveTestSpace(flightsDefinition(), { allowedOrigins });
  closed = await serveTestSpace(flightsDefinition());
});

afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await closed[Symbol.asyncDispose]();
});

/** fetch sets headers of its own where a browser would. */
async function send(
  to: Api,
  { method, headers }: { readonly method: string; readonly headers: Record<string, string> },
  body = '',
) {
  const sent = request(to.server.graphql, { method, headers });
  sent.end(body);
  const [response] = await once(sent, 'response');
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode, headers: response.headers, text };
}

function shown(headers: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) => name.startsWith('access-control') || name === 'vary',
    ),
  );
}

describe('a preflight', () => {
  test('of an allowed origin is answered for it, without credentials', async () => {
    const answer = await send(api, { method: 'OPTIONS', headers: { origin: APP, ...PREFLIGHT } });
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(shown(answer.headers)).toEqual({
      vary: 'origin',
      'access-control-allow-origin': APP,
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers':
        'content-type, authorization, x-massive-graph-principal, ' +
        'signature, signature-input, content-digest',
      'access-control-expose-headers': 'retry-after',
      'access-control-max-age': '7200',
    });
  });

  test.each([
    ['of another origin', OTHER],
    ['of no origin that has a name', 'null'],
    ['of the same host by another scheme', 'http://app.example'],
    ['of another port', 'https://app.example:444'],
    ['of a longer name', 'https://app.example.evil'],
    ['of another case', 'https://APP.example'],
  ])('%s is refused', async (_, origin) => {
    for (const to of [api, closed]) {
      const answer = await send(to, { method: 'OPTIONS', headers: { origin, ...PREFLIGHT } });
      expect(answer.status).toBe(403);
      expect(JSON.parse(answer.text).errors[0].extensions.code).toBe('FORBIDDEN');
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    }
  });
});

describe('an operation', () => {
  const body = JSON.stringify({ query: '{ __typename }' });
  const headers = { 'content-type': 'application/json' };

  test('of an allowed origin may be read by its page, and refusals too', async () => {
    const answer = await send(api, { method: 'POST', headers: { ...headers, origin: APP } }, body);
    expect(answer.status).toBe(200);
    expect(shown(answer.headers)).toEqual({
      vary: 'origin',
      'access-control-allow-origin': APP,
      'access-control-expose-headers': 'retry-after',
    });
    const wrong = await send(api, { method: 'POST', headers: { origin: APP } }, body);
    expect([wrong.status, wrong.headers['access-control-allow-origin']]).toEqual([415, APP]);
  });

  test('of another origin is told nothing', async () => {
    for (const [to, vary] of [
      [api, 'origin'],
      [closed, undefined],
    ] as const) {
      const sent = { method: 'POST', headers: { ...headers, origin: OTHER } };
      expect(shown((await send(to, sent, body)).headers)).toEqual(
        vary === undefined ? {} : { vary },
      );
    }
  });
});

test('a WebSocket of an allowed origin is opened, of another not', async () => {
  const openOf = async (origin: string) => {
    const url = api.server.graphql.replace('http', 'ws');
    const socket = new WebSocket(url, 'graphql-transport-ws', { origin });
    const opened = once(socket, 'open').then(() => 101);
    const refused = once(socket, 'unexpected-response').then(([, { statusCode }]) => statusCode);
    const status = await Promise.race([opened, refused]);
    socket.on('error', () => undefined).terminate();
    return status;
  };
  expect([await openOf(APP), await openOf(OTHER)]).toEqual([101, 403]);
});

test.each(['*', 'null', 'app.example', 'https://app.example/', 'https://*.example', 'file://', ''])(
  'a server does not start with the origin "%s"',
  async (text) => {
    expect(() => parseOrigins([text])).toThrow(/expected an allowed origin as/);
    const starting = serveTestSpace(flightsDefinition(), { allowedOrigins: [text] });
    await expect(starting).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  },
);
