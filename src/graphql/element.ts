/** Reads the values of nodes and edges by field, and walks from a node along a relationship. */

import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { Relationship, ScalarField } from '../definition/definition.ts';
import type { Value } from '../delta/value.ts';
import { type CallerView, FieldVerb } from '../engine/caller-view.ts';
import { Direction } from '../engine/direction.ts';
import type { EdgeRow, GraphView, NodeRow } from '../engine/graph-view.ts';
import { ElementKind } from '../engine/plan.ts';
import { absentNode } from './absent-node.ts';

export type ValueReader<T> = (graph: GraphView, element: T, field: ScalarField) => Value;

/** How the values of nodes are read, or those of edges: by resolvers, and by plans. */
export interface ElementReader<T> {
  readonly of: ElementKind;
  readonly read: ValueReader<T>;
  /** The name of the type whose rules count. */
  readonly typeOf: (graph: GraphView, element: T) => string;
  /** What tells it from others, as a member of the API's object. */
  readonly identity: (graph: GraphView, element: T) => Readonly<Record<string, string>>;
  /** Whether the caller may read at a path. */
  readonly mayRead: (graph: CallerView, element: T, path: string) => boolean;
}

/** A node together with the edge that led to it. */
export interface Related {
  readonly edge: EdgeRow;
  readonly node: NodeRow;
}

export function readNode(graph: GraphView, node: NodeRow, field: ScalarField): Value {
  const absent = absentNode(node);
  if (absent !== undefined) return absent.value(field);
  return field.isKey ? (graph.nodeKey(node) ?? null) : graph.nodeValue(node, field.path);
}

export function readEdge(graph: GraphView, edge: EdgeRow, field: ScalarField): Value {
  return graph.edgeValue(edge, field.path);
}

export const NODE_VALUES: ElementReader<NodeRow> = {
  of: ElementKind.NODE,
  read: readNode,
  typeOf: typeOfNode,
  identity: (graph, node) => ({ id: idOfNode(graph, node) }),
  mayRead: (graph, node, path) =>
    // Nothing of it is kept that could be hidden.
    absentNode(node) !== undefined || graph.nodeMask(node, FieldVerb.READ, [path])[0] === true,
};
export const EDGE_VALUES: ElementReader<EdgeRow> = {
  of: ElementKind.EDGE,
  read: readEdge,
  typeOf: (graph, edge) => graph.edgeType(edge),
  identity: () => ({}),
  mayRead: (graph, edge, path) => graph.edgeMask(edge, FieldVerb.READ, [path])[0] === true,
};

export function typeOfNode(graph: GraphView, node: NodeRow): string {
  return absentNode(node)?.type ?? graph.nodeType(node);
}

export function idOfNode(graph: GraphView, node: NodeRow): string {
  const absent = absentNode(node);
  if (absent === undefined) return graph.nodeId(node);
  if (absent.id !== undefined) return absent.id;
  const message = `id of a ${absent.type} expected a node that is kept here, got none`;
  throw new DatabaseError(ErrorCode.NOT_FOUND, message);
}

/** What a relationship of `node` leads to. Other relationships may share its edge type. */
export function relatedTo(graph: GraphView, node: NodeRow, relationship: Relationship): Related[] {
  const { edgeType, direction, targetTypes } = relationship;
  const related: Related[] = [];
  if (absentNode(node) !== undefined) return related;
  for (const edge of graph.edges(node, edgeType, direction)) {
    const ends = graph.edgeEnds(edge);
    const other = direction === Direction.OUT ? ends.to : ends.from;
    if (targetTypes.includes(graph.nodeType(other))) related.push({ edge, node: other });
  }
  return related;
}

/** All that so many edges of a relationship lead to at most, each once, without the node itself. */
export function reachedFrom(
  graph: GraphView,
  start: NodeRow,
  { relationship, maxDepth }: { readonly relationship: Relationship; readonly maxDepth: number },
): NodeRow[] {
  const reached = new Set([start]);
  let last: readonly NodeRow[] = [start];
  for (let depth = 0; depth < maxDepth && last.length > 0; depth++) {
    const next = last.flatMap((node) => relatedTo(graph, node, relationship));
    last = [...new Set(next.map(({ node }) => node))].filter((node) => !reached.has(node));
    for (const node of last) reached.add(node);
  }
  reached.delete(start);
  return [...reached];
}

const NODE_ID = /^[0-9A-Za-z]{16}$/;

/** The node of this id, where the text is an id at all and, if asked for, the node of that type. */
export function findNode(graph: GraphView, id: string, type?: string): NodeRow | undefined {
  const node = NODE_ID.test(id) ? graph.nodeById(id) : undefined;
  if (node === undefined || type === undefined) return node;
  return graph.nodeType(node) === type ? node : undefined;
}
