/** Operations of a sync session, whose results come, and are taken, when the test says so. */

import { describe, expect, test } from 'vitest';
import { concatBytes, utf8 } from '../../src/base/bytes.ts';
import type { Operation } from '../../src/replication/connection-operations.ts';
import {
  encodeHello,
  encodeSubscribe,
  encodeUnsubscribe,
  FRAME_HEAD_BYTES,
  FrameType,
  readFrameHead,
} from '../../src/replication/frame.ts';
import {
  type BodyRoom,
  type SyncedOperations,
  SyncSession,
} from '../../src/replication/session.ts';
import { Seeded } from '../seeded.ts';

const HASH = new Uint8Array(32).fill(1);
const BODY_BYTES_MAX = 1_000;
const ROOM_BYTES = 2_000;

/** Results are handed over one by one, each when it is asked for. */
class HeldOperation implements Operation {
  readonly body: string;
  asked: ((result: Uint8Array | undefined) => void) | undefined;
  asks = 0;
  readonly isRefused = false;
  isStopped = false;

  constructor(body: Uint8Array) {
    this.body = Buffer.from(body).toString();
  }

  next(): Promise<Uint8Array | undefined> {
    this.asks += 1;
    return new Promise((resolve) => {
      this.asked = resolve;
    });
  }

  give(result: string | undefined): boolean {
    const { asked } = this;
    this.asked = undefined;
    asked?.(result === undefined ? undefined : utf8(result));
    return asked !== undefined;
  }

  stop(): void {
    this.isStopped = true;
  }
}

/** A client's end, and a server's space that has no commits. */
class Wire implements SyncedOperations {
  readonly bodyBytesMax = BODY_BYTES_MAX;
  readonly session: SyncSession;
  readonly room: BodyRoom;
  readonly begun: HeldOperation[] = [];
  readonly heard: string[] = [];
  isTaken = true;
  refuses = false;
  /** Bodies that were placed and not given back. */
  placed = 0;
  left = ROOM_BYTES;
  /** Whether operations have their first result before others get a turn. */
  isPrompt = false;
  #sent: Uint8Array = new Uint8Array(0);
  #rest: Uint8Array = new Uint8Array(0);
  readonly #waiting: (() => void)[] = [];

  constructor() {
    this.room = {
      room: (bytes: number) => this.#place(bytes),
      give: (place: Uint8Array) => this.#give(place),
      whenRoom: (listener: () => void) => this.#waiting.push(listener),
    };
    const fail = (): never => {
      throw new Error('no commit is sent');
    };
    const write = () => Promise.reject(new Error('no transaction is sent'));
    const intake = { ...this.room, submit: fail };
    const identity = { space: HASH, authority: HASH, author: HASH };
    const isTaken = () => this.isTaken;
    this.session = new SyncSession(
      { ...identity, intake, write, mayWrite: () => true, operations: this },
      {
        send: (...parts) => this.#hear(concatBytes(...parts)),
        resume: () => this.push(),
        get isTaken() {
          return isTaken();
        },
        turn: () => new Promise<void>((resolve) => setImmediate(resolve)),
      },
    );
  }

  refusal(count: number): Uint8Array | undefined {
    return this.refuses || count > 5 ? utf8('refused') : undefined;
  }

  run(body: Uint8Array): Operation {
    const operation = new HeldOperation(body);
    this.begun.push(operation);
    if (this.isPrompt) void this.#giveSoon(operation);
    return operation;
  }

  push(...frames: readonly Uint8Array[]): void {
    this.#rest = concatBytes(this.#rest, ...frames);
    this.#rest = this.#rest.subarray(this.session.push(this.#rest));
  }

  take(): void {
    this.isTaken = true;
    this.session.taken();
  }

  /** In the same turn of the event loop, as a plan does. */
  async #giveSoon(operation: HeldOperation): Promise<void> {
    for (let microtask = 0; microtask < 20; microtask++) await undefined;
    operation.give('at once');
  }

  #place(bytes: number): Uint8Array | undefined {
    if (bytes > this.left) return undefined;
    this.left -= bytes;
    this.placed += 1;
    return new Uint8Array(bytes);
  }

  #give(place: Uint8Array): void {
    this.left += place.length;
    this.placed -= 1;
    for (const listener of this.#waiting.splice(0)) queueMicrotask(listener);
  }

  #hear(bytes: Uint8Array): void {
    this.#sent = concatBytes(this.#sent, bytes);
    for (;;) {
      const head = this.#sent.length < FRAME_HEAD_BYTES ? undefined : readFrameHead(this.#sent);
      if (head === undefined) return;
      const end = FRAME_HEAD_BYTES + head.bodyBytes;
      const body = Buffer.from(this.#sent.subarray(FRAME_HEAD_BYTES, end)).toString();
      const [name] = Object.entries(FrameType).find(([, type]) => type === head.type) ?? [];
      const isResult = head.type === FrameType.NEXT;
      if (head.type !== FrameType.WELCOME) {
        this.heard.push(`${name} ${head.request}${isResult ? ` ${body}` : ''}`);
      }
      this.#sent = this.#sent.subarray(end);
    }
  }
}

const settled = async () => {
  for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
};

function subscribe(request: number, body = `b${request}`): Uint8Array {
  return encodeSubscribe(request, utf8(body));
}

async function open(...frames: readonly Uint8Array[]): Promise<Wire> {
  const wire = new Wire();
  wire.push(encodeHello(), ...frames);
  await settled();
  return wire;
}

describe('[Q14] an operation', () => {
  test('has results, and is complete after the last', async () => {
    const wire = await open(subscribe(7));
    const [operation] = wire.begun;
    expect([operation?.body, wire.placed]).toEqual(['b7', 0]);
    for (const result of ['one', 'two', undefined]) {
      operation?.give(result);
      await settled();
    }
    expect(wire.heard).toEqual(['NEXT 7 one', 'NEXT 7 two', 'COMPLETE 7']);
    expect([wire.session.inFlight, operation?.asks]).toEqual([0, 3]);
  });

  test('that is refused has one result, and does not begin', async () => {
    const wire = await open();
    wire.refuses = true;
    wire.push(subscribe(1), encodeUnsubscribe(1));
    await settled();
    expect([wire.heard, wire.begun]).toEqual([['NEXT 1 refused', 'COMPLETE 1'], []]);
    expect([wire.placed, wire.session.inFlight]).toEqual([0, 0]);
  });

  test('with a number that is taken ends the session, and all of its operations', async () => {
    const wire = await open(subscribe(1), subscribe(2));
    wire.push(subscribe(1));
    expect(wire.heard).toEqual(['FAILED 0']);
    expect(wire.begun.map(({ isStopped }) => isStopped)).toEqual([true, true]);
    for (const operation of wire.begun) operation.give('unheard');
    await settled();
    expect([wire.heard.length, wire.placed]).toEqual([1, 0]);
  });
});

describe('[Q3] a frame of an operation', () => {
  test.each<[string, Uint8Array]>([
    ['a SUBSCRIBE without a body', encodeSubscribe(1, new Uint8Array(0))],
    ['a SUBSCRIBE that is too long', encodeSubscribe(1, new Uint8Array(BODY_BYTES_MAX + 1))],
    ['an UNSUBSCRIBE with a body', encodeUnsubscribe(1).with(8, 1)],
    ['a NEXT', encodeSubscribe(1, new Uint8Array(1)).with(0, FrameType.NEXT)],
    ['a COMPLETE', encodeUnsubscribe(1).with(0, FrameType.COMPLETE)],
  ])('%s ends the session', async (_, frame) => {
    const wire = await open(frame);
    expect([wire.heard, wire.session.hasFailed, wire.begun]).toEqual([['FAILED 0'], true, []]);
  });

  test.each([subscribe(1), encodeUnsubscribe(1)])(
    'before HELLO ends the session',
    async (frame) => {
      const wire = new Wire();
      wire.push(frame);
      expect([wire.heard, wire.placed]).toEqual([['FAILED 0'], 0]);
    },
  );

  test('is read alike wherever the stream is cut', async () => {
    const stream = concatBytes(encodeHello(), subscribe(1), encodeUnsubscribe(1), subscribe(2));
    for (let cut = 0; cut <= stream.length; cut++) {
      const wire = new Wire();
      wire.push(stream.subarray(0, cut));
      wire.push(stream.subarray(cut));
      await settled();
      expect([wire.heard, wire.begun.map(({ body }) => body)]).toEqual([['COMPLETE 1'], ['b2']]);
    }
  });
});

describe('[Q15] UNSUBSCRIBE', () => {
  test('completes at once, and what comes later is not sent', async () => {
    const wire = await open(subscribe(1));
    wire.push(encodeUnsubscribe(1), encodeUnsubscribe(1), encodeUnsubscribe(3));
    expect([wire.heard, wire.begun[0]?.isStopped]).toEqual([['COMPLETE 1'], true]);
    wire.push(subscribe(1));
    wire.begun[0]?.give('late');
    await settled();
    wire.begun[1]?.give('new');
    await settled();
    expect(wire.heard).toEqual(['COMPLETE 1', 'NEXT 1 new']);
  });

  test('of one that has not begun keeps it from beginning, and gives its body back', async () => {
    const wire = await open();
    wire.isTaken = false;
    wire.push(subscribe(1), subscribe(2));
    await settled();
    expect([wire.begun.length, wire.placed]).toEqual([0, 2]);
    wire.push(encodeUnsubscribe(1));
    wire.take();
    await settled();
    expect([wire.heard, wire.begun.map(({ body }) => body)]).toEqual([['COMPLETE 1'], ['b2']]);
    expect(wire.placed).toBe(0);
  });
});

describe('[Q16] what was sent', () => {
  test('is taken before the next result is made', async () => {
    const wire = await open(subscribe(1));
    const [operation] = wire.begun;
    wire.isTaken = false;
    operation?.give('one');
    await settled();
    expect([wire.heard, operation?.asks]).toEqual([['NEXT 1 one'], 1]);
    wire.take();
    await settled();
    expect(operation?.asks).toBe(2);
  });

  test('is counted before the next operation begins', async () => {
    const wire = await open();
    wire.isPrompt = true;
    const hear = wire.heard.push.bind(wire.heard);
    wire.heard.push = (...texts) => {
      wire.isTaken = false;
      return hear(...texts);
    };
    wire.push(subscribe(1), subscribe(2), subscribe(3));
    await settled();
    for (const count of [1, 2, 3]) {
      expect([wire.begun.length, wire.heard.length]).toEqual([count, count]);
      wire.take();
      await settled();
    }
  });

  test('is waited for no longer than the connection', async () => {
    const wire = await open(subscribe(1));
    wire.isTaken = false;
    wire.begun[0]?.give('one');
    wire.push(subscribe(2));
    await settled();
    expect(wire.session.inFlight).toBe(2);
    wire.session.leave();
    await settled();
    expect([wire.session.inFlight, wire.begun.length, wire.placed]).toEqual([0, 1, 0]);
    expect([wire.begun[0]?.isStopped, wire.begun[0]?.asks]).toEqual([true, 1]);
  });
});

/** Which operations are under way, as a client knows it by what it has sent and heard. */
class Client {
  readonly #wire: Wire;
  readonly #seeded: Seeded;
  /** Results that were handed over, by request, since its SUBSCRIBE. */
  readonly #given = new Map<number, string[]>();
  #read = 0;
  results = 0;
  completed = 0;

  constructor(wire: Wire, seeded: Seeded) {
    this.#wire = wire;
    this.#seeded = seeded;
  }

  async step(): Promise<void> {
    const [wire, seeded] = [this.#wire, this.#seeded];
    const request = seeded.below(8);
    switch (seeded.below(6)) {
      case 0:
      case 1:
        if (!this.#given.has(request)) {
          this.#given.set(request, []);
          wire.push(subscribe(request, `${request}`.repeat(seeded.between(1, BODY_BYTES_MAX))));
        }
        break;
      case 2:
        if (seeded.chance(0.3)) wire.push(encodeUnsubscribe(request));
        break;
      case 3:
        wire.isTaken = false;
        break;
      case 4:
        wire.take();
        break;
      default:
        this.#give();
    }
    if (seeded.chance(0.5)) await settled();
    this.read();
  }

  /** Every frame is of an operation under way, and brings its results in order. */
  read(): void {
    for (const text of this.#wire.heard.slice(this.#read)) {
      const [name, request = '', result = ''] = text.split(' ');
      const given = this.#given.get(Number(request));
      expect(given).toBeDefined();
      if (name === 'COMPLETE') {
        this.#given.delete(Number(request));
        this.completed += 1;
      } else if (result !== 'refused') {
        expect([name, given?.shift()]).toEqual(['NEXT', result]);
        this.results += 1;
      }
    }
    this.#read = this.#wire.heard.length;
  }

  #give(): void {
    const operation = this.#seeded.pick(this.#wire.begun);
    const result = this.#seeded.chance(0.8) ? `r${this.#seeded.below(1_000)}` : undefined;
    const isHeard = operation.asked !== undefined && !operation.isStopped;
    const request = Number(operation.body[0]);
    operation.give(result);
    if (isHeard && result !== undefined) this.#given.get(request)?.push(result);
  }
}

test('[Q14] [Q15] [Q16] random operations are answered in order, and nothing is kept', async () => {
  let [results, completed] = [0, 0];
  for (let seed = 0; seed < 300; seed++) {
    const seeded = new Seeded(seed);
    const wire = await open(subscribe(9));
    wire.push(encodeUnsubscribe(9));
    wire.heard.length = 0;
    const client = new Client(wire, seeded);
    for (let step = 0; step < 60; step++) await client.step();
    for (let round = 0; round < 20; round++) {
      wire.take();
      for (const operation of wire.begun) if (!operation.isStopped) operation.give(undefined);
      await settled();
      client.read();
    }
    expect([seed, wire.session.inFlight, wire.placed, wire.left]).toEqual([seed, 0, 0, ROOM_BYTES]);
    results += client.results;
    completed += client.completed;
  }
  expect(results).toBeGreaterThan(500);
  expect(completed).toBeGreaterThan(2_000);
});

describe('[Q3] bytes of anybody', () => {
  /** Breaks a byte, drops some, or doubles some. */
  function mutated(stream: Uint8Array, seeded: Seeded): Uint8Array {
    const at = seeded.below(stream.length);
    const end = Math.min(stream.length, at + seeded.between(1, 20));
    switch (seeded.below(3)) {
      case 0:
        return stream.with(at, seeded.below(256));
      case 1:
        return concatBytes(stream.subarray(0, at), stream.subarray(end));
      default:
        return concatBytes(stream.subarray(0, end), stream.subarray(at));
    }
  }

  test('end the session or are read, and leave nothing behind', async () => {
    let [failed, begun] = [0, 0];
    for (let seed = 0; seed < 2_000; seed++) {
      const seeded = new Seeded(seed);
      const wire = new Wire();
      const frames = [1, 2, 3].flatMap((request) => [
        subscribe(request, 'x'.repeat(seeded.between(1, 40))),
        encodeUnsubscribe(seeded.between(1, 3)),
      ]);
      const stream = concatBytes(encodeHello(), ...frames);
      const bytes = seeded.chance(0.1) ? seeded.bytes(200) : mutated(stream, seeded);
      for (let at = 0; at < bytes.length; ) {
        const end = at + seeded.between(1, 30);
        wire.push(bytes.subarray(at, end));
        at = end;
      }
      await new Promise(setImmediate);
      if (wire.session.hasFailed) failed += 1;
      begun += wire.begun.length;
      wire.session.leave();
      await new Promise(setImmediate);
      expect([seed, wire.placed, wire.session.inFlight]).toEqual([seed, 0, 0]);
      expect(wire.begun.every(({ isStopped }) => isStopped)).toBe(true);
    }
    expect(failed).toBeGreaterThan(500);
    expect(begun).toBeGreaterThan(300);
  });
});
