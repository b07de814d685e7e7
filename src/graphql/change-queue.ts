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
  /** What is delivered of an item, at that moment; undefined for nothing. */
  readonly #judge: (item: T) => T | undefined;
  #items: (T | Overflow)[] = [];
  /** Where the next item is; items before it were delivered. */
  #head = 0;
  readonly #waiting: ((result: IteratorResult<T | Overflow>) => void)[] = [];
  #isEnded = false;

  constructor(leave: () => void, judge: (item: T) => T | undefined) {
    this.#leave = leave;
    this.#judge = judge;
  }

  push(item: T): void {
    if (this.#isEnded) return;
    if (this.#waiting.length > 0) {
      const value = this.#judge(item);
      if (value !== undefined) this.#waiting.shift()?.({ done: false, value });
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
    for (let item = this.#take(); item !== undefined; item = this.#take()) {
      const value = item instanceof Overflow ? item : this.#judge(item);
      if (value !== undefined) return Promise.resolve({ done: false, value });
    }
    if (this.#isEnded) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #take(): T | Overflow | undefined {
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    this.#head += 1;
    const isEmpty = this.#head === this.#items.length;
    if (isEmpty || this.#head === SUBSCRIBER_QUEUE_CHANGES_MAX) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
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
