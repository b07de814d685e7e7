/** What is given to a plan when it runs, by name. */
export type Inputs = Readonly<Record<string, unknown>>;

/** In a plan in the place of a value: one that is read from what is given when the plan runs. */
export class Parameter<T = unknown> {
  readonly #read: (inputs: Inputs) => T;

  constructor(read: (inputs: Inputs) => T) {
    this.#read = read;
  }

  /** Throws what `map` was given throws. */
  read(inputs: Inputs): T {
    return this.#read(inputs);
  }

  /** What becomes of its value. */
  map<U>(change: (value: T) => U): Parameter<U> {
    return new Parameter((inputs) => change(this.#read(inputs)));
  }
}
