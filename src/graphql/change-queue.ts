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

type Result<T> = IteratorResult<T | Overflow>;

export class ChangeQueue<T> implements AsyncIterableIterator<T | Overflow> {
  readonly #leave: () => void;
  /** What is delivered of an item, at that moment; undefined for nothing. */
  readonly #judge: (item: T) => T | undefined;
  #items: (T | Overflow)[] = [];
  /** Where the next item is; items before it were delivered. */
  #head = 0;
  readonly #waiting: ((result: Result<T> | Promise<never>) => void)[] = [];
  #isEnded = false;
  /** Who waits until so many more fit, or it has ended. */
  #awaited: { readonly count: number; readonly resolve: () => void } | undefined;
  #failure: { readonly cause: unknown } | undefined;

  constructor(leave: () => void, judge: (item: T) => T | undefined) {
    this.#leave = leave;
    this.#judge = judge;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** How many more items it takes. */
  get free(): number {
    return SUBSCRIBER_QUEUE_CHANGES_MAX - (this.#items.length - this.#head);
  }

  /** Resolves once so many more fit, or it has ended. One waits at a time. */
  room(count: number): Promise<void> {
    if (this.free >= count || this.#isEnded) return Promise.resolve();
    return new Promise((resolve) => {
      this.#awaited = { count, resolve };
    });
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
    this.#awaited?.resolve();
    this.#leave();
    for (const waiting of this.#waiting.splice(0)) waiting({ done: true, value: undefined });
  }

  /** Takes no more; whoever asks for what comes behind what is queued is told of a bug. */
  fail(cause: unknown): void {
    this.#failure = { cause };
    const [first] = this.#waiting.splice(0, 1);
    first?.(this.#failed(cause));
    this.end();
  }

  next(): Promise<IteratorResult<T | Overflow>> {
    for (let item = this.#take(); item !== undefined; item = this.#take()) {
      const value = item instanceof Overflow ? item : this.#judge(item);
      if (value !== undefined) return Promise.resolve({ done: false, value });
    }
    if (this.#failure !== undefined) return this.#failed(this.#failure.cause);
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
    if (this.free >= (this.#awaited?.count ?? 0)) this.#awaited?.resolve();
    return item;
  }

  #failed(cause: unknown): Promise<never> {
    this.#failure = undefined;
    return Promise.reject(cause);
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
