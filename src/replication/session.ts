/**
 * The server's side of one sync connection (schema/sync.md), without a network: bytes come in,
 * frames go out, and what is between them is a function of both and of the space's verdicts.
 *
 *     begun ── HELLO ──▶ open ── a breach, a wrong space ──▶ failed
 *
 * Commits are answered as their verdicts come, also after the carrier has stopped reading.
 * Operations of GraphQL are in connection-operations.ts.
 */

import { sameBytes, toHex, utf8 } from '../base/bytes.ts';
import {
  SYNC_IN_FLIGHT_BYTES_MAX,
  SYNC_TRANSACTION_BYTES_MAX,
  SYNC_WRITERS_MAX,
} from '../base/connection-limits.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { COMMIT_BYTES_MAX } from '../delta/commit.ts';
import type { CommitIntake, CommitOutcome } from '../space/commit-intake.ts';
import {
  ConnectionOperations,
  type OperationResult,
  type OperationSource,
  type OperationTeller,
} from './connection-operations.ts';
import {
  decodeHello,
  encodeApplied,
  encodeComplete,
  encodeFailed,
  encodeKnown,
  encodeNextHead,
  encodeRefused,
  encodeWelcome,
  encodeWritten,
  type FrameHead,
  FrameType,
  HELLO_BYTES,
  SYNC_VERSION,
  type WrittenPlace,
} from './frame.ts';
import { FrameReader, type FrameSink } from './frame-reader.ts';
import { expectPacking } from './packing.ts';

/** What a session asks of the space. */
export interface SyncedSpace {
  /** SHA-256 of the genesis record. */
  readonly space: Uint8Array;
  /** Hash of the newest authority record. */
  readonly authority: Uint8Array;
  /** The server's own key. */
  readonly author: Uint8Array;
  readonly intake: CommitIntake;
  /** Whether the client may hand in commits and transactions; asked once, before the first. */
  mayWrite(): boolean;
  /**
   * Admits a payload of one transaction, to be signed by the server; throws a DatabaseError. The
   * payload stays as it is until then, and no longer.
   */
  write(payload: Uint8Array): Promise<WrittenPlace>;
  /** Absent where no operations of GraphQL are run. */
  readonly operations?: SyncedOperations | undefined;
}

/** Where bodies of frames are written. */
export interface BodyRoom {
  /** A place of this length; undefined while there is no room. */
  room(bytes: number): Uint8Array | undefined;
  give(place: Uint8Array): void;
  /** Calls `listener` once, when there may be room again. */
  whenRoom(listener: () => void): void;
}

export interface SyncedOperations extends OperationSource<Uint8Array> {
  readonly room: BodyRoom;
  readonly bodyBytesMax: number;
}

/** What the carrier does for a session. */
export interface SessionCarrier extends Pick<OperationTeller<number>, 'isTaken' | 'turn'> {
  send(...parts: readonly Uint8Array[]): void;
  /** There may be room again: the carrier hands in what was left. */
  resume(): void;
}

export class SyncSession implements FrameSink, OperationTeller<number> {
  readonly #source: SyncedSpace;
  readonly #carrier: SessionCarrier;
  readonly #reader: FrameReader;
  readonly #operations: ConnectionOperations<number, Uint8Array> | undefined;
  #isOpen = false;
  #isWriter = false;
  #hasFailed = false;
  #hasEnded = false;
  #inFlightBytes = 0;
  #inFlight = 0;
  /** Where the body is from that is being filled. */
  #room: BodyRoom | undefined;
  /** What the reader has stopped for. */
  #waitsForRoom = false;
  #waitsForAnswers = false;

  constructor(source: SyncedSpace, carrier: SessionCarrier) {
    this.#source = source;
    this.#carrier = carrier;
    const { operations } = source;
    this.#operations = operations && new ConnectionOperations(operations, this);
    this.#reader = new FrameReader(this);
  }

  /** Whether the session has sent its last frame but for answers. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** Commits without an answer, and operations that are not complete. */
  get inFlight(): number {
    return this.#inFlight + (this.#operations?.count ?? 0);
  }

  /** Whether silence now would hold something up: a frame is unfinished, or no HELLO has come. */
  get isOwedBytes(): boolean {
    return !this.#isOpen || this.#reader.isWithin;
  }

  /** Frames that were read to their ends. */
  get frames(): number {
    return this.#reader.count;
  }

  /** Takes bytes; answers how many. Those that were not taken come again after `resume`. */
  push(chunk: Uint8Array): number {
    if (this.#hasFailed || this.#hasEnded) return chunk.length;
    try {
      return this.#reader.push(chunk);
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      this.#hasFailed = true;
      this.leave();
      this.#carrier.send(encodeFailed(error));
      return chunk.length;
    }
  }

  /** What was sent before has been taken by the client's side, but for little. */
  taken(): void {
    this.#operations?.taken();
  }

  /** The carrier will hand in nothing more; what is under way is still answered. */
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const { unfinished } = this.#reader;
    if (unfinished !== undefined) this.#room?.give(unfinished);
  }

  /** The carrier sends nothing more either: nobody hears of operations. */
  leave(): void {
    this.end();
    this.#operations?.end();
  }

  /** For the reader of its frames, as are the next two. */
  place(head: FrameHead): Uint8Array | undefined {
    const { type, bodyBytes } = head;
    expectFrame(head, { isOpen: this.#isOpen, operations: this.#source.operations });
    this.#room = this.#roomOf(type);
    // Nothing else holds these bytes up: there are few of them.
    if (this.#room === undefined) return new Uint8Array(bodyBytes);
    this.#waitsForAnswers = this.#inFlightBytes > SYNC_IN_FLIGHT_BYTES_MAX;
    if (this.#waitsForAnswers) return undefined;
    const place = this.#room.room(bodyBytes);
    if (place === undefined && !this.#waitsForRoom) {
      this.#waitsForRoom = true;
      this.#room.whenRoom(() => {
        this.#waitsForRoom = false;
        this.#resume();
      });
    }
    return place;
  }

  frame({ type, request }: FrameHead, body: Uint8Array): void {
    switch (type) {
      case FrameType.HELLO:
        return this.#hello(body);
      case FrameType.COMMIT:
        return this.#commit(request, body);
      case FrameType.TRANSACTION:
        return this.#transaction(request, body);
      case FrameType.SUBSCRIBE:
        return this.#subscribe(request, body);
      default:
        // The last that `expectFrame` lets through.
        return this.#operations?.stop(request);
    }
  }

  malformed(expected: string, actual: string): never {
    throw malformed(expected, actual);
  }

  /** For its operations, as are those that follow. */
  next(request: number, result: OperationResult): void {
    const json = typeof result === 'string' ? utf8(result) : result;
    this.#carrier.send(encodeNextHead(request, json.length), json);
  }

  refused(request: number, result: OperationResult): void {
    this.next(request, result);
    this.complete(request);
  }

  complete(request: number): void {
    this.#carrier.send(encodeComplete(request));
  }

  stopped(request: number): void {
    this.complete(request);
  }

  get isTaken(): boolean {
    return this.#carrier.isTaken;
  }

  turn(): Promise<void> {
    return this.#carrier.turn();
  }

  /** Where the body of a frame is written, if anywhere in particular. */
  #roomOf(type: number): BodyRoom | undefined {
    switch (type) {
      case FrameType.COMMIT:
      case FrameType.TRANSACTION:
        this.#isWriter ||= this.#source.mayWrite();
        if (!this.#isWriter) throw tooManyWriters();
        return this.#source.intake;
      case FrameType.SUBSCRIBE:
        return this.#source.operations?.room;
      default:
        return undefined;
    }
  }

  #resume(): void {
    if (!this.#hasEnded) this.#carrier.resume();
  }

  #commit(request: number, body: Uint8Array): void {
    const { length } = body;
    this.#begin(length);
    this.#source.intake.submit(body, (outcome) => {
      this.#inFlight -= 1;
      this.#carrier.send(answerFrame(request, outcome));
      this.#settle(length);
    });
  }

  #transaction(request: number, body: Uint8Array): void {
    this.#begin(body.length);
    const answer = (frame: Uint8Array) => {
      this.#source.intake.give(body);
      this.#inFlight -= 1;
      this.#carrier.send(frame);
      this.#settle(body.length);
    };
    this.#source.write(body).then(
      (place) => answer(encodeWritten(request, place)),
      (reason: unknown) => answer(encodeRefused(request, refusalOf(reason))),
    );
  }

  #subscribe(request: number, body: Uint8Array): void {
    const read = () => {
      this.#source.operations?.room.give(body);
      this.#settle(body.length);
    };
    this.#inFlightBytes += body.length;
    if (this.#operations?.has(request) !== true) {
      return this.#operations?.begin(request, { asked: body, read });
    }
    read();
    throw malformed('a number that no operation under way has', `${request}`);
  }

  #begin(bytes: number): void {
    this.#inFlightBytes += bytes;
    this.#inFlight += 1;
  }

  /** So many bytes of a body are needed no more. */
  #settle(bytes: number): void {
    this.#inFlightBytes -= bytes;
    if (this.#waitsForAnswers && this.#inFlightBytes <= SYNC_IN_FLIGHT_BYTES_MAX) this.#resume();
  }

  #hello(body: Uint8Array): void {
    const { version, reserved, space } = decodeHello(body);
    if (version !== SYNC_VERSION) {
      throw new DatabaseError(
        ErrorCode.UNSUPPORTED,
        `a sync connection expected version ${SYNC_VERSION}, got ${version}`,
      );
    }
    if (reserved !== 0) throw malformed('zero bytes after its version', 'others');
    const { space: own, authority, author } = this.#source;
    if (space !== undefined && !sameBytes(space, own)) {
      throw new DatabaseError(
        ErrorCode.NOT_FOUND,
        `a sync connection expected space ${toHex(own)}, got ${toHex(space)}`,
      );
    }
    this.#isOpen = true;
    const runsOperations = this.#operations !== undefined;
    const inFlightBytesMax = SYNC_IN_FLIGHT_BYTES_MAX;
    const facts = { version, runsOperations, unpacks: true, inFlightBytesMax };
    this.#carrier.send(encodeWelcome({ ...facts, space: own, authority, author }));
  }
}

function answerFrame(request: number, outcome: CommitOutcome): Uint8Array {
  if (outcome instanceof DatabaseError) return encodeRefused(request, outcome);
  switch (outcome.kind) {
    case 'applied':
      return encodeApplied(request, outcome.position);
    case 'known':
      return encodeKnown(request);
    case 'refused':
      return encodeRefused(request, outcome.error);
  }
}

/** What is no refusal is a bug, whose text no client sees. */
function refusalOf(reason: unknown): DatabaseError {
  if (reason instanceof DatabaseError) return reason;
  return new DatabaseError(ErrorCode.UNAVAILABLE, 'a transaction expected an answer, got a bug');
}

interface Expected {
  readonly isOpen: boolean;
  readonly operations: SyncedOperations | undefined;
}

/** A frame of the client has a body that its type allows, and comes when it may. */
function expectFrame(head: FrameHead, { isOpen, operations }: Expected): void {
  const { type, bodyBytes } = head;
  const bounds = boundsOf(type, operations);
  if (bounds === undefined) throw malformed('a frame of a client', `type ${type}`);
  const isHello = type === FrameType.HELLO;
  if (isHello === isOpen) {
    throw malformed(isOpen ? 'one HELLO' : 'HELLO first', isOpen ? 'another' : `type ${type}`);
  }
  expectPacking(head, [FrameType.COMMIT], malformed);
  const { name, least, most, limit } = bounds;
  if (bodyBytes >= least && bodyBytes <= most) return;
  if (limit === undefined) throw malformed(`${name} of ${most} bytes`, `${bodyBytes}`);
  throw new DatabaseError(
    ErrorCode.LIMIT_EXCEEDED,
    `${name} expected ${least} to ${most} bytes, got ${bodyBytes}`,
    { facts: { limit, max: most, actual: bodyBytes } },
  );
}

interface Bounds {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  /** Absent where there is one length. */
  readonly limit?: string;
}

/** Of the bytes of a body; undefined where no client sends such a frame. */
function boundsOf(type: number, operations: SyncedOperations | undefined): Bounds | undefined {
  switch (type) {
    case FrameType.HELLO:
      return { name: 'a HELLO', least: HELLO_BYTES, most: HELLO_BYTES };
    case FrameType.COMMIT:
      return { name: 'a COMMIT', least: 1, most: COMMIT_BYTES_MAX, limit: 'COMMIT_BYTES_MAX' };
    case FrameType.TRANSACTION: {
      const most = SYNC_TRANSACTION_BYTES_MAX;
      return { name: 'a TRANSACTION', least: 1, most, limit: 'SYNC_TRANSACTION_BYTES_MAX' };
    }
    case FrameType.SUBSCRIBE: {
      const most = operations?.bodyBytesMax;
      if (most === undefined) return undefined;
      return { name: 'a SUBSCRIBE', least: 1, most, limit: 'GRAPHQL_BODY_BYTES_MAX' };
    }
    case FrameType.UNSUBSCRIBE:
      return operations && { name: 'an UNSUBSCRIBE', least: 0, most: 0 };
    default:
      return undefined;
  }
}

function tooManyWriters(): DatabaseError {
  const what = 'the connections that hand in commits and transactions';
  return new DatabaseError(
    ErrorCode.LIMIT_EXCEEDED,
    `${what} expected at most ${SYNC_WRITERS_MAX}, got more`,
    { facts: { limit: 'SYNC_WRITERS_MAX', max: SYNC_WRITERS_MAX } },
  );
}

function malformed(expected: string, actual: string): DatabaseError {
  return new DatabaseError(
    ErrorCode.MALFORMED,
    `a sync connection expected ${expected}, got ${actual}`,
  );
}
