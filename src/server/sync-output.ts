/**
 * What goes out on a sync connection: a stream of bytes, cut into messages of which one is on its
 * way at a time, so that it is known how much the client has taken.
 */

import type { Socket } from 'node:net';
import { SYNC_MESSAGE_BYTES_MAX } from '../base/connection-limits.ts';
import { serverFrame } from './websocket-reader.ts';

/** Parts that have gone and are not let go of yet. */
const PARTS_KEPT_MAX = 1_024;

export class SyncOutput {
  readonly #socket: Socket;
  readonly #onTaken: () => void;
  #parts: Uint8Array[] = [];
  /** Where the next bytes are: the part, and the place in it. */
  #part = 0;
  #at = 0;
  #bytes = 0;
  #isOnItsWay = false;
  #taken = 0;

  /** `onTaken` is called whenever a message has been taken. */
  constructor(socket: Socket, onTaken: () => void) {
    this.#socket = socket;
    this.#onTaken = onTaken;
  }

  /** Bytes that the system has not taken. */
  get bytes(): number {
    return this.#bytes + this.#socket.writableLength;
  }

  /** Messages that were taken. */
  get taken(): number {
    return this.#taken;
  }

  /** What comes in one turn of the event loop leaves together. */
  add(...parts: readonly Uint8Array[]): void {
    const isFirst = this.#bytes === 0;
    for (const part of parts) {
      this.#parts.push(part);
      this.#bytes += part.length;
    }
    if (isFirst && !this.#isOnItsWay) queueMicrotask(() => this.#send());
  }

  /** All that waits, at once: a last message follows. */
  flush(): void {
    while (this.#bytes > 0 && this.#socket.writable) this.#socket.write(this.#message());
  }

  #send(): void {
    if (this.#bytes === 0 || this.#isOnItsWay || !this.#socket.writable) return;
    this.#isOnItsWay = true;
    this.#socket.write(this.#message(), () => {
      this.#isOnItsWay = false;
      this.#taken += 1;
      this.#send();
      this.#onTaken();
    });
  }

  /** Whole parts, as many as it may have, or a piece of a long one. */
  #message(): Uint8Array {
    const content: Uint8Array[] = [];
    let room = SYNC_MESSAGE_BYTES_MAX;
    for (let part = this.#parts[this.#part]; part !== undefined; part = this.#parts[this.#part]) {
      const rest = part.length - this.#at;
      if (rest > room && content.length > 0) break;
      const piece = part.subarray(this.#at, this.#at + room);
      content.push(piece);
      room -= piece.length;
      this.#bytes -= piece.length;
      this.#at += piece.length;
      if (this.#at < part.length) break;
      this.#part += 1;
      this.#at = 0;
    }
    if (this.#bytes === 0 || this.#part >= PARTS_KEPT_MAX) {
      this.#parts = this.#parts.slice(this.#part);
      this.#part = 0;
    }
    return serverFrame('binary', ...content);
  }
}
