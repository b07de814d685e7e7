/**
 * Cuts a stream of bytes into frames. The body of a frame is copied once, from the carrier's buffer
 * to the place where it is verified and applied; when there is no such place the reader stops, and
 * the carrier with it. What is packed comes to the same place, and is unpacked there.
 */

import {
  FRAME_HEAD_BYTES,
  type FrameHead,
  headBytesOf,
  PACKED_HEAD_BYTES,
  readFrameHead,
} from './frame.ts';
import { unpack } from './packing.ts';

export interface FrameSink {
  /** Where the body of a frame goes; undefined while there is no room. Throws for a wrong head. */
  place(head: FrameHead): Uint8Array | undefined;
  /** A whole frame; `body` is what `place` gave. */
  frame(head: FrameHead, body: Uint8Array): void;
  /** What the reader expected, and what came. Throws. */
  malformed(expected: string, actual: string): never;
}

const NOTHING = new Uint8Array(0);

export class FrameReader {
  readonly #sink: FrameSink;
  /** Of a head that has begun: connections that are idle have none. */
  #headBytes: Uint8Array | undefined;
  #headFilled = 0;
  #head: FrameHead | undefined;
  #body: Uint8Array | undefined;
  #bodyFilled = 0;
  #count = 0;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  /** Frames that have ended. */
  get count(): number {
    return this.#count;
  }

  /** Whether a frame has begun and not ended. */
  get isWithin(): boolean {
    return this.#headFilled > 0;
  }

  /** The body that is being filled: to be given back when the connection ends. */
  get unfinished(): Uint8Array | undefined {
    return this.#body;
  }

  /** Takes bytes of the stream; answers how many, which is less than all when there is no room. */
  push(chunk: Uint8Array): number {
    let at = 0;
    for (;;) {
      if (this.#head === undefined) {
        at += this.#fillHead(chunk, at);
        if (this.#headFilled < this.#headWanted) return at;
        this.#head = readFrameHead(this.#headBytes ?? NOTHING) ?? this.#unknownHead();
        this.#headBytes = undefined;
      }
      this.#body ??= this.#sink.place(this.#head);
      if (this.#body === undefined) return at;
      const { packedBytes: bytes = this.#body.length } = this.#head;
      const part = chunk.subarray(at, at + bytes - this.#bodyFilled);
      this.#body.set(part, this.#bodyFilled);
      this.#bodyFilled += part.length;
      at += part.length;
      if (this.#bodyFilled < bytes) return at;
      this.#finish(this.#head, this.#body);
    }
  }

  #fillHead(chunk: Uint8Array, from: number): number {
    let at = from;
    // How long it is stands within it.
    while (at < chunk.length && this.#headFilled < this.#headWanted) {
      const part = chunk.subarray(at, at + this.#headWanted - this.#headFilled);
      this.#headBytes ??= new Uint8Array(PACKED_HEAD_BYTES);
      this.#headBytes.set(part, this.#headFilled);
      this.#headFilled += part.length;
      at += part.length;
    }
    return at - from;
  }

  get #headWanted(): number {
    const begin = this.#headBytes;
    if (begin === undefined || this.#headFilled < FRAME_HEAD_BYTES) return FRAME_HEAD_BYTES;
    return headBytesOf(begin);
  }

  #unknownHead(): never {
    return this.#sink.malformed('0 or 1 and zero bytes after the type of a frame', 'others');
  }

  #finish(head: FrameHead, body: Uint8Array): void {
    if (head.packedBytes !== undefined && !unpack(body, head.packedBytes)) {
      this.#sink.malformed(`a body of ${body.length} bytes, packed`, 'none');
    }
    this.#head = undefined;
    this.#headFilled = 0;
    this.#body = undefined;
    this.#bodyFilled = 0;
    this.#count += 1;
    this.#sink.frame(head, body);
  }
}
