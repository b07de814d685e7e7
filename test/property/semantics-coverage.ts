/**
 * Counts the queries that came by each feature with something to show for it. What is met too
 * seldom fails.
 */

import type { ReferenceAnswer } from '../reference/reference-query.ts';

/** Below this many queries chance decides too much. */
const QUERIES_MIN = 400;
/** How often each must be met in 1,000 queries, at least. */
const LEAST: Readonly<Record<string, number>> = {
  'a list of several types': 20,
  'answer of a list': 20,
  'answer of an empty list': 8,
  'answers that hold back': 13,
  'figure average beside missing values': 13,
  'figure average of BigInt': 5,
  'figure average of Float': 8,
  'figure average of Int': 3,
  'figure count beside missing values': 28,
  'figure count of BigInt': 5,
  'figure count of Boolean': 7,
  'figure count of Bytes': 8,
  'figure count of DateTime': 7,
  'figure count of Enum': 8,
  'figure count of Float': 7,
  'figure count of ID': 4,
  'figure count of Int': 3,
  'figure count of String': 8,
  'figure count of lists': 25,
  'figure longest beside missing values': 9,
  'figure longest of ID': 5,
  'figure longest of String': 7,
  'figure max beside missing values': 22,
  'figure max of BigInt': 5,
  'figure max of DateTime': 7,
  'figure max of Enum': 8,
  'figure max of Float': 8,
  'figure max of ID': 5,
  'figure max of Int': 3,
  'figure max of String': 8,
  'figure min beside missing values': 21,
  'figure min of BigInt': 5,
  'figure min of DateTime': 6,
  'figure min of Enum': 8,
  'figure min of Float': 7,
  'figure min of ID': 4,
  'figure min of Int': 2,
  'figure min of String': 8,
  'figure shortest beside missing values': 9,
  'figure shortest of ID': 5,
  'figure shortest of String': 8,
  'figure sum beside missing values': 14,
  'figure sum of BigInt': 4,
  'figure sum of Float': 8,
  'figure sum of Int': 3,
  'groups of missing values': 41,
  'groups of several': 26,
  'hidden list, answer': 3,
  'hidden list, figure': 3,
  'hidden list, filter': 3,
  'hidden value, answer': 12,
  'hidden value, figure': 8,
  'hidden value, filter': 12,
  'hidden value, group': 4,
  'hidden value, order': 8,
  'limit within a list': 16,
  'offset within a list': 19,
  'page cut by first': 17,
  'page cut by last': 9,
  'page in the middle': 5,
  'pages turned': 45,
  'queries by resolvers, too': 36,
  'queries under permissions': 138,
  'refused, INVALID_INPUT': 4,
  'refused, LIMIT_EXCEEDED': 0.9,
  'related to a depth of 1': 0.7,
  'related to a depth of 2': 1.2,
  'related to a depth of 3': 1.2,
  'related to a depth of 4': 1.0,
  'sort BigInt ASC': 5,
  'sort BigInt DESC': 5,
  'sort Boolean ASC': 3,
  'sort Boolean DESC': 3,
  'sort Bytes ASC': 4,
  'sort Bytes DESC': 5,
  'sort DateTime ASC': 4,
  'sort DateTime DESC': 5,
  'sort Enum ASC': 5,
  'sort Enum DESC': 5,
  'sort Float ASC': 6,
  'sort Float DESC': 8,
  'sort ID ASC': 7,
  'sort ID DESC': 9,
  'sort Int ASC': 4,
  'sort Int DESC': 2,
  'sort String ASC': 8,
  'sort String DESC': 8,
  'sort of missing values ASC': 27,
  'sort of missing values DESC': 25,
  'sort with ties': 41,
  'sum beyond 2^53': 8,
  'where AND': 9,
  'where AND of nothing': 6,
  'where BigInt eq': 3,
  'where BigInt eq null': 0.4,
  'where BigInt gt': 1.1,
  'where BigInt gte': 1.5,
  'where BigInt in': 1.5,
  'where BigInt lt': 1.2,
  'where BigInt lte': 1.1,
  'where Boolean eq': 11,
  'where Boolean eq null': 1.6,
  'where Bytes eq': 5,
  'where Bytes eq null': 0.9,
  'where Bytes in': 4,
  'where DateTime eq': 4,
  'where DateTime eq null': 0.5,
  'where DateTime gt': 1.1,
  'where DateTime gte': 1.5,
  'where DateTime in': 0.9,
  'where DateTime lt': 1.2,
  'where DateTime lte': 1.3,
  'where Enum eq': 6,
  'where Enum eq null': 1,
  'where Enum in': 3,
  'where Float eq': 5,
  'where Float eq null': 1.0,
  'where Float gt': 1.7,
  'where Float gte': 1.6,
  'where Float in': 1.7,
  'where Float lt': 1.8,
  'where Float lte': 1.8,
  'where ID contains': 4,
  'where ID endsWith': 4,
  'where ID eq': 8,
  'where ID eq null': 0.2,
  'where ID in': 1.2,
  'where ID startsWith': 4,
  'where Int eq': 2.5,
  'where Int eq null': 0.7,
  'where Int gt': 0.7,
  'where Int gte': 1.8,
  'where Int in': 1.2,
  'where Int lt': 0.5,
  'where Int lte': 1.2,
  'where NOT': 49,
  'where OR': 5,
  'where OR of nothing': 5,
  'where String contains': 5,
  'where String endsWith': 3,
  'where String eq': 10,
  'where String eq null': 0.4,
  'where String gt': 1.2,
  'where String gte': 3,
  'where String in': 1.2,
  'where String lt': 1.9,
  'where String lte': 1.7,
  'where String startsWith': 3,
  'where all of edges': 2.0,
  'where all of nodes': 2,
  'where all of nothing': 8,
  'where id eq': 13,
  'where id in': 2,
  'where list eq': 5,
  'where list eq null': 1.5,
  'where list includes': 12,
  'where none of edges': 1.9,
  'where none of nodes': 2,
  'where of a missing value': 79,
  'where of a type of a union': 3,
  'where of a type of a union that is not given': 5,
  'where typename': 2,
  'where single of edges': 1.9,
  'where single of nodes': 3,
  'where some of edges': 2,
  'where some of nodes': 2,
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
