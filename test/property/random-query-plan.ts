/**
 * Random query plans over the small world of graph-names.ts. They are made with the graph at hand:
 * values, places and rows are mostly real, so that most lists have items and most plans an answer.
 */

import type { Item, Member, Plan, Shape } from '../../src/engine/plan.ts';
import type { Row } from '../reference/plan-context.ts';
import { planContext } from '../reference/reference-plan.ts';
import type { Seeded } from '../seeded.ts';
import { NODE_TYPES } from './graph-names.ts';
import { type PlanMaker, type PlanWorld, randomField, type Spot } from './random-field.ts';
import {
  figureMembers,
  fittingValues,
  randomLiteral,
  randomMembers,
  randomObject,
  randomValueShape,
  randomVersion,
} from './random-leaf.ts';
import { foundRows, randomLookups } from './random-lookups.ts';
import { type MadeRows, randomId, randomPage, randomRows, randomSearch } from './random-rows.ts';

const DEPTH_MAX = 3;

type ShapeKind = Shape['kind'];

const AT_ROOT: readonly ShapeKind[] = [
  ...(['list', 'list', 'list', 'list', 'list', 'list', 'one', 'count'] as const),
  ...(['page', 'page', 'page', 'page'] as const),
  ...(['aggregate', 'aggregate', 'groups', 'groups', 'lookups', 'lookups'] as const),
  ...(['shortestPath', 'shortestPath', 'shortestPath', 'object', 'literal'] as const),
];
const IN_ITEM: readonly ShapeKind[] = [
  ...(['list', 'list', 'list', 'one', 'count', 'page', 'page'] as const),
  ...(['aggregate', 'groups', 'shortestPath', 'object', 'lookups'] as const),
];
const IN_ITEM_DEEP: readonly ShapeKind[] = ['object', 'count', 'literal'];
const IN_PAGE: readonly ShapeKind[] = [
  'items',
  'totalCount',
  'hasNextPage',
  'hasPreviousPage',
  'startCursor',
  'endCursor',
];

export function randomQueryPlan(random: Seeded, world: PlanWorld): Plan {
  const maker = { random, ...world };
  return { members: randomMembers(maker, random.between(2, 4), () => rootShape(maker, 0)) };
}

function rootShape(maker: PlanMaker, nesting: number): Shape {
  const { random } = maker;
  if (random.chance(0.1)) return fittingValues(maker) ?? { kind: 'literal', json: '0' };
  const kind = random.pick(AT_ROOT);
  if (kind !== 'object') return holder(maker, { depth: 0 }, kind);
  if (nesting > 2) return randomLiteral(maker);
  return {
    kind: 'object',
    members: randomMembers(maker, random.between(0, 2), () => rootShape(maker, nesting + 1)),
  };
}

/** What stands in an item of a list, or in an object about a path. */
function itemShape(maker: PlanMaker, spot: Spot): Shape {
  const { random } = maker;
  const choice = random.below(20);
  if (choice < 4 && spot.isPageItem === true) return { kind: 'cursor' };
  if (choice < 6 && spot.rows === 'around') return { kind: 'length' };
  if (choice < 8 && spot.rows === 'weighted paths' && random.chance(0.5)) return { kind: 'weight' };
  if (choice < 8 && (spot.rows === 'paths' || spot.rows === 'weighted paths')) {
    if (random.chance(0.3) || spot.depth > DEPTH_MAX) return { kind: 'length' };
    const kind = random.pick(['pathNodes', 'pathEdges'] as const);
    return {
      kind,
      item: item(maker, { depth: spot.depth + 1, rows: 'edges', sample: spot.sample }),
    };
  }
  if (choice === 8 && random.chance(0.4)) return randomVersion(maker);
  if (choice < 12 || spot.depth > DEPTH_MAX) return randomValueShape(maker, spot);
  const kinds = spot.depth < DEPTH_MAX && choice > 13 ? IN_ITEM : IN_ITEM_DEEP;
  return holder(maker, spot, random.pick(kinds));
}

function holder(maker: PlanMaker, spot: Spot, kind: ShapeKind): Shape {
  const { random } = maker;
  switch (kind) {
    case 'list': {
      const made = randomRows(maker, spot, { hasCut: true });
      return { kind, rows: made.rows, item: item(maker, made.spot) };
    }
    case 'one':
      return one(maker, spot);
    case 'lookups':
      return lookups(maker, spot);
    case 'count':
      return { kind, rows: randomRows(maker, spot, { hasCut: true }).rows };
    case 'page':
      return page(maker, spot);
    case 'aggregate': {
      const { rows, spot: inner } = randomRows(maker, spot, { hasCut: false });
      const figures = figureMembers(maker, inner, 0);
      return { kind, rows, members: [...figures, ...aroundRow(maker, spot)] };
    }
    case 'groups': {
      const { rows, spot: inner } = randomRows(maker, spot, { hasCut: false });
      const by = Array.from({ length: random.pick([0, 1, 1, 1, 2, 3]) }, () =>
        randomField(maker, inner),
      );
      const figures = figureMembers(maker, inner, by.length);
      return { kind, rows, by, members: [...figures, ...aroundRow(maker, spot)] };
    }
    case 'shortestPath':
      return shortestPath(maker, spot);
    case 'object':
      return randomObject(maker, spot);
    default:
      return randomLiteral(maker);
  }
}

function item(maker: PlanMaker, spot: Spot): Item {
  const { random } = maker;
  const made = () => randomMembers(maker, random.between(1, 4), () => itemShape(maker, spot));
  if (random.chance(0.8)) return { members: made() };
  const types = [...NODE_TYPES, ...NODE_TYPES, 'Unknown'];
  const cases = Array.from({ length: random.between(1, 3) }, () => ({
    type: random.pick(types),
    members: made(),
  }));
  return { cases };
}

/** Mostly of one row at most. */
function one(maker: PlanMaker, spot: Spot): Shape {
  const { random } = maker;
  if (random.chance(0.7)) {
    const id = randomId(maker);
    const { graph } = maker;
    const sample = graph.exists(id) ? { node: id } : undefined;
    const rows = { source: { kind: 'ids', ids: [id] } } as const;
    return {
      kind: 'one',
      rows,
      item: item(maker, { depth: spot.depth + 1, rows: 'nodes', sample }),
    };
  }
  const { rows, samples, spot: inner } = randomRows(maker, spot, { hasCut: false });
  const limit = samples.length > 1 && random.chance(0.8) ? { limit: 1 } : {};
  return { kind: 'one', rows: { ...rows, ...limit }, item: item(maker, inner) };
}

function lookups(maker: PlanMaker, spot: Spot): Shape {
  const made = randomLookups(maker);
  const found = foundRows(maker, made);
  const sample = found.length === 0 ? undefined : maker.random.pick(found);
  return { ...made, item: item(maker, { depth: spot.depth + 1, rows: 'nodes', sample }) };
}

function page(maker: PlanMaker, spot: Spot): Shape {
  const { random } = maker;
  const made = randomRows(maker, spot, { hasCut: false });
  const inner = { ...made.spot, isPageItem: true };
  // The cursor of an item around this page would not be told from those of its own items.
  const outside = { ...spot, isPageItem: false };
  const items = { name: 'items', shape: { kind: 'items', item: item(maker, inner) } } as const;
  const rest = randomMembers(maker, random.between(1, 5), () => pageShape(maker, spot, made));
  return {
    kind: 'page',
    rows: made.rows,
    page: randomPage(maker, made),
    members: [...(random.chance(0.8) ? [items] : []), ...rest, ...aroundRow(maker, outside)],
  };
}

/** Beside what is of a page or of figures, all is still about the row around them. */
function aroundRow(maker: PlanMaker, spot: Spot): Member[] {
  if (spot.rows === undefined || maker.random.chance(0.8)) return [];
  return randomMembers(maker, 1, () => itemShape(maker, { ...spot, depth: spot.depth + 1 }));
}

/** Also figures of the rows that the page is of, beside it. */
function pageShape(maker: PlanMaker, spot: Spot, made: MadeRows): Shape {
  const { random } = maker;
  const choice = random.below(12);
  if (choice === 0)
    return { kind: 'aggregate', rows: made.rows, members: figureMembers(maker, made.spot, 0) };
  if (choice === 1)
    return { kind: 'object', members: randomMembers(maker, 2, () => pageShape(maker, spot, made)) };
  const kind = random.pick(IN_PAGE);
  if (kind !== 'items') return { kind } as Shape;
  const inner = { ...made.spot, depth: DEPTH_MAX + 1, isPageItem: true };
  return { kind, item: item(maker, inner) };
}

function shortestPath(maker: PlanMaker, spot: Spot): Shape {
  const { random, graph, ends = graph } = maker;
  if (ends.nodes().length === 0 && random.chance(0.95)) return randomLiteral(maker);
  const search = randomSearch(maker);
  const context = planContext(graph);
  const sample: Row | undefined = context.rules.shortestPath(context, search);
  const rows = search.weight === undefined ? 'paths' : 'weighted paths';
  const inner: Spot = { depth: spot.depth + 1, rows, sample };
  const about = randomMembers(maker, random.between(1, 4), () => itemShape(maker, inner));
  return { kind: 'shortestPath', search, members: about };
}
