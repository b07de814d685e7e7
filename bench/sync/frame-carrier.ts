/** A sync connection without a socket: hands frames to a session, and hears its answers. */

import { concatBytes, fromHex } from '../../src/base/bytes.ts';
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
import type { Space } from '../../src/space/space.ts';

/** What a socket hands over at once. */
const CHUNK_BYTES = 65_536;

export class FrameCarrier implements SessionCarrier {
  readonly #session: SyncSession;
  readonly isTaken = true;
  #applied = 0;
  #wanted = 0;
  #done = Promise.withResolvers<void>();
  #resumed = Promise.withResolvers<void>();

  private constructor(space: SyncedSpace) {
    this.#session = new SyncSession(space, this);
    this.#session.push(encodeHello());
  }

  /** To a space that takes what its authors have signed. */
  static to(space: Space): FrameCarrier {
    return new FrameCarrier({
      space: fromHex(space.id),
      authority: space.authority,
      author: space.author,
      intake: space.intake,
      mayWrite: () => true,
      write: () => Promise.reject(new Error('a peer hands in commits')),
    });
  }

  /** Hands in so many commits' frames; done when the last one is answered as applied. */
  async deliver(frames: Uint8Array, count: number): Promise<void> {
    this.#done = Promise.withResolvers();
    this.#wanted = this.#applied + count;
    for (let at = 0; at < frames.length; ) {
      const chunk = frames.subarray(at, at + CHUNK_BYTES);
      this.#resumed = Promise.withResolvers();
      const taken = this.#session.push(chunk);
      at += taken;
      await (taken < chunk.length ? this.#resumed.promise : this.turn());
    }
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
    this.#resumed.resolve();
  }

  /** Between chunks, too, whatever else there is to do has its turn. */
  turn(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }
}
