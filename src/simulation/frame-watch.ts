/** Sees the frames that go by in a stream of bytes, of which it keeps no more than a head. */

import { FRAME_HEAD_BYTES } from '../replication/frame.ts';

export type SeenFrame = (type: number, request: number, bodyBytes: number) => void;

export class FrameWatch {
  readonly #seen: SeenFrame;
  readonly #head = new Uint8Array(FRAME_HEAD_BYTES);
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
      this.#headBytes = 0;
      const view = new DataView(this.#head.buffer);
      this.#bodyLeft = view.getUint32(8, true);
      this.#seen(view.getUint8(0), view.getUint32(4, true), this.#bodyLeft);
    }
  }
}
