/**
 * Payload bytes are copied once between the socket's buffer and apply. The test watches every way
 * in which JavaScript copies bytes, while a large commit goes from a socket into the graph.
 */

import { afterEach, expect, test, vi } from 'vitest';
import { decodeCommit } from '../../src/delta/commit.ts';
import type { GroupCommit } from '../../src/engine/engine.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { NewEntry } from '../../src/log/log.ts';
import { MemoryLog } from '../../src/log/memory-log.ts';
import { encodeCommitFrame, encodeHello } from '../../src/replication/frame.ts';
import { FrameReader } from '../../src/replication/frame-reader.ts';
import { SyncSession } from '../../src/replication/session.ts';
import { WebSocketReader } from '../../src/server/websocket-reader.ts';
import { Door, onNode, payloadOf } from '../fixture/door.ts';

const ID = 'AAAAAAAAAAAAAAAA';
const VALUE_BYTES = 1_000_000;
const CHUNK_BYTES = 65_536;
const MASK = [9, 8, 7, 6] as const;

/** Copies of more bytes than any head has. */
interface Copy {
  readonly bytes: number;
  readonly from: string;
}

afterEach(() => {
  vi.restoreAllMocks();
});

/** What is appended, as it is handed over: the log itself may keep it as it likes. */
class WatchedLog extends MemoryLog {
  readonly places: { buffer: ArrayBufferLike; address: number }[] = [];
  isWatched = false;

  override append(entries: readonly NewEntry[]): Promise<void> {
    const [entry] = entries;
    if (this.isWatched && entry !== undefined) {
      this.places.push({ buffer: entry.bytes.buffer, address: entry.bytes.byteOffset });
      // Only where it stands is of interest; the copy that a log in memory keeps is its disk.
      return super.append([{ ...entry, bytes: new Uint8Array(0) }]);
    }
    return super.append(entries);
  }
}

function watchCopies(): Copy[] {
  const copies: Copy[] = [];
  const note = (bytes: number) => {
    if (bytes < 10_000) return;
    const stack = new Error('copy').stack ?? '';
    const place = /src\/[a-z-]+\/([a-z-]+\.ts)/.exec(stack)?.[1] ?? stack;
    copies.push({ bytes, from: place });
  };
  const typed = Object.getPrototypeOf(Uint8Array.prototype) as {
    set: (source: ArrayLike<number>, at?: number) => void;
    slice: (from?: number, to?: number) => Uint8Array;
  };
  const { set, slice } = typed;
  vi.spyOn(typed, 'set').mockImplementation(function (this: Uint8Array, source, at) {
    note(source.length);
    set.call(this, source, at);
  });
  vi.spyOn(typed, 'slice').mockImplementation(function (this: Uint8Array, from, to) {
    const part = slice.call(this, from, to);
    note(part.length);
    return part;
  });
  const from = Uint8Array.from.bind(Uint8Array) as (...words: unknown[]) => Uint8Array;
  vi.spyOn(Uint8Array, 'from').mockImplementation((...words: unknown[]) => {
    const made = from(...words);
    note(made.length);
    return made as Uint8Array<ArrayBuffer>;
  });
  const concat = Buffer.concat.bind(Buffer);
  vi.spyOn(Buffer, 'concat').mockImplementation((list, total) => {
    const made = concat(list, total);
    note(made.length);
    return made;
  });
  const copy = Buffer.prototype.copy;
  vi.spyOn(Buffer.prototype, 'copy').mockImplementation(function (this: Buffer, ...words) {
    const count = copy.apply(this, words);
    note(count);
    return count;
  });
  return copies;
}

/** The frames of a stream as a client's WebSocket sends them, in what a socket reads at once. */
function chunksOf(...frames: readonly Uint8Array[]): Buffer[] {
  const content = Buffer.concat(frames);
  const head = Buffer.alloc(14);
  head[0] = 0x82;
  head[1] = 0xff;
  head.writeBigUInt64BE(BigInt(content.length), 2);
  head.set(MASK, 10);
  for (let at = 0; at < content.length; at++) {
    content[at] = (content[at] as number) ^ (MASK[at & 3] as number);
  }
  const stream = Buffer.concat([head, content]);
  const count = Math.ceil(stream.length / CHUNK_BYTES);
  return Array.from({ length: count }, (_, index) =>
    Buffer.from(stream.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES)),
  );
}

test('a payload is copied once, from the socket to where the engine applies it', async () => {
  const log = new WatchedLog();
  const door = await Door.open({ log });
  const commit = door.sign(
    payloadOf([
      onNode(ID, { operation: 'createNodeByKey', type: 'City', key: 'x' }),
      onNode(ID, { operation: 'set', path: 'seal', value: new Uint8Array(VALUE_BYTES).fill(7) }),
    ]),
  );
  const chunks = chunksOf(encodeHello(), encodeCommitFrame(1, commit));
  const prepared: GroupCommit[] = [];
  const prepare = Engine.prototype.prepare;
  vi.spyOn(Engine.prototype, 'prepare').mockImplementation(function (this: Engine, group) {
    prepared.push(...group);
    prepare.call(this, group);
  });
  log.isWatched = true;
  const copies = watchCopies();
  await new Promise<void>((resolve) => {
    const session = new SyncSession(sourceOf(door), {
      send: () => {
        if (prepared.length > 0) resolve();
      },
      resume: () => undefined,
      isTaken: true,
      turn: () => Promise.resolve(),
    });
    const reader = new WebSocketReader({
      data: (bytes) => session.push(bytes),
      ping: () => undefined,
      close: () => undefined,
      breach: () => undefined,
    });
    for (const chunk of chunks) expect(reader.push(chunk, 0).bytes).toBe(chunk.length);
  });
  vi.restoreAllMocks();

  expect(new Set(copies.map(({ from }) => from))).toEqual(new Set(['frame-reader.ts']));
  const copied = copies.reduce((sum, { bytes }) => sum + bytes, 0);
  expect(copied).toBeGreaterThan(commit.length - 10_000);
  expect(copied).toBeLessThanOrEqual(commit.length);

  const [place] = log.places;
  const { payloadBytes } = decodeCommit(commit);
  const offset = commit.length - payloadBytes.length;
  expect(place?.buffer).toBeInstanceOf(SharedArrayBuffer);
  expect(prepared.map(({ address }) => address)).toEqual([(place?.address ?? 0) + offset]);
  const node = door.space.graph.nodeByKey('City', 'x');
  expect(node === undefined ? undefined : door.space.graph.nodeValue(node, 'seal')).toHaveLength(
    VALUE_BYTES,
  );
});

test('one more copy on the way is noticed', async () => {
  const copies = watchCopies();
  const body = new Uint8Array(50_000);
  const reader = new FrameReader({
    place: () => body,
    frame: (_, filled) => {
      Uint8Array.from(filled);
    },
    malformed: () => {
      throw new Error('a head');
    },
  });
  const frame = encodeCommitFrame(1, new Uint8Array(50_000));
  copies.length = 0;
  reader.push(frame);
  expect(copies.map(({ bytes }) => bytes)).toEqual([50_000, 50_000]);
});

function sourceOf({ space }: Door): ConstructorParameters<typeof SyncSession>[0] {
  return {
    space: Uint8Array.from(Buffer.from(space.id, 'hex')),
    authority: space.authority,
    author: space.author,
    intake: space.intake,
    mayWrite: () => true,
    write: () => Promise.reject(new Error('no transaction is sent')),
  };
}
