/**
 * Asks the engine and the reference the same questions and names the first answers that differ.
 * Sets are compared as sorted texts; the order of a value's holders is part of the answer.
 */

import { ELEMENT_EDGE, ELEMENT_NODE, SYMBOL_PATH } from '../../assembly/abi.ts';
import { toHex } from '../../src/base/bytes.ts';
import { MapMarker, type Value } from '../../src/delta/value.ts';
import { Direction } from '../../src/engine/direction.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type {
  EdgeName,
  EdgeRow,
  NodeRow,
  OrderBound,
  OrderRange,
} from '../../src/engine/graph-view.ts';
import { readPlaces } from '../../src/engine/sequence-places.ts';
import { shownPieces } from '../../src/engine/set-pieces.ts';
import { SymbolTable } from '../../src/engine/symbol-table.ts';
import type { EngineView } from '../../src/engine/view.ts';
import { type ElementName, edgeElement } from '../reference/reference-delta.ts';
import type { ReferenceGraph } from '../reference/reference-graph.ts';
import { ReferenceView } from '../reference/reference-view.ts';
import type { Seeded } from '../seeded.ts';
import type { Coverage } from './coverage.ts';
import {
  EDGE_TYPES,
  IDS,
  NODE_TYPES,
  NODES,
  PATH_UNUSED,
  PATHS,
  randomValue,
} from './graph-names.ts';
import { pathDifference } from './path-difference.ts';
import { valueText } from './value-text.ts';
import { stampText, storedText, writerText } from './writer-text.ts';

const DIRECTIONS = [Direction.OUT, Direction.IN, Direction.BOTH] as const;
const PATHS_ASKED = [...PATHS, PATH_UNUSED];
const EMPTY_MAP_TEXT = '{"map":""}';
const TYPES_ASKED = [...NODE_TYPES, 'Unknown'];
const EDGE_TYPES_ASKED = [...EDGE_TYPES, 'UNKNOWN'];

export interface Comparison {
  readonly engine: Engine;
  readonly view: EngineView;
  readonly reference: ReferenceGraph;
  /** Every edge that any commit names. */
  readonly edges: readonly Required<EdgeName>[];
  /** Type and path of each declared index. */
  readonly declared: readonly (readonly [type: string, path: string])[];
  /** Of nodes that are asked for: those of graph-names.ts where absent. */
  readonly ids?: readonly string[];
  readonly random: Seeded;
  readonly coverage: Coverage;
}

/** The first answer that differs; undefined when all are the same. */
export function firstDifference(comparison: Comparison): string | undefined {
  for (const { question, engine, reference } of differences(comparison)) {
    return `${question}: the engine answers ${engine}, the reference ${reference}`;
  }
  return undefined;
}

interface Difference {
  readonly question: string;
  readonly engine: string;
  readonly reference: string;
}

function* differences(comparison: Comparison): Generator<Difference> {
  yield* compare('counts', counts(comparison));
  for (const id of comparison.ids ?? IDS) yield* nodeDifferences(comparison, id);
  for (const type of TYPES_ASKED) yield* typeDifferences(comparison, type);
  for (const edge of comparison.edges) yield* edgeDifferences(comparison, edge);
  for (const [type, path] of comparison.declared) {
    yield* indexDifferences(comparison, type, path);
    yield* orderDifferences(comparison, type, path);
  }
  yield* pathDifference(comparison);
}

/** The engine's answer, then the reference's. */
type Answers = readonly [engine: unknown, reference: unknown];

function* compare(question: string, [engine, reference]: Answers): Generator<Difference> {
  const texts = { engine: String(engine), reference: String(reference) };
  if (texts.engine !== texts.reference) yield { question, ...texts };
}

function counts({ view, reference }: Comparison): Answers {
  const { nodes, edges } = view.counts();
  const expected = [reference.nodes().length, reference.edges().length];
  return [`${nodes} nodes, ${edges} edges`, `${expected[0]} nodes, ${expected[1]} edges`];
}

function* nodeDifferences(comparison: Comparison, id: string): Generator<Difference> {
  const { view, reference } = comparison;
  const row = view.nodeById(id);
  yield* compare(`whether node ${id} exists`, [row !== undefined, reference.exists(id)]);
  yield* compare(`whether node ${id} was deleted`, [
    view.wasNodeDeleted(id),
    reference.wasDeleted(id),
  ]);
  for (const path of PATHS_ASKED) {
    const stored = storedText(view.storedNodeCell(id, path));
    const kept = stampText(reference.winningSet(id, path));
    yield* compare(`the winning set of ${id} at ${path}`, [stored, kept]);
  }
  if (row === undefined) return;
  const facts = reference.nodeFacts(id);
  yield* compare(`the id of ${id}`, [view.nodeId(row), id]);
  yield* compare(`the type of ${id}`, [view.nodeType(row), facts?.type]);
  yield* compare(`the key of ${id}`, [view.nodeKey(row), facts?.key]);
  yield* elementDifferences(comparison, { kind: ELEMENT_NODE, row, element: id });
  for (const type of EDGE_TYPES_ASKED) {
    for (const direction of DIRECTIONS) {
      const question = `edges ${type} ${direction} at ${id}`;
      yield* compare(question, adjacency(comparison, row, type, direction));
    }
  }
}

/** Values, their writers and the creator of an element that shows. */
function* elementDifferences(
  { engine, view, reference }: Comparison,
  at: { readonly kind: number; readonly row: NodeRow | EdgeRow; readonly element: ElementName },
): Generator<Difference> {
  const { kind, row, element } = at;
  const symbols = new SymbolTable(engine);
  const created = stampText(reference.createdBy(element));
  yield* compare(`the creator of ${element}`, [writerText(view.creator(kind, row)), created]);
  for (const path of PATHS_ASKED) {
    const isNode = kind === ELEMENT_NODE;
    const value = isNode
      ? view.nodeValue(row as NodeRow, path)
      : view.edgeValue(row as EdgeRow, path);
    const expected = reference.value(element, path);
    yield* compare(`${element} at ${path}`, [valueText(value), valueText(expected)]);
    const writer = writerText(view.valueWriter(kind, row, path));
    const stamp = stampText(reference.writtenBy(element, path));
    yield* compare(`the writer of ${element} at ${path}`, [writer, stamp]);
    const items = shownPieces(view.collection(kind, row, path).pieces()).map(
      (piece) => `${valueText(piece.value)} ${writerText(view.writerOf(piece.transaction))}`,
    );
    const written = reference
      .itemWriters(element, path)
      .map((item) => `${valueText(item.value)} ${stampText(item.writer)}`);
    yield* compare(`who wrote each value of ${element} at ${path}`, [items, written]);
    const place = { element: kind, row, path: symbols.find(SYMBOL_PATH, path) };
    const places = place.path === 0 ? [] : readPlaces(engine, place);
    const name = (named: { readonly transaction: number; readonly number: number }) => {
      const { commit, position } = view.writerOf(named.transaction);
      return `${toHex(commit)} ${position} ${named.number}`;
    };
    const sequence = reference.sequence(element, path);
    const shown = places.filter(({ shows }) => shows).map(({ item }) => name(item));
    yield* compare(`the places of ${element} at ${path}`, [places.map(name), sequence.places]);
    yield* compare(`the items of ${element} at ${path}`, [shown, sequence.shown]);
  }
}

function* typeDifferences({ view, reference }: Comparison, type: string): Generator<Difference> {
  const engine = view.nodesOfType(type).map((row) => view.nodeId(row));
  const expected = reference.nodes(type).map(({ id }) => id);
  yield* compare(`nodes of type ${type}`, [engine.sort(), expected.sort()]);
  const rows = view.nodesOfType(type);
  const together = view.nodeValues(rows, PATHS_ASKED).map(valueText);
  const apart = rows.flatMap((row) =>
    PATHS_ASKED.map((path) => valueText(view.nodeValue(row, path))),
  );
  yield* compare(`all values of type ${type}`, [together, apart]);
  for (const key of new Set(NODES.flatMap((node) => ('key' in node ? [node.key] : [])))) {
    const row = view.nodeByKey(type, key);
    const id = row === undefined ? undefined : view.nodeId(row);
    yield* compare(`node ${type} ${key}`, [id, reference.nodeByKey(type, key)?.id]);
  }
}

function* edgeDifferences(comparison: Comparison, edge: Required<EdgeName>): Generator<Difference> {
  const { view, reference } = comparison;
  const element = edgeElement(edge);
  const row = view.edgeByName(edge);
  yield* compare(`whether edge ${element} shows`, [row !== undefined, reference.hasEdge(edge)]);
  yield* compare(`whether edge ${element} was deleted`, [
    view.wasEdgeDeleted(edge),
    reference.wasDeleted(element),
  ]);
  for (const path of PATHS_ASKED) {
    const stored = storedText(view.storedEdgeCell(edge, path));
    const kept = stampText(reference.winningSet(element, path));
    yield* compare(`the winning set of ${element} at ${path}`, [stored, kept]);
  }
  if (row === undefined) return;
  yield* compare(`the name of ${element}`, [edgeElement(nameOf(view, row)), element]);
  yield* elementDifferences(comparison, { kind: ELEMENT_EDGE, row, element });
}

function* indexDifferences(
  { view, reference, random, coverage, ids = IDS }: Comparison,
  type: string,
  path: string,
): Generator<Difference> {
  const reader = new ReferenceView(reference);
  const shown = ids.map((id) => reference.value(id, path)).filter((value) => value !== null);
  const asked = new Map<string, Value>();
  for (const value of [...shown, randomValue(random)]) asked.set(valueText(value), value);
  for (const [text, value] of asked) {
    if (value === null || text === EMPTY_MAP_TEXT) continue;
    const engine = view.nodesByValue(type, path, value).map((row) => view.nodeId(row));
    const expected = reader.nodesByValue(type, path, value).map((row) => reader.nodeId(row));
    coverage.seeHolders(`${type} ${path} ${text}`, expected);
    yield* compare(`nodes of type ${type} with ${text} at ${path}`, [engine, expected]);
  }
}

/** Pages of the nodes of a type in the order of a field, from random values and nodes on. */
function* orderDifferences(
  { view, reference, random, coverage, ids = IDS }: Comparison,
  type: string,
  path: string,
): Generator<Difference> {
  const reader = new ReferenceView(reference);
  const shown = ids.map((id) => reference.value(id, path));
  for (let round = 0; round < 4; round++) {
    const [lower, upper] = [randomBound(random, shown), randomBound(random, shown)];
    const afterId = random.chance(0.4) ? random.pick(ids) : undefined;
    const range: OrderRange = {
      lower,
      upper,
      afterId,
      isDescending: random.chance(0.5),
      limit: random.chance(0.3) ? random.between(0, 3) : 100,
    };
    const engine = view.nodesInOrder(type, path, range)?.map((row) => view.nodeId(row));
    const expected = reader.nodesInOrder(type, path, range).map((row) => reader.nodeId(row));
    coverage.seeOrder(expected, range);
    yield* compare(`${type} by ${path} in ${rangeText(range)}`, [engine, expected]);
  }
}

function randomBound(random: Seeded, shown: readonly Value[]): OrderBound | undefined {
  const value = random.chance(0.7) ? random.pick(shown) : randomValue(random);
  if (value === null || value instanceof MapMarker || random.chance(0.3)) return undefined;
  return { value, isExcluded: random.chance(0.5) };
}

function rangeText({ lower, upper, afterId, isDescending, limit }: OrderRange): string {
  const [from, to] = [boundText(lower), boundText(upper)];
  return `${from} to ${to}, ${isDescending ? 'down' : 'up'}, after ${afterId}, ${limit} at most`;
}

function boundText(bound: OrderBound | undefined): string {
  if (bound === undefined) return 'the end';
  return `${valueText(bound.value)}${bound.isExcluded ? ' excluded' : ''}`;
}

function adjacency(
  { view, reference }: Comparison,
  node: NodeRow,
  type: string,
  direction: Direction,
): Answers {
  const id = view.nodeId(node);
  const engine = view.edges(node, type, direction).map((row) => edgeElement(nameOf(view, row)));
  const expected = reference.edges(id).filter((edge) => {
    const leaves = edge.from === id && direction !== Direction.IN;
    const enters = edge.to === id && direction !== Direction.OUT;
    return edge.type === type && (leaves || enters);
  });
  return [engine.sort(), expected.map(edgeElement).sort()];
}

function nameOf(view: EngineView, row: EdgeRow): Required<EdgeName> {
  const { from, to } = view.edgeEnds(row);
  const ends = { from: view.nodeId(from), to: view.nodeId(to) };
  return { ...ends, type: view.edgeType(row), key: view.edgeKey(row) };
}
