/** Single reads of a caller, held against those of the reference over what it sees. */

import { MapMarker, valueKind } from '../../src/delta/value.ts';
import { type CallerView, FieldVerb } from '../../src/engine/caller-view.ts';
import { Direction } from '../../src/engine/direction.ts';
import type { EdgeRow, GraphView, NodeRow } from '../../src/engine/graph-view.ts';
import { edgeElement } from '../reference/reference-delta.ts';
import type { ReferenceGraph } from '../reference/reference-graph.ts';
import { ReferenceView } from '../reference/reference-view.ts';
import type { SeenGraph } from '../reference/seen-graph.ts';
import type { Seeded } from '../seeded.ts';
import { doublesText } from './doubles-text.ts';
import { EDGE_TYPES, IDS, type INDEXABLE, NODE_TYPES, NODES, PATHS } from './graph-names.ts';
import { valueText } from './value-text.ts';

const DIRECTIONS = [Direction.OUT, Direction.IN, Direction.BOTH] as const;
const LENGTH_MAX = 4;
const DOUBLES_ROWS = 1_000;

export interface SightReads {
  readonly view: CallerView;
  readonly seen: SeenGraph;
  /** What everybody reads, and all of the graph. */
  readonly open: GraphView;
  readonly all: ReferenceGraph;
  readonly indexed: readonly (typeof INDEXABLE)[number][];
  readonly random: Seeded;
}

/** The first read that differs. */
export function readDifference(reads: SightReads): string | undefined {
  for (const [question, engine, reference] of questions(reads)) {
    if (engine === reference) continue;
    return `${question}: the engine answers ${engine}, the reference ${reference}`;
  }
  return undefined;
}

type Answers = readonly [question: string, engine: string, reference: string];

function* questions(reads: SightReads): Generator<Answers> {
  const { view, seen } = reads;
  const reference = new ReferenceView(seen);
  yield ['counts', JSON.stringify(view.counts()), JSON.stringify(reference.counts())];
  for (const type of NODE_TYPES) {
    const read = (each: GraphView) => idsOf(each, each.nodesOfType(type)).sort().join();
    yield [`nodes of ${type}`, read(view), read(reference)];
  }
  for (const node of NODES) {
    if (!('key' in node)) continue;
    const read = (each: GraphView) => String(each.nodeByKey(node.type, node.key) !== undefined);
    yield [`${node.type} of key ${node.key}`, read(view), read(reference)];
  }
  for (const id of IDS) yield* nodeQuestions(reads, reference, id);
  yield* edgeQuestions(reads, reference);
  for (const index of reads.indexed) yield* indexQuestions(reads, reference, index);
  yield* pathQuestions(reads, reference);
}

function* nodeQuestions(
  { view, seen, open }: SightReads,
  reference: ReferenceView,
  id: string,
): Generator<Answers> {
  const row = view.nodeById(id);
  yield [`node ${id}`, String(row !== undefined), String(seen.exists(id))];
  // Who has the row of a hidden node reads nothing of it.
  const known = open.nodeById(id);
  if (known === undefined) return;
  const isSeen = seen.exists(id);
  for (const path of PATHS) {
    const expected = isSeen ? valueText(seen.value(id, path)) : 'null';
    yield [`${path} of ${id}`, valueText(view.nodeValue(known, path)), expected];
  }
  const values = view.nodeValues([known], PATHS).map(valueText).join();
  const expected = PATHS.map((path) => valueText(isSeen ? seen.value(id, path) : null)).join();
  yield [`values of ${id}`, values, expected];
  const mask = view.nodeMask(known, FieldVerb.READ, ['', ...PATHS]).join();
  const readable = ['', ...PATHS].map((path) => isSeen && (path === '' || !seen.hides(id, path)));
  yield [`mask of ${id}`, mask, readable.join()];
  if (row === undefined) return;
  for (const type of EDGE_TYPES) {
    for (const direction of DIRECTIONS) {
      const read = (each: GraphView, node: NodeRow) =>
        each
          .edges(node, type, direction)
          .map((edge) => nameOf(each, edge))
          .sort()
          .join();
      const edges = [read(view, row), read(reference, reference.nodeRow(id))] as const;
      yield [`edges ${type} ${direction} of ${id}`, ...edges];
    }
  }
}

function* edgeQuestions(
  { view, seen, open, all }: SightReads,
  reference: ReferenceView,
): Generator<Answers> {
  for (const name of all.edges()) {
    const element = edgeElement(name);
    const isSeen = seen.hasEdge(name);
    yield [`edge ${element}`, String(view.edgeByName(name) !== undefined), String(isSeen)];
    const known = open.edgeByName(name);
    if (known === undefined) continue;
    for (const path of PATHS) {
      const expected = isSeen ? reference.edgeValue(reference.edgeRow(name), path) : null;
      yield [`${path} of ${element}`, valueText(view.edgeValue(known, path)), valueText(expected)];
    }
  }
}

/** By values that are there, whoever sees them. */
function* indexQuestions(
  { view, all, random }: SightReads,
  reference: ReferenceView,
  [type, path]: (typeof INDEXABLE)[number],
): Generator<Answers> {
  const values = all.nodes(type).map(({ id }) => all.value(id, path));
  for (const value of values) {
    // These are looked up by no index.
    if (value === null || value instanceof MapMarker) continue;
    const read = (each: GraphView) => idsOf(each, each.nodesByValue(type, path, value)).join();
    yield [`${type} by ${path} ${valueText(value)}`, read(view), read(reference)];
  }
  const range = { isDescending: random.chance(0.5), limit: random.between(1, 8) };
  const read = (each: GraphView) => idsOf(each, each.nodesInOrder(type, path, range) ?? []).join();
  yield [`${type} in the order of ${path}`, read(view), read(reference)];
  for (const kind of new Set(values.map(valueKind))) {
    const query = { type, path, kind, listed: NODES.length, rows: DOUBLES_ROWS };
    const doubles = [doublesText(view, query), doublesText(reference, query)] as const;
    yield [`doubles of ${type} by ${path}, of kind ${kind}`, ...doubles];
  }
}

function* pathQuestions(
  { view, seen, random }: SightReads,
  reference: ReferenceView,
): Generator<Answers> {
  const nodes = seen.nodes();
  if (nodes.length === 0) return;
  for (let count = 0; count < 4; count++) {
    const ends = [random.pick(nodes).id, random.pick(nodes).id] as const;
    const read = (each: GraphView) => {
      const [from, to] = ends.map((id) => each.nodeById(id));
      if (from === undefined || to === undefined) return 'no ends';
      const query = { from, to, maxDepth: LENGTH_MAX, direction: Direction.BOTH };
      return String(each.shortestPath(query)?.edges.length);
    };
    yield [`the path from ${ends.join(' to ')}`, read(view), read(reference)];
  }
}

function idsOf(view: GraphView, rows: readonly NodeRow[]): string[] {
  return rows.map((row) => view.nodeId(row));
}

function nameOf(view: GraphView, edge: EdgeRow): string {
  const { from, to } = view.edgeEnds(edge);
  return [view.nodeId(from), view.edgeType(edge), view.nodeId(to), view.edgeKey(edge)].join(' ');
}
