/** Operations of GraphQL over the sync protocol, by a server that serves the API too. */

import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import WebSocket from 'ws';
import {
  SUBSCRIPTIONS_PER_CONNECTION_MAX,
  SYNC_RESULTS_BYTES_MAX,
} from '../../src/base/connection-limits.ts';
import { SUBSCRIBER_QUEUE_CHANGES_MAX } from '../../src/base/limits.ts';

import {
  decodeRefusal,
  decodeWelcome,
  encodeHello,
  encodeSubscribe,
  encodeUnsubscribe,
  FrameType,
} from '../../src/replication/frame.ts';
import { listen } from '../../src/server/listen.ts';
import { createSyncServer } from '../../src/server/sync-server.ts';
import { TrustedDocuments } from '../../src/server/trusted-documents.ts';
import { type Api, FIVE_AIRPORTS, gaugeOf, renameAirport, serveTestSpace } from '../fixture/api.ts';
import { serveGuarded } from '../fixture/guarded-api.ts';
import { OperationClient, type OperationRequest } from '../fixture/operation-client.ts';
import { subscribeBySync } from '../fixture/subscribers.ts';
import { type Answer, SyncClient } from '../fixture/sync-client.ts';
import { openSyncOptions } from '../fixture/sync-options.ts';
import { flightsDefinition } from '../fixture/test-space.ts';

const NAME = '{ airport(where: { code: { eq: "LHR" } }) { name } }';
const CHANGES = 'subscription { airportChanges { event airport { code name } } }';

let api: Api;

beforeEach(async () => {
  const byId = new Map([['name', NAME]]);
  api = await serveTestSpace(flightsDefinition(), {
    trustedDocuments: new TrustedDocuments(byId, false),
  });
  await api.data(FIVE_AIRPORTS);
});

afterEach(async () => {
  await api[Symbol.asyncDispose]();
});

function bodyOf(asked: OperationRequest | string): Uint8Array {
  return Buffer.from(typeof asked === 'string' ? asked : JSON.stringify(asked));
}

async function open(address = api.server.sync, headers = {}): Promise<SyncClient> {
  const client = new SyncClient(address, { headers });
  await once(client.socket, 'open');
  client.send(encodeHello());
  await client.heard(1);
  return client;
}

/** Types and numbers of what came after WELCOME. */
function heardOf({ answers }: SyncClient): string[] {
  return answers.slice(1).map(({ type, request }) => `${nameOf(type)} ${request}`);
}

function nameOf(type: number): string | undefined {
  return Object.entries(FrameType).find(([, each]) => each === type)?.[0];
}

function resultOf(answer: Answer | undefined) {
  return JSON.parse(Buffer.from(answer?.body ?? []).toString());
}

const gauge = (name: string, of: Api = api) => gaugeOf(of, name);

const rename = (code: string, name: string) => renameAirport(api, code, name);

describe('[Q13] a server', () => {
  test('that runs operations says so', async () => {
    const client = await open();
    expect(decodeWelcome(client.answers[0]?.body as Uint8Array).runsOperations).toBe(true);
    client.socket.close();
  });

  test('that runs none says so, and ends a connection that asks for one', async () => {
    const sync = createSyncServer(api.space, await openSyncOptions());
    const port = await listen(sync.server, { host: api.server.host, port: 0 });
    const client = await open(`ws://${api.server.host}:${port}`);
    expect(decodeWelcome(client.answers[0]?.body as Uint8Array).runsOperations).toBe(false);
    client.send(encodeSubscribe(1, bodyOf({ query: NAME })));
    expect(await client.closed).toBe(1008);
    expect(heardOf(client)).toEqual(['FAILED 0']);
    await sync.closeWithin(0);
  });
});

describe('[Q14] an operation', () => {
  const VARIABLES = 'query ($code: ID!) { airport(where: { code: { eq: $code } }) { id } }';

  test.each<[string, OperationRequest | string]>([
    ['by a plan', { query: NAME }],
    ['that is long', { query: '{ airports { id code name city country routes { code } } }' }],
    ['by resolvers', { query: '{ shortestPath(from: "x", to: "y") { nodes { id } } }' }],
    ['by a name', { query: 'query a { __typename } query b { viewer }', operationName: 'a' }],
    ['by an id', { documentId: 'name' }],
    ['with variables', { query: VARIABLES, variables: { code: 'JFK' } }],
    ['whose variables do not fit', { query: VARIABLES, variables: { code: [1] } }],
    ['that does not parse', { query: '{ airport(' }],
    ['that is not valid', { query: '{ nothing airports { never } }' }],
    ['that is too deep', { query: `${'{ a'.repeat(80)}${'}'.repeat(80)}` }],
    ['that names no document', { documentId: 'none' }],
    [
      'with an error in a field',
      { query: 'mutation { deleteAirports(where: { id: { in: 1 } }) }' },
    ],
  ])('%s is answered with the bytes of HTTP', async (_, asked) => {
    const accept = 'application/graphql-response+json';
    const headers = { accept, 'content-type': 'application/json' };
    const response = await fetch(api.server.graphql, {
      method: 'POST',
      headers,
      body: Buffer.from(bodyOf(asked)),
    });
    const client = await open();
    client.send(encodeSubscribe(7, bodyOf(asked)));
    await client.heard(3);
    expect(heardOf(client)).toEqual(['NEXT 7', 'COMPLETE 7']);
    expect(Buffer.from(client.answers[1]?.body ?? []).toString()).toBe(
      (await response.text()).trimEnd(),
    );
    client.socket.close();
  });

  test.each<[string, string, RegExp]>([
    ['is no JSON', '{', /MALFORMED.*the body of a SUBSCRIBE expected JSON/],
    ['is a list', '[]', /INVALID_INPUT.*expected an object, got array/],
    ['has another member', '{"query":"{ a }","more":1}', /INVALID_INPUT.*, got more/],
    ['has no query', '{}', /INVALID_INPUT.*expected a query or a documentId, got none/],
  ])('whose body %s is refused, and the connection goes on', async (_, body, pattern) => {
    const client = await open();
    client.send(encodeSubscribe(1, bodyOf(body)), encodeSubscribe(2, bodyOf({ query: NAME })));
    await client.heard(5);
    expect(heardOf(client).sort()).toEqual(['COMPLETE 1', 'COMPLETE 2', 'NEXT 1', 'NEXT 2']);
    const refused = client.answers.find(({ request, type }) => request === 1 && type === 71);
    const { message, extensions } = resultOf(refused).errors[0];
    expect(`${extensions.code} ${message}`).toMatch(pattern);
    client.socket.close();
  });

  test('explains itself where that is asked for', async () => {
    const client = new OperationClient(api.server.sync);
    const [result] = await client.results({ query: NAME, extensions: { explain: true } });
    expect(result).toHaveProperty('extensions.explain');
    client.dispose();
  });

  test('with the number of another one under way ends the connection', async () => {
    const client = await open();
    const changes = bodyOf({ query: CHANGES });
    client.send(encodeSubscribe(1, changes), encodeSubscribe(1, changes));
    expect(await client.closed).toBe(1008);
    const failure = decodeRefusal(client.answers.at(-1)?.body as Uint8Array);
    expect(failure).toEqual({
      code: 'MALFORMED',
      message: 'a sync connection expected a number that no operation under way has, got 1',
    });
    await vi.waitFor(async () => expect(await gauge('subscriptions')).toBe(0));
  });

  test('too many of which are under way is refused, until one is complete', async () => {
    const client = await open();
    const body = bodyOf({ query: CHANGES });
    for (let request = 0; request <= SUBSCRIPTIONS_PER_CONNECTION_MAX; request++) {
      client.send(encodeSubscribe(request, body));
    }
    await client.heard(3);
    expect(heardOf(client)).toEqual(['NEXT 100', 'COMPLETE 100']);
    expect(resultOf(client.answers[1]).errors[0].extensions).toEqual({
      code: 'LIMIT_EXCEEDED',
      facts: { limit: 'SUBSCRIPTIONS_PER_CONNECTION_MAX', max: 100, actual: 101 },
    });
    client.send(encodeUnsubscribe(5), encodeSubscribe(5, bodyOf({ query: NAME })));
    await client.heard(6);
    expect(heardOf(client).slice(2)).toEqual(['COMPLETE 5', 'NEXT 5', 'COMPLETE 5']);
    client.socket.close();
  });
});

describe('[Q15] an operation that is taken back', () => {
  test('is complete at once, and nothing more comes of it', async () => {
    const client = await open();
    client.send(encodeSubscribe(1, bodyOf({ query: CHANGES })));
    await vi.waitFor(async () => expect(await gauge('subscriptions')).toBe(1));
    client.send(encodeUnsubscribe(1), encodeUnsubscribe(1), encodeUnsubscribe(99));
    await client.heard(2);
    expect(await gauge('subscriptions')).toBe(0);
    await rename('JFK', 'unheard');
    client.send(encodeSubscribe(2, bodyOf({ query: NAME })));
    await client.heard(4);
    expect(heardOf(client)).toEqual(['COMPLETE 1', 'NEXT 2', 'COMPLETE 2']);
    client.socket.close();
  });

  test('ends with its connection', async () => {
    const clients = [await open(), await open()];
    for (const client of clients) client.send(encodeSubscribe(1, bodyOf({ query: CHANGES })));
    await vi.waitFor(async () => expect(await gauge('subscriptions')).toBe(2));
    clients[0]?.socket.terminate();
    clients[1]?.socket.close();
    await vi.waitFor(async () => expect(await gauge('subscriptions')).toBe(0));
  });
});

test('clients that subscribe and vanish leave nothing behind, by either protocol', async () => {
  const address = api.server.graphql.replace('http', 'ws');
  const subscribe = `{"type":"subscribe","id":"1","payload":{"query":"${CHANGES}"}}`;
  for (let round = 0; round < 3; round++) {
    const clients: SyncClient[] = [];
    const sockets: WebSocket[] = [];
    for (let count = 0; count < 40; count++) {
      const client = await open();
      client.send(encodeSubscribe(1, bodyOf({ query: CHANGES })));
      clients.push(client);
      const socket = new WebSocket(address, 'graphql-transport-ws');
      await once(socket, 'open');
      socket.send('{"type":"connection_init"}');
      await once(socket, 'message');
      socket.send(subscribe);
      sockets.push(socket);
    }
    await vi.waitFor(async () => expect(await gauge('subscriptions')).toBe(80));
    for (const socket of [...sockets, ...clients.map((client) => client.socket)]) {
      socket.terminate();
    }
    await vi.waitFor(async () => expect(await gauge('subscriptions')).toBe(0));
    expect([await gauge('sync_connections'), await gauge('websocket_connections')]).toEqual([0, 0]);
  }
  expect(api.internalErrors).toEqual([]);
});

describe('[Q16] a client that does not read', () => {
  test('holds what is bounded, and others go on', async () => {
    const [slow, brisk] = [await open(), new OperationClient(api.server.sync)];
    const lists = Array.from({ length: 90 }, (_, index) => {
      return `a${index}: airports(limit: 5) { id code name city country location { latitude } }`;
    });
    const query = `{ ${lists.join(' ')} }`;
    const { length } = JSON.stringify({ data: await api.data(query) });
    // The systems of both sides hold some megabytes; these answers are more.
    const count = Math.ceil(32_000_000 / length);
    let sent = 0;
    const ask = () => {
      if (sent < count) slow.send(encodeSubscribe(sent++, bodyOf({ query })));
    };
    slow.onAnswer = ({ type }) => type === FrameType.COMPLETE && ask();
    for (let request = 0; request < SUBSCRIPTIONS_PER_CONNECTION_MAX; request++) ask();
    slow.socket.pause();
    await vi.waitFor(async () => expect(await gauge('sync_unread_bytes')).toBeGreaterThan(0));
    for (let round = 0; round < 20; round++) await brisk.results({ query: NAME });
    expect(length).toBeGreaterThan(50_000);
    expect(await gauge('sync_unread_bytes')).toBeLessThan(SYNC_RESULTS_BYTES_MAX + 2 * length);
    await rename('LHR', 'seen');
    expect(await brisk.results({ query: NAME })).toEqual([{ data: { airport: { name: 'seen' } } }]);
    slow.socket.resume();
    await slow.heard(1 + 2 * count);
    expect(slow.answers.filter(({ type }) => type === FrameType.NEXT)).toHaveLength(count);
    await vi.waitFor(async () => expect(await gauge('sync_unread_bytes')).toBe(0));
    slow.socket.terminate();
    brisk.dispose();
  });

  test('is told of the changes that its queue could not hold', async () => {
    const client = await open();
    client.send(encodeSubscribe(1, bodyOf({ query: CHANGES })));
    await vi.waitFor(async () => expect(await gauge('subscriptions')).toBe(1));
    client.socket.pause();
    // More than the systems of both sides hold, and then more than the queue does.
    const name = 'x'.repeat(100_000);
    for (let round = 0; round < 150; round++) await rename('JFK', `${name}${round}`);
    const input = Array.from({ length: SUBSCRIBER_QUEUE_CHANGES_MAX }, (_, index) => {
      return { code: `${index}`, name: 'a', country: 'b' };
    });
    await api.data(
      `mutation ($input: [AirportCreateInput!]!) { createAirports(input: $input) { info {
        nodesCreated } } }`,
      { input },
    );
    expect(await gauge('subscriptions')).toBe(1);
    expect(await gauge('sync_unread_bytes')).toBeLessThan(2 * SYNC_RESULTS_BYTES_MAX);
    client.socket.resume();
    const last = () => resultOf(client.answers.at(-1)).data.airportChanges;
    await vi.waitFor(() => expect(last()).toMatchObject({ event: 'RESYNC' }));
    client.socket.terminate();
  });
});

describe('[Q9] a server that closes', () => {
  test('completes subscriptions, and says when to come back', async () => {
    const clients = [await open(), await open()];
    for (const client of clients) client.send(encodeSubscribe(1, bodyOf({ query: CHANGES })));
    await vi.waitFor(async () => expect(await gauge('subscriptions')).toBe(2));
    await rename('JFK', 'last words');
    const reasons = clients.map(({ socket }) => once(socket, 'close'));
    await api.server[Symbol.asyncDispose]();
    for (const [index, closed] of reasons.entries()) {
      const [code, reason] = await closed;
      expect([code, String(reason)]).toEqual([1012, `retry: ${1_000 + index}`]);
    }
    for (const client of clients) expect(heardOf(client)).toEqual(['NEXT 1', 'COMPLETE 1']);
  });

  test('says so in streams of events too', async () => {
    const response = await fetch(api.server.graphql, {
      method: 'POST',
      headers: { accept: 'text/event-stream', 'content-type': 'application/json' },
      body: JSON.stringify({ query: CHANGES }),
    });
    await vi.waitFor(async () => expect(await gauge('subscriptions')).toBe(1));
    const text = response.text();
    await rename('JFK', 'last words');
    await api.server[Symbol.asyncDispose]();
    const lines = (await text)
      .split('\n')
      .filter((line) => !['', ':', 'retry: 1000'].includes(line));
    expect(lines).toEqual([
      'event: next',
      expect.stringContaining('data: {'),
      'event: complete',
      'data:',
    ]);
    expect((await text).match(/retry: 1000/g)).toHaveLength(1);
  });

  test('says so by graphql-ws too, whose clients come back then', async () => {
    const address = api.server.graphql.replace('http', 'ws');
    const closed: Promise<unknown[]>[] = [];
    for (let count = 0; count < 2; count++) {
      const socket = new WebSocket(address, 'graphql-transport-ws');
      await once(socket, 'open');
      socket.send('{"type":"connection_init"}');
      await once(socket, 'message');
      closed.push(once(socket, 'close'));
    }
    await api.server[Symbol.asyncDispose]();
    const told = (await Promise.all(closed)).map(([code, reason]) => `${code} ${reason}`);
    expect(told.sort()).toEqual(['1012 retry: 1000', '1012 retry: 1001']);
  });
});

describe('[U21] the principal of a connection', () => {
  test('is the actor of its mutations, and its end that of its operations', async () => {
    await using guarded = await serveGuarded();
    const headers = { authorization: `Bearer ${guarded.apiKey}` };
    const client = await open(guarded.api.server.sync, headers);
    const create = `mutation { createAirports(input: [{ code: "AAA", name: "a", country: "b" }]) {
      info { nodesCreated } } }`;
    const query = 'subscription { airportChanges { actor } }';
    client.send(
      encodeSubscribe(1, bodyOf({ query })),
      encodeSubscribe(2, bodyOf({ query: create })),
    );
    await client.heard(4);
    const told = client.answers.find(({ request, type }) => request === 1 && type === 71);
    expect(resultOf(told)).toEqual({ data: { airportChanges: { actor: 'user:acme/program' } } });
    await guarded.changeKey({ revoked: Date.now() });
    expect(await client.closed).toBe(4403);
    await vi.waitFor(async () => expect(await gauge('subscriptions', guarded.api)).toBe(0));
  });

  test('[U23] counts each operation, and is cut off where it goes on', async () => {
    const anonymous = { requestsPerSecond: 1, requestsAtOnce: 3 };
    await using guarded = await serveGuarded({ anonymous: true, limits: { anonymous } });
    const client = await open(guarded.api.server.sync);
    for (let request = 0; request < 40; request++) {
      client.send(encodeSubscribe(request, bodyOf({ query: '{ __typename }' })));
    }
    expect(await client.closed).toBe(1013);
    const codes = client.answers
      .filter(({ type }) => type === FrameType.NEXT)
      .map((answer) => resultOf(answer).errors?.[0].extensions.code);
    expect(codes).toContain('RATE_LIMITED');
    expect(codes.filter((code) => code === undefined).length).toBeLessThanOrEqual(3);
  });

  test('[U22] has so many connections, and bodies of so many bytes', async () => {
    const anonymous = { webSockets: 1, bodyBytes: 100 };
    await using guarded = await serveGuarded({ anonymous: true, limits: { anonymous } });
    const client = await open(guarded.api.server.sync);
    const another = new SyncClient(guarded.api.server.sync);
    another.closed.catch(() => undefined);
    const [, response] = await once(another.socket, 'unexpected-response');
    expect(response.statusCode).toBe(429);
    another.socket.on('error', () => undefined).terminate();
    client.send(encodeSubscribe(1, new Uint8Array(101)));
    expect(await client.closed).toBe(1008);
    const { code, message } = decodeRefusal(client.answers.at(-1)?.body as Uint8Array);
    expect([code, message]).toEqual([
      'LIMIT_EXCEEDED',
      'a SUBSCRIBE expected 1 to 100 bytes, got 101',
    ]);
    const subscriber = subscribeBySync(guarded.api.server.sync, '{ __typename }');
    await subscriber.ended;
    expect(subscriber.results).toEqual([{ data: { __typename: 'Query' } }]);
    subscriber.stop();
  });
});
