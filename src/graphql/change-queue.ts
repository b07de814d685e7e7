/**
 * What waits for one subscriber, in order and bounded. One that is too slow gets no gap: its queue
 * ends with an Overflow.
 */

import { SUBSCRIBER_QUEUE_CHANGES_MAX } from '../base/limits.ts';

/** The last that a subscriber gets when it was too slow. */
export class Overflow {
  readonly queued: number;

  constructor(queued: number) {
    this.queued = queued;
  }
}

export class ChangeQueue<T> implements AsyncIterableIterator<T | Overflow> {
  readonly #leave: () => void;
  #items: (T | Overflow)[] = [];
  /** Where the next item is; items before it were delivered. */
  #head = 0;
  readonly #waiting: ((result: IteratorResult<T | Overflow>) => void)[] = [];
  #isEnded = false;

  constructor(leave: () => void) {
    this.#leave = leave;
  }

  push(item: T): void {
    if (this.#isEnded) return;
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) {
      waiting({ done: false, value: item });
      return;
    }
    const queued = this.#items.length - this.#head;
    if (queued < SUBSCRIBER_QUEUE_CHANGES_MAX) {
      this.#items.push(item);
      return;
    }
    this.#items.push(new Overflow(queued));
    this.end();
  }

  /** Takes no more; what is queued is still delivered. */
  end(): void {
    this.#isEnded = true;
    this.#leave();
    for (const waiting of this.#waiting.splice(0)) waiting({ done: true, value: undefined });
  }

  next(): Promise<IteratorResult<T | Overflow>> {
    const item = this.#items[this.#head];
    if (item !== undefined) {
      this.#head += 1;
      const isEmpty = this.#head === this.#items.length;
      if (isEmpty || this.#head === SUBSCRIBER_QUEUE_CHANGES_MAX) {
        this.#items = this.#items.slice(this.#head);
        this.#head = 0;
      }
      return Promise.resolve({ done: false, value: item });
    }
    if (this.#isEnded) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  return(): Promise<IteratorResult<T | Overflow>> {
    this.#items = [];
    this.#head = 0;
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  throw(error: unknown): Promise<IteratorResult<T | Overflow>> {
    void this.return();
    return Promise.reject(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
