/** Holds the graph of a space against the reference: all of it, or some questions. */

import { assert } from '../../src/base/assert.ts';
import { Direction } from '../../src/engine/direction.ts';
import type { EdgeRow, GraphView, NodeRow } from '../../src/engine/graph-view.ts';
import { type EdgeFacts, edgeElement } from '../reference/reference-delta.ts';
import type { ReferenceGraph } from '../reference/reference-graph.ts';
import { ReferenceView } from '../reference/reference-view.ts';
import type { Seeded } from '../seeded.ts';
import { EDGE_PATHS, NODE_PATHS } from './life-world.ts';
import { valueText } from './value-text.ts';

export interface Compared {
  readonly graph: GraphView;
  readonly reference: ReferenceGraph;
  readonly random: Seeded;
}

/** Throws where anything that shows differs. */
export function compareAll({ graph, reference }: Compared): void {
  const nodes = reference.nodes();
  const edges = reference.edges();
  expectSame('counts', graph.counts(), { nodes: nodes.length, edges: edges.length });
  for (const { id } of nodes) compareNode(graph, reference, id);
  for (const edge of edges) compareEdge(graph, reference, edge);
}

/** Asks some questions and answers how many. */
export function compareSome({ graph, reference, random }: Compared, count: number): number {
  const nodes = reference.nodes();
  const reader = new ReferenceView(reference);
  for (let asked = 0; asked < count; asked++) {
    const { id } = random.pick(nodes);
    compareNode(graph, reference, id);
    const row = graph.nodeById(id) as NodeRow;
    for (const direction of [Direction.OUT, Direction.IN, Direction.BOTH]) {
      const names = graph.edges(row, 'ROAD', direction).map((edge) => nameOf(graph, edge));
      const expected = reader
        .edges(reader.nodeRow(id), 'ROAD', direction)
        .map((edge) => edgeElement(reader.edgeName(edge)));
      expectSame(`edges ${direction} of ${id}`, names.sort(), expected.sort());
    }
  }
  compareByValue(graph, reader, random);
  return count;
}

function compareByValue(graph: GraphView, reader: ReferenceView, random: Seeded): void {
  const value = BigInt(random.below(1_000));
  const found = graph.nodesByValue('City', 'people', value).map((row) => graph.nodeId(row));
  const expected = reader.nodesByValue('City', 'people', value).map((row) => reader.nodeId(row));
  expectSame(`cities of ${value} people`, found, expected);
  const range = { lower: { value }, limit: 20, isDescending: random.chance(0.5) };
  const page = graph.nodesInOrder('City', 'people', range) ?? [];
  const inOrder = reader.nodesInOrder('City', 'people', range);
  expectSame(
    `cities from ${value} people on`,
    page.map((row) => graph.nodeId(row)),
    inOrder.map((row) => reader.nodeId(row)),
  );
}

function compareNode(graph: GraphView, reference: ReferenceGraph, id: string): void {
  const row = graph.nodeById(id);
  assert(row !== undefined, `node ${id} expected to exist, got none`);
  const facts = reference.nodeFacts(id);
  const found = [graph.nodeId(row), graph.nodeType(row), graph.nodeKey(row)];
  expectSame(`node ${id}`, found, [id, facts?.type, facts?.key]);
  for (const path of NODE_PATHS) {
    const value = valueText(graph.nodeValue(row, path));
    expectSame(`${id} at ${path}`, value, valueText(reference.value(id, path)));
  }
}

function compareEdge(graph: GraphView, reference: ReferenceGraph, edge: EdgeFacts): void {
  const element = edgeElement(edge);
  const row = graph.edgeByName(edge);
  assert(row !== undefined, `edge ${element} expected to show, got none`);
  expectSame('the name of an edge', nameOf(graph, row), element);
  for (const path of EDGE_PATHS) {
    const value = valueText(graph.edgeValue(row, path));
    expectSame(`${element} at ${path}`, value, valueText(reference.value(element, path)));
  }
}

function nameOf(graph: GraphView, edge: EdgeRow): string {
  const { from, to } = graph.edgeEnds(edge);
  const ends = { from: graph.nodeId(from), to: graph.nodeId(to) };
  return edgeElement({ ...ends, type: graph.edgeType(edge), key: graph.edgeKey(edge) });
}

function expectSame(question: string, engine: unknown, reference: unknown): void {
  const [found, expected] = [JSON.stringify(engine), JSON.stringify(reference)];
  assert(found === expected, `${question}: the space answers ${found}, the reference ${expected}`);
}
