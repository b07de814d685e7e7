/** Random fields of rows, values to hold against them, and formats to write them in. */

import { IdValue, ListValue, MapMarker, Timestamp, type Value } from '../../src/delta/value.ts';
import type { ElementKind, Field, Form, Format, Operator } from '../../src/engine/plan.ts';
import type { Row } from '../reference/plan-context.ts';
import { readField } from '../reference/plan-field.ts';
import type { ReferenceGraph } from '../reference/reference-graph.ts';
import type { Seeded } from '../seeded.ts';
import {
  EDGE_TYPES,
  IDS,
  NODE_TYPES,
  NODES,
  PATH_OF_LISTS,
  PATH_UNUSED,
  PATHS,
  randomValue,
  TEXTS,
} from './graph-names.ts';

/** What random plans are about. */
export interface PlanWorld {
  readonly graph: ReferenceGraph;
  /** Where paths mostly begin and end; the graph where absent. */
  readonly ends?: ReferenceGraph;
  /** Type and path of each declared index. */
  readonly indexed: readonly (readonly [type: string, path: string])[];
  readonly compound: readonly (readonly [type: string, ...paths: string[]])[];
}

export interface PlanMaker extends PlanWorld {
  readonly random: Seeded;
}

/** Where in a plan something is made. */
export interface Spot {
  /** Lists and paths around it. */
  readonly depth: number;
  /** What the rows that it is about are; absent where it is about none. */
  readonly rows?: 'nodes' | 'edges' | 'around' | 'paths' | 'weighted paths';
  /** One of the rows, where there are any. */
  readonly sample?: Row | undefined;
  readonly isPageItem?: boolean;
}

const NODE_TYPES_ASKED = [...NODE_TYPES, ...NODE_TYPES, ...NODE_TYPES, ...NODE_TYPES, 'Unknown'];
const EDGE_TYPES_ASKED = [...EDGE_TYPES, ...EDGE_TYPES, ...EDGE_TYPES, ...EDGE_TYPES, 'UNKNOWN'];
const OFTEN = ['name', 'visits', PATH_OF_LISTS];
export const PATHS_ASKED = [...PATHS, ...PATHS, ...OFTEN, ...OFTEN, PATH_UNUSED];
const KEYS = NODES.flatMap((node) => ('key' in node ? [node.key] : []));
const FORMATS: readonly Format[] = [
  'any',
  'int32',
  'int64Text',
  'float',
  'text',
  'boolean',
  'timestamp',
  'bytes',
  'json',
  'duration',
];
/** Parts of texts, in another case and of other texts too. */
const PARTS = ['', 'r', 'R', 'ed', 'é', 'long', '"', '\\', '😀', '\n'];
/** Numbers that are compared in a way of their own. */
const SPECIAL = [0, -0, 0, -0, Number.NaN];
const INT32_MAX = 2n ** 31n;
const TYPES = [...NODE_TYPES, ...EDGE_TYPES];

export function randomNodeType({ random }: PlanMaker): string {
  return random.pick(NODE_TYPES_ASKED);
}

export function randomEdgeType({ random }: PlanMaker): string {
  return random.pick(EDGE_TYPES_ASKED);
}

export function randomField(maker: PlanMaker, spot: Spot): Field {
  const { random } = maker;
  const mask = random.chance(0.05) ? { mask: 0 } : {};
  const hasEdge = spot.rows !== undefined && !['nodes', 'around'].includes(spot.rows);
  const of: ElementKind = random.chance(hasEdge ? 0.4 : 0.03) ? 'edge' : 'node';
  const choice = random.below(20);
  if (choice < 14) return { kind: 'property', of, path: random.pick(PATHS_ASKED), ...mask };
  if (choice === 14) return { kind: 'key', ...mask };
  if (choice === 15) return { kind: 'type', of };
  if (choice === 16 && hasEdge) return { kind: random.pick(['from', 'to']) };
  return { kind: 'id' };
}

/** A property of something, which figures are mostly of. */
export function randomProperty(maker: PlanMaker, spot: Spot): Field {
  const field = randomField(maker, spot);
  return field.kind === 'property' ? field : randomField(maker, spot);
}

/** What a field is compared with: mostly a value that some row has there. */
export function randomOperand(maker: PlanMaker, field: Field): Value {
  const { random } = maker;
  const choice = random.below(20);
  if (choice === 0) return null;
  if (choice === 1) return random.pick(SPECIAL);
  if (choice < 15) return heldValue(maker, field) ?? randomValue(random);
  return choice === 15 ? randomName(maker) : randomValue(random);
}

/** A begin, an end or another part of a text that some row has there. */
export function randomPart(maker: PlanMaker, field: Field, operator: Operator): Value {
  const { random } = maker;
  const held = Array.from({ length: 4 }, () => heldValue(maker, field));
  const id = held.find((value) => value instanceof IdValue)?.id;
  const isOfId = id !== undefined && random.chance(0.4);
  const text = isOfId ? id : held.find((value) => typeof value === 'string');
  if (text === undefined || random.chance(0.15)) return random.pick(PARTS);
  // By code points: half a surrogate pair has no UTF-8.
  const characters = operator === 'endsWith' ? [...text].slice(-40) : [...text].slice(0, 40);
  const { length } = characters;
  const isWhole = random.chance(0.2);
  const begin = isWhole || operator === 'startsWith' ? 0 : random.below(length + 1);
  const end = isWhole || operator === 'endsWith' ? length : random.below(length + 1);
  const part = characters.slice(Math.min(begin, end), Math.max(begin, end)).join('');
  return random.chance(0.1) ? part.toUpperCase() : part;
}

/** An item of a list that some row has there. */
export function randomItem(maker: PlanMaker, field: Field): Value {
  const { random } = maker;
  const held = Array.from({ length: 8 }, () => heldValue(maker, field));
  const list = held.find((value) => value instanceof ListValue && value.items.length > 0);
  const isHeld = list instanceof ListValue && random.chance(0.85);
  return isHeld ? random.pick(list.items) : randomOperand(maker, field);
}

/** The field of a random row. */
function heldValue(maker: PlanMaker, field: Field): Value {
  const { graph, random } = maker;
  const isOfEdge = 'of' in field ? field.of === 'edge' : ['from', 'to'].includes(field.kind);
  const edges = isOfEdge ? graph.edges() : [];
  if (isOfEdge) {
    if (edges.length === 0) return null;
    const edge = random.pick(edges);
    return readField(graph, field, { node: edge.to, edge });
  }
  const nodes = graph.nodes();
  return nodes.length === 0 ? null : readField(graph, field, { node: random.pick(nodes).id });
}

function randomName({ random }: PlanMaker): Value {
  const id = random.pick(IDS);
  return random.pick([new IdValue(id), id, random.pick(KEYS), random.pick(NODE_TYPES)]);
}

/** Mostly one that every value fits. */
export function randomForm({ random }: PlanMaker): Form {
  if (random.chance(0.97)) return { format: 'any' };
  const form = random.chance(0.2) ? amongForm(random, []) : { format: random.pick(FORMATS) };
  return random.chance(0.2) ? { ...form, isList: true } : form;
}

/** Text where the field is one, else mostly what every value fits. */
export function fieldForm(maker: PlanMaker, field: Field): Form {
  if (field.kind === 'property') return randomForm(maker);
  if (field.kind === 'type' && maker.random.chance(0.3)) return { format: 'text', among: TYPES };
  return maker.random.chance(0.7) ? { format: 'text' } : randomForm(maker);
}

/** A form for the kind of this value, which mostly can write it. */
export function fittingForm(maker: PlanMaker, value: Value): Form {
  const { random } = maker;
  if (value instanceof ListValue) {
    const [first = null] = value.items;
    return { ...fittingForm(maker, first), isList: true };
  }
  const text = value instanceof IdValue ? value.id : value;
  if (typeof text === 'string' && random.chance(0.3)) {
    return amongForm(random, random.chance(0.9) ? [text] : []);
  }
  return { format: fittingFormat(maker, value) };
}

/** Text that is one of some; they are given in no order. */
function amongForm(random: Seeded, texts: readonly string[]): Form {
  const count = random.below(6);
  const others = Array.from({ length: count }, () => random.pick(TEXTS));
  const at = random.below(count + 1);
  return { format: 'text', among: [...others.slice(0, at), ...texts, ...others.slice(at)] };
}

function fittingFormat({ random }: PlanMaker, value: Value): Format {
  const isBold = random.chance(0.3);
  if (typeof value === 'bigint') {
    const isSmall = value < INT32_MAX && value >= -INT32_MAX;
    return isSmall || isBold ? random.pick(['int32', 'int64Text']) : 'int64Text';
  }
  if (typeof value === 'number') return Number.isFinite(value) || isBold ? 'float' : 'any';
  if (value instanceof Timestamp) return isBold ? 'timestamp' : momentFormat(value);
  if (value === null || value instanceof MapMarker || isBold) return 'any';
  if (typeof value === 'boolean') return 'boolean';
  return value instanceof Uint8Array ? 'bytes' : 'text';
}

function momentFormat({ microseconds }: Timestamp): Format {
  const year = new Date(Number(microseconds / 1000n)).getUTCFullYear();
  return year >= 0 && year <= 9999 ? 'timestamp' : 'any';
}
