/** What goes out on a sync connection, over a socket that takes messages when it is told to. */

import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { concatBytes } from '../../src/base/bytes.ts';
import {
  SYNC_MESSAGE_BYTES_MAX,
  SYNC_OPERATION_SMALL_BYTES_MAX,
  SYNC_OPERATIONS_BYTES_MAX,
} from '../../src/base/connection-limits.ts';
import { OperationRoom } from '../../src/server/operation-room.ts';
import { SyncOutput } from '../../src/server/sync-output.ts';
import { Seeded } from '../seeded.ts';

class HeldSocket {
  readonly writable = true;
  writableLength = 0;
  readonly messages: Uint8Array[] = [];
  #taken: (() => void) | undefined;

  write(message: Uint8Array, taken?: () => void): void {
    this.messages.push(contentOf(message));
    this.writableLength += message.length;
    this.#taken = taken;
  }

  take(): boolean {
    const taken = this.#taken;
    this.#taken = undefined;
    this.writableLength = 0;
    taken?.();
    return taken !== undefined;
  }
}

/** Of a message of a server, in one WebSocket frame. */
function contentOf(message: Uint8Array): Uint8Array {
  const [, code = 0] = message;
  expect(message[0]).toBe(0x82);
  return message.subarray(code < 126 ? 2 : code === 126 ? 4 : 10);
}

function open() {
  const socket = new HeldSocket();
  let told = 0;
  const output = new SyncOutput(socket as unknown as Socket, () => {
    told += 1;
  });
  return { socket, output, told: () => told };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('[Q1] random parts arrive as one stream, in messages of which one is on its way', async () => {
  let long = 0;
  for (let seed = 0; seed < 200; seed++) {
    const seeded = new Seeded(seed);
    const { socket, output, told } = open();
    const parts: Uint8Array[] = [];
    for (let step = 0; step < 60; step++) {
      const length = seeded.pick([0, 1, 12, 500, 40_000, 200_000]);
      const part = new Uint8Array(length).fill(step);
      if (length > SYNC_MESSAGE_BYTES_MAX) long += 1;
      parts.push(part);
      output.add(part);
      if (seeded.chance(0.3)) await settled();
      if (seeded.chance(0.3)) socket.take();
    }
    await settled();
    while (socket.take()) {}
    expect(Buffer.compare(concatBytes(...socket.messages), concatBytes(...parts))).toBe(0);
    const lengths = socket.messages.map((message) => message.length);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(SYNC_MESSAGE_BYTES_MAX);
    expect([output.bytes, output.taken, told()]).toEqual([0, lengths.length, lengths.length]);
  }
  expect(long).toBeGreaterThan(1_000);
});

test('what comes in one turn leaves together, and short parts whole', async () => {
  const { socket, output } = open();
  const parts = Array.from({ length: 60 }, (_, index) => {
    return new Uint8Array(index % 2 === 0 ? 12 : 5_000).fill(index);
  });
  output.add(...parts);
  await settled();
  while (socket.take()) {}
  const held = socket.messages.map((message) => new Set(message));
  expect(held).toHaveLength(3);
  for (const index of parts.keys()) {
    expect(held.filter((message) => message.has(index))).toHaveLength(1);
  }
});

test('what waits goes out at once before a last message', async () => {
  const { socket, output } = open();
  output.add(new Uint8Array(200_000));
  await settled();
  expect(socket.messages).toHaveLength(1);
  output.flush();
  expect(concatBytes(...socket.messages)).toHaveLength(200_000);
});

describe('the room for bodies of operations', () => {
  test('is there for small ones in any case, and for large ones up to a sum', async () => {
    const room = new OperationRoom();
    const half = SYNC_OPERATIONS_BYTES_MAX / 2;
    const places = [room.room(half), room.room(half)];
    expect([room.room(SYNC_OPERATION_SMALL_BYTES_MAX + 1), room.bytes]).toEqual([
      undefined,
      SYNC_OPERATIONS_BYTES_MAX,
    ]);
    expect(room.room(SYNC_OPERATION_SMALL_BYTES_MAX)).toHaveLength(SYNC_OPERATION_SMALL_BYTES_MAX);
    const told = new Promise<void>((resolve) => room.whenRoom(resolve));
    room.give(places[0] as Uint8Array);
    await told;
    expect(room.room(half)).toHaveLength(half);
  });

  test('is there for one that is larger than all of it, alone', () => {
    const room = new OperationRoom();
    const place = room.room(SYNC_OPERATIONS_BYTES_MAX + 1) as Uint8Array;
    expect(room.room(SYNC_OPERATION_SMALL_BYTES_MAX + 1)).toBeUndefined();
    room.give(place);
    expect(room.bytes).toBe(0);
  });
});
