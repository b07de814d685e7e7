/** Sees the frames that go by in a stream of bytes, of which it keeps no more than a head. */

import {
  FRAME_HEAD_BYTES,
  type FrameHead,
  headBytesOf,
  PACKED_HEAD_BYTES,
  readFrameHead,
} from '../replication/frame.ts';

const NONE: FrameHead = { type: 0, request: 0, bodyBytes: 0 };

/** `bodyBytes` are those of the body, be it packed. */
export type SeenFrame = (type: number, request: number, bodyBytes: number) => void;

export class FrameWatch {
  readonly #seen: SeenFrame;
  readonly #head = new Uint8Array(PACKED_HEAD_BYTES);
  #headBytes = 0;
  #bodyLeft = 0;

  constructor(seen: SeenFrame) {
    this.#seen = seen;
  }

  pass(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      if (this.#bodyLeft > 0) {
        const skipped = Math.min(this.#bodyLeft, bytes.length - at);
        this.#bodyLeft -= skipped;
        at += skipped;
        continue;
      }
      this.#head[this.#headBytes] = bytes[at] ?? 0;
      this.#headBytes += 1;
      at += 1;
      if (this.#headBytes < FRAME_HEAD_BYTES) continue;
      if (this.#headBytes < headBytesOf(this.#head)) continue;
      this.#headBytes = 0;
      // Of a head that is not known, the reader ends the connection.
      const { type, request, bodyBytes, packedBytes } = readFrameHead(this.#head) ?? NONE;
      this.#bodyLeft = packedBytes ?? bodyBytes;
      this.#seen(type, request, bodyBytes);
    }
  }
}
