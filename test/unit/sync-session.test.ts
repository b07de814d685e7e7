import { describe, expect, test } from 'vitest';
import { concatBytes } from '../../src/base/bytes.ts';
import { PACKED_BYTES_MAX, SYNC_IN_FLIGHT_BYTES_MAX } from '../../src/base/connection-limits.ts';
import { DatabaseError, ErrorCode } from '../../src/base/errors.ts';
import { COMMIT_BYTES_MAX } from '../../src/delta/commit.ts';
import {
  decodeApplied,
  decodeRefusal,
  decodeWelcome,
  decodeWritten,
  encodeCommitFrame,
  encodeHello,
  encodeTransactionFrame,
  FRAME_HEAD_BYTES,
  FrameType,
  readFrameHead,
} from '../../src/replication/frame.ts';
import { pack } from '../../src/replication/packing.ts';
import { type SyncedSpace, SyncSession } from '../../src/replication/session.ts';
import type { CommitIntake, CommitOutcome } from '../../src/space/commit-intake.ts';
import { Seeded } from '../seeded.ts';

const SPACE = new Uint8Array(32).fill(1);
const AUTHORITY = new Uint8Array(32).fill(2);
const AUTHOR = new Uint8Array(32).fill(3);

/** An intake that settles when it is told to, and has as much room as it is told. */
class HeldIntake implements CommitIntake {
  readonly held: { place: Uint8Array; settle: (outcome: CommitOutcome) => void }[] = [];
  left: number;
  given = 0;
  waiting: (() => void)[] = [];

  constructor(bytes = Number.POSITIVE_INFINITY) {
    this.left = bytes;
  }

  room(bytes: number): Uint8Array | undefined {
    if (bytes > this.left) return undefined;
    this.left -= bytes;
    return new Uint8Array(bytes);
  }

  submit(place: Uint8Array, settle: (outcome: CommitOutcome) => void): void {
    this.held.push({ place, settle });
  }

  give(place: Uint8Array): void {
    this.given += 1;
    this.free(place.length);
  }

  whenRoom(listener: () => void): void {
    this.waiting.push(listener);
  }

  free(bytes: number): void {
    this.left += bytes;
    for (const listener of this.waiting.splice(0)) listener();
  }

  settleAll(outcome: CommitOutcome): number {
    const all = this.held.splice(0);
    for (const { place, settle } of all) {
      this.free(place.length);
      settle(outcome);
    }
    return all.length;
  }
}

/** A client's end: hands chunks in until they are taken, and reads what comes back. */
class Wire {
  readonly intake: HeldIntake;
  readonly session: SyncSession;
  readonly sent: { type: number; request: number; body: Uint8Array }[] = [];
  #rest: Uint8Array = new Uint8Array(0);

  constructor(
    intake = new HeldIntake(),
    write: SyncedSpace['write'] = () => Promise.reject(new Error('a bug')),
  ) {
    this.intake = intake;
    this.session = new SyncSession(
      { space: SPACE, authority: AUTHORITY, author: AUTHOR, intake, write, mayWrite: () => true },
      {
        isTaken: true,
        turn: () => Promise.resolve(),
        send: (...parts) => {
          const frame = concatBytes(...parts);
          const { type = 0, request = 0 } = readFrameHead(frame) ?? {};
          this.sent.push({ type, request, body: frame.subarray(FRAME_HEAD_BYTES) });
        },
        resume: () => this.push(new Uint8Array(0)),
      },
    );
  }

  get left(): number {
    return this.#rest.length;
  }

  push(...chunks: readonly Uint8Array[]): this {
    for (const chunk of chunks) {
      this.#rest = concatBytes(this.#rest, chunk);
      this.#rest = this.#rest.subarray(this.session.push(this.#rest));
    }
    return this;
  }

  get types(): number[] {
    return this.sent.map(({ type }) => type);
  }

  failure(): { code: string; message: string } | undefined {
    const last = this.sent.at(-1);
    return last?.type === FrameType.FAILED ? decodeRefusal(last.body) : undefined;
  }
}

const commit = (request: number, bytes: number): Uint8Array =>
  encodeCommitFrame(request, new Uint8Array(bytes).fill(request));
const head = (type: number, bodyBytes: number): Uint8Array => {
  const bytes = new Uint8Array(FRAME_HEAD_BYTES);
  bytes[0] = type;
  new DataView(bytes.buffer).setUint32(8, bodyBytes, true);
  return bytes;
};

describe('[Q5] HELLO', () => {
  test.each([
    ['names no space', encodeHello()],
    ['names this space', encodeHello(SPACE)],
  ])('that %s is answered by WELCOME', (_, hello) => {
    const wire = new Wire().push(hello);
    expect(wire.types).toEqual([FrameType.WELCOME]);
    expect(decodeWelcome(wire.sent[0]?.body as Uint8Array)).toEqual({
      version: 1,
      runsOperations: false,
      unpacks: true,
      inFlightBytesMax: SYNC_IN_FLIGHT_BYTES_MAX,
      space: SPACE,
      authority: AUTHORITY,
      author: AUTHOR,
    });
  });

  test('that names another space fails with NOT_FOUND', () => {
    const wire = new Wire().push(encodeHello(AUTHORITY));
    expect(wire.failure()).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('of another version fails with UNSUPPORTED, and says which are spoken', () => {
    const hello = encodeHello();
    hello[FRAME_HEAD_BYTES] = 2;
    const wire = new Wire().push(hello);
    expect(wire.failure()).toEqual({
      code: 'UNSUPPORTED',
      message: 'a sync connection expected version 1, got 2',
    });
  });

  test.each<[string, Uint8Array[], string]>([
    ['is missing', [commit(1, 10)], 'MALFORMED'],
    ['comes twice', [encodeHello(), encodeHello()], 'MALFORMED'],
    ['is too short', [head(FrameType.HELLO, 4)], 'MALFORMED'],
    ['is not zero after its version', [encodeHello().with(FRAME_HEAD_BYTES + 3, 1)], 'MALFORMED'],
  ])('that %s ends the session', (_, frames, code) => {
    const wire = new Wire().push(...frames);
    expect(wire.failure()).toMatchObject({ code });
    expect(wire.session.hasFailed).toBe(true);
    const before = wire.sent.length;
    wire.push(commit(1, 10));
    expect([wire.left, wire.sent.length, wire.intake.held.length]).toEqual([0, before, 0]);
  });
});

describe('[Q3] a frame', () => {
  test.each<[string, Uint8Array, string]>([
    ['of an unknown type', head(4, 10), 'MALFORMED'],
    ["of the server's", head(FrameType.APPLIED, 8), 'MALFORMED'],
    ['without a body', head(FrameType.COMMIT, 0), 'LIMIT_EXCEEDED'],
    ['longer than a commit', head(FrameType.COMMIT, COMMIT_BYTES_MAX + 1), 'LIMIT_EXCEEDED'],
    ['longer than a transaction', head(FrameType.TRANSACTION, 1_048_577), 'LIMIT_EXCEEDED'],
    ['whose second byte is no packing', head(2, 10).with(1, 2), 'MALFORMED'],
    ['whose fourth byte is not zero', head(2, 10).with(3, 1), 'MALFORMED'],
  ])('%s ends the session before memory is spent', (_, bytes, code) => {
    const wire = new Wire().push(encodeHello(), bytes);
    expect(wire.failure()).toMatchObject({ code });
    expect(wire.intake.left).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('[Q35] a packed commit', () => {
  const packedHead = (type: number, packedBytes: number, bodyBytes: number): Uint8Array => {
    const bytes = concatBytes(head(type, packedBytes).with(1, 1), new Uint8Array(4));
    new DataView(bytes.buffer).setUint32(FRAME_HEAD_BYTES, bodyBytes, true);
    return bytes;
  };
  const seeded = new Seeded(1);
  const body = new Uint8Array(20_000).map((_, at) => (at % 4 === 0 ? seeded.below(256) : 0));

  test('arrives as it was, however the stream is cut', () => {
    const packed = pack(body);
    expect(packed?.length).toBeLessThan(body.length / 2);
    const frame = encodeCommitFrame(5, body, packed);
    const stream = concatBytes(encodeHello(), frame, commit(6, 10), frame);
    // Within a head, and behind it, too.
    for (let cut = 0; cut < 200; cut++) {
      const wire = new Wire();
      wire.push(stream.subarray(0, cut), stream.subarray(cut, cut + 1), stream.subarray(cut + 1));
      const [first, plain, last] = wire.intake.held.map(({ place }) => place);
      expect([first, plain?.length, last]).toEqual([body, 10, body]);
    }
  });

  test.each<[string, Uint8Array]>([
    ['of another type', packedHead(FrameType.TRANSACTION, 5_000, 10_000)],
    ['no shorter for it', packedHead(FrameType.COMMIT, 10_000, 10_000)],
    ['that stands for too much', packedHead(FrameType.COMMIT, 5_000, 16 * 5_000 + 1)],
    ['of nothing', packedHead(FrameType.COMMIT, 0, 1)],
    ['beyond its limit', packedHead(FrameType.COMMIT, 500_000, PACKED_BYTES_MAX + 1)],
  ])('%s ends the session before memory is spent', (_, bytes) => {
    const wire = new Wire().push(encodeHello(), bytes);
    expect(wire.failure()).toMatchObject({ code: 'MALFORMED' });
    expect(wire.intake.left).toBe(Number.POSITIVE_INFINITY);
  });

  test('that cannot be unpacked to what was said ends the session and gives its place back', () => {
    const packed = pack(body) as Uint8Array;
    const wrong: [string, Uint8Array, number][] = [
      ['fewer bytes', packed, body.length + 1],
      ['more bytes', packed, body.length - 1],
      ['other bytes', packed.map((byte) => byte ^ 0x55), body.length],
      ['a pack that is cut short', packed.subarray(0, -1), body.length],
      ['a window beyond its limit', withWindow(2 ** 21), 20_000],
    ];
    for (const [what, bytes, bodyBytes] of wrong) {
      const wire = new Wire(new HeldIntake(100_000));
      wire.push(encodeHello(), packedHead(FrameType.COMMIT, bytes.length, bodyBytes), bytes);
      expect([what, wire.failure()?.code, wire.intake.left]).toEqual([what, 'MALFORMED', 100_000]);
    }
    const narrow = withWindow(2 ** 20);
    const wire = new Wire().push(encodeHello());
    wire.push(packedHead(FrameType.COMMIT, narrow.length, 20_000), narrow);
    expect(wire.intake.held).toHaveLength(1);
  });
});

/** 20,000 bytes as RFC 8878 has them, with a window that they say: some as they are, then a run. */
function withWindow(windowBytes: number): Uint8Array {
  const block = (isLast: number, type: number, bytes: number) => {
    const head = isLast + 2 * type + 8 * bytes;
    return Uint8Array.of(head & 255, (head >> 8) & 255, head >> 16);
  };
  const magic = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd);
  const frameHead = Uint8Array.of(0, (Math.log2(windowBytes) - 10) << 3);
  const raw = concatBytes(block(0, 0, 2_000), new Uint8Array(2_000));
  return concatBytes(magic, frameHead, raw, block(1, 1, 18_000), Uint8Array.of(0));
}

describe('[Q6] a commit', () => {
  test('[Q4] is answered by its own number, in whatever order verdicts come', () => {
    const wire = new Wire().push(encodeHello(), commit(7, 10), commit(8, 20), commit(9, 30));
    const error = new DatabaseError(ErrorCode.CONFLICT, 'a commit expected its parents');
    const [first, second, third] = wire.intake.held;
    third?.settle({ kind: 'applied', position: 41 });
    first?.settle({ kind: 'known' });
    second?.settle({ kind: 'refused', error });
    const [, applied, known, refused] = wire.sent;
    expect([applied?.request, known?.request, refused?.request]).toEqual([9, 7, 8]);
    expect(decodeApplied(applied?.body as Uint8Array)).toEqual({ position: 41 });
    expect(known?.type).toBe(FrameType.KNOWN);
    expect(decodeRefusal(refused?.body as Uint8Array)).toEqual({
      code: 'CONFLICT',
      message: 'a commit expected its parents',
    });
  });

  test('is answered after the connection has stopped reading too', () => {
    const wire = new Wire().push(encodeHello(), commit(1, 10));
    wire.session.end();
    expect(wire.session.inFlight).toBe(1);
    wire.intake.settleAll({ kind: 'applied', position: 5 });
    expect([wire.session.inFlight, wire.types.at(-1)]).toEqual([0, FrameType.APPLIED]);
  });

  test('arrives whole and in order, however the stream is cut and with little room', () => {
    let waits = 0;
    for (let seed = 0; seed < 200; seed++) {
      const seeded = new Seeded(seed);
      const wire = new Wire(new HeldIntake(1_000));
      const commits = Array.from({ length: 30 }, (_, index) =>
        seeded.bytes(1 + ((index * 37) % 900)),
      );
      const stream = concatBytes(
        encodeHello(),
        ...commits.map((bytes, index) => encodeCommitFrame(index, bytes)),
      );
      const arrived: Uint8Array[] = [];
      const settle = () => {
        arrived.push(...wire.intake.held.map(({ place }) => place));
        wire.intake.settleAll({ kind: 'known' });
      };
      for (let at = 0; at < stream.length; ) {
        const length = seeded.pick([1, 10, 100, 1000, 5000]);
        wire.push(stream.subarray(at, at + length));
        at += length;
        if (wire.left > 0) waits += 1;
        if (seeded.chance(0.3)) settle();
      }
      while (wire.intake.held.length > 0 || wire.left > 0) settle();
      expect(arrived).toEqual(commits);
      expect(wire.intake.left).toBe(1_000);
    }
    expect(waits).toBeGreaterThan(1_000);
  });
});

describe('[Q10] a transaction', () => {
  const transaction = encodeTransactionFrame(5, Uint8Array.of(1, 2, 3));

  test('is answered with its place', async () => {
    const seen: Uint8Array[] = [];
    const wire = new Wire(undefined, async (payload) => {
      seen.push(payload);
      return { position: 9, index: 3 };
    });
    wire.push(encodeHello(), transaction);
    expect(wire.session.inFlight).toBe(1);
    await new Promise(setImmediate);
    expect(seen).toEqual([Uint8Array.of(1, 2, 3)]);
    expect(decodeWritten(wire.sent[1]?.body as Uint8Array)).toEqual({ position: 9, index: 3 });
    expect([wire.sent[1]?.request, wire.session.inFlight]).toEqual([5, 0]);
  });

  test.each<[string, Error, object]>([
    [
      'a refusal is told',
      new DatabaseError(ErrorCode.ALREADY_EXISTS, 'City.name expected a value'),
      { code: 'ALREADY_EXISTS', message: 'City.name expected a value' },
    ],
    [
      'a long refusal is told up to a whole character',
      new DatabaseError(ErrorCode.INVALID_INPUT, `${'x'.repeat(1_023)}\u20ac`),
      { code: 'INVALID_INPUT', message: 'x'.repeat(1_023) },
    ],
    [
      'a bug is not',
      new Error('secret'),
      { code: 'UNAVAILABLE', message: 'a transaction expected an answer, got a bug' },
    ],
  ])('of which %s', async (_, reason, refusal) => {
    const wire = new Wire(undefined, () => Promise.reject(reason)).push(encodeHello(), transaction);
    await new Promise(setImmediate);
    expect(decodeRefusal(wire.sent[1]?.body as Uint8Array)).toEqual(refusal);
  });
});

describe('[Q8] backpressure', () => {
  test('stops at the bytes in flight, and goes on with the answers', () => {
    const wire = new Wire().push(encodeHello());
    const size = 3_000_000;
    for (let request = 1; request <= 6; request++) wire.push(commit(request, size));
    expect(wire.intake.held.length).toBe(3);
    expect(wire.left).toBeGreaterThan(0);
    wire.intake.held.shift()?.settle({ kind: 'applied', position: 1 });
    expect(wire.intake.held.length).toBe(3);
    for (let left = 5; left > 0; left--) {
      wire.intake.held.shift()?.settle({ kind: 'applied', position: 1 });
    }
    expect([wire.left, wire.types.filter((type) => type === FrameType.APPLIED).length]).toEqual([
      0, 6,
    ]);
  });

  test('a connection that ends within its HELLO has no place to give back', () => {
    const wire = new Wire(new HeldIntake(100)).push(encodeHello().subarray(0, 20));
    wire.session.end();
    expect([wire.intake.left, wire.intake.given]).toEqual([100, 0]);
  });

  test('a connection that ends within a commit gives its place back, once', () => {
    const wire = new Wire(new HeldIntake(100)).push(encodeHello(), commit(1, 90).subarray(0, 50));
    expect(wire.intake.left).toBe(10);
    wire.session.end();
    wire.session.end();
    expect([wire.intake.left, wire.intake.given]).toEqual([100, 1]);
  });

  test('one that waits for room and ends is not resumed', () => {
    const wire = new Wire(new HeldIntake(50)).push(encodeHello(), commit(1, 90));
    expect(wire.intake.waiting).toHaveLength(1);
    wire.session.end();
    wire.intake.free(1_000);
    expect(wire.intake.held).toHaveLength(0);
  });
});
