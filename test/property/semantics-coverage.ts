/**
 * Counts the queries that came by each feature with something to show for it. What is met too
 * seldom fails.
 */

import type { ReferenceAnswer } from '../reference/reference-query.ts';

/** Below this many queries chance decides too much. */
const QUERIES_MIN = 500;
/** How often each must be met in 1,000 queries, at least. */
const LEAST: Readonly<Record<string, number>> = {};

export class SemanticsCoverage {
  readonly #counts = new Map<string, number>();
  #queries = 0;

  get queries(): number {
    return this.#queries;
  }

  hit(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }

  /** A query has been answered; `seen` is what the reference came by. */
  end(
    seen: ReadonlySet<string>,
    {
      expected,
      isRestricted,
    }: { readonly expected: ReferenceAnswer; readonly isRestricted: boolean },
  ): void {
    this.#queries += 1;
    for (const what of seen) {
      if (what.endsWith(' false')) continue;
      // A condition is telling where it holds of some and not of others.
      const condition = what.endsWith(' true') ? what.slice(0, -' true'.length) : undefined;
      if (condition === undefined) this.hit(what);
      else if (seen.has(`${condition} false`)) this.hit(condition);
    }
    if (isRestricted) this.hit('queries under permissions');
    if (expected.hidden.length > 0) this.hit('answers that hold back');
    for (const code of expected.refusals) this.hit(`refused, ${code}`);
  }

  /** One line for each count. */
  lines(): string[] {
    const names = [...new Set([...Object.keys(LEAST), ...this.#counts.keys()])].sort();
    return names.map((name) => `  ${String(this.#counts.get(name) ?? 0).padStart(9)}  ${name}`);
  }

  /** What was met too seldom; empty when there were too few queries to tell. */
  rare(): string[] {
    if (this.#queries < QUERIES_MIN) return [];
    return Object.entries(LEAST).flatMap(([name, least]) => {
      const expected = Math.floor((least * this.#queries) / 1000);
      const actual = this.#counts.get(name) ?? 0;
      return actual >= expected ? [] : [`${name} expected at least ${expected}, got ${actual}`];
    });
  }
}
