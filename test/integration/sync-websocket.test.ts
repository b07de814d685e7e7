import { once } from 'node:events';
import { request, type Server } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { concatBytes } from '../../src/base/bytes.ts';
import { SYNC_FRAME_MILLISECONDS_MAX } from '../../src/base/connection-limits.ts';
import { decodeCommit } from '../../src/delta/commit.ts';
import type { AddressedDelta } from '../../src/delta/delta.ts';
import { nodeIdByNumber } from '../../src/delta/node-id.ts';
import { PayloadWriter } from '../../src/delta/payload-writer.ts';
import {
  decodeApplied,
  decodeRefusal,
  decodeWritten,
  encodeCommitFrame,
  encodeHello,
  FRAME_HEAD_BYTES,
  FrameType,
} from '../../src/replication/frame.ts';
import { listen } from '../../src/server/listen.ts';
import { type RunningServer, serveSpace } from '../../src/server/serve.ts';
import { createSyncServer } from '../../src/server/sync-server.ts';
import { Door, onNode, payloadOf } from '../fixture/door.ts';
import { answerToTransaction, SyncClient } from '../fixture/sync-client.ts';
import { openSyncOptions } from '../fixture/sync-options.ts';

const ID = 'AAAAAAAAAAAAAAAA';
const SUBPROTOCOL = 'massive-graph';

let door: Door;
let server: RunningServer;

beforeAll(async () => {
  door = await Door.open();
  server = await serveSpace(door.space, { port: 0, metricsPort: 0, syncPort: 0 });
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await door.space[Symbol.asyncDispose]();
});

/** Commits that follow what the space holds, each after the one before. */
function chain(keys: readonly string[]): Uint8Array[] {
  let last = door.commits().at(-1);
  return keys.map((key) => {
    const payload = payloadOf([onNode(ID, { operation: 'createNodeByKey', type: 'City', key })]);
    const bytes = door.sign(payload, {
      sequence: (last?.header.sequence ?? 0) + 1,
      previous: last?.hash,
      ...(last === undefined ? {} : { clock: last.header.clock + 1n }),
    });
    last = decodeCommit(bytes);
    return bytes;
  });
}

const keysFrom = (name: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${name}${index}`);

describe('[Q1] the ws client', () => {
  test('[Q7] sends a chain of commits without waiting, and hears of each', async () => {
    const client = await SyncClient.open(server.sync);
    const commits = chain(keysFrom('p', 100));
    client.send(encodeHello(), ...commits.map((bytes, index) => encodeCommitFrame(index, bytes)));
    const [welcome, ...answers] = await client.heard(101);
    expect(welcome?.type).toBe(FrameType.WELCOME);
    expect(answers.map(({ type }) => type)).toEqual(commits.map(() => FrameType.APPLIED));
    const positions = answers.map(({ body }) => decodeApplied(body).position);
    expect(positions).toEqual(positions.map((_, index) => (positions[0] ?? 0) + index));
    expect(door.space.graph.nodeByKey('City', 'p99')).toBeDefined();
    client.send(encodeCommitFrame(7, commits[3] as Uint8Array));
    expect((await client.heard(102)).at(-1)).toMatchObject({ type: FrameType.KNOWN, request: 7 });
    client.socket.close();
    expect(await client.closed).toBe(1000);
  });

  test('sends one message in many WebSocket frames, and many frames in one message', async () => {
    const client = await SyncClient.open(server.sync);
    const stream = concatBytes(
      encodeHello(),
      ...chain(keysFrom('f', 20)).map((bytes, index) => encodeCommitFrame(index, bytes)),
    );
    for (let at = 0; at < stream.length; at += 501) {
      const isLast = at + 501 >= stream.length;
      client.socket.send(stream.subarray(at, at + 501), { fin: isLast, binary: true });
      if (at % 4_008 === 0) client.socket.ping('between');
    }
    const answers = await client.heard(21);
    expect(answers.slice(1).map(({ type }) => type)).toEqual(Array(20).fill(FrameType.APPLIED));
    client.socket.terminate();
  });

  test('gets pongs, and an answer to its close', async () => {
    const client = await SyncClient.open(server.sync);
    client.socket.ping('are you there');
    const [content] = (await once(client.socket, 'pong')) as [Buffer];
    expect(content.toString()).toBe('are you there');
    client.socket.close(4001);
    expect(await client.closed).toBe(4001);
  });

  test('[Q6] hears why a commit is refused, and goes on', async () => {
    const client = await SyncClient.open(server.sync);
    const [good] = chain(['g']) as [Uint8Array];
    const wrong = good.with(good.length - 1, (good.at(-1) as number) ^ 1);
    client.send(encodeHello(), encodeCommitFrame(1, wrong), encodeCommitFrame(2, good));
    const answers = await client.heard(3);
    const refusal = decodeRefusal(answers.find(({ request }) => request === 1)?.body as Uint8Array);
    expect(refusal.code).toBe('REFUSED');
    expect(answers.find(({ request }) => request === 2)?.type).toBe(FrameType.APPLIED);
    client.socket.close();
  });

  test.each<[string, (client: SyncClient) => void, number]>([
    ['text', ({ socket }) => socket.send('hello'), 1003],
    [
      'a commit before HELLO',
      (client) => client.send(encodeCommitFrame(1, new Uint8Array(9))),
      1008,
    ],
    ['an unknown frame', (client) => client.send(encodeHello(), new Uint8Array(12).fill(3)), 1008],
  ])('[Q3] that sends %s is closed', async (_, act, code) => {
    const client = await SyncClient.open(server.sync);
    act(client);
    expect(await client.closed).toBe(code);
  });
});

describe('[Q5] what was answered before the close', () => {
  test.each<[string, Uint8Array, number]>([
    ['the client closes', encodeHello(), FrameType.WELCOME],
    ['a frame fails', encodeHello().with(1, 1), FrameType.FAILED],
  ])('goes out where %s in the same packet', async (_, frame, type) => {
    const client = await SyncClient.open(server.sync);
    client.send(frame);
    client.socket.close(1000);
    expect(await client.closed).toBe(1000);
    expect(client.answers.map((answer) => answer.type)).toEqual([type]);
  });
});

describe('[Q10] a transaction of a client', () => {
  const city = (key: string) => onNode(ID, { operation: 'createNodeByKey', type: 'City', key });
  const payload = (deltas: readonly AddressedDelta[], actor = 'user:*'): Uint8Array => {
    const writer = new PayloadWriter();
    writer.add({ id: new Uint8Array(16).fill(0xa1), actor, deltas });
    return writer.finish();
  };

  const answerTo = (body: Uint8Array) =>
    answerToTransaction(server.sync, { payload: body, request: 3 });

  test('is signed by the server, under the id that the client chose', async () => {
    const street = { element: 'node', id: nodeIdByNumber({ ...idContext(), number: 7n }) } as const;
    const answer = await answerTo(
      payload([
        { subject: street, delta: { operation: 'createNode', type: 'Street', number: 7n } },
        { subject: street, delta: { operation: 'set', path: 'name', value: 'High Street' } },
        city('tx'),
      ]),
    );
    expect(answer).toMatchObject({ type: FrameType.WRITTEN, request: 3 });
    const { position, index } = decodeWritten(answer.body);
    expect([position, index]).toEqual([door.log.length, 0]);
    const node = door.space.graph.nodeById(street.id);
    expect(node).toBeDefined();
    const lineage = node === undefined ? undefined : await door.space.nodeLineage(node, 'name');
    expect(lineage).toMatchObject({ transaction: 'a1'.repeat(16), actor: 'user:*' });
  });

  function idContext() {
    const { space } = door;
    return {
      space: Uint8Array.from(Buffer.from(space.id, 'hex')),
      author: space.author,
      type: 'Street',
    };
  }

  test.each<[string, () => Uint8Array, string]>([
    ['takes a key that is taken', () => payload([city('tx')]), 'ALREADY_EXISTS'],
    ['is for somebody else', () => payload([city('ty')], 'user:root'), 'INVALID_INPUT'],
    [
      'names an unknown type',
      () => payload([onNode(ID, { operation: 'createNode', type: 'Moon', number: 1n })]),
      'INVALID_INPUT',
    ],
    [
      'is on a node that is not there',
      () => payload([onNode(ID, { operation: 'set', path: 'name', value: 'x' })]),
      'NOT_FOUND',
    ],
    [
      'sets a value of another kind',
      () => payload([city('tz'), onNode(ID, { operation: 'set', path: 'people', value: 'x' })]),
      'INVALID_INPUT',
    ],
    ['is none', () => Uint8Array.of(9, 9, 9), 'MALFORMED'],
    ['is cut short', () => payload([city('tz')]).subarray(0, 50), 'MALFORMED'],
  ])('that %s is refused, and changes nothing', async (_, body, code) => {
    const before = [door.space.stateHash(), door.log.length];
    const answer = await answerTo(body());
    expect(answer.type).toBe(FrameType.REFUSED);
    expect(decodeRefusal(answer.body).code).toBe(code);
    expect([door.space.stateHash(), door.log.length]).toEqual(before);
  });
});

describe('the opening handshake', () => {
  const upgrade = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'sec-websocket-protocol': SUBPROTOCOL,
  };

  async function statusOf(headers: Record<string, string>, path = '/'): Promise<number> {
    const sent = request({ port: server.syncPort, host: server.host, headers, path });
    sent.end();
    return await new Promise((resolve, reject) => {
      sent.once('error', reject);
      sent.once('response', (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      sent.once('upgrade', (response, socket) => {
        socket.destroy();
        resolve(
          response.headers['sec-websocket-accept'] === 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=' ? 101 : 0,
        );
      });
    });
  }

  test('answers the key of the example in RFC 6455', async () => {
    expect(await statusOf(upgrade)).toBe(101);
  });

  test.each<[string, Record<string, string>, number]>([
    ['[Q2] of another origin', { ...upgrade, origin: 'http://evil.example' }, 403],
    ['of another version', { ...upgrade, 'sec-websocket-version': '8' }, 426],
    ['with a wrong key', { ...upgrade, 'sec-websocket-key': 'short' }, 400],
    ['without the subprotocol', { ...upgrade, 'sec-websocket-protocol': 'graphql-ws' }, 400],
    ['with a body that is still to come', { ...upgrade, 'content-length': '5' }, 400],
    ['that asks for no upgrade', {}, 426],
  ])('%s is refused', async (_, headers, status) => {
    expect(await statusOf(headers)).toBe(status);
  });

  test.each(['/graphql', '//', 'http://['])('on the path %s is refused', async (path) => {
    expect(await statusOf(upgrade, path)).toBe(404);
    expect(await statusOf(upgrade)).toBe(101);
  });

  test('that was refused leaves no socket behind, though the client keeps its own', async () => {
    const sync = createSyncServer(door.space, await openSyncOptions());
    const port = await listen(sync.server, { host: server.host, port: 0 });
    const socket = connect({ port, host: server.host, allowHalfOpen: true });
    const lines = Object.entries(upgrade).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`GET /other HTTP/1.1\r\nhost: ${server.host}\r\n${lines.join('')}\r\n`);
    let heard = '';
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) heard += String(chunk);
    expect(heard).toMatch(/^HTTP\/1.1 404/);
    await vi.waitFor(async () => expect(await openSockets(sync.server)).toBe(0));
    socket.destroy();
    await sync.closeWithin(0);
  });

  function openSockets(of: Server): Promise<number> {
    return new Promise((resolve) => of.getConnections((_error, count) => resolve(count)));
  }

  test('that does not come is asked for in a body, or browsers show no page', async () => {
    const response = await fetch(`http://${server.host}:${server.syncPort}/`);
    expect(response.status).toBe(426);
    expect(await response.json()).toEqual({
      error: 'the sync port expected a WebSocket of massive-graph, got another request',
    });
  });

  test('with the first frames in the same packet is read whole', async () => {
    const socket = connect(server.syncPort, server.host);
    const hello = encodeHello();
    const masked = concatBytes(Uint8Array.of(0x82, 0x80 | hello.length, 0, 0, 0, 0), hello);
    const lines = Object.entries(upgrade).map(([name, value]) => `${name}: ${value}\r\n`);
    const head = `GET / HTTP/1.1\r\nhost: ${server.host}\r\n${lines.join('')}\r\n`;
    socket.write(Buffer.concat([Buffer.from(head), masked]));
    let heard = Buffer.alloc(0);
    for await (const chunk of socket) {
      heard = Buffer.concat([heard, chunk as Buffer]);
      const begin = heard.indexOf('\r\n\r\n') + 4;
      if (begin > 4 && heard.length > begin + 2) {
        expect([heard[begin], heard[begin + 2]]).toEqual([0x82, FrameType.WELCOME]);
        break;
      }
    }
    socket.destroy();
  });
});

describe('a client that is slow', () => {
  test('within a frame is closed with 1008, and holds up nobody meanwhile', async () => {
    const slow = await SyncClient.open(server.sync);
    slow.send(encodeHello(), encodeCommitFrame(1, new Uint8Array(1_000_000)).subarray(0, 500));
    await slow.heard(1);
    const client = await SyncClient.open(server.sync);
    client.send(encodeHello(), encodeCommitFrame(1, chain(['slow'])[0] as Uint8Array));
    expect((await client.heard(2))[1]?.type).toBe(FrameType.APPLIED);
    const now = performance.now.bind(performance);
    let leaps = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => {
      leaps += 1;
      return now() + leaps * SYNC_FRAME_MILLISECONDS_MAX;
    });
    expect(await slow.closed).toBe(1008);
    vi.restoreAllMocks();
    client.send(encodeCommitFrame(2, chain(['quick'])[0] as Uint8Array));
    expect((await client.heard(3))[2]?.type).toBe(FrameType.APPLIED);
    client.socket.close();
  });
});

test('[Q5] a client that ends within its HELLO takes nothing with it', async () => {
  const client = await SyncClient.open(server.sync);
  client.send(encodeHello().subarray(0, FRAME_HEAD_BYTES + 5));
  client.socket.close();
  expect(await client.closed).toBe(1000);
  const next = await SyncClient.open(server.sync);
  next.send(encodeHello());
  expect((await next.heard(1))[0]?.type).toBe(FrameType.WELCOME);
  next.socket.close();
});

describe('[Q9] a server that closes', () => {
  test('waits no longer than it is given for a client that does not go', async () => {
    const sync = createSyncServer(door.space, await openSyncOptions());
    const port = await listen(sync.server, { host: server.host, port: 0 });
    const client = await SyncClient.open(`ws://${server.host}:${port}`);
    client.send(encodeHello());
    await client.heard(1);
    client.socket.pause();
    await sync.closeWithin(50);
    await vi.waitFor(() => expect(sync.connections).toBe(0));
    client.socket.terminate();
  });

  test('answers what it has, and closes with 1012', async () => {
    const other = await Door.open({ seed: 5 });
    const closing = await serveSpace(other.space, { port: 0, metricsPort: 0, syncPort: 0 });
    const client = await SyncClient.open(closing.sync);
    const payload = payloadOf([
      onNode(ID, { operation: 'createNodeByKey', type: 'City', key: 'z' }),
    ]);
    client.send(encodeHello(), encodeCommitFrame(1, other.sign(payload)));
    await client.heard(1);
    await closing[Symbol.asyncDispose]();
    expect(await client.closed).toBe(1012);
    const isApplied = other.space.graph.nodeByKey('City', 'z') !== undefined;
    expect(client.answers.map(({ type }) => type)).toEqual(
      isApplied ? [FrameType.WELCOME, FrameType.APPLIED] : [FrameType.WELCOME],
    );
  });
});
