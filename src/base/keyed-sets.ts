/** Sets of things by key, none of which is empty. */

export class KeyedSets<Key, Thing> {
  readonly #sets = new Map<Key, Set<Thing>>();

  get(key: Key): ReadonlySet<Thing> | undefined {
    return this.#sets.get(key);
  }

  get size(): number {
    return this.#sets.size;
  }

  [Symbol.iterator](): IterableIterator<[Key, ReadonlySet<Thing>]> {
    return this.#sets.entries();
  }

  add(key: Key, thing: Thing): void {
    const things = this.#sets.get(key);
    if (things === undefined) this.#sets.set(key, new Set([thing]));
    else things.add(thing);
  }

  remove(key: Key, thing: Thing): void {
    const things = this.#sets.get(key);
    things?.delete(thing);
    if (things?.size === 0) this.#sets.delete(key);
  }
}
