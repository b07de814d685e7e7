/**
 * The server's side of one sync connection (schema/sync.md), without a network: bytes come in,
 * frames go out, and what is between them is a function of both and of the space's verdicts.
 *
 *     begun ── HELLO ──▶ open ── a breach, a wrong space ──▶ failed
 *
 * Commits are answered as their verdicts come, also after the carrier has stopped reading.
 */

import { sameBytes, toHex } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { SYNC_IN_FLIGHT_BYTES_MAX, SYNC_TRANSACTION_BYTES_MAX } from '../base/limits.ts';
import { COMMIT_BYTES_MAX } from '../delta/commit.ts';
import type { CommitIntake, CommitOutcome } from '../space/space.ts';
import {
  decodeHello,
  encodeApplied,
  encodeFailed,
  encodeKnown,
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

/** What a session asks of the space. */
export interface SyncedSpace {
  /** SHA-256 of the genesis record. */
  readonly space: Uint8Array;
  /** Hash of the newest authority record. */
  readonly authority: Uint8Array;
  /** The server's own key. */
  readonly author: Uint8Array;
  readonly intake: CommitIntake;
  /**
   * Admits a payload of one transaction, to be signed by the server; throws a DatabaseError. The
   * payload stays as it is until then, and no longer.
   */
  write(payload: Uint8Array): Promise<WrittenPlace>;
}

/** What the carrier does for a session. */
export interface SessionCarrier {
  send(frame: Uint8Array): void;
  /** There may be room again: the carrier hands in what was left. */
  resume(): void;
}

export class SyncSession {
  readonly #source: SyncedSpace;
  readonly #carrier: SessionCarrier;
  readonly #reader: FrameReader;
  #isOpen = false;
  #hasFailed = false;
  #hasEnded = false;
  #inFlightBytes = 0;
  #inFlight = 0;
  /** What the reader has stopped for. */
  #waitsForRoom = false;
  #waitsForAnswers = false;

  constructor(source: SyncedSpace, carrier: SessionCarrier) {
    this.#source = source;
    this.#carrier = carrier;
    const sink: FrameSink = {
      place: (head) => this.#place(head),
      frame: (head, body) => this.#frame(head, body),
      malformed: () => {
        throw malformed('zero bytes after its type', 'others');
      },
    };
    this.#reader = new FrameReader(sink);
  }

  /** Whether the session has sent its last frame but for answers. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** Commits without an answer. */
  get inFlight(): number {
    return this.#inFlight;
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
      this.end();
      this.#carrier.send(encodeFailed(error));
      return chunk.length;
    }
  }

  /** The carrier will hand in nothing more; commits under way are still answered. */
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const { unfinished } = this.#reader;
    // That of a HELLO, which comes before all others, is none of the intake's.
    if (unfinished !== undefined && this.#isOpen) this.#source.intake.give(unfinished);
  }

  #place(head: FrameHead): Uint8Array | undefined {
    expectBody(head, this.#isOpen);
    if (head.type === FrameType.HELLO) return new Uint8Array(head.bodyBytes);
    this.#waitsForAnswers = this.#inFlightBytes > SYNC_IN_FLIGHT_BYTES_MAX;
    if (this.#waitsForAnswers) return undefined;
    const place = this.#source.intake.room(head.bodyBytes);
    if (place === undefined && !this.#waitsForRoom) {
      this.#waitsForRoom = true;
      this.#source.intake.whenRoom(() => {
        this.#waitsForRoom = false;
        this.#resume();
      });
    }
    return place;
  }

  #resume(): void {
    if (!this.#hasEnded) this.#carrier.resume();
  }

  #frame(head: FrameHead, body: Uint8Array): void {
    if (head.type === FrameType.HELLO) return this.#hello(body);
    this.#inFlightBytes += body.length;
    this.#inFlight += 1;
    const answer = (frame: Uint8Array) => {
      this.#inFlightBytes -= body.length;
      this.#inFlight -= 1;
      this.#carrier.send(frame);
      if (this.#waitsForAnswers && this.#inFlightBytes <= SYNC_IN_FLIGHT_BYTES_MAX) this.#resume();
    };
    const { request } = head;
    if (head.type === FrameType.COMMIT) {
      this.#source.intake.submit(body, (outcome) => answer(answerFrame(request, outcome)));
      return;
    }
    const settle = (frame: Uint8Array) => {
      this.#source.intake.give(body);
      answer(frame);
    };
    this.#source.write(body).then(
      (place) => settle(encodeWritten(request, place)),
      (reason: unknown) => settle(encodeRefused(request, refusalOf(reason))),
    );
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
    const inFlightBytesMax = SYNC_IN_FLIGHT_BYTES_MAX;
    this.#carrier.send(encodeWelcome({ version, inFlightBytesMax, space: own, authority, author }));
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

/** A frame of the client has a body that its type allows, and comes when it may. */
function expectBody({ type, bodyBytes }: FrameHead, isOpen: boolean): void {
  const isHello = type === FrameType.HELLO;
  if (!isHello && type !== FrameType.COMMIT && type !== FrameType.TRANSACTION) {
    throw malformed('HELLO, COMMIT or TRANSACTION', `type ${type}`);
  }
  if (isHello === isOpen) {
    throw malformed(isOpen ? 'one HELLO' : 'HELLO first', isOpen ? 'another' : `type ${type}`);
  }
  if (isHello && bodyBytes !== HELLO_BYTES) {
    throw malformed(`a HELLO of ${HELLO_BYTES} bytes`, `${bodyBytes}`);
  }
  const isCommit = type === FrameType.COMMIT;
  const limit = isCommit ? 'COMMIT_BYTES_MAX' : 'SYNC_TRANSACTION_BYTES_MAX';
  const max = isCommit ? COMMIT_BYTES_MAX : SYNC_TRANSACTION_BYTES_MAX;
  if (isHello || (bodyBytes > 0 && bodyBytes <= max)) return;
  throw new DatabaseError(
    ErrorCode.LIMIT_EXCEEDED,
    `a ${isCommit ? 'COMMIT' : 'TRANSACTION'} expected 1 to ${max} bytes, got ${bodyBytes}`,
    { facts: { limit, max, actual: bodyBytes } },
  );
}

function malformed(expected: string, actual: string): DatabaseError {
  return new DatabaseError(
    ErrorCode.MALFORMED,
    `a sync connection expected ${expected}, got ${actual}`,
  );
}
