/**
 * Counts how often random plans came by each operator with something to show for it, so that a
 * check that no longer meets one fails instead of passing quietly.
 */

import type { ReferenceAnswer } from '../reference/reference-plan.ts';

/** How often each must be met in 1,000 plans, at least. */
const LEAST: Readonly<Record<string, number>> = {
  'all false': 30,
  'all true': 15,
  'answer missing': 4,
  'answer ok': 850,
  'answer several': 1,
  'answer unrepresentable': 15,
  'any false': 30,
  'any true': 20,
  'compare contains false': 25,
  'compare contains true': 8,
  'compare endsWith false': 25,
  'compare endsWith true': 8,
  'compare equal false': 50,
  'compare equal true': 10,
  'compare greater false': 25,
  'compare greater true': 10,
  'compare greaterOrEqual false': 25,
  'compare greaterOrEqual true': 10,
  'compare includes false': 20,
  'compare includes true': 2,
  'compare less false': 25,
  'compare less true': 10,
  'compare lessOrEqual false': 20,
  'compare lessOrEqual true': 10,
  'compare startsWith false': 25,
  'compare startsWith true': 8,
  'figure average': 20,
  'figure longest': 8,
  'figure max': 30,
  'figure min': 30,
  'figure shortest': 8,
  'figure sum': 20,
  'format any': 200,
  'format boolean': 9,
  'format bytes': 8,
  'format float': 25,
  'format int32': 35,
  'format int64Text': 45,
  'format text': 115,
  'format list': 8,
  'format text among': 10,
  'format timestamp': 6,
  'groups several': 20,
  'in false': 45,
  'in true': 15,
  'item case none': 25,
  'item case one': 35,
  limit: 15,
  'lookup by id finds': 40,
  'lookup by id misses': 40,
  'lookup by index of 1 finds': 35,
  'lookup by index of 1 misses': 50,
  'lookup by index of 2 finds': 5,
  'lookup by index of 2 misses': 15,
  'lookup by index of 3 finds': 1,
  'lookup by index of 3 misses': 8,
  'lookup by key finds': 15,
  'lookup by key misses': 30,
  'lookup otherwise': 15,
  'lookup that has to find': 2,
  'lookup that compares more': 60,
  'lookups double': 80,
  'missing false': 35,
  'missing true': 30,
  'not false': 20,
  'not true': 35,
  'object all missing false': 20,
  'object all missing true': 10,
  'page after': 15,
  'page before': 10,
  'page from the beginning': 35,
  'page from the end': 15,
  'page of around': 2,
  'page of edges': 6,
  'page of ids': 10,
  'page of paths': 2,
  'page of range': 6,
  'page of type': 25,
  'page of several': 5,
  'page of values': 3,
  'shape version': 10,
  'path of edges': 10,
  'path of weights': 10,
  'related every false': 15,
  'related every true': 10,
  'related none false': 9,
  'related none true': 20,
  'related single false': 20,
  'related single true': 5,
  'related some false': 15,
  'related some true': 9,
  'shape aggregate': 160,
  'shape count': 45,
  'shape countNodes': 25,
  'shape countOf': 80,
  'shape cursor': 25,
  'shape endCursor': 20,
  'shape figure': 70,
  'shape groupValue': 25,
  'shape groups': 55,
  'shape hasNextPage false': 65,
  'shape hasNextPage true': 15,
  'shape hasPreviousPage false': 65,
  'shape hasPreviousPage true': 15,
  'shape items': 45,
  'shape length': 15,
  'shape list': 100,
  'shape literal': 55,
  'shape lookups': 100,
  'shape object': 155,
  'shape one': 150,
  'shape page': 170,
  'shape pathEdges': 10,
  'shape pathNodes': 15,
  'shape shortestPath': 65,
  'shape startCursor': 20,
  'shape totalCount': 35,
  'shape value': 210,
  'shape weight': 9,
  skip: 10,
  'sort ascending': 35,
  'sort by several keys': 25,
  'sort descending': 20,
  'source around': 20,
  'source edges': 100,
  'source ids': 225,
  'source paths': 25,
  'source range': 75,
  'source several': 40,
  'source type': 190,
  'source values': 40,
};

/** Below this many plans chance decides too much. */
const PLANS_MIN = 1_000;

export class PlanCoverage {
  readonly #counts = new Map<string, number>();
  readonly #seen = new Set<string>();
  #plans = 0;

  get plans(): number {
    return this.#plans;
  }

  /** However often one plan comes by something, it counts once. */
  readonly see = (what: string): void => {
    this.#seen.add(what);
  };

  /** Counts how a plan ended, and what it came by where it has an answer to show it. */
  end({ failures }: ReferenceAnswer): void {
    this.#plans += 1;
    if (failures.size === 0) this.see('answer ok');
    else this.#seen.clear();
    for (const failure of failures) this.see(`answer ${failure}`);
    for (const what of this.#seen) this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
    this.#seen.clear();
  }

  /** One line for each count. */
  lines(): string[] {
    const names = [...new Set([...Object.keys(LEAST), ...this.#counts.keys()])].sort();
    return names.map((name) => `  ${String(this.#counts.get(name) ?? 0).padStart(9)}  ${name}`);
  }

  /** What was met too seldom; empty when there were too few plans to tell. */
  rare(): string[] {
    if (this.#plans < PLANS_MIN) return [];
    return Object.entries(LEAST).flatMap(([name, least]) => {
      const expected = Math.floor((least * this.#plans) / 1000);
      const actual = this.#counts.get(name) ?? 0;
      return actual >= expected ? [] : [`${name} expected at least ${expected}, got ${actual}`];
    });
  }
}
