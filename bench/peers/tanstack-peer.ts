/**
 * @tanstack/db, a collection in this process. A change is a transaction of the collection's source,
 * which costs less than `update`, whose drafts and mutations are for changes of a user.
 */

import { type EventPeer, HeardNumbers, UNSET } from './event-work.ts';

interface Item {
  readonly id: number;
  readonly hits: number;
}

interface Source {
  begin(): void;
  write(change: { readonly type: 'insert' | 'update'; readonly value: Item }): void;
  commit(): void;
  markReady(): void;
}

interface CollectionOptions {
  readonly getKey: (item: Item) => number;
  readonly startSync: boolean;
  readonly sync: { readonly sync: (source: Source) => void };
}

interface Change {
  readonly type: string;
  readonly value: Item;
}

/** The part of the module that is used here. */
export interface TanstackDb {
  createCollection(options: CollectionOptions): {
    subscribeChanges(
      listener: (changes: readonly Change[]) => void,
      options: { readonly includeInitialState: boolean },
    ): unknown;
  };
}

export class TanstackPeer implements EventPeer {
  readonly #records: number;
  readonly #heard = new HeardNumbers();
  #source: Source | undefined;
  #made = 0;

  constructor({ createCollection }: TanstackDb, records: number) {
    this.#records = records;
    const collection = createCollection({
      getKey: ({ id }) => id,
      startSync: true,
      sync: { sync: (source) => this.#fill(source) },
    });
    const take = (changes: readonly Change[]) => {
      for (const { type, value } of changes) if (type === 'update') this.#heard.take(value.hits);
    };
    // Who has not been told of an item is told of its first change as of an insertion.
    collection.subscribeChanges(take, { includeInitialState: true });
  }

  change(count: number): void {
    const source = this.#source;
    for (const end = this.#made + count; this.#made < end; this.#made++) {
      const value = { id: this.#made % this.#records, hits: this.#made };
      source?.begin();
      source?.write({ type: 'update', value });
      source?.commit();
    }
    this.#heard.expect(this.#made);
  }

  #fill(source: Source): void {
    this.#source = source;
    source.begin();
    for (let id = 0; id < this.#records; id++) {
      source.write({ type: 'insert', value: { id, hits: UNSET } });
    }
    source.commit();
    source.markReady();
  }
}
