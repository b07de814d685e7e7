/** Wrong orders and wrong pages, E13 to E16 of schema/plan.md. */

import type { PlanContext, PlanRules, Row } from '../reference/plan-context.ts';
import { PLAN_RULES } from '../reference/reference-plan.ts';

const right = PLAN_RULES;

export const WRONG_PLAN_ORDERS: Readonly<Record<string, Partial<PlanRules>>> = {
  'what is equal comes by descending id': {
    compareIdentity: (left, other) => -right.compareIdentity(left, other),
  },
  'a descending order turns what is equal around': {
    allRows: (context, rows, row) => {
      const isDescending = rows.order?.[0]?.isDescending === true;
      const identity = (left: Row, other: Row) => -right.compareIdentity(left, other);
      const rules = isDescending ? { ...context.rules, compareIdentity: identity } : context.rules;
      return right.allRows({ ...context, rules }, rows, row);
    },
  },
  'the key of an edge is left out of the order': withEdges((edge) => ({ ...edge, key: 0 })),
  'the type of an edge is left out of the order': withEdges((edge) => ({ ...edge, type: '' })),
  'edges that enter come before those that leave': {
    compareIdentity: (left, other) => right.compareIdentity(turned(left), turned(other)),
  },
  'paths are ordered without their length': {
    compareIdentity: (left, other) => {
      const least = Math.min(left.path?.length ?? 0, other.path?.length ?? 0);
      const begins = [left, other].map((row) => {
        return row.path === undefined ? row : { ...row, path: row.path.slice(0, least) };
      });
      const [begin = left, otherBegin = other] = begins;
      return right.compareIdentity(begin, otherBegin) || right.compareIdentity(left, other);
    },
  },
  'only the first key of an order counts': {
    allRows: (context, rows, row) => {
      const order = rows.order?.slice(0, 1) ?? [];
      return right.allRows(context, { ...rows, order }, row);
    },
  },
  'the limit counts before the condition': {
    cutRows: (context, { where, ...rows }, row) =>
      right
        .cutRows(context, rows, row)
        .filter((each) => where === undefined || right.holds(context, where, each)),
  },
  'the limit counts before what is skipped': {
    cutRows: (context, rows, row) =>
      right
        .allRows(context, rows, row)
        .slice(0, rows.limit ?? Number.POSITIVE_INFINITY)
        .slice(rows.skip ?? 0),
  },
  'a count is of what the limit leaves': {
    count: (context, rows, row) => right.cutRows(context, rows, row).length,
  },
  'a page begins with the row of its place': {
    comparePlaces: (context, keys, places) => right.comparePlaces(context, keys, places) || 1,
  },
  'a page ends with the row of its place': {
    comparePlaces: (context, keys, places) => right.comparePlaces(context, keys, places) || -1,
  },
  'a place stands after those of an equal id': {
    comparePlaces: (context, keys, { left, right: other }) =>
      right.comparePlaces(context, keys, {
        left: { ...left, edgeKey: 0 },
        right: { ...other, edgeKey: 0 },
      }),
  },
  'a place is compared without its values': {
    comparePlaces: (context, _, places) => right.comparePlaces(context, [], places),
  },
  'the last rows come in the reverse order': {
    cutPage: (context, cut) => {
      const page = right.cutPage(context, cut);
      return cut.page.isFromEnd === true ? { ...page, shown: page.shown.toReversed() } : page;
    },
  },
  'only the size says whether there is a next page': {
    cutPage: (context, cut) => {
      const { before, ...page } = cut.page;
      const { hasNextPage } = right.cutPage(context, { ...cut, page });
      return { ...right.cutPage(context, cut), hasNextPage };
    },
  },
  'only the size says whether there is a page before': {
    cutPage: (context, cut) => {
      const { after, ...page } = cut.page;
      const { hasPreviousPage } = right.cutPage(context, { ...cut, page });
      return { ...right.cutPage(context, cut), hasPreviousPage };
    },
  },
  'a page from the end has a next one where rows are cut': {
    cutPage: (context, cut) => {
      const page = right.cutPage(context, cut);
      const hasNextPage = page.hasNextPage || (page.hasPreviousPage && cut.page.isFromEnd === true);
      return { ...page, hasNextPage };
    },
  },
  'a cursor leaves out the key of an edge': {
    cursor: (context, scope, place) => right.cursor(context, scope, { ...place, edgeKey: 0 }),
  },
  'a cursor writes the key of an edge without zeros': {
    cursor: changedCursor((json) => json.replace(/:0*([1-9])/, ':$1')),
  },
  'a cursor has padding': {
    cursor: (context, scope, place) => {
      const cursor = right.cursor(context, scope, place);
      return cursor.padEnd(Math.ceil(cursor.length / 4) * 4, '=');
    },
  },
  'a cursor has an int64 as a number': {
    cursor: changedCursor((json) => json.replaceAll(/\{"i":"(-?\d+)"\}/g, '$1')),
  },
};

function changedCursor(change: (json: string) => string): PlanRules['cursor'] {
  return (context: PlanContext, scope, place) => {
    const json = Buffer.from(right.cursor(context, scope, place), 'base64url').toString();
    return Buffer.from(change(json)).toString('base64url');
  };
}

function withEdges(
  change: (edge: NonNullable<Row['edge']>) => NonNullable<Row['edge']>,
): Partial<PlanRules> {
  const changed = (row: Row): Row => ({
    ...row,
    edge: row.edge && change(row.edge),
    path: row.path?.map(changed),
  });
  return {
    compareIdentity: (left, other) => right.compareIdentity(changed(left), changed(other)),
  };
}

function turned(row: Row): Row {
  return { ...row, isEntering: row.isEntering !== true, path: row.path?.map(turned) };
}
