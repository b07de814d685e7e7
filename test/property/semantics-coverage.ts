/**
 * Counts the queries that came by each feature with something to show for it. What is met too
 * seldom fails.
 */

import type { ReferenceAnswer } from '../reference/reference-query.ts';

/** Below this many queries chance decides too much. */
const QUERIES_MIN = 500;
/** How often each must be met in 1,000 queries, at least. */
const LEAST: Readonly<Record<string, number>> = {
  'answers that hold back': 22,
  'figure average beside missing values': 21,
  'figure average of BigInt': 8,
  'figure average of Float': 12,
  'figure average of Int': 5,
  'figure count beside missing values': 44,
  'figure count of BigInt': 7,
  'figure count of Boolean': 14,
  'figure count of Bytes': 15,
  'figure count of DateTime': 11,
  'figure count of Float': 10,
  'figure count of ID': 7,
  'figure count of Int': 6,
  'figure count of String': 14,
  'figure longest beside missing values': 13,
  'figure longest of ID': 8,
  'figure longest of String': 14,
  'figure max beside missing values': 32,
  'figure max of BigInt': 9,
  'figure max of DateTime': 11,
  'figure max of Float': 11,
  'figure max of ID': 8,
  'figure max of Int': 5,
  'figure max of String': 14,
  'figure min beside missing values': 34,
  'figure min of BigInt': 8,
  'figure min of DateTime': 9,
  'figure min of Float': 10,
  'figure min of ID': 7,
  'figure min of Int': 6,
  'figure min of String': 15,
  'figure shortest beside missing values': 13,
  'figure shortest of ID': 8,
  'figure shortest of String': 16,
  'figure sum beside missing values': 20,
  'figure sum of BigInt': 6,
  'figure sum of Float': 10,
  'figure sum of Int': 5,
  'groups of missing values': 64,
  'groups of several': 40,
  'hidden value, answer': 19,
  'hidden value, figure': 16,
  'hidden value, filter': 20,
  'hidden value, group': 10,
  'hidden value, order': 13,
  'limit within a list': 25,
  'offset within a list': 28,
  'page cut by first': 24,
  'page cut by last': 15,
  'page in the middle': 8,
  'pages turned': 72,
  'queries by resolvers, too': 61,
  'queries under permissions': 254,
  'refused, INVALID_INPUT': 5,
  'refused, LIMIT_EXCEEDED': 2,
  'related to a depth of 1': 1.4,
  'related to a depth of 2': 4,
  'related to a depth of 3': 3,
  'related to a depth of 4': 3,
  'sort BigInt ASC': 6,
  'sort BigInt DESC': 9,
  'sort Boolean ASC': 8,
  'sort Boolean DESC': 5,
  'sort Bytes ASC': 6,
  'sort Bytes DESC': 8,
  'sort DateTime ASC': 5,
  'sort DateTime DESC': 7,
  'sort Float ASC': 12,
  'sort Float DESC': 15,
  'sort ID ASC': 7,
  'sort ID DESC': 13,
  'sort Int ASC': 4,
  'sort Int DESC': 3,
  'sort String ASC': 11,
  'sort String DESC': 9,
  'sort of missing values ASC': 41,
  'sort of missing values DESC': 43,
  'sort with ties': 64,
  'sum beyond 2^53': 13,
  'where AND': 11,
  'where AND of nothing': 9,
  'where BigInt eq': 5,
  'where BigInt eq null': 0.2,
  'where BigInt gt': 2.0,
  'where BigInt gte': 2,
  'where BigInt in': 2,
  'where BigInt lt': 2,
  'where BigInt lte': 1.7,
  'where Boolean eq': 16,
  'where Boolean eq null': 2,
  'where Bytes eq': 9,
  'where Bytes eq null': 1.3,
  'where Bytes in': 4,
  'where DateTime eq': 5,
  'where DateTime eq null': 0.4,
  'where DateTime gt': 1.6,
  'where DateTime gte': 3,
  'where DateTime in': 2.0,
  'where DateTime lt': 1.9,
  'where DateTime lte': 3,
  'where Float eq': 7,
  'where Float eq null': 1.2,
  'where Float gt': 3,
  'where Float gte': 3,
  'where Float in': 2,
  'where Float lt': 2,
  'where Float lte': 3,
  'where ID contains': 6,
  'where ID endsWith': 5,
  'where ID eq': 9,
  'where ID eq null': 0.8,
  'where ID in': 1.7,
  'where ID startsWith': 4,
  'where Int eq': 7,
  'where Int eq null': 0.5,
  'where Int gt': 0.8,
  'where Int gte': 1.6,
  'where Int in': 1.4,
  'where Int lt': 1.0,
  'where Int lte': 1.3,
  'where NOT': 75,
  'where OR': 7,
  'where OR of nothing': 9,
  'where String contains': 9,
  'where String endsWith': 5,
  'where String eq': 17,
  'where String eq null': 1.9,
  'where String gt': 3,
  'where String gte': 4,
  'where String in': 2,
  'where String lt': 3,
  'where String lte': 1.9,
  'where String startsWith': 5,
  'where all of edges': 4,
  'where all of nodes': 3,
  'where all of nothing': 15,
  'where id eq': 19,
  'where id in': 3,
  'where none of edges': 2,
  'where none of nodes': 4,
  'where of a missing value': 120,
  'where single of edges': 3,
  'where single of nodes': 5,
  'where some of edges': 3,
  'where some of nodes': 3,
};

const TRUE = ' true';
const FALSE = ' false';

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
    for (const what of tellingFeatures(seen)) this.hit(what);
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

/** Of what a query came by; a condition where it holds of some elements and not of others. */
export function tellingFeatures(seen: ReadonlySet<string>): string[] {
  return [...seen].flatMap((what) => {
    if (what.endsWith(FALSE)) return [];
    if (!what.endsWith(TRUE)) return [what];
    const condition = what.slice(0, -TRUE.length);
    return seen.has(`${condition}${FALSE}`) ? [condition] : [];
  });
}
