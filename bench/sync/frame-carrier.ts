/** A sync connection without a socket: hands frames to a session, and hears its answers. */

import { concatBytes } from '../../src/base/bytes.ts';
import {
  decodeRefusal,
  encodeHello,
  FRAME_HEAD_BYTES,
  FrameType,
  readFrameHead,
} from '../../src/replication/frame.ts';
import {
  type SessionCarrier,
  type SyncedSpace,
  SyncSession,
} from '../../src/replication/session.ts';

/** What a socket hands over at once. */
const CHUNK_BYTES = 65_536;

export class FrameCarrier implements SessionCarrier {
  readonly #session: SyncSession;
  readonly isTaken = true;
  #rest: Uint8Array = new Uint8Array(0);
  #applied = 0;
  #wanted = 0;
  #done = Promise.withResolvers<void>();

  constructor(space: SyncedSpace) {
    this.#session = new SyncSession(space, this);
    this.#feed(encodeHello());
  }

  /** Hands in frames of commits; done when the last one is answered as applied. */
  async deliver(frames: readonly Uint8Array[]): Promise<void> {
    this.#done = Promise.withResolvers();
    this.#wanted = this.#applied + frames.length;
    this.#feed(concatBytes(...frames));
    await this.#done.promise;
  }

  send(...parts: readonly Uint8Array[]): void {
    const frame = concatBytes(...parts);
    const { type } = readFrameHead(frame) ?? {};
    if (type === FrameType.WELCOME) return;
    if (type !== FrameType.APPLIED) {
      const { code, message } = decodeRefusal(frame.subarray(FRAME_HEAD_BYTES));
      this.#done.reject(new Error(`a commit expected to be applied, got ${code}: ${message}`));
    }
    this.#applied += 1;
    if (this.#applied === this.#wanted) this.#done.resolve();
  }

  resume(): void {
    queueMicrotask(() => this.#feed(new Uint8Array(0)));
  }

  turn(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  #feed(bytes: Uint8Array): void {
    this.#rest = this.#rest.length === 0 ? bytes : concatBytes(this.#rest, bytes);
    while (this.#rest.length > 0) {
      const chunk = this.#rest.subarray(0, CHUNK_BYTES);
      const taken = this.#session.push(chunk);
      this.#rest = this.#rest.subarray(taken);
      if (taken < chunk.length) return;
    }
  }
}
