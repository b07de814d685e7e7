/**
 * The operations of one sync connection (schema/sync.md), without a network. They begin one after
 * the other, and the next result of each is asked for when what was sent before has been taken: a
 * client that does not read holds no more than was on its way to it.
 *
 *     waiting ── what was sent is taken ──▶ running ── its last result, UNSUBSCRIBE ──▶ complete
 */

import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { encodeComplete, encodeNextHead } from './frame.ts';

/** One operation under way. */
export interface Operation {
  /** The JSON of its next result; undefined after the last. Never rejects. */
  next(): Promise<Uint8Array | undefined>;
  /** Nobody waits for it any more. */
  stop(): void;
}

/** Where bodies of frames are written. */
export interface BodyRoom {
  /** A place of this length; undefined while there is no room. */
  room(bytes: number): Uint8Array | undefined;
  give(place: Uint8Array): void;
  /** Calls `listener` once, when there may be room again. */
  whenRoom(listener: () => void): void;
}

/** What a session asks of those who run operations for its client. */
export interface OperationSource {
  readonly room: BodyRoom;
  readonly bodyBytesMax: number;
  /** Counts one more, with which so many are under way; answers why not, as JSON of a result. */
  refusal(count: number): Uint8Array | undefined;
  /** Begins what a body asks for, which it reads before it returns. */
  run(body: Uint8Array): Operation;
}

export interface OperationCarrier {
  send(...parts: readonly Uint8Array[]): void;
  /** Whether what was sent has been taken, but for little. */
  readonly isTaken: boolean;
  /** Lets others run, and what they sent be counted. */
  turn(): Promise<void>;
}

interface Running {
  readonly request: number;
  /** Once it has begun. */
  operation: Operation | undefined;
  isOver: boolean;
}

export class SessionOperations {
  readonly #source: OperationSource;
  readonly #carrier: OperationCarrier;
  readonly #running = new Map<number, Running>();
  /** The last one to begin: as results that come at once are counted before the next are made. */
  #beginning: Promise<void> | undefined;
  readonly #waiting: (() => void)[] = [];
  #hasEnded = false;

  constructor(source: OperationSource, carrier: OperationCarrier) {
    this.#source = source;
    this.#carrier = carrier;
  }

  /** Those that are not complete. */
  get count(): number {
    return this.#running.size;
  }

  /** Takes a SUBSCRIBE; `read` is called when its body is needed no more. */
  begin(request: number, body: Uint8Array, read: () => void): void {
    if (this.#running.has(request)) {
      read();
      throw doubled(request);
    }
    const refusal = this.#source.refusal(this.#running.size + 1);
    if (refusal !== undefined) {
      read();
      this.#sendNext(request, refusal);
      this.#carrier.send(encodeComplete(request));
      return;
    }
    const running: Running = { request, operation: undefined, isOver: false };
    this.#running.set(request, running);
    const before = this.#beginning;
    const begun = this.#begin(running, { before, body, read }).finally(() => {
      if (this.#beginning === begun) this.#beginning = undefined;
    });
    this.#beginning = begun;
  }

  /** Takes an UNSUBSCRIBE. One that has crossed a COMPLETE means nothing. */
  stop(request: number): void {
    const running = this.#running.get(request);
    if (running === undefined) return;
    this.#finish(running);
    running.operation?.stop();
  }

  /** What was sent has been taken. */
  taken(): void {
    for (const resume of this.#waiting.splice(0)) resume();
  }

  /** Nobody hears of results any more. */
  end(): void {
    this.#hasEnded = true;
    for (const running of this.#running.values()) {
      running.isOver = true;
      running.operation?.stop();
    }
    this.#running.clear();
    this.taken();
  }

  async #begin(
    running: Running,
    given: {
      readonly before: Promise<void> | undefined;
      readonly body: Uint8Array;
      readonly read: () => void;
    },
  ): Promise<void> {
    await given.before;
    await this.#untilTaken();
    if (!running.isOver) running.operation = this.#source.run(given.body);
    given.read();
    if (running.operation === undefined) return;
    void this.#follow(running, running.operation);
    await this.#carrier.turn();
  }

  async #follow(running: Running, operation: Operation): Promise<void> {
    for (;;) {
      const result = await operation.next();
      if (running.isOver) return;
      if (result === undefined) return this.#finish(running);
      this.#sendNext(running.request, result);
      await this.#untilTaken();
      if (running.isOver) return;
    }
  }

  async #untilTaken(): Promise<void> {
    while (!(this.#carrier.isTaken || this.#hasEnded)) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #sendNext(request: number, result: Uint8Array): void {
    this.#carrier.send(encodeNextHead(request, result.length), result);
  }

  #finish(running: Running): void {
    running.isOver = true;
    this.#running.delete(running.request);
    this.#carrier.send(encodeComplete(running.request));
  }
}

function doubled(request: number): DatabaseError {
  return new DatabaseError(
    ErrorCode.MALFORMED,
    `a SUBSCRIBE expected a number that no operation under way has, got ${request}`,
  );
}
