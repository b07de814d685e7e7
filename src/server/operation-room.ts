/**
 * Room for bodies of operations that come over sync connections. Senders that announce large ones
 * and are slow to send them have so much together; small ones have room in any case.
 */

import {
  SYNC_OPERATION_SMALL_BYTES_MAX,
  SYNC_OPERATIONS_BYTES_MAX,
} from '../base/connection-limits.ts';
import type { BodyRoom } from '../replication/session.ts';

export class OperationRoom implements BodyRoom {
  #bytes = 0;
  readonly #listeners: (() => void)[] = [];

  /** Of large bodies that were not given back. */
  get bytes(): number {
    return this.#bytes;
  }

  room(bytes: number): Uint8Array | undefined {
    const counted = countedBytes(bytes);
    // One that is larger than all of it comes alone.
    const isFull = this.#bytes > 0 && this.#bytes + counted > SYNC_OPERATIONS_BYTES_MAX;
    if (counted > 0 && isFull) return undefined;
    this.#bytes += counted;
    return new Uint8Array(bytes);
  }

  give(place: Uint8Array): void {
    this.#bytes -= countedBytes(place.length);
    for (const listener of this.#listeners.splice(0)) queueMicrotask(listener);
  }

  whenRoom(listener: () => void): void {
    this.#listeners.push(listener);
  }
}

function countedBytes(bytes: number): number {
  return bytes > SYNC_OPERATION_SMALL_BYTES_MAX ? bytes : 0;
}
