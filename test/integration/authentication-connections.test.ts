import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import WebSocket, { type ClientOptions } from 'ws';
import { PayloadWriter } from '../../src/delta/payload-writer.ts';
import {
  decodeRefusal,
  encodeHello,
  encodeTransactionFrame,
  FrameType,
} from '../../src/replication/frame.ts';
import { serveTestSpace } from '../fixture/api.ts';
import { onNode } from '../fixture/door.ts';
import { type GuardedApi, SEED, serveGuarded } from '../fixture/guarded-api.ts';
import { signRequest } from '../fixture/signed-request.ts';
import { SyncClient } from '../fixture/sync-client.ts';
import { flightsDefinition } from '../fixture/test-space.ts';
import { keySetOf, signToken } from '../fixture/tokens.ts';

const CREATE = `mutation { createAirports(input: [{ code: "AAA", name: "a", country: "b" }]) {
  info { nodesCreated } } }`;
const CHANGES = 'subscription { airportChanges { actor airport { code } } }';

let guarded: GuardedApi;

beforeEach(async () => {
  guarded = await serveGuarded();
});

afterEach(async () => {
  expect(guarded.api.internalErrors).toEqual([]);
  await guarded[Symbol.asyncDispose]();
});

const bearer = (text: string) => `Bearer ${text}`;

/** A token that ends in so many seconds; they are whole ones. */
function lasting(seconds: number): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return signToken(guarded.pair, { claims: { exp: now + seconds } });
}

/** A connection of graphql-transport-ws, with what it hears. */
class Client {
  readonly socket: WebSocket;
  readonly heard: { type: string; id?: string; payload?: unknown }[] = [];
  readonly closed: Promise<number>;
  readonly #opened: Promise<unknown>;

  constructor(url: string, options: ClientOptions = {}) {
    this.socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws', options);
    this.#opened = once(this.socket, 'open');
    this.closed = once(this.socket, 'close').then(([code]) => code as number);
    this.socket.on('message', (text) => this.heard.push(JSON.parse(String(text))));
  }

  /** Opens the connection with this payload; resolves when that is answered or it is closed. */
  async init(payload?: unknown): Promise<'open' | number> {
    await this.#opened;
    this.send({ type: 'connection_init', ...(payload === undefined ? {} : { payload }) });
    const acknowledged = vi.waitFor(() => expect(this.heard.at(-1)?.type).toBe('connection_ack'));
    return Promise.race([acknowledged.then(() => 'open' as const), this.closed]);
  }

  send(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  subscribe(query: string, id = '1'): void {
    this.send({ type: 'subscribe', id, payload: { query } });
  }

  async next(): Promise<unknown> {
    await vi.waitFor(() => expect(this.heard.at(-1)?.type).toMatch(/next|error|complete/));
    return this.heard.find(({ type }) => type === 'next')?.payload;
  }
}

describe('[U5] a connection of graphql-transport-ws', () => {
  test.each<[string, () => Promise<[object | undefined, Record<string, string>]>, string]>([
    [
      'with a token in its payload',
      async () => [{ authorization: bearer(await signToken(guarded.pair)) }, {}],
      'user:acme/ann',
    ],
    [
      'with an API key in its payload',
      async () => [{ authorization: bearer(guarded.apiKey), principal: null }, {}],
      'user:acme/program',
    ],
    [
      'with an API key in its header',
      async () => [undefined, { authorization: bearer(guarded.apiKey) }],
      'user:acme/program',
    ],
    [
      'with a signature of its opening',
      async () => [{}, signRequest(SEED, { method: 'GET' })],
      'user:acme/ann',
    ],
  ])('%s is of its principal', async (_, given, actor) => {
    const [payload, headers] = await given();
    const client = new Client(guarded.url, { headers });
    expect(await client.init(payload)).toBe('open');
    client.subscribe(CHANGES);
    client.subscribe(CREATE, '2');
    expect(await client.next()).toBeDefined();
    const change = { data: { airportChanges: { actor, airport: { code: 'AAA' } } } };
    await vi.waitFor(() =>
      expect(client.heard).toContainEqual({ id: '1', type: 'next', payload: change }),
    );
    client.socket.close();
    await client.closed;
  });

  test.each<[string, () => unknown]>([
    ['nothing', () => undefined],
    ['an empty payload', () => ({})],
    ['another member', () => ({ Authorization: bearer(guarded.apiKey) })],
    ['a key without its scheme', () => ({ authorization: guarded.apiKey })],
    ['a key in a list', () => ({ authorization: [bearer(guarded.apiKey)] })],
    ['a number', () => ({ authorization: 7 })],
    ['a wrong token', () => ({ authorization: bearer('a.b.c') })],
    ['a name', () => ({ principal: 'user:acme/ann' })],
    ['a key and a name', () => ({ authorization: bearer(guarded.apiKey), principal: 'user:a/b' })],
    ['a long text', () => ({ authorization: bearer('x'.repeat(100_000)) })],
  ])('[U6] with %s is closed with 4403', async (_, payload) => {
    const client = new Client(guarded.url);
    expect(await client.init(payload())).toBe(4403);
    expect(client.heard).toEqual([]);
    expect(guarded.refusals).toHaveLength(1);
  });

  test('[U5] with two credentials is closed with 4403', async () => {
    const authorization = bearer(guarded.apiKey);
    const client = new Client(guarded.url, { headers: { authorization } });
    expect(await client.init({ authorization })).toBe(4403);
  });

  test('that subscribes before it is acknowledged is closed with 4401', async () => {
    const client = new Client(guarded.url);
    await once(client.socket, 'open');
    client.subscribe('{ __typename }');
    expect(await client.closed).toBe(4401);
  });

  test('that goes while it is found out who opens it leaves nothing behind', async () => {
    const client = new Client(guarded.url);
    await once(client.socket, 'open');
    const authorization = bearer(await signToken(guarded.pair));
    client.send({ type: 'connection_init', payload: { authorization } });
    client.socket.terminate();
    await vi.waitFor(() => expect(guarded.keys.asked).toBe(1));
  });

  test('[U2] without an authentication file is of the principal that it names', async () => {
    await using open = await serveTestSpace(flightsDefinition());
    for (const [payload, outcome] of [
      [undefined, 'open'],
      [{ principal: 'user:acme/ann' }, 'open'],
      [{ principal: 'acme/ann' }, 4403],
      [{ principal: 7 }, 4403],
      [{ authorization: bearer('x') }, 4403],
    ] as const) {
      const client = new Client(open.server.graphql);
      expect([payload, await client.init(payload)]).toEqual([payload, outcome]);
      client.socket.terminate();
    }
    const client = new Client(open.server.graphql);
    await client.init({ principal: 'user:acme/zoë' });
    client.subscribe(CREATE);
    await client.next();
    const node = open.space.graph.nodeByKey('Airport', 'AAA');
    const lineage = node === undefined ? undefined : await open.space.nodeLineage(node, 'name');
    expect(lineage?.actor).toBe('user:acme/zoë');
    client.socket.terminate();
  });
});

describe('[U20] when a right ends', () => {
  test('a connection of graphql-transport-ws is closed with 4403, its operations too', async () => {
    const client = new Client(guarded.url);
    expect(await client.init({ authorization: bearer(await lasting(2)) })).toBe('open');
    client.subscribe(CHANGES);
    await subscribed(1);
    expect(await client.closed).toBe(4403);
    await subscribed(0);
  });

  test('a client that does not let go of its connection can do nothing more on it', async () => {
    const [client, watch] = [new Client(guarded.url), new Client(guarded.url)];
    const authorization = bearer(guarded.apiKey);
    expect([await client.init({ authorization }), await watch.init({ authorization })]).toEqual([
      'open',
      'open',
    ]);
    // It reads no close frame, so it answers none.
    client.socket.pause();
    await guarded.changeKey({ revoked: Date.now() });
    expect(await watch.closed).toBe(4403);
    client.subscribe(CREATE);
    client.subscribe(CHANGES, '2');
    await new Promise((sent) => client.socket.ping('', true, sent));
    const other = new Client(guarded.url);
    expect(await other.init({ authorization: bearer(await lasting(60)) })).toBe('open');
    other.subscribe('{ airports { code } }');
    expect(await other.next()).toEqual({ data: { airports: [] } });
    await subscribed(0);
    client.socket.terminate();
    other.socket.terminate();
  });

  test('and its key is revoked, too, while others go on', async () => {
    const [client, other] = [new Client(guarded.url), new Client(guarded.url)];
    expect(await client.init({ authorization: bearer(guarded.apiKey) })).toBe('open');
    expect(await other.init({ authorization: bearer(await lasting(60)) })).toBe('open');
    client.subscribe(CHANGES);
    other.subscribe(CHANGES);
    await subscribed(2);
    await guarded.changeKey({ revoked: Date.now() });
    expect(await client.closed).toBe(4403);
    await subscribed(1);
    expect(other.socket.readyState).toBe(WebSocket.OPEN);
    other.socket.terminate();
  });

  test('a stream of events is cut off, after what it was sent', async () => {
    const stream = await openStream(bearer(await lasting(2)));
    const reader = stream.getReader();
    await subscribed(1);
    await send(CREATE, bearer(guarded.apiKey));
    let heard = '';
    const read = async () => {
      for (;;) heard += Buffer.from((await reader.read()).value ?? stopped()).toString();
    };
    await expect(read()).rejects.toThrow(/terminated|stopped/);
    expect(heard).toContain('"actor":"user:acme/program"');
    await subscribed(0);
  });

  test('by its key being revoked, a stream of events is cut off', async () => {
    const reader = (await openStream(bearer(guarded.apiKey))).getReader();
    await subscribed(1);
    await guarded.changeKey({ revoked: Date.now() });
    const read = async () => {
      for (;;) if ((await reader.read()).done) stopped();
    };
    await expect(read()).rejects.toThrow(/terminated|stopped/);
    await subscribed(0);
  });

  test('a sync connection is closed with 4403', async () => {
    const clients = await Promise.all(
      [await lasting(2), guarded.apiKey].map((text) => syncClient({ authorization: bearer(text) })),
    );
    const [first, second] = clients;
    await guarded.changeKey({ revoked: Date.now() });
    expect(await second?.closed).toBe(4403);
    expect(await first?.closed).toBe(4403);
  });

  function stopped(): never {
    throw new Error('stopped');
  }

  async function openStream(authorization: string): Promise<ReadableStream<Uint8Array>> {
    const response = await send(CHANGES, authorization, 'text/event-stream');
    expect(response.status).toBe(200);
    if (response.body === null) throw new Error('a stream has a body');
    return response.body;
  }

  function send(query: string, authorization: string, accept = '*/*'): Promise<Response> {
    return fetch(guarded.url, {
      method: 'POST',
      headers: { accept, authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
  }

  function subscribed(count: number): Promise<void> {
    return vi.waitFor(async () => {
      const text = await (await fetch(guarded.api.server.metrics)).text();
      expect(text).toContain(`massive_graph_subscriptions ${count}\n`);
    });
  }
});

async function syncClient(headers: Record<string, string>): Promise<SyncClient> {
  const client = new SyncClient(guarded.api.server.sync, { headers });
  await once(client.socket, 'open');
  return client;
}

describe('[U21] a sync connection', () => {
  const ID = 'AAAAAAAAAAAAAAAA';

  function transactionOf(actor: string, key: string): Uint8Array {
    const writer = new PayloadWriter();
    const create = onNode(ID, { operation: 'createNodeByKey', type: 'Airport', key });
    const set = (path: string) => onNode(ID, { operation: 'set', path, value: 'x' } as const);
    const deltas = [create, set('name'), set('country')].map(({ delta }, index) => ({
      subject: create.subject,
      delta: index === 0 ? create.delta : delta,
    }));
    writer.add({ id: new Uint8Array(16).fill(1), actor, deltas });
    return writer.finish();
  }

  test.each<[string, () => Promise<Record<string, string>>, string]>([
    ['a token', async () => ({ authorization: bearer(await lasting(60)) }), 'user:acme/ann'],
    ['an API key', async () => ({ authorization: bearer(guarded.apiKey) }), 'user:acme/program'],
    ['a signature', async () => signRequest(SEED, { method: 'GET', target: '/' }), 'user:acme/ann'],
  ])('[Q10] by %s writes for its principal, and for no other', async (_, headers, actor) => {
    const client = await syncClient(await headers());
    client.send(encodeHello(), encodeTransactionFrame(1, transactionOf(actor, 'JFK')));
    const [, written] = await client.heard(2);
    expect(written?.type).toBe(FrameType.WRITTEN);
    for (const [index, other] of ['user:*', 'user:acme/root', 'user:anonymous'].entries()) {
      client.send(encodeTransactionFrame(2 + index, transactionOf(other, 'LAX')));
      const refused = (await client.heard(3 + index)).at(-1);
      expect(refused?.type).toBe(FrameType.REFUSED);
      expect(decodeRefusal(refused?.body ?? new Uint8Array(0)).code).toBe('INVALID_INPUT');
    }
    const { graph } = guarded.api.space;
    const node = graph.nodeByKey('Airport', 'JFK');
    const lineage =
      node === undefined ? undefined : await guarded.api.space.nodeLineage(node, 'name');
    expect([lineage?.actor, graph.counts().nodes]).toEqual([actor, 1]);
    client.socket.close();
  });

  test.each<[string, () => Promise<Record<string, string>>]>([
    ['nothing', async () => ({})],
    ['a wrong token', async () => ({ authorization: bearer('a.b.c') })],
    ['a token that is past', async () => ({ authorization: bearer(await lasting(-1)) })],
    ['a signature of another port’s path', async () => signRequest(SEED, { method: 'GET' })],
    ['a name', async () => ({ 'x-massive-graph-principal': 'user:acme/ann' })],
  ])('with %s is refused at its opening', async (_, headers) => {
    const client = new SyncClient(guarded.api.server.sync, { headers: await headers() });
    const [, response] = await once(client.socket, 'unexpected-response');
    expect(response.statusCode).toBe(401);
    expect(response.headers['www-authenticate']).toBe('Bearer realm="massive-graph"');
    response.resume();
    client.closed.catch(() => undefined);
    client.socket.on('error', () => undefined).terminate();
  });

  test('that goes while its token is looked at is not kept', async () => {
    guarded.keys.answer(await keySetOf());
    const client = new SyncClient(guarded.api.server.sync, {
      headers: { authorization: bearer(await lasting(60)) },
    });
    client.socket.on('error', () => undefined);
    await vi.waitFor(() => expect(guarded.keys.asked).toBe(1));
    client.socket.terminate();
    const text = await (await fetch(guarded.api.server.metrics)).text();
    expect(text).toContain('massive_graph_sync_connections 0');
  });

  test('[U2] without an authentication file writes for the principal that it names', async () => {
    await using open = await serveTestSpace(flightsDefinition());
    const client = new SyncClient(open.server.sync, {
      headers: { 'x-massive-graph-principal': 'user:acme/ann' },
    });
    await once(client.socket, 'open');
    client.send(encodeHello(), encodeTransactionFrame(1, transactionOf('user:acme/ann', 'JFK')));
    expect((await client.heard(2))[1]?.type).toBe(FrameType.WRITTEN);
    client.socket.terminate();
  });
});
