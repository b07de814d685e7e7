import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import {
  DROPPED_BODY_BYTES_MAX,
  GRAPHQL_BODY_BYTES_MAX,
  SERVER_PIPELINED_MAX,
} from '../../src/base/limits.ts';
import { serveSpace } from '../../src/server/serve.ts';
import { type Api, FIVE_AIRPORTS, serveTestSpace } from '../fixture/api.ts';
import { heldWrites, spaceWith } from '../fixture/space-with.ts';
import { flightsDefinition, openTestSpace } from '../fixture/test-space.ts';

const CREATE = `mutation { createAirports(input: [{ code: "AAA", name: "a", country: "b" }]) {
  info { nodesCreated }
} }`;

let api: Api;
let hash: string;

beforeAll(async () => {
  api = await serveTestSpace(flightsDefinition());
  await api.data(FIVE_AIRPORTS);
  hash = api.space.stateHash();
});

afterAll(async () => {
  expect(api.space.stateHash()).toBe(hash);
  expect(api.internalErrors).toEqual([]);
  await api[Symbol.asyncDispose]();
});

function post(
  body: string | Uint8Array<ArrayBuffer>,
  type = 'application/json',
): Promise<Response> {
  return fetch(api.server.graphql, { method: 'POST', headers: { 'content-type': type }, body });
}

interface ErrorBody {
  readonly errors: readonly { readonly message: string; readonly extensions: { code: string } }[];
}

async function errorOf(response: Response): Promise<{ status: number; code: string | undefined }> {
  expect(response.headers.get('content-type')).toMatch(/json/);
  const text = await response.text();
  expect(text).not.toMatch(/node_modules|src\/|at .*\.ts/);
  // An answer does not repeat what came.
  expect(text.length).toBeLessThan(1_000);
  expect(text).not.toContain('originalError');
  const { errors } = JSON.parse(text) as ErrorBody;
  return { status: response.status, code: errors[0]?.extensions.code };
}

describe('a body is refused', () => {
  test.each([
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/plain',
    'text/plain; application/json',
    'application/xml',
    '',
  ])('of the content type "%s", which a browser may send unasked', async (type) => {
    const form = new URLSearchParams({ query: CREATE }).toString();
    for (const body of [form, JSON.stringify({ query: CREATE })]) {
      const refusal = await errorOf(await post(body, type));
      expect(refusal).toEqual({ status: 415, code: 'INVALID_INPUT' });
    }
  });

  test.each([
    ['no JSON', '{"query": "{ __typename'],
    ['no object', '[]'],
    ['a number', '1'],
    ['null', 'null'],
    ['empty', ''],
    ['long and no JSON', `[${'x'.repeat(100_000)}`],
    ['without a query', '{"variables": {}}'],
    ['with a query that is no text', '{"query": {"a": 1}}'],
    ['with variables that are no object', '{"query": "{ __typename }", "variables": "x"}'],
    ['with unknown members', '{"query": "{ __typename }", "quary": "x"}'],
    ['with an unknown operation', '{"query": "query A { __typename }", "operationName": "B"}'],
  ])('that is %s', async (_name, body) => {
    const { status, code } = await errorOf(await post(body));
    expect(code).toMatch(/^(INVALID_INPUT|MALFORMED)$/);
    expect([200, 400]).toContain(status);
  });

  test('that is not UTF-8', async () => {
    const body = new Uint8Array([
      ...Buffer.from('{"query":"{ airport(where:{code:{eq:\\"'),
      0xff,
      0xfe,
    ]);
    const { status } = await errorOf(await post(body));
    expect(status).toBe(400);
  });

  test('above the limit, by its length and by its chunks', async () => {
    const large = JSON.stringify({
      query: `{ __typename } # ${'x'.repeat(GRAPHQL_BODY_BYTES_MAX)}`,
    });
    expect(await errorOf(await post(large))).toEqual({ status: 413, code: 'LIMIT_EXCEEDED' });
    const chunk = Buffer.alloc(65_536, ' ');
    const chunks = Math.ceil(GRAPHQL_BODY_BYTES_MAX / chunk.length) + 8;
    const chunked = await sendChunks(Array.from({ length: chunks }, () => chunk));
    expect(chunked.status).toBe(413);
    expect(chunked.body).toContain('GRAPHQL_BODY_BYTES_MAX');
  });

  test.each([
    ['/graphql', 413],
    ['/none', 404],
  ])('without end at %s, is read on a while, and then cut off', async (path, status) => {
    const { hostname, port } = new URL(api.server.graphql);
    const socket = connect({ host: hostname, port: Number(port) });
    let sent = 0;
    const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`;
    const pour = () => {
      while (!socket.destroyed && sent < 8 * DROPPED_BODY_BYTES_MAX) {
        sent += chunk.length;
        if (!socket.write(chunk)) return void socket.once('drain', pour);
      }
    };
    let answer = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      answer += text;
    });
    // The system says that the connection was reset.
    socket.on('error', () => undefined);
    const head = [`POST ${path} HTTP/1.1`, 'host: localhost', 'content-type: application/json'];
    socket.write([...head, 'transfer-encoding: chunked', '', ''].join('\r\n'));
    pour();
    await new Promise((resolve) => socket.once('close', resolve));
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(sent).toBeGreaterThan(DROPPED_BODY_BYTES_MAX);
    expect(sent).toBeLessThan(4 * DROPPED_BODY_BYTES_MAX);
  });

  test('compressed, as nothing here would decompress it', async () => {
    const response = await fetch(api.server.graphql, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body: gzipSync(JSON.stringify({ query: CREATE })),
    });
    expect(response.status).toBeGreaterThanOrEqual(400);
    await response.text();
  });
});

/** Many times as many as are read at once. */
const REQUESTS = 40_000;

test('of a connection with too many requests at once no more are read', async () => {
  let begun = 0;
  const count = () => {
    begun += 1;
  };
  subscribe('http.server.request.start', count);
  const { hostname, port } = new URL(api.server.graphql);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on('error', () => undefined).resume();
  const one = 'GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n';
  const slow = 'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\n\r\n{}';
  socket.write(slow + one.repeat(REQUESTS));
  await new Promise((resolve) => socket.once('close', resolve));
  unsubscribe('http.server.request.start', count);
  // The one that is too many, and the first, which may be answered by then: of the others, which
  // have come with them, none is parsed.
  expect(begun).toBeGreaterThan(SERVER_PIPELINED_MAX);
  expect(begun).toBeLessThanOrEqual(SERVER_PIPELINED_MAX + 2);
});

function sendChunks(chunks: readonly Uint8Array[]): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(api.server.graphql, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
    });
    sent.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    sent.on('error', reject);
    for (const chunk of chunks) sent.write(chunk);
    sent.end();
  });
}

describe('a request', () => {
  test('in chunks below the limit is answered', async () => {
    const body = JSON.stringify({ query: '{ airport(where: { code: { eq: "ZRH" } }) { name } }' });
    const answer = await sendChunks([...body].map((text) => Buffer.from(text)));
    expect(answer).toEqual({ status: 200, body: '{"data":{"airport":{"name":"Zürich"}}}' });
  });

  test('from another origin gets no permission to read or to send', async () => {
    const origin = { origin: 'https://elsewhere.example' };
    const preflight = await fetch(api.server.graphql, {
      method: 'OPTIONS',
      headers: {
        ...origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      },
    });
    const query = await fetch(`${api.server.graphql}?query={__typename}`, { headers: origin });
    for (const response of [preflight, query]) {
      await response.text();
      expect(
        [...response.headers.keys()].filter((name) => name.startsWith('access-control')),
      ).toEqual([]);
    }
  });

  test('by GET reads and does not write', async () => {
    const read = await fetch(`${api.server.graphql}?query=${encodeURIComponent('{ __typename }')}`);
    expect(await read.json()).toEqual({ data: { __typename: 'Query' } });
    const write = await fetch(`${api.server.graphql}?query=${encodeURIComponent(CREATE)}`);
    expect(write.status).toBe(405);
    await write.text();
  });

  test('to another path is answered with 404 as JSON', async () => {
    const paths = ['/nothing', '/graphql/x', '/health/x', '//', '/%00'];
    for (const path of paths) {
      const response = await fetch(new URL(api.server.graphql).origin + path);
      expect([path, await errorOf(response)]).toEqual([path, { status: 404, code: 'NOT_FOUND' }]);
    }
  });

  test.each([
    'nonsense\r\n\r\n',
    'GET /graphql?query={__typename} HTTP/1.1\r\nHost: a b/[\r\nConnection: close\r\n\r\n',
    'GET /graphql?query={a}&variables=x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\nConnection: close\r\n\r\n',
  ])('that begins %j gets 400 and no inside text', async (text) => {
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(api.server.port, api.server.host, () => socket.write(text));
      let received = '';
      socket.on('data', (data) => {
        received += String(data);
      });
      socket.on('close', () => resolve(received));
    });
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(answer).not.toMatch(/node_modules|TypeError|\.ts/);
  });
});

describe('a WebSocket', () => {
  function open(options: { path?: string; protocol?: string; origin?: string }): Promise<string> {
    const url = new URL(options.path ?? '/graphql', api.server.graphql.replace('http', 'ws'));
    const socket = new WebSocket(url, options.protocol ?? 'graphql-transport-ws', {
      ...(options.origin === undefined ? {} : { origin: options.origin }),
    });
    return new Promise((resolve) => {
      socket.on('open', () => {
        socket.close();
        resolve('open');
      });
      socket.on('error', (error) => resolve(error.message));
    });
  }

  test('opens for tools, and for pages of this server only', async () => {
    const { host, port } = api.server;
    expect(await open({})).toBe('open');
    expect(await open({ origin: `http://${host}:${port}` })).toBe('open');
    for (const origin of ['https://elsewhere.example', 'null', `http://${host}:1`]) {
      expect(await open({ origin })).toContain('403');
    }
    expect(await open({ path: '/other' })).toContain('404');
    expect(await open({ protocol: 'graphql-ws' })).not.toBe('open');
  });

  test.each([
    ['no JSON', 'nonsense', 4400],
    [
      'a subscription before the connection is acknowledged',
      '{"id":"1","type":"subscribe","payload":{"query":"{ __typename }"}}',
      4401,
    ],
  ])('that sends %s is closed with its code', async (_name, message, code) => {
    const socket = new WebSocket(api.server.graphql.replace('http', 'ws'), 'graphql-transport-ws');
    socket.on('open', () => socket.send(message));
    const closed = await new Promise<[number, string]>((resolve) => {
      socket.on('close', (number, reason) => resolve([number, String(reason)]));
    });
    expect(closed[0]).toBe(code);
    expect(closed[1]).not.toMatch(/at |\.ts/);
  });
});

describe('the server', () => {
  test('is healthy only when it is ready', async () => {
    await using space = await openTestSpace(flightsDefinition());
    const { promise, resolve } = Promise.withResolvers<void>();
    await using server = await serveSpace(space, {
      port: 0,
      metricsPort: 0,
      syncPort: 0,
      ready: promise,
    });
    const before = await fetch(server.health);
    expect([before.status, await before.json()]).toMatchObject([503, { status: 'starting' }]);
    resolve();
    const after = await fetch(server.health);
    expect([after.status, await after.json()]).toEqual([
      200,
      {
        status: 'healthy',
        uptime: expect.any(Number),
        version: expect.stringMatching(/^\d+\.\d+/),
      },
    ]);
  });

  test('says that a port is taken, and leaves nothing open behind', async () => {
    await using space = await openTestSpace(flightsDefinition());
    const { port, metricsPort } = api.server;
    for (const ports of [
      { port, metricsPort: 0, syncPort: 0 },
      { port: 0, metricsPort, syncPort: 0 },
      { port: 0, metricsPort: 0, syncPort: api.server.syncPort },
    ]) {
      await expect(serveSpace(space, ports)).rejects.toMatchObject({
        code: 'CONFLICT',
        message: expect.stringMatching(/port expected a free one, got \d+/),
      });
    }
    await expect(
      serveSpace(space, { host: '192.0.2.1', port: 0, metricsPort: 0, syncPort: 0 }),
    ).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  test('counts requests, operations, transactions and the graph for Prometheus', async () => {
    const text = await (await fetch(api.server.metrics)).text();
    expect(text).toContain('process_cpu_seconds_total');
    expect(text).toContain('massive_graph_nodes 5');
    expect(text).toContain('massive_graph_edges 5');
    expect(text).toMatch(/massive_graph_transactions_total 3/);
    expect(text).toMatch(/massive_graph_memory_bytes\{purpose="nodes"\} [1-9]/);
    expect(text).toMatch(/massive_graph_memory_free_bytes\{purpose="nodes"\} [1-9]/);
    expect(text).toMatch(/massive_graph_operations_total\{type="mutation",errors="false"\} 1/);
    const other = await fetch(new URL('/other', api.server.metrics));
    expect(other.status).toBe(404);
    await other.text();
  });

  test('lets running requests finish when it closes', async () => {
    await using space = await openTestSpace(flightsDefinition());
    const writes = heldWrites(space);
    const server = await serveSpace(writes.held, { port: 0, metricsPort: 0, syncPort: 0 });
    const answers = Array.from({ length: 20 }, async (_, index) => {
      const query = `mutation { createAirports(input: [
        { code: "A${index}", name: "a", country: "b" }
      ]) { info { nodesCreated } } }`;
      const response = await fetch(server.graphql, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
      return response.text();
    });
    while (writes.arrived() < answers.length) await setTimeout(5);
    const closed = server[Symbol.asyncDispose]();
    await setTimeout(100);
    writes.open();
    const answer = '{"data":{"createAirports":{"info":{"nodesCreated":1}}}}';
    expect(new Set(await Promise.all(answers))).toEqual(new Set([answer]));
    await closed;
    await expect(fetch(server.health)).rejects.toThrow();
    expect(space.graph.counts().nodes).toBe(answers.length);
  });

  test('masks bugs, and tells its owner of them', async () => {
    await using space = await openTestSpace(flightsDefinition());
    const bugs: unknown[] = [];
    const secret = 'the secret of /etc/passwd';
    const broken = spaceWith(space, { nodeLineage: () => Promise.reject(new Error(secret)) });
    await using server = await serveSpace(broken, {
      port: 0,
      metricsPort: 0,
      syncPort: 0,
      onInternalError: (error) => bugs.push(error),
    });
    const id = await space
      .write({ actor: 'user:test' }, (draft) => {
        const node = draft.createNode('Airport', { key: 'AAA' });
        draft.setNodeValue(node, 'name', 'a');
        draft.setNodeValue(node, 'country', 'b');
        return node;
      })
      .then(({ result }) => result);
    const response = await fetch(server.graphql, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: `{ lineage(id: "${id}") { actor } }` }),
    });
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({
      errors: [{ message: 'Unexpected error.', extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
    });
    expect(text).not.toContain('secret');
    expect(bugs).toEqual([expect.objectContaining({ message: secret })]);
  });
});
