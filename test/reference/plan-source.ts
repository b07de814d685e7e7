/** The rows of a list, from E8 to E15 of schema/plan.md, by looking at everything. */

import { assert } from '../../src/base/assert.ts';
import type { Value } from '../../src/delta/value.ts';
import type { Bound, Lengths, Rows, Source, Walk } from '../../src/engine/plan.ts';
import { type CutPage, type PageCut, type PlanContext, type Row, told } from './plan-context.ts';
import { placeOf, sortRows } from './plan-order.ts';
import { edgeElement } from './reference-delta.ts';

export function allRows(context: PlanContext, rows: Rows, row: Row | undefined): Row[] {
  const { source, where, order = [] } = rows;
  const { rules } = context;
  const fulfilling = rules
    .sourceRows(context, source, row)
    .filter((each) => where === undefined || rules.holds(context, where, each));
  return sortRows(context, fulfilling, order);
}

export function cutRows(context: PlanContext, rows: Rows, row: Row | undefined): Row[] {
  const { source, keepsOrder, skip = 0, limit = Number.POSITIVE_INFINITY } = rows;
  const all = context.rules.allRows(context, rows, row);
  if (source.kind === 'ids' && keepsOrder === true) {
    all.sort((left, right) => source.ids.indexOf(left.node) - source.ids.indexOf(right.node));
  }
  return all.slice(skip).slice(0, limit);
}

/** Of all: not of those that skip and limit leave. */
export function countRows(context: PlanContext, rows: Rows, row: Row | undefined): number {
  return context.rules.allRows(context, rows, row).length;
}

/** Rows that `after` leaves out are before the page, whatever `before` says of them. */
export function cutPage(context: PlanContext, { rows, keys, page }: PageCut): CutPage {
  const { size, isFromEnd = false, after, before } = page;
  const { comparePlaces } = context.rules;
  const place = (row: Row) => placeOf(context, row, keys);
  const behind = rows.filter(
    (row) =>
      after === undefined || comparePlaces(context, keys, { left: place(row), right: after }) > 0,
  );
  const between = behind.filter(
    (row) =>
      before === undefined || comparePlaces(context, keys, { left: place(row), right: before }) < 0,
  );
  const isCut = between.length > size;
  const atEnd = between.slice(Math.max(0, between.length - size));
  return {
    shown: isFromEnd ? atEnd : between.slice(0, size),
    hasNextPage: between.length < behind.length || (isCut && !isFromEnd),
    hasPreviousPage: behind.length < rows.length || (isCut && isFromEnd),
  };
}

export function sourceRows(context: PlanContext, source: Source, row: Row | undefined): Row[] {
  const rows = rowsOf(context, source, row);
  if (rows.length > 0) context.see(`source ${source.kind}`);
  return rows;
}

function rowsOf(context: PlanContext, source: Source, row: Row | undefined): Row[] {
  const { graph, rules } = context;
  const withValue = (type: string, path: string, isWanted: (value: Value) => boolean) =>
    nodesOf(context, type).filter(({ node }) => isWanted(graph.value(node, path)));
  switch (source.kind) {
    case 'ids': {
      const there = [...new Set(source.ids.map(told))].filter((id) => graph.exists(id));
      return there.map((node) => ({ node })).filter((each) => isOfType(context, each, source.type));
    }
    case 'type':
      return nodesOf(context, source.type);
    case 'several':
      return source.sources.flatMap((each) => rowsOf(context, each, row));
    case 'values':
      return withValue(source.type, source.path, (value) =>
        source.values.some((operand) =>
          rules.holdsOperator(context, 'equal', { value, operand: told(operand) }),
        ),
      );
    case 'range':
      return nodesOf(context, source.type).filter(({ node }) => isInRange(context, source, node));
    default:
      assert(row !== undefined, 'a walk begins at a row');
      return walked(context, source, row.node).filter((each) =>
        isOfType(context, each, source.targetType),
      );
  }
}

function walked(
  context: PlanContext,
  source: Extract<Source, { kind: 'edges' | 'around' | 'paths' }>,
  node: string,
): Row[] {
  if (source.kind === 'edges') return context.rules.steps(context, node, source);
  if (source.kind === 'around') return around(context, node, source);
  return ways(context, [{ node }], source).filter(({ length = 0 }) => length >= source.least);
}

/** Edges that can be followed from a node, each with the node at its other end; a loop once. */
export function steps({ graph }: PlanContext, node: string, walk: Walk): Row[] {
  const { edgeType, direction } = walk;
  return graph.edges(node).flatMap((edge): Row[] => {
    if (edgeType !== undefined && edge.type !== edgeType) return [];
    if (edge.from === node && direction !== 'IN') return [{ node: edge.to, edge }];
    if (edge.to !== node || direction === 'OUT') return [];
    return [{ node: edge.from, edge, isEntering: true }];
  });
}

/** Ring by ring: a node is in the ring of its shortest way. */
function around(context: PlanContext, start: string, walk: Walk & Lengths): Row[] {
  const lengths = new Map([[start, 0]]);
  let ring = [start];
  for (let length = 1; length <= walk.most; length++) {
    const next = ring
      .flatMap((id) => context.rules.steps(context, id, walk))
      .filter((row) => isOfType(context, row, walk.targetType));
    ring = [...new Set(next.map(({ node }) => node))].filter((node) => !lengths.has(node));
    for (const node of ring) lengths.set(node, length);
  }
  return [...lengths]
    .filter(([, length]) => length >= Math.max(1, walk.least))
    .map(([node, length]) => ({ node, length }));
}

/** All ways on from a path, the path itself first. */
function ways(context: PlanContext, path: readonly Row[], walk: Walk & Lengths): Row[] {
  const last = path.at(-1);
  assert(last !== undefined, 'a path has a first node');
  const here = { ...last, path, length: path.length - 1 };
  if (here.length === walk.most) return [here];
  const { steps, canFollow } = context.rules;
  const open = steps(context, last.node, walk).filter((step) => canFollow(path, step));
  return [here, ...open.flatMap((step) => ways(context, [...path, step], walk))];
}

/** No edge twice. */
export function canFollow(path: readonly Row[], step: Row): boolean {
  const name = (row: Row) => (row.edge === undefined ? undefined : edgeElement(row.edge));
  return !path.some((taken) => name(taken) === name(step));
}

function nodesOf({ graph }: PlanContext, type: string): Row[] {
  return graph.nodes(type).map(({ id }) => ({ node: id }));
}

function isOfType({ graph }: PlanContext, row: Row, type: string | undefined): boolean {
  return type === undefined || graph.nodeFacts(row.node)?.type === type;
}

function isInRange(
  { graph, rules }: PlanContext,
  { paths, given = [], lower, upper }: Extract<Source, { kind: 'range' }>,
  node: string,
): boolean {
  const value = (index: number) => graph.value(node, paths[index] ?? '');
  if (given.some((each, index) => rules.compareValues(value(index), told(each)) !== 0))
    return false;
  if (lower === undefined && upper === undefined) return true;
  return isWithin(rules, { lower, upper }, value(given.length));
}

function isWithin(
  rules: PlanContext['rules'],
  { lower, upper }: { readonly lower: Bound | undefined; readonly upper: Bound | undefined },
  value: Value,
): boolean {
  if (value === null) return false;
  const isBeyond = (bound: Bound | undefined, sign: number): boolean => {
    if (bound === undefined) return false;
    const order = sign * rules.compareValues(value, told(bound.value));
    return order < 0 || (order === 0 && bound.isExcluded === true);
  };
  return !isBeyond(lower, 1) && !isBeyond(upper, -1);
}
