/**
 * Fans the changes of a space out to subscribers: one listener at the space, one bounded queue per
 * subscriber. Each subscriber gets what it asked for in log order, each entry once. One that is too
 * slow gets no gap: its queue ends with an Overflow, and so does its subscription.
 */

import { SUBSCRIBER_QUEUE_CHANGES_MAX } from '../base/limits.ts';
import type { ChangeInterest, Space, TransactionChanges } from '../space/space.ts';

type ChangeEntry = TransactionChanges['changes'][number];

/** One entry of one transaction, as a subscriber sees it. */
export interface Delivery<Entry extends ChangeEntry = ChangeEntry> {
  readonly transaction: TransactionChanges;
  readonly entry: Entry;
  /** Position of the entry in its transaction, from 0. */
  readonly index: number;
}

/** The last that a subscriber gets when it was too slow. */
export class Overflow {
  readonly queued: number;

  constructor(queued: number) {
    this.queued = queued;
  }
}

export interface ChangeFeed {
  /**
   * Entries of an interest that `wants` says yes to, from this moment on. What no subscriber has
   * an interest in is not even decoded.
   */
  subscribe<Entry extends ChangeEntry>(
    interest: ChangeInterest,
    wants: (entry: ChangeEntry) => entry is Entry,
  ): AsyncIterableIterator<Delivery<Entry> | Overflow>;
  readonly subscribers: number;
  /** Ends every subscription after what it still has to deliver, and the listening. */
  close(): void;
}

interface Subscriber {
  readonly interest: ChangeInterest;
  readonly wants: (entry: ChangeEntry) => boolean;
}

export function openChangeFeed(space: Space): ChangeFeed {
  const subscribers = new Map<ChangeQueue<Delivery>, Subscriber>();
  const stop = space.watchGroups((group) => {
    if (subscribers.size === 0) return;
    const interests = Array.from(subscribers.values(), ({ interest }) => interest);
    for (const transaction of group.read(interests)) {
      for (const [index, entry] of transaction.changes.entries()) {
        for (const [queue, { wants }] of subscribers) {
          if (wants(entry)) queue.push({ transaction, entry, index });
        }
      }
    }
  });
  let isOpen = true;
  return {
    subscribe: <Entry extends ChangeEntry>(
      interest: ChangeInterest,
      wants: (entry: ChangeEntry) => entry is Entry,
    ) => {
      const queue = new ChangeQueue<Delivery>(() => subscribers.delete(queue));
      if (isOpen) subscribers.set(queue, { interest, wants });
      else queue.end();
      // The queue holds only entries that `wants` has admitted.
      return queue as AsyncIterableIterator<Delivery<Entry> | Overflow>;
    },
    get subscribers() {
      return subscribers.size;
    },
    close: () => {
      isOpen = false;
      stop();
      for (const queue of subscribers.keys()) queue.end();
      subscribers.clear();
    },
  };
}

class ChangeQueue<T> implements AsyncIterableIterator<T | Overflow> {
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
