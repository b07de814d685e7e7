/** Sets of things by key, none of which is empty. A set of one, which most are, is no object. */

export class KeyedSets<Key, Thing extends object> {
  readonly #sets = new Map<Key, Thing | Several<Thing>>();

  get size(): number {
    return this.#sets.size;
  }

  get(key: Key): Iterable<Thing> | undefined {
    const held = this.#sets.get(key);
    return held === undefined ? undefined : thingsOf(held);
  }

  *[Symbol.iterator](): IterableIterator<readonly [key: Key, things: Iterable<Thing>]> {
    for (const [key, held] of this.#sets) yield [key, thingsOf(held)];
  }

  add(key: Key, thing: Thing): void {
    const held = this.#sets.get(key);
    if (held === undefined) this.#sets.set(key, thing);
    else if (held instanceof Several) held.add(thing);
    else if (held !== thing) this.#sets.set(key, new Several([held, thing]));
  }

  remove(key: Key, thing: Thing): void {
    const held = this.#sets.get(key);
    if (held === thing) this.#sets.delete(key);
    if (!(held instanceof Several)) return;
    held.delete(thing);
    if (held.size === 0) this.#sets.delete(key);
  }
}

class Several<Thing> extends Set<Thing> {}

function thingsOf<Thing extends object>(held: Thing | Several<Thing>): Iterable<Thing> {
  return held instanceof Several ? held : [held];
}
