/**
 * A map of the entries that were used last, up to a weight of all of them together. It keeps two
 * generations: what is used goes into the younger one, and when that has half of the weight, what
 * has not been used since the last time is dropped. A use costs one look-up then.
 */
export class Recent<Key, Entry> {
  readonly #weightMax: number;
  #young = new Generation<Key, Entry>();
  #old = new Generation<Key, Entry>();

  constructor(weightMax: number) {
    this.#weightMax = weightMax;
  }

  get weight(): number {
    return this.#young.weight + this.#old.weight;
  }

  get(key: Key): Entry | undefined {
    const held = this.#young.get(key);
    if (held !== undefined) return held.entry;
    const old = this.#old.get(key);
    if (old === undefined) return undefined;
    this.set(key, old.entry, old.weight);
    return old.entry;
  }

  /** An entry of more than half the weight is not kept. */
  set(key: Key, entry: Entry, weight: number): void {
    this.#young.remove(key);
    this.#old.remove(key);
    if (weight > this.#weightMax / 2) return;
    if (this.#young.weight + weight > this.#weightMax / 2) {
      this.#old = this.#young;
      this.#young = new Generation();
    }
    this.#young.add(key, { entry, weight });
  }
}

interface Held<Entry> {
  readonly entry: Entry;
  readonly weight: number;
}

class Generation<Key, Entry> {
  readonly #held = new Map<Key, Held<Entry>>();
  #weight = 0;

  get weight(): number {
    return this.#weight;
  }

  get(key: Key): Held<Entry> | undefined {
    return this.#held.get(key);
  }

  add(key: Key, held: Held<Entry>): void {
    this.#held.set(key, held);
    this.#weight += held.weight;
  }

  remove(key: Key): void {
    const held = this.#held.get(key);
    if (held === undefined) return;
    this.#weight -= held.weight;
    this.#held.delete(key);
  }
}
