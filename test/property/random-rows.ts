/** Random lists of rows: sources, conditions, orders, and the pages that they are cut to. */

import { MapMarker, type Value } from '../../src/delta/value.ts';
import type {
  Bound,
  NodeSource,
  Page,
  PathSearch,
  Place,
  Rows,
  SortKey,
  Source,
} from '../../src/engine/plan.ts';
import type { Row } from '../reference/plan-context.ts';
import { comparePlaces, compareValues, placeOf } from '../reference/plan-order.ts';
import { planContext } from '../reference/reference-plan.ts';
import { EDGE_KEYS, IDS, PATHS } from './graph-names.ts';
import { randomCondition, randomWalk } from './random-condition.ts';
import {
  type PlanMaker,
  randomField,
  randomNodeType,
  randomOperand,
  type Spot,
} from './random-field.ts';

/** Names no node, as no id has this form. */
const NO_ID = 'none';
const SCOPES = ['places', 'Place.ways +name', 'a "scope"\n', 'é😀', ''];
const SIZES = [0, 1, 1, 2, 2, 3, 5, 100];
/** More bytes than a value may have: a bound that no node can hold. */
const LONG_BOUND = 'r'.repeat(2 ** 20 + 1);

export interface MadeRows {
  readonly rows: Rows;
  /** What the rows are, for a row that stands for those around the list. */
  readonly samples: readonly Row[];
  /** Where the items of the list are made. */
  readonly spot: Spot;
}

export interface RowsChoice {
  readonly hasCut: boolean;
}

export function randomRows(maker: PlanMaker, around: Spot, { hasCut }: RowsChoice): MadeRows {
  const { random } = maker;
  const source = randomSource(maker, around);
  const kind = rowsKind(source);
  const spot: Spot = { depth: around.depth + 1, rows: kind };
  const order =
    source.kind === 'range' && random.chance(0.6)
      ? indexOrder(maker, source)
      : Array.from({ length: random.pick([0, 0, 1, 1, 2, 3]) }, () => randomKey(maker, spot));
  const where = random.chance(0.6) ? { where: randomCondition(maker, spot) } : {};
  const keepsOrder = random.chance(0.3) ? { keepsOrder: true } : {};
  const whole: Rows = { source, ...where, ...(order.length > 0 ? { order } : {}), ...keepsOrder };
  const isCut = hasCut && random.chance(0.5);
  const skip = isCut && random.chance(0.5) ? { skip: random.below(4) } : {};
  const limit = isCut && random.chance(0.7) ? { limit: random.below(6) } : {};
  const samples = samplesOf(maker, whole, around);
  const sample = samples.length === 0 ? undefined : random.pick(samples);
  return { rows: { ...whole, ...skip, ...limit }, samples, spot: { ...spot, sample } };
}

/** None where they would be about a row that is not there. */
function samplesOf({ graph }: PlanMaker, rows: Rows, { sample }: Spot): readonly Row[] {
  if (rowsKind(rows.source) !== 'nodes' && sample === undefined) return [];
  const context = planContext(graph);
  return context.rules.allRows(context, rows, sample);
}

function rowsKind({ kind }: Source): 'nodes' | 'edges' | 'around' | 'paths' {
  return kind === 'edges' || kind === 'around' || kind === 'paths' ? kind : 'nodes';
}

function randomKey(maker: PlanMaker, spot: Spot): SortKey {
  const isDescending = maker.random.pick([true, false, undefined]);
  const field = randomField(maker, spot);
  return { field, ...(isDescending === undefined ? {} : { isDescending }) };
}

function randomSource(maker: PlanMaker, spot: Spot): Source {
  const visibility = maker.random.chance(0.05) ? { visibility: 0 } : {};
  return { ...sourceFor(maker, spot), ...visibility };
}

function sourceFor(maker: PlanMaker, spot: Spot): Source {
  const { random, indexed } = maker;
  if (spot.rows !== undefined && random.chance(0.8)) return randomWays(maker, spot);
  const choice = random.below(11);
  if (choice > 8) return compoundRange(maker) ?? { kind: 'type', type: randomNodeType(maker) };
  if (choice < 2) {
    const ids = Array.from({ length: random.pick([0, 1, 2, 5, 12]) }, () => randomId(maker));
    return { kind: 'ids', ids, ...(random.chance(0.3) ? { type: randomNodeType(maker) } : {}) };
  }
  if (choice < 5 || indexed.length === 0) return ofTypes(maker, spot);
  const [type, path] = random.pick(indexed);
  const operand = () => randomOperand(maker, { kind: 'property', of: 'node', path });
  if (choice < 7) {
    return {
      kind: 'values',
      type,
      path,
      values: differing(Array.from({ length: random.below(5) }, operand)),
    };
  }
  const lower = random.chance(0.6) ? { lower: randomBound(maker, operand()) } : {};
  const upper = random.chance(0.5) ? { upper: randomBound(maker, operand()) } : {};
  return { kind: 'range', type, paths: [path], ...lower, ...upper };
}

/** Nodes of a type, or of some types, each in its own way. */
function ofTypes(maker: PlanMaker, spot: Spot): Source {
  const { random } = maker;
  if (random.chance(0.7)) return { kind: 'type', type: randomNodeType(maker) };
  const count = random.pick([0, 1, 2, 2, 3]);
  const types = new Set(Array.from({ length: count }, () => randomNodeType(maker)));
  const sources = [...types].map((type): NodeSource => {
    const other = random.chance(0.5) ? sourceFor(maker, spot) : undefined;
    const isOfType = other !== undefined && 'type' in other && other.type === type;
    return isOfType ? other : { kind: 'type', type };
  });
  return { kind: 'several', sources };
}

/** Mostly with values that some node has for the first paths. */
function compoundRange(maker: PlanMaker): Source | undefined {
  const { random, compound, graph } = maker;
  if (compound.length === 0) return undefined;
  const [type, ...paths] = random.pick(compound);
  const nodes = graph.nodes(type);
  const node = nodes.length === 0 || random.chance(0.2) ? undefined : random.pick(nodes);
  const valueAt = (path: string): Value =>
    node === undefined
      ? randomOperand(maker, { kind: 'property', of: 'node', path })
      : graph.value(node.id, path);
  const given = paths.slice(0, random.below(Math.min(paths.length, 4))).map(valueAt);
  const next = paths[given.length];
  if (next === undefined || random.chance(0.5)) return { kind: 'range', type, paths, given };
  const lower = random.chance(0.6) ? { lower: randomBound(maker, valueAt(next)) } : {};
  const upper = random.chance(0.5) ? { upper: randomBound(maker, valueAt(next)) } : {};
  return { kind: 'range', type, paths, given, ...lower, ...upper };
}

/** In the order of an index, or by some of its paths, up or down; or one of them the other way. */
function indexOrder(
  maker: PlanMaker,
  { paths, given = [] }: Extract<Source, { kind: 'range' }>,
): SortKey[] {
  const { random } = maker;
  const isDescending = random.chance(0.5);
  const rest = paths.slice(given.length);
  if (rest.length === 0) return [];
  return rest.slice(0, random.between(1, rest.length)).map((path) => ({
    field: { kind: 'property', of: 'node', path },
    isDescending: random.chance(0.1) ? !isDescending : isDescending,
  }));
}

/** Few edges: the number of ways grows fast. */
function randomWays(maker: PlanMaker, { depth }: Spot): Source {
  const { random } = maker;
  const walk = randomWalk(maker);
  const choice = random.below(depth < 3 ? 9 : 5);
  if (choice < 5) return { kind: 'edges', ...walk };
  const isAround = choice < 7;
  const most = random.between(1, isAround ? 4 : 4 - depth);
  const lengths = { least: random.chance(0.6) ? 1 : random.between(1, most), most };
  return { kind: isAround ? 'around' : 'paths', ...walk, ...lengths };
}

/** Those that an index holds, each once. */
function differing(values: readonly Value[]): Value[] {
  const held = values.filter((value) => value !== null && !(value instanceof MapMarker));
  return held.filter((value, index) => {
    return held.findIndex((other) => compareValues(other, value) === 0) === index;
  });
}

function randomBound({ random }: PlanMaker, value: Value): Bound {
  const isExcluded = random.pick([true, false, undefined]);
  const bound = random.chance(0.005) ? LONG_BOUND : value;
  return { value: bound, ...(isExcluded === undefined ? {} : { isExcluded }) };
}

/** Mostly of a node that exists. */
export function randomId({ random, graph }: PlanMaker): string {
  const nodes = graph.nodes();
  if (nodes.length > 0 && random.chance(0.8)) return random.pick(nodes).id;
  return random.chance(0.1) ? NO_ID : random.pick(IDS);
}

/** Without its ends there is no answer at all. */
function randomEnd(maker: PlanMaker): string {
  const { random, graph, ends = graph } = maker;
  const nodes = ends.nodes();
  return nodes.length > 0 && random.chance(0.98) ? random.pick(nodes).id : randomId(maker);
}

export function randomSearch(maker: PlanMaker): PathSearch {
  const { random } = maker;
  const { direction, edgeType } = randomWalk(maker);
  return {
    from: randomEnd(maker),
    to: randomEnd(maker),
    direction,
    ...(edgeType === undefined ? {} : { edgeType }),
    ...(random.chance(0.4) ? { most: random.pick([0, 1, 2, 3, 64]) } : {}),
    ...(random.chance(0.6) ? { weight: random.chance(0.8) ? 'visits' : random.pick(PATHS) } : {}),
    ...(random.chance(0.05) ? { visibility: 0 } : {}),
  };
}

export function randomPage(maker: PlanMaker, { rows, samples, spot }: MadeRows): Page {
  const { random } = maker;
  const place = () => randomPlace(maker, { rows, samples, spot });
  const places = [place(), place()] as const;
  const keys = rows.order ?? [];
  const [after, before] = random.chance(0.8) ? inOrder(maker, keys, places) : places;
  return {
    size: random.pick(SIZES),
    scope: random.pick(SCOPES),
    ...(random.chance(0.4) ? { isFromEnd: random.chance(0.8) } : {}),
    ...(random.chance(0.4) ? { after } : {}),
    ...(random.chance(0.3) ? { before } : {}),
  };
}

function inOrder(
  { graph }: PlanMaker,
  keys: readonly SortKey[],
  [one, other]: readonly [Place, Place],
): readonly [Place, Place] {
  const order = comparePlaces(planContext(graph), keys, { left: one, right: other });
  return order <= 0 ? [one, other] : [other, one];
}

/** Mostly that of a row. */
function randomPlace(maker: PlanMaker, { rows, samples }: MadeRows): Place {
  const { random, graph } = maker;
  const keys = rows.order ?? [];
  if (samples.length > 0 && random.chance(0.8)) {
    return placeOf(planContext(graph), random.pick(samples), keys);
  }
  const values = keys.map(({ field }) => randomOperand(maker, field));
  const edgeKey = random.chance(0.5) ? { edgeKey: random.pick(EDGE_KEYS) } : {};
  return { values, id: random.pick(IDS), ...edgeKey };
}
