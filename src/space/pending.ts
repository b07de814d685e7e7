/**
 * What the transactions of the commit that is being made will change. Admission asks it before
 * the engine, so that two transactions of one commit cannot both take a unique value. A layer
 * over another is one transaction, merged down when it is complete.
 */

import type { IncrementBase } from '../delta/delta.ts';
import type { Value } from '../delta/value.ts';
import type { HeldSequence } from './held-sequence.ts';
import type { HeldSet } from './set-changes.ts';

/** A property as the commit will leave it. */
export interface PendingValue {
  readonly value: Value;
  /** What the next increment adds to; undefined when it must be a set. */
  readonly base: IncrementBase | undefined;
  /** Of a set of values. */
  readonly held?: HeldSet;
  readonly sequence?: HeldSequence;
}

export class Pending {
  readonly #below: Pending | undefined;
  /** Existence by element name: the node's type, or true for an edge; false when deleted. */
  readonly #elements = new Map<string, string | boolean>();
  /** By element, then by path. */
  readonly #values = new Map<string, Map<string, PendingValue>>();
  /** Unique values taken here, to the elements that took them; some may have let them go. */
  #claims: Map<string, Set<string>> | undefined;
  /** Elements deleted here: what the engine or the layer below says of their values is past. */
  #deleted: Set<string> | undefined;

  constructor(below?: Pending) {
    this.#below = below;
  }

  /** The type of a node (true for an edge) that will exist, false for none, undefined: unknown. */
  element(name: string): string | boolean | undefined {
    return this.#elements.get(name) ?? this.#below?.element(name);
  }

  /** The same, as of before this transaction. */
  elementBelow(name: string): string | boolean | undefined {
    return this.#below?.element(name);
  }

  /** A property's coming value; undefined when this commit leaves it as it is. */
  value(element: string, path: string): PendingValue | undefined {
    const own = this.#values.get(element)?.get(path);
    if (own !== undefined) return own;
    if (this.#deleted?.has(element) === true) return { value: null, base: undefined };
    return this.#below?.value(element, path);
  }

  /** Whether this transaction has written the property itself, or has deleted the element. */
  isWritten(element: string, path: string): boolean {
    return this.#values.get(element)?.has(path) === true || this.#deleted?.has(element) === true;
  }

  /** Whether a transaction before this one has written the element. */
  isWrittenBelow(element: string): boolean {
    const below = this.#below;
    if (below === undefined) return false;
    const isWritten = below.#elements.has(element) || below.#values.has(element);
    return isWritten || below.isWrittenBelow(element);
  }

  /** The elements that took a unique value in this commit, whether they still hold it or not. */
  holders(claim: string): readonly string[] {
    return [...(this.#claims?.get(claim) ?? []), ...(this.#below?.holders(claim) ?? [])];
  }

  putElement(name: string, state: string | boolean): void {
    this.#elements.set(name, state);
    if (state !== false) return;
    this.#deleted ??= new Set();
    this.#deleted.add(name);
    this.#values.delete(name);
  }

  putValue(element: string, path: string, value: PendingValue): void {
    const values = this.#values.get(element);
    if (values === undefined) this.#values.set(element, new Map([[path, value]]));
    else values.set(path, value);
  }

  claim(claim: string, element: string): void {
    this.#claims ??= new Map();
    const holders = this.#claims.get(claim);
    if (holders === undefined) this.#claims.set(claim, new Set([element]));
    else holders.add(element);
  }

  /** Adds this layer to the one below. */
  merge(): void {
    const below = this.#below;
    if (below === undefined) return;
    for (const name of this.#deleted ?? []) below.putElement(name, false);
    for (const [name, state] of this.#elements) below.#elements.set(name, state);
    for (const [name, values] of this.#values) {
      for (const [path, value] of values) below.putValue(name, path, value);
    }
    for (const [claim, holders] of this.#claims ?? []) {
      for (const element of holders) below.claim(claim, element);
    }
  }
}
