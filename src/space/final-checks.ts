/**
 * What is checked when a transaction ends, so that two nodes may change places whatever the order:
 * that elements are complete, and that no unique value is doubled. Each check knows where that was
 * given which it checks.
 */

import type { InputPlace } from './space.ts';

interface FinalCheck {
  readonly place: InputPlace | undefined;
  readonly check: () => void;
}

export class FinalChecks {
  /** Where what is written next was given; while a check runs, where that was which it checks. */
  place: InputPlace | undefined;
  /** Elements that must be complete, as this transaction made them. */
  readonly #elements = new Map<string, FinalCheck>();
  /** By element, then by name, nested fields that must be complete or absent. */
  #nested: Map<string, Map<string, FinalCheck>> | undefined;
  /** By node and path. */
  #uniques: Map<string, FinalCheck> | undefined;

  ofElement(element: string, check: () => void): void {
    this.#elements.set(element, { place: this.place, check });
  }

  /** Not of an element that is checked as a whole. */
  ofNested(element: string, name: string, check: () => void): void {
    if (this.#elements.has(element)) return;
    this.#nested ??= new Map();
    const checks = this.#nested.get(element) ?? new Map<string, FinalCheck>();
    checks.set(name, { place: this.place, check });
    this.#nested.set(element, checks);
  }

  ofUnique(name: string, check: () => void): void {
    this.#uniques ??= new Map();
    this.#uniques.set(name, { place: this.place, check });
  }

  /** The element is deleted. */
  forget(element: string): void {
    this.#elements.delete(element);
    this.#nested?.delete(element);
  }

  run(): void {
    this.#runAll(this.#elements.values());
    for (const checks of this.#nested?.values() ?? []) this.#runAll(checks.values());
    this.#runAll(this.#uniques?.values() ?? []);
    this.place = undefined;
  }

  #runAll(checks: Iterable<FinalCheck>): void {
    for (const { place, check } of checks) {
      this.place = place;
      check();
    }
  }
}
