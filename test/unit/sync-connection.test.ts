import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { expect, test, vi } from 'vitest';
import { concatBytes } from '../../src/base/bytes.ts';
import {
  SYNC_FRAME_MILLISECONDS_MAX,
  SYNC_OUTPUT_BYTES_MAX,
  SYNC_UNREAD_MILLISECONDS_MAX,
} from '../../src/base/connection-limits.ts';
import { INTAKE_AWAITED_BYTES_MAX } from '../../src/base/limits.ts';
import { COMMIT_BYTES_MAX } from '../../src/delta/commit.ts';
import { commitBlockBytes } from '../../src/engine/staging.ts';
import { encodeCommitFrame, encodeHello } from '../../src/replication/frame.ts';
import { SyncConnection } from '../../src/server/sync-connection.ts';
import { Door } from '../fixture/door.ts';

/** A socket whose other end sends, and reads nothing. */
class UnreadSocket extends Duplex {
  override _read(): void {}

  override _write(_chunk: unknown, _encoding: string, _taken: () => void): void {}

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): void {}
}

/** A socket whose other end takes what comes when it is told to. */
class SlowSocket extends UnreadSocket {
  #taken: (() => void) | undefined;

  override _write(_chunk: unknown, _encoding: string, taken: () => void): void {
    this.#taken = taken;
  }

  async letGo(): Promise<void> {
    this.#taken?.();
    await new Promise(setImmediate);
  }
}

/** A binary frame whose mask is zero, with the beginning of its content. */
function message(content: Uint8Array): Uint8Array {
  const head = new Uint8Array(14);
  head.set([0x82, 0xff]);
  new DataView(head.buffer).setBigUint64(2, 1n << 40n);
  return concatBytes(head, content);
}

async function connect(socket: UnreadSocket) {
  const { space } = await Door.open();
  const { authority, author, intake } = space;
  const id = Uint8Array.from(Buffer.from(space.id, 'hex'));
  const write = () => Promise.reject(new Error('no transaction is sent'));
  const connection = new SyncConnection(
    { space: id, authority, author, intake, write, mayWrite: () => true },
    socket as unknown as Socket,
    () => undefined,
  );
  connection.start(new Uint8Array(0));
  return { connection, intake };
}

test('[Q8] a client within a commit that does not read its answers is closed', async () => {
  const socket = new UnreadSocket();
  const { connection, intake } = await connect(socket);
  const wrong = encodeCommitFrame(1, Uint8Array.of(9));
  const large = encodeCommitFrame(2, new Uint8Array(COMMIT_BYTES_MAX)).subarray(0, 100);
  const refused = Array.from({ length: 20_000 }, () => wrong);
  socket.push(message(concatBytes(encodeHello(), ...refused, large)));
  await vi.waitFor(() => expect(connection.inFlight).toBe(0));
  await vi.waitFor(() => expect(connection.unreadBytes).toBeGreaterThan(SYNC_OUTPUT_BYTES_MAX));
  socket.push(new Uint8Array(100));
  await vi.waitFor(() => expect(socket.isPaused()).toBe(true));
  const isAwaited = () => {
    const length = Math.floor(INTAKE_AWAITED_BYTES_MAX / commitBlockBytes(COMMIT_BYTES_MAX));
    const places = Array.from({ length }, () => intake.room(COMMIT_BYTES_MAX));
    for (const place of places) if (place !== undefined) intake.give(place);
    return places.at(-1) === undefined;
  };
  const begin = performance.now();
  connection.check(begin);
  expect([socket.writableEnded, isAwaited()]).toEqual([false, true]);
  connection.check(begin + SYNC_FRAME_MILLISECONDS_MAX + 1_000);
  expect([socket.writableEnded, isAwaited()]).toEqual([true, false]);
});

test('[Q16] who takes nothing for long is cut off, who takes some is not', async () => {
  const sockets = [new SlowSocket(), new SlowSocket()] as const;
  const [slow, still] = sockets;
  const connections = [];
  for (const socket of sockets) {
    const { connection } = await connect(socket);
    const wrong = Array.from({ length: 20_000 }, () => encodeCommitFrame(1, Uint8Array.of(9)));
    socket.push(message(concatBytes(encodeHello(), ...wrong)));
    await vi.waitFor(() => expect(connection.unreadBytes).toBeGreaterThan(SYNC_OUTPUT_BYTES_MAX));
    connections.push(connection);
  }
  const begin = performance.now();
  for (let second = 0; second * 1_000 < SYNC_UNREAD_MILLISECONDS_MAX - 2_000; second++) {
    if (second % 20 === 0) await slow.letGo();
    for (const connection of connections) connection.check(begin + second * 1_000);
  }
  expect([slow.destroyed, still.destroyed]).toEqual([false, false]);
  for (const connection of connections) {
    connection.check(begin + SYNC_UNREAD_MILLISECONDS_MAX + 1);
  }
  expect([slow.destroyed, still.destroyed]).toEqual([false, true]);
});
