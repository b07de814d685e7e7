/** A map of the entries that were used last, up to a weight of all of them together. */
export class Recent<Key, Entry> {
  readonly #weightMax: number;
  /** The one that was used longest ago comes first. */
  readonly #held = new Map<Key, { readonly entry: Entry; readonly weight: number }>();
  #weight = 0;

  constructor(weightMax: number) {
    this.#weightMax = weightMax;
  }

  get weight(): number {
    return this.#weight;
  }

  get(key: Key): Entry | undefined {
    const held = this.#held.get(key);
    if (held === undefined) return undefined;
    this.#held.delete(key);
    this.#held.set(key, held);
    return held.entry;
  }

  /** An entry that is too heavy even by itself is not kept. */
  set(key: Key, entry: Entry, weight: number): void {
    this.#remove(key);
    if (weight > this.#weightMax) return;
    this.#held.set(key, { entry, weight });
    this.#weight += weight;
    for (const oldest of this.#held.keys()) {
      if (this.#weight <= this.#weightMax) return;
      this.#remove(oldest);
    }
  }

  #remove(key: Key): void {
    this.#weight -= this.#held.get(key)?.weight ?? 0;
    this.#held.delete(key);
  }
}
