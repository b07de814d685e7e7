/** What a plan writes: each shape as JSON text, since an object may have a name twice. */

import { assert } from '../../src/base/assert.ts';
import type { Item, Member, Page, Rows, Shape } from '../../src/engine/plan.ts';
import { type CutPage, type PlanContext, type Row, told } from './plan-context.ts';
import { isHidden, readField } from './plan-field.ts';
import { isLeaf, leafText, rowIn, type Scope, type ShapeOf } from './plan-leaf.ts';
import { placeOf } from './plan-order.ts';

/** What is written where there is nothing. */
const EMPTY = ['null', '[]', '0'];

export function writeMembers(
  context: PlanContext,
  members: readonly Member[],
  scope: Scope,
): string {
  const written = members.map(({ name, shape }) => {
    return `${context.rules.text(name)}:${writeShape(within(context, name), shape, scope)}`;
  });
  return `{${written.join(',')}}`;
}

/** A member, or a place in a list. */
function within(context: PlanContext, part: string | number): PlanContext {
  return { ...context, place: [...context.place, part] };
}

function writeShape(context: PlanContext, shape: Shape, scope: Scope): string {
  const json = isLeaf(shape) ? leafText(context, shape, scope) : nested(context, shape, scope);
  if (shape.kind === 'hasNextPage' || shape.kind === 'hasPreviousPage') {
    context.see(`shape ${shape.kind} ${json}`);
  } else if (!EMPTY.includes(json)) context.see(`shape ${shape.kind}`);
  return json;
}

function nested(
  context: PlanContext,
  shape: Exclude<Shape, Parameters<typeof leafText>[1]>,
  scope: Scope,
): string {
  const { rules } = context;
  switch (shape.kind) {
    case 'object':
      return object(context, shape, scope);
    case 'list':
      return list(context, shape, scope);
    case 'one':
      return one(context, shape, scope);
    case 'lookups':
      return lookups(context, shape);
    case 'count':
      return String(rules.count(context, shape.rows, scope.row));
    case 'page':
      return page(context, shape, scope);
    case 'items':
      return pageItems(context, shape, scope);
    case 'aggregate': {
      const rows = rules.allRows(context, shape.rows, scope.row);
      return writeMembers(context, shape.members, { ...scope, figures: { rows, by: [] } });
    }
    case 'groups':
      return groups(context, shape, scope);
    case 'shortestPath':
      return path(context, shape);
    case 'pathNodes':
    case 'pathEdges': {
      const nodes = rowIn(scope).path;
      assert(nodes !== undefined, 'nodes and edges are of a path');
      return items(context, shape.kind === 'pathNodes' ? nodes : nodes.slice(1), shape.item);
    }
  }
}

function object(context: PlanContext, shape: ShapeOf<'object'>, scope: Scope): string {
  const { members, unlessAllMissing } = shape;
  if (unlessAllMissing === undefined) return writeMembers(context, members, scope);
  const row = rowIn(scope);
  const isMissing = unlessAllMissing.every((field) =>
    context.rules.isLacking(readField(context.graph, field, row)),
  );
  context.see(`object all missing ${isMissing}`);
  const isAnyHidden = unlessAllMissing.some((field) => isHidden(context.graph, field, row));
  if (isMissing && isAnyHidden) context.hide(context.place);
  return isMissing ? 'null' : writeMembers(context, members, scope);
}

function list(context: PlanContext, shape: ShapeOf<'list'>, scope: Scope): string {
  const rows = context.rules.cutRows(context, shape.rows, scope.row);
  if (rows.length > 1) seeOrder(context, shape.rows);
  if (rows.length > 0 && (shape.rows.skip ?? 0) > 0) context.see('skip');
  if (rows.length > 0 && rows.length === shape.rows.limit) context.see('limit');
  return items(context, rows, shape.item);
}

function seeOrder(context: PlanContext, { order = [] }: Rows): void {
  for (const { isDescending } of order) {
    context.see(isDescending === true ? 'sort descending' : 'sort ascending');
  }
  if (order.length > 1) context.see('sort by several keys');
}

function items(context: PlanContext, rows: readonly Row[], item: Item): string {
  const written = rows.map((row, index) => itemText(within(context, index), item, { row }));
  return `[${written.join(',')}]`;
}

/** A node that no case is for has no members. */
function itemText(context: PlanContext, item: Item, scope: Scope): string {
  const type = context.graph.nodeFacts(rowIn(scope).node)?.type ?? '';
  const members = context.rules.membersFor(item, type);
  if ('cases' in item) context.see(`item case ${members === undefined ? 'none' : 'one'}`);
  return writeMembers(context, members ?? [], scope);
}

export function membersFor(item: Item, type: string): readonly Member[] | undefined {
  if ('members' in item) return item.members;
  return item.cases.find((each) => each.type === type)?.members;
}

function one(context: PlanContext, shape: ShapeOf<'one'>, scope: Scope): string {
  const [only, another] = context.rules.cutRows(context, shape.rows, scope.row);
  if (another !== undefined) context.fail('several');
  return only === undefined ? 'null' : itemText(context, shape.item, { row: only });
}

function lookups(context: PlanContext, shape: ShapeOf<'lookups'>): string {
  const found = context.rules.lookUpAll(context, shape.keys, told(shape.lookups));
  if (found.some(({ length }) => length > 1)) context.fail('several');
  const written = found.map(([row], index) =>
    row === undefined ? 'null' : itemText(within(context, index), shape.item, { row }),
  );
  if (new Set(written).size < written.length) context.see('lookups double');
  return `[${written.join(',')}]`;
}

function page(context: PlanContext, shape: ShapeOf<'page'>, scope: Scope): string {
  const { rules } = context;
  const rows = rules.allRows(context, shape.rows, scope.row);
  const keys = shape.rows.order ?? [];
  const cut = rules.cutPage(context, { rows, keys, page: shape.page });
  seePage(context, shape, cut);
  const cursors = cut.shown.map((row) =>
    rules.cursor(context, shape.page.scope, placeOf(context, row, keys)),
  );
  const shown = { ...cut, totalCount: rows.length, cursors };
  return writeMembers(context, shape.members, { ...scope, page: shown });
}

function pageItems(context: PlanContext, { item }: ShapeOf<'items'>, { page }: Scope): string {
  assert(page !== undefined, 'items are of a page');
  const written = page.shown.map((row, index) =>
    itemText(within(context, index), item, { row, cursor: page.cursors[index] ?? '' }),
  );
  return `[${written.join(',')}]`;
}

function groups(context: PlanContext, shape: ShapeOf<'groups'>, scope: Scope): string {
  const rows = context.rules.allRows(context, shape.rows, scope.row);
  const by = shape.by.map((field) => (row: Row) => readField(context.graph, field, row));
  const found = context.rules.groups(context, rows, by);
  if (found.length > 1) context.see('groups several');
  const written = found.map((group, index) =>
    writeMembers(within(context, index), shape.members, { ...scope, figures: { rows: group, by } }),
  );
  return `[${written.join(',')}]`;
}

function path(context: PlanContext, shape: ShapeOf<'shortestPath'>): string {
  const found = context.rules.shortestPath(context, shape.search);
  if (found === undefined) return 'null';
  const isLong = (found.length ?? 0) > 1;
  if (isLong) context.see(found.weight === undefined ? 'path of edges' : 'path of weights');
  return writeMembers(context, shape.members, { row: found });
}

function seePage(context: PlanContext, shape: ShapeOf<'page'>, { shown }: CutPage): void {
  const { page }: { readonly page: Page } = shape;
  if (shown.length === 0) return;
  if (page.after !== undefined) context.see('page after');
  if (page.before !== undefined) context.see('page before');
  context.see(page.isFromEnd === true ? 'page from the end' : 'page from the beginning');
  context.see(`page of ${shape.rows.source.kind}`);
}
