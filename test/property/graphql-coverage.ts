/**
 * Counts what random queries came by: operators and arguments with something to show for it, how
 * queries ended, and why resolvers had to answer. What is met too seldom fails.
 */

import type { Plan, Rows, Shape, Source } from '../../src/engine/plan.ts';
import type { RandomQuery } from './graphql-query.ts';

/** How often each must be met in 1,000 queries, at least. */
const LEAST: Readonly<Record<string, number>> = {
  'valid queries': 300,
  'plans with parameters': 1,
  'queries with errors': 55,
  'where AND': 7,
  'where BigInt eq': 1,
  'where BigInt gt': 2,
  'where BigInt gte': 2,
  'where BigInt in': 1,
  'where BigInt lt': 1,
  'where BigInt lte': 1,
  'where Boolean eq': 4,
  'where Bytes eq': 2,
  'where Bytes in': 2,
  'where DateTime eq': 1,
  'where DateTime gt': 1,
  'where DateTime gte': 1,
  'where DateTime in': 1,
  'where DateTime lt': 1,
  'where DateTime lte': 1,
  'where Duration eq': 1,
  'where Duration in': 1,
  'where JSON eq': 2,
  'where Float eq': 2,
  'where Float gt': 2,
  'where Float gte': 3,
  'where Float in': 3,
  'where Float lt': 2,
  'where Float lte': 2,
  'where ID contains': 1,
  'where ID endsWith': 1,
  'where ID eq': 1,
  'where ID in': 2,
  'where ID startsWith': 1,
  'where Int eq': 1,
  'where Int gt': 2,
  'where Int gte': 2,
  'where Int in': 2,
  'where Int lt': 2,
  'where Int lte': 2,
  'where NOT': 20,
  'where eq null': 3,
  'where OR': 8,
  'where State eq': 2,
  'where State in': 2,
  'where String contains': 2,
  'where String endsWith': 1,
  'where String eq': 1,
  'where String gt': 2,
  'where String gte': 1,
  'where String in': 1,
  'where String lt': 1,
  'where String lte': 1,
  'where String startsWith': 1,
  'where all of edges': 2,
  'where all of nodes': 2,
  'where edge': 3,
  'where id eq': 5,
  'where id in': 5,
  'sequences, changes': 0.5,
  'sequences, insert': 0.5,
  'sequences, push': 0.5,
  'sequences, set': 0.5,
  'sequences with several values, frame.flags': 20,
  'sequences with several values, moments': 20,
  'sets, add': 2,
  'sets, remove': 4,
  'sets, set': 1,
  'sets with several values, frame.names': 80,
  'sets with several values, scores': 80,
  'sets with several values, states': 500,
  'where a sequence': 4,
  'where a set': 4,
  'where list eq': 3,
  'where list includes': 6,
  'where node': 7,
  'where none of edges': 2,
  'where none of nodes': 2,
  'where of a nested object': 9,
  'where single of edges': 1,
  'where single of nodes': 1,
  'where some of edges': 1,
  'where some of nodes': 1,
  'sort by a nested field of a node ASC': 7,
  'sort by a nested field of a node DESC': 7,
  'sort by a nested field of the edge of a page ASC': 0.3,
  'sort by a nested field of the edge of a page DESC': 0.3,
  'sort by a nested field of the node of a page ASC': 0.3,
  'sort by a nested field of the node of a page DESC': 0.3,
  'sort by a node ASC': 30,
  'sort by a node DESC': 30,
  'sort by several keys': 35,
  'sort by the edge of a page ASC': 1,
  'sort by the edge of a page DESC': 1,
  'sort by the id ASC': 5,
  'sort by the id DESC': 5,
  'sort by the node of a page ASC': 3,
  'sort by the node of a page DESC': 3,
  'field node': 30,
  'a list of a union': 5,
  'a list of an interface': 5,
  'a page of a union': 1,
  'a page of an interface': 5,
  'where of a type of a union': 2,
  'where typename': 2,
  'entities, an error for several': 2,
  'entities, an error for what is none': 2,
  'entities, by a natural key, one field': 6,
  'entities, by a natural key, several fields': 5,
  'entities, by an id, one field': 6,
  'entities, by an id, one field, of an interface': 8,
  'entities, by an index, one field': 6,
  'entities, by an index, several fields': 10,
  'entities, by an index, several fields, of an interface': 6,
  'entities, in a variable': 8,
  'entities, not there': 12,
  'entities, of mixed types': 12,
  'entities, there': 20,
  'entities, twice': 4,
  'field _entities': 20,
  'field of a list': 55,
  'field of a page': 75,
  'field of one node': 20,
  'field shortestPath': 5,
  'field groups': 40,
  'figure average of BigInt': 6,
  'figure average of Float': 10,
  'figure average of Int': 8,
  'figure count of String': 40,
  'figure longest of String': 10,
  'figure max of DateTime': 5,
  'figure max of StateEnum': 3,
  'figure max of String': 20,
  'figure min of Int': 8,
  'figure min of String': 20,
  'figure shortest of String': 10,
  'figure sum of BigInt': 6,
  'figure sum of Float': 10,
  'figure sum of Int': 8,
  'lookup by id': 4,
  'lookup by id or key': 6,
  'reach of a relationship': 2,
  limit: 30,
  offset: 6,
  first: 50,
  last: 25,
  'cursors given as after': 45,
  'cursors given as before': 30,
  'path direction': 3,
  'path maxDepth': 2,
  'path relationship': 2,
  'path weight': 1,
  'nested, inner, absent': 7,
  'nested, inner, there': 7,
  'nested, optional and of an edge, absent': 1,
  'nested, optional, absent': 45,
  'nested, optional, there': 50,
  'nested, required, there': 30,
  'with @skip or @include': 200,
  'with inline fragments': 150,
  'with named fragments': 150,
  'with variables': 200,
  'an error, status missing, strange values': 1,
  'an error, status several': 3,
  'an error, status unrepresentable, strange values': 1,
  'an error, there is no plan': 35,
  'errors, INVALID_INPUT': 25,
  'errors, LIMIT_EXCEEDED': 1,
  'errors, NOT_FOUND': 20,
  'errors, unexpected': 1,
  mutations: 150,
  'indexed, compared': 1,
  'indexed, equal': 1,
  'indexed, in order, ASC': 1,
  'indexed, in order, DESC': 1,
  'source ids': 100,
  'source range of one field': 1,
  'source range of one field, in its order': 9,
  'source range of several fields': 4,
  'source range of several fields, in its order': 5,
  'source type': 100,
  'source several': 20,
  'source several, not by scans alone': 1,
  'source values': 3,
};

/** Below this many queries chance decides too much. */
const QUERIES_MIN = 1_000;
/** Of valid queries over data as the definition says. */
const PLANNED_SHARE_LEAST = 0.95;

const PLANNED = 'queries answered by plans';

/** Nested objects by their names in answers: whose they are. */
const OBJECTS = new Map([
  ...['place', 'shelf', 'home'].map((name) => [name, 'optional'] as const),
  ...['spot', 'extent'].map((name) => [name, 'required'] as const),
  ['inner', 'inner'],
  ...['origin', 'span'].map((name) => [name, 'optional and of an edge'] as const),
]);

export class GraphqlCoverage {
  readonly #counts = new Map<string, number>();
  #queries = 0;
  #valid = 0;
  #planned = 0;

  get queries(): number {
    return this.#queries;
  }

  hit(what: string, count = 1): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + count);
  }

  /** A query has been answered by resolvers, and maybe by a plan. */
  end(options: {
    readonly query: RandomQuery;
    readonly data: unknown;
    readonly isValid: boolean;
    /** Why there is no answer of a plan. */
    readonly fallback: string | undefined;
    readonly hasStrangeValues: boolean;
    readonly plan: Plan | undefined;
  }): void {
    const { query, data, isValid, fallback, hasStrangeValues, plan } = options;
    this.#queries += 1;
    if (isValid && !hasStrangeValues && !query.isBroken) {
      this.#valid += 1;
      if (fallback === undefined) this.#planned += 1;
    }
    this.hit(isValid ? 'valid queries' : 'queries with errors');
    if (fallback !== undefined) {
      const kind = isValid ? 'a valid query' : 'an error';
      this.hit(`${kind}, ${fallback}${hasStrangeValues ? ', strange values' : ''}`);
      return;
    }
    this.hit(PLANNED);
    const seen = new Set<string>();
    look(data, query.asks, seen);
    for (const { rows } of listsOf(plan)) seen.add(`source ${sourceName(rows.source)}`);
    if (/\.\.\.F/.test(query.text)) seen.add('with named fragments');
    if (/\.\.\. on/.test(query.text)) seen.add('with inline fragments');
    if (/@(?:skip|include)/.test(query.text)) seen.add('with @skip or @include');
    if (Object.keys(query.variables).length > 0) seen.add('with variables');
    for (const what of seen) this.hit(what);
  }

  /** One line for each count. */
  lines(): string[] {
    const names = [...new Set([...Object.keys(LEAST), ...this.#counts.keys()])].sort();
    return [
      ...names.map((name) => `  ${String(this.#counts.get(name) ?? 0).padStart(9)}  ${name}`),
      `  ${(this.#share() * 100).toFixed(1).padStart(8)}%  of valid queries answered by plans`,
    ];
  }

  /** What was met too seldom; empty when there were too few queries to tell. */
  rare(): string[] {
    if (this.#queries < QUERIES_MIN) return [];
    const counts = Object.entries(LEAST).flatMap(([name, least]) => {
      const expected = Math.floor((least * this.#queries) / 1000);
      const actual = this.#counts.get(name) ?? 0;
      return actual >= expected ? [] : [`${name} expected at least ${expected}, got ${actual}`];
    });
    if (this.#share() >= PLANNED_SHARE_LEAST) return counts;
    const share = `${PLANNED_SHARE_LEAST} of valid queries`;
    return [...counts, `${PLANNED} expected ${share}, got ${this.#share().toFixed(3)}`];
  }

  #share(): number {
    return this.#valid === 0 ? 1 : this.#planned / this.#valid;
  }
}

/** What was asked for at the members of an answer that are not empty. */
function look(value: unknown, asks: RandomQuery['asks'], seen: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const each of value) look(each, asks, seen);
    return;
  }
  for (const [name, member] of Object.entries(value)) {
    const object = OBJECTS.get(name);
    if (object !== undefined) {
      seen.add(`nested, ${object}, ${member === null ? 'absent' : 'there'}`);
    }
    if (!isEmpty(member)) for (const what of asks.get(name) ?? []) seen.add(what);
    look(member, asks, seen);
  }
}

/** The lists, single nodes and pages at the top of a plan. */
function listsOf(plan: Plan | undefined): Extract<Shape, { readonly rows: Rows }>[] {
  const [answer] = plan?.members ?? [];
  if (answer?.shape.kind !== 'object') return [];
  return answer.shape.members.map(({ shape }) => shape).filter((shape) => 'rows' in shape);
}

function sourceName(source: Source): string {
  if (source.kind === 'several') {
    const isByScans = source.sources.every(({ kind }) => kind === 'type');
    return isByScans ? 'several' : 'several, not by scans alone';
  }
  if (source.kind !== 'range') return source.kind;
  const isBound = source.lower !== undefined || source.upper !== undefined;
  const fields = source.paths.length > 1 ? 'several fields' : 'one field';
  return `range of ${fields}${isBound ? '' : ', in its order'}`;
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (Array.isArray(value)) return value.every((item) => item === null);
  if (typeof value !== 'object') return false;
  return 'edges' in value && Array.isArray(value.edges) && value.edges.length === 0;
}
