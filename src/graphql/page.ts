/** Cuts a list that is in order: by limit and offset, or as Relay's connections are cut. */

import { PAGE_ITEMS_MAX } from '../base/limits.ts';
import type { GraphView } from '../engine/graph-view.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { invalidInput, limitExceeded } from './errors.ts';
import { comparison, firstInOrder, type Ordering, type Placed, place } from './ordering.ts';

type Optional<T> = T | null | undefined;

export interface ListArgs {
  readonly limit?: Optional<number>;
  readonly offset?: Optional<number>;
}

export interface ConnectionArgs {
  readonly first?: Optional<number>;
  readonly after?: Optional<string>;
  readonly last?: Optional<number>;
  readonly before?: Optional<string>;
}

export interface PageInfo {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
}

export interface ConnectionEdge<T> {
  readonly cursor: string;
  readonly element: T;
}

export interface Connection<T> {
  /** All of it, in no order. */
  readonly elements: readonly T[];
  readonly totalCount: number;
  readonly edges: readonly ConnectionEdge<T>[];
  readonly pageInfo: PageInfo;
}

export function listPage<T>(
  graph: GraphView,
  elements: readonly T[],
  options: { readonly ordering: Ordering<T>; readonly args: ListArgs },
): T[] {
  const { limit, offset } = partOf(options.args);
  const { ordering } = options;
  const placed = place(graph, elements, ordering);
  return firstInOrder(placed, comparison(ordering.keys), offset + limit)
    .slice(offset)
    .map(({ element }) => element);
}

/** Of elements that are in order. */
export function listPart<T>(elements: readonly T[], args: ListArgs): readonly T[] {
  const { limit, offset } = partOf(args);
  return elements.slice(offset, offset + limit);
}

function partOf(args: ListArgs): { readonly limit: number; readonly offset: number } {
  const limit = countArgument('limit', args.limit) ?? PAGE_ITEMS_MAX;
  const offset = args.offset ?? 0;
  if (offset < 0) throw invalidInput(`offset expected 0 or more, got ${offset}`);
  return { limit, offset };
}

export function connectionPage<T>(
  graph: GraphView,
  elements: readonly T[],
  options: { readonly ordering: Ordering<T>; readonly args: ConnectionArgs },
): Connection<T> {
  const { ordering, args } = options;
  const first = countArgument('first', args.first);
  const last = countArgument('last', args.last);
  if (first !== undefined && last !== undefined) {
    throw invalidInput('a connection expected either first or last, got both');
  }
  const { shown, hasNextPage, hasPreviousPage } = cut(place(graph, elements, ordering), {
    ordering,
    args,
    first: last === undefined ? (first ?? PAGE_ITEMS_MAX) : undefined,
    last: last ?? PAGE_ITEMS_MAX,
  });
  const edges = shown.map((each) => ({
    cursor: encodeCursor(ordering, each),
    element: each.element,
  }));
  return {
    elements,
    totalCount: elements.length,
    edges,
    pageInfo: {
      hasNextPage,
      hasPreviousPage,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

interface Cut<T> {
  readonly ordering: Ordering<T>;
  readonly args: ConnectionArgs;
  /** From the beginning; where undefined, `last` counts from the end. */
  readonly first: number | undefined;
  readonly last: number;
}

function cut<T>(all: readonly Placed<T>[], { ordering, args, first, last }: Cut<T>) {
  const compare = comparison(ordering.keys);
  let between = all;
  if (typeof args.after === 'string') {
    const after = decodeCursor(ordering, args.after);
    between = between.filter((each) => compare(each, after) > 0);
  }
  const skipped = all.length - between.length;
  let until = between;
  if (typeof args.before === 'string') {
    const before = decodeCursor(ordering, args.before);
    until = between.filter((each) => compare(each, before) < 0);
  }
  const left = between.length - until.length;
  if (first !== undefined) {
    const shown = firstInOrder(until, compare, first);
    return {
      shown,
      hasNextPage: left > 0 || shown.length < until.length,
      hasPreviousPage: skipped > 0,
    };
  }
  const shown = firstInOrder(until, (a, b) => compare(b, a), last).reverse();
  return {
    shown,
    hasNextPage: left > 0,
    hasPreviousPage: skipped > 0 || shown.length < until.length,
  };
}

/** Throws INVALID_INPUT below 0, LIMIT_EXCEEDED above what one list has. */
export function countArgument(name: string, count: Optional<number>): number | undefined {
  if (count === null || count === undefined) return undefined;
  if (count < 0) throw invalidInput(`${name} expected 0 or more, got ${count}`);
  if (count <= PAGE_ITEMS_MAX) return count;
  throw limitExceeded({
    limit: 'PAGE_ITEMS_MAX',
    what: name,
    max: PAGE_ITEMS_MAX,
    actual: count,
  });
}
