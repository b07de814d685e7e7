/** Which elements a list or a page has, from "Pages and cursors" of schema/graphql.md. */

import type { Place, QueryContext } from './query-context.ts';
import type { ReferenceRow } from './query-data.ts';
import { Refused } from './query-figure.ts';
import { comparePlaces, inOrder, placeOf, type SortKey } from './query-order.ts';

const ITEMS_MAX = 10_000;

export interface PageArguments {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
}

export interface Page {
  readonly items: readonly { readonly row: ReferenceRow; readonly cursor: string }[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}

/** A list of what matches, in order, from `offset` on and up to `limit`. */
export function listOf(
  context: QueryContext,
  rows: readonly ReferenceRow[],
  {
    matches,
    keys,
    limit,
    offset,
  }: {
    readonly matches: (row: ReferenceRow) => boolean;
    readonly keys: readonly SortKey[];
    readonly limit?: number | null;
    readonly offset?: number | null;
  },
): readonly ReferenceRow[] {
  const from = counted('offset', offset) ?? 0;
  const size = counted('limit', limit) ?? ITEMS_MAX;
  return context.rules.list(rows, {
    filter: (all) => all.filter(matches),
    order: (all) => inOrder(context, all, keys),
    cut: (all) => {
      if (from > 0 && from < all.length) context.see('offset within a list');
      if (size > 0 && from + size < all.length) context.see('limit within a list');
      return all.slice(from, from + size);
    },
  });
}

/** `rows` match, and are in order. */
export function pageOf(
  context: QueryContext,
  rows: readonly ReferenceRow[],
  {
    list,
    keys,
    ...args
  }: PageArguments & { readonly list: string; readonly keys: readonly SortKey[] },
): Page {
  const { rules, cursors, see } = context;
  const first = counted('first', args.first);
  const last = counted('last', args.last);
  if (first !== undefined && last !== undefined) {
    throw new Refused('INVALID_INPUT', 'first or last was expected, got both');
  }
  const placed = rows.map((row) => ({ row, place: placeOf(row, keys) }));
  const after = placeAt(context, list, args.after);
  const before = placeAt(context, list, args.before);
  const compare = (left: Place, right: Place) => comparePlaces(context, [left, right], keys);
  const isBehindAfter = ({ place }: { readonly place: Place }) =>
    after === undefined || rules.isBehind(compare(place, after));
  const isBeforeBefore = ({ place }: { readonly place: Place }) =>
    before === undefined || rules.isBehind(compare(before, place));
  const behind = placed.filter(isBehindAfter);
  const within = behind.filter(isBeforeBefore);
  const items =
    last === undefined
      ? within.slice(0, first ?? ITEMS_MAX)
      : within.slice(Math.max(0, within.length - last));
  const isLeftBehind = within.length < behind.length;
  const isLeftBefore = behind.length < placed.length;
  const isCut = items.length < within.length;
  const hasNextPage = isLeftBehind || (isCut && last === undefined);
  const hasPreviousPage = isLeftBefore || (isCut && last !== undefined);
  if (items.length > 0 && hasNextPage && hasPreviousPage) see('page in the middle');
  if (items.length > 0 && isCut) see(last === undefined ? 'page cut by first' : 'page cut by last');
  return {
    items: items.map(({ row, place }) => ({ row, cursor: cursors.textOf(list, place) })),
    hasNextPage,
    hasPreviousPage,
  };
}

/** Names a list in one order. */
export function listName(name: string, keys: readonly SortKey[]): string {
  return JSON.stringify([name, ...keys.map((key) => [key.name, key.isDescending])]);
}

function placeAt({ cursors }: QueryContext, list: string, text: string | null | undefined) {
  if (text === null || text === undefined) return undefined;
  const place = cursors.placeOf(list, text);
  if (place === undefined) throw new Refused('INVALID_INPUT', 'a cursor of this list was expected');
  return place;
}

function counted(name: string, count: number | null | undefined): number | undefined {
  if (count === null || count === undefined) return undefined;
  if (count >= 0 && count <= ITEMS_MAX) return count;
  throw new Refused('INVALID_INPUT', `${name} expected 0 to ${ITEMS_MAX}, got ${count}`);
}
