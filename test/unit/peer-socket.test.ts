/** Connections between replicas over a WebSocket: others have their turns of the event loop. */

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { PEER_SAID_TURN_BYTES, PEER_TURN_FRAMES } from '../../src/base/connection-limits.ts';
import { systemRandom } from '../../src/base/random.ts';
import { PackedCommits } from '../../src/replication/packing.ts';
import { PeerRole } from '../../src/replication/peer-proof.ts';
import { PeerSocket } from '../../src/replication/peer-socket.ts';
import { openMemorySpace } from '../../src/space/open.ts';
import type { OpenSpace } from '../../src/space/open-space.ts';
import { joinSpace } from '../fixture/peer-network.ts';

const SDL = 'type Place @node { code: ID! @id name: String }';
const NAME_CHARACTERS = 30_000;
/** Beyond what a chunk of the stream holds. */
const FRAMES_OVER = 32;
const open: AsyncDisposable[] = [];

afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each[Symbol.asyncDispose]();
});

test('a replica that is sent much is sent a part of it in each turn', async () => {
  const { host, joined } = await openPair();
  await writePlaces(host, 100, NAME_CHARACTERS);
  const [hosted] = await connect(host, joined);
  const send = vi.spyOn(hosted.socket, 'send');
  const turns = await turnsOf(
    () => send.mock.calls.reduce((sum, [message]) => sum + (message as Uint8Array).length, 0),
    () => isSame(host, joined),
  );
  expect(Math.max(...turns)).toBeGreaterThan(PEER_SAID_TURN_BYTES);
  expect(Math.max(...turns)).toBeLessThan(2 * (PEER_SAID_TURN_BYTES + NAME_CHARACTERS));
});

test('of a replica that sends many frames a part is taken in each turn', async () => {
  const { host, joined } = await openPair();
  await writePlaces(host, 2_000, 300);
  const [, joining] = await connect(host, joined);
  const turns = await turnsOf(
    () => joining.peer.session.frames,
    () => isSame(host, joined),
  );
  expect(Math.max(...turns)).toBeGreaterThan(PEER_TURN_FRAMES / 2);
  expect(Math.max(...turns)).toBeLessThan(PEER_TURN_FRAMES + FRAMES_OVER);
});

test('a connection that waits for room is asked again when there is some', async () => {
  const { host, joined } = await openPair();
  await writePlaces(host, 1, 10);
  const { intake } = joined.replicated;
  const room = vi.spyOn(intake, 'room').mockReturnValue(undefined);
  let hasRoom: (() => void) | undefined;
  const whenRoom = vi.spyOn(intake, 'whenRoom').mockImplementation((then) => {
    hasRoom = then;
  });
  await connect(host, joined);
  await vi.waitUntil(() => hasRoom !== undefined);
  const asked = room.mock.calls.length;
  for (let turn = 0; turn < 100; turn++) await new Promise((next) => setImmediate(next));
  expect(room.mock.calls.length - asked).toBeLessThan(3);
  room.mockRestore();
  whenRoom.mockRestore();
  hasRoom?.();
  await vi.waitUntil(() => isSame(host, joined));
});

interface Connected {
  readonly socket: WebSocket;
  readonly peer: PeerSocket;
}

/** Both sides, in the order of the spaces; the second one has dialled. */
async function connect(host: OpenSpace, joined: OpenSpace): Promise<[Connected, Connected]> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const accepted = once(server, 'connection') as Promise<[WebSocket]>;
  const dialled = new WebSocket(`ws://127.0.0.1:${port}`);
  const [[socket]] = await Promise.all([accepted, once(dialled, 'open')]);
  const begin = (space: OpenSpace, role: PeerRole, its: WebSocket): Connected => {
    const peer = new PeerSocket(its, {
      space: space.replicated,
      role,
      mayJoin: () => true,
      nonce: systemRandom.bytes(32),
      packed: new PackedCommits(),
      onEnd: () => undefined,
    });
    return { socket: its, peer };
  };
  const hosted = begin(host, PeerRole.ACCEPTOR, socket);
  const joining = begin(joined, PeerRole.DIALER, dialled);
  open.push({
    async [Symbol.asyncDispose]() {
      for (const { peer } of [hosted, joining]) peer.close();
      await new Promise((closed) => server.close(closed));
    },
  });
  return [hosted, joining];
}

/** By how much a count grew in each turn of the event loop, until it is over. */
async function turnsOf(count: () => number, isOver: () => boolean): Promise<number[]> {
  const turns: number[] = [];
  for (let before = count(); !isOver(); ) {
    await new Promise((next) => setImmediate(next));
    const now = count();
    turns.push(now - before);
    before = now;
  }
  return turns;
}

async function openPair() {
  const host = await openMemorySpace({ definition: { source: SDL } });
  open.push(host);
  const joined = await joinSpace(host);
  open.push(joined);
  return { host, joined };
}

async function writePlaces(space: OpenSpace, count: number, characters: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    await space.write({ actor: 'user:*' }, (draft) => {
      const id = draft.createNode('Place', { key: `${index}` });
      // No two names have much in common: what packs well says nothing of what goes.
      const name = Buffer.from(systemRandom.bytes(characters)).toString('base64');
      draft.setNodeValue(id, 'name', name.slice(0, characters));
    });
  }
}

function isSame(one: OpenSpace, other: OpenSpace): boolean {
  return one.position === other.position && one.stateHash() === other.stateHash();
}
