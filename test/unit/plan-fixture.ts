/** A small graph, and what the reference answers about it, for tests of plans by hand. */

import { EMPTY_MAP, type Value } from '../../src/delta/value.ts';
import type {
  Condition,
  Field,
  Figure,
  Format,
  Item,
  Member,
  Rows,
  Shape,
  Source,
} from '../../src/engine/plan.ts';
import { edgeElement, type ReferenceDelta } from '../reference/reference-delta.ts';
import { ReferenceGraph } from '../reference/reference-graph.ts';
import { answerPlan } from '../reference/reference-plan.ts';

export const [A, B, C, D] = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(16)) as [
  string,
  string,
  string,
  string,
];
export const TYPE_PLACE: Source = { kind: 'type', type: 'Place' };
export const ID: Field = { kind: 'id' };
export const NAME = property('name');

/**
 * The places a, b and c, and the note d:
 *
 *     a ─WAY 1─▶ b ─WAY 1─▶ c ─WAY 0─▶ c    a ─WAY 5─▶ c (key 1)    b ─WAY─▶ a    a ─ABOUT─▶ d
 */
export function places(): ReferenceGraph {
  return graphOf(
    ...[place(A), place(B), place(C), { op: 'createNode', id: D, type: 'Note' } as const],
    ...edge(A, 'WAY', B, { visits: 1n }),
    ...edge(B, 'WAY', C, { visits: 1n }),
    ...edge(A, 'WAY', C, { visits: 5n }, 1),
    ...edge(C, 'WAY', C, { visits: 0n }),
    ...edge(B, 'WAY', A, {}),
    ...edge(A, 'ABOUT', D, { name: 'first' }),
    ...values(A, { name: 'red', visits: 2n, 'at.x': 0.5 }),
    ...values(B, { name: 'green', visits: 10n }),
    ...values(C, { visits: 1.5 }),
    ...values(D, { name: '"q"\n\u0001😀\u2028/', at: EMPTY_MAP }),
  );
}

export function graphOf(...deltas: ReferenceDelta[]): ReferenceGraph {
  const graph = new ReferenceGraph();
  const stamp = { hlc: 1n, author: 'a0', commit: 'c1', position: 0 };
  graph.apply({ stamp, deltas });
  return graph;
}

export function place(id: string): ReferenceDelta {
  return { op: 'createNode', id, type: 'Place' };
}

export function edge(
  from: string,
  type: string,
  to: string,
  held: Record<string, Value>,
  key = 0,
): ReferenceDelta[] {
  const name = { from, type, to, key };
  return [{ op: 'createEdge', edge: name }, ...values(edgeElement(name), held)];
}

export function values(element: string, held: Record<string, Value>): ReferenceDelta[] {
  return Object.entries(held).map(([path, value]) => ({ op: 'set', element, path, value }));
}

export function property(path: string, of: 'node' | 'edge' = 'node'): Field {
  return { kind: 'property', of, path };
}

export function value(field: Field, format: Format = 'any'): Shape {
  return { kind: 'value', field, format };
}

export function members(shapes: Record<string, Shape>): Member[] {
  return Object.entries(shapes).map(([name, shape]) => ({ name, shape }));
}

export function item(shapes: Record<string, Shape>): Item {
  return { members: members(shapes) };
}

/** The JSON of one shape, or the status that is not OK. */
export function answer(shape: Shape, graph = places()): string {
  const answered = answerPlan(graph, { members: members({ x: shape }) });
  if (answered.status !== 'ok') return answered.status;
  return answered.json.toString().slice('{"x":'.length, -1);
}

/** First letters of the nodes of a list, in order. */
export function nodesOf(rows: Rows, graph = places()): string {
  const shape: Shape = { kind: 'list', rows, item: item({ id: value(ID) }) };
  const listed = JSON.parse(answer(shape, graph)) as { readonly id: string }[];
  return listed.map(({ id }) => id[0]).join('');
}

/** Nodes of a list in an item of one node. */
export function nodesFrom(id: string, rows: Rows): string {
  const list: Shape = { kind: 'list', rows, item: item({ id: value(ID) }) };
  const source: Source = { kind: 'ids', ids: [id] };
  const shape: Shape = { kind: 'one', rows: { source }, item: item({ list }) };
  const { list: listed } = JSON.parse(answer(shape)) as {
    readonly list: { readonly id: string }[];
  };
  return listed.map((each) => each.id[0]).join('');
}

export function where(condition: Condition): string {
  return nodesOf({ source: TYPE_PLACE, where: condition });
}

export function figure(figure: Figure, held: readonly Value[], format: Format = 'any'): string {
  const nodes = held.map((each, index) => ({ id: `${index}`.padStart(16, '0'), each }));
  const graph = graphOf(
    ...nodes.flatMap(({ id, each }) => [place(id), ...values(id, { v: each })]),
  );
  const members = [
    { name: 'f', shape: { kind: 'figure', figure, field: property('v'), format } as const },
  ];
  const text = answer({ kind: 'aggregate', rows: { source: TYPE_PLACE }, members }, graph);
  return text.replace(/^\{"f":(.*)\}$/, '$1');
}

export function written(held: Value, format: Format = 'any'): string {
  const graph = graphOf(place(A), ...values(A, { v: held }));
  const shape = {
    kind: 'one',
    rows: { source: TYPE_PLACE },
    item: item({ v: value(property('v'), format) }),
  };
  return answer(shape as Shape, graph).replace(/^\{"v":(.*)\}$/, '$1');
}
