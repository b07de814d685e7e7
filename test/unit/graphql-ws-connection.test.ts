/** A connection of graphql-transport-ws over a socket that says what it was told. */

import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { WEBSOCKET_INIT_MILLISECONDS_MAX } from '../../src/base/connection-limits.ts';
import {
  GraphqlWsConnection,
  type GraphqlWsParts,
} from '../../src/server/graphql-ws-connection.ts';
import { openSyncOptions } from '../fixture/sync-options.ts';

class ToldSocket {
  readonly OPEN = 1;
  readyState = 1;
  bufferedAmount = 0;
  readonly told: string[] = [];

  send(text: string): void {
    this.told.push(text);
  }

  ping(): void {
    this.told.push('ping');
  }

  close(code: number): void {
    this.readyState = 2;
    this.told.push(`close ${code}`);
  }

  terminate(): void {
    this.readyState = 3;
    this.told.push('terminated');
  }
}

async function open() {
  const socket = new ToldSocket();
  const count = { acknowledged: 0 };
  const options = await openSyncOptions();
  // Operations are asked for in other tests.
  const parts = { ...options, count } as unknown as GraphqlWsParts;
  const request = { headers: {}, socket: {} } as IncomingMessage;
  const connection = new GraphqlWsConnection(parts, socket as unknown as WebSocket, request);
  const hear = (text: string) => connection.hear(Buffer.from(text));
  return { socket, connection, count, hear };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('a client that answers no ping is cut off, one that does is asked again', async () => {
  const { socket, connection } = await open();
  connection.beat();
  connection.hearPong();
  connection.beat();
  expect(socket.told).toEqual(['ping', 'ping']);
  connection.beat();
  expect(socket.told.at(-1)).toBe('terminated');
});

test('a client that does not say who it is is closed with 4408, one that has is not', async () => {
  const [silent, known] = [await open(), await open()];
  known.hear('{"type":"connection_init"}');
  await settled();
  const begin = performance.now();
  for (const { connection } of [silent, known]) connection.check(begin);
  expect([silent.socket.told, known.socket.told]).toEqual([[], ['{"type":"connection_ack"}']]);
  for (const { connection } of [silent, known]) {
    connection.check(begin + WEBSOCKET_INIT_MILLISECONDS_MAX + 1_000);
  }
  expect([silent.socket.told, known.socket.told.length]).toEqual([['close 4408'], 1]);
});

test('a connection counts as acknowledged until it has closed', async () => {
  const { connection, count, hear } = await open();
  hear('{"type":"connection_init"}');
  await settled();
  expect(count.acknowledged).toBe(1);
  connection.leave();
  expect(count.acknowledged).toBe(0);
});

test.each<[string, readonly string[], string]>([
  ['a second init', ['{"type":"connection_init"}', '{"type":"connection_init"}'], 'close 4429'],
  ['a message of the server', ['{"type":"connection_ack"}'], 'close 4400'],
  ['a message of another type', ['{"type":"start"}'], 'close 4400'],
  ['no object', ['[]'], 'close 4400'],
  ['bytes that are no text', ['\0\0'], 'close 4400'],
  [
    'an operation before it is known',
    ['{"type":"subscribe","id":"1","payload":{"query":"{ a }"}}'],
    'close 4401',
  ],
])('%s closes it, and nothing is heard after that', async (_, messages, closed) => {
  const { socket, hear } = await open();
  for (const message of messages) {
    hear(message);
    await settled();
  }
  const before = socket.told.length;
  hear('{"type":"ping"}');
  expect([socket.told.at(-1), socket.told.length]).toEqual([closed, before]);
});

test('a ping of the protocol is answered with its payload, a pong is not', async () => {
  const { socket, hear } = await open();
  hear('{"type":"ping","payload":{"a":1}}');
  hear('{"type":"ping"}');
  hear('{"type":"pong"}');
  expect(socket.told).toEqual(['{"type":"pong","payload":{"a":1}}', '{"type":"pong"}']);
});
