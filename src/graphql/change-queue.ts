/**
 * What waits for one subscriber, in order and bounded. Where too much waits, items of one key
 * become one, which stands where the last of them did, until the queue is empty again; where too
 * much waits still, all of it becomes one item that says so. Nothing else is left out, and no
 * subscription ends for being slow.
 */

import { SUBSCRIBER_QUEUE_BYTES_MAX, SUBSCRIBER_QUEUE_CHANGES_MAX } from '../base/limits.ts';

export interface QueueLimits {
  readonly changes: number;
  readonly bytes: number;
}

export const QUEUE_LIMITS: QueueLimits = {
  changes: SUBSCRIBER_QUEUE_CHANGES_MAX,
  bytes: SUBSCRIBER_QUEUE_BYTES_MAX,
};

/** What a queue asks of its items. */
export interface QueueRules<Item, Told> {
  /** What is delivered of an item, at that moment; undefined for nothing. */
  readonly judge: (item: Item) => Told | undefined;
  /** Two of one key can be joined; undefined for one that cannot. */
  readonly keyOf: (item: Item) => string | undefined;
  readonly join: (first: Item, second: Item) => Item;
  readonly bytesOf: (item: Item) => number;
  /** One in the place of all that waited, of which there is at least one. */
  readonly resync: (waited: readonly Item[]) => Item;
}

export class ChangeQueue<Item, Told> implements AsyncIterableIterator<Told> {
  readonly #leave: () => void;
  readonly #rules: QueueRules<Item, Told>;
  readonly #limits: QueueLimits;
  /** Undefined where an item was joined to one behind it. */
  #items: (Item | undefined)[] = [];
  /** Where the next item is; items before it were delivered. */
  #head = 0;
  #count = 0;
  #bytes = 0;
  /** While items are joined, the place of each by its key. */
  #places: Map<string, number> | undefined;
  readonly #takers: ((result: IteratorResult<Told> | Promise<never>) => void)[] = [];
  #isEnded = false;
  /** Who waits until so many more fit, or it has ended. */
  #awaited: { readonly count: number; readonly resolve: () => void } | undefined;
  #failure: { readonly cause: unknown } | undefined;

  constructor(leave: () => void, rules: QueueRules<Item, Told>, limits = QUEUE_LIMITS) {
    this.#leave = leave;
    this.#rules = rules;
    this.#limits = limits;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** How many more items it takes before any are joined. */
  get free(): number {
    return this.#limits.changes - this.#count;
  }

  /** Resolves once so many more fit, or it has ended. One waits at a time. */
  room(count: number): Promise<void> {
    if (this.free >= count || this.#isEnded) return Promise.resolve();
    return new Promise((resolve) => {
      this.#awaited = { count, resolve };
    });
  }

  push(item: Item): void {
    if (this.#isEnded) return;
    if (this.#takers.length > 0) {
      const value = this.#rules.judge(item);
      if (value !== undefined) this.#takers.shift()?.({ done: false, value });
      return;
    }
    this.#add(item);
    if (!this.#isTooMuch) return;
    if (this.#places === undefined) this.#restart(this.#takeAll(), new Map());
    if (this.#isTooMuch) this.#restart([this.#rules.resync(this.#takeAll())], undefined);
  }

  /** Takes no more; what is queued is still delivered. */
  end(): void {
    this.#isEnded = true;
    this.#awaited?.resolve();
    this.#leave();
    for (const taker of this.#takers.splice(0)) taker({ done: true, value: undefined });
  }

  /** Takes no more; whoever asks for what comes behind what is queued is told of a bug. */
  fail(cause: unknown): void {
    this.#failure = { cause };
    const [first] = this.#takers.splice(0, 1);
    first?.(this.#failed(cause));
    this.end();
  }

  next(): Promise<IteratorResult<Told>> {
    for (let item = this.#take(); item !== undefined; item = this.#take()) {
      const value = this.#rules.judge(item);
      if (value !== undefined) return Promise.resolve({ done: false, value });
    }
    if (this.#failure !== undefined) return this.#failed(this.#failure.cause);
    if (this.#isEnded) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#takers.push(resolve));
  }

  return(): Promise<IteratorResult<Told>> {
    this.#restart([], undefined);
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  throw(error: unknown): Promise<IteratorResult<Told>> {
    void this.return();
    return Promise.reject(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  get #isTooMuch(): boolean {
    return this.#count > this.#limits.changes || this.#bytes > this.#limits.bytes;
  }

  #add(item: Item): void {
    const key = this.#places && this.#rules.keyOf(item);
    const first = this.#takeOut(key);
    const joined = first === undefined ? item : this.#rules.join(first, item);
    if (key !== undefined) this.#places?.set(key, this.#items.length);
    this.#items.push(joined);
    this.#count += 1;
    this.#bytes += this.#rules.bytesOf(joined);
    // Places of what was joined are given back in time.
    if (this.#items.length > 2 * (this.#limits.changes + 1)) {
      this.#restart(this.#takeAll(), this.#places && new Map());
    }
  }

  #take(): Item | undefined {
    while (this.#head < this.#items.length) {
      const item = this.#leaveOut(this.#head);
      this.#head += 1;
      if (item === undefined) continue;
      const key = this.#places && this.#rules.keyOf(item);
      if (key !== undefined) this.#places?.delete(key);
      if (this.#count === 0) this.#restart([], undefined);
      if (this.free >= (this.#awaited?.count ?? 0)) this.#awaited?.resolve();
      return item;
    }
    return undefined;
  }

  #failed(cause: unknown): Promise<never> {
    this.#failure = undefined;
    return Promise.reject(cause);
  }

  #takeOut(key: string | undefined): Item | undefined {
    const place = key === undefined ? undefined : this.#places?.get(key);
    if (key === undefined || place === undefined) return undefined;
    this.#places?.delete(key);
    return this.#leaveOut(place);
  }

  #leaveOut(place: number): Item | undefined {
    const item = this.#items[place];
    if (item === undefined) return undefined;
    this.#items[place] = undefined;
    this.#count -= 1;
    this.#bytes -= this.#rules.bytesOf(item);
    return item;
  }

  #takeAll(): Item[] {
    return this.#items.filter((item) => item !== undefined);
  }

  #restart(items: readonly Item[], places: Map<string, number> | undefined): void {
    this.#items = [];
    this.#head = 0;
    this.#count = 0;
    this.#bytes = 0;
    this.#places = places;
    for (const item of items) this.#add(item);
  }
}
