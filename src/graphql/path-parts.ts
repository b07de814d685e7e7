/** What `shortestPath` and `neighbourhood` share: nodes to begin with, and edges as answered. */

import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { Direction } from '../engine/direction.ts';
import type { EdgeRow, GraphView, NodeRow } from '../engine/graph-view.ts';
import { ElementKind, type Field, Format } from '../engine/plan.ts';
import { type Api, type ObjectRef, objectType, once } from './builder.ts';
import { findNode } from './element.ts';
import { planExtensions } from './plan-field.ts';

export function existingNode(graph: GraphView, end: string, id: string): NodeRow {
  const node = findNode(graph, id);
  if (node !== undefined) return node;
  const message = `${end} expected the id of a node, got ${id.slice(0, 80)}`;
  throw new DatabaseError(ErrorCode.NOT_FOUND, message);
}

export function pathRelationship(api: Api): ObjectRef<EdgeRow> {
  const end = (graph: GraphView, edge: EdgeRow, name: 'from' | 'to') =>
    graph.nodeId(graph.edgeEnds(edge)[name]);
  return objectType<EdgeRow>(api, 'PathRelationship', {
    description: 'An edge of a path or a neighbourhood, in its own direction.',
    fields: (t) => ({
      type: t.string({
        extensions: planText({ kind: 'type', of: ElementKind.EDGE }),
        resolve: (edge, _args, { graph }) => graph.edgeType(edge),
      }),
      from: t.id({
        extensions: planText({ kind: 'from' }),
        resolve: (edge, _args, { graph }) => end(graph, edge, 'from'),
      }),
      to: t.id({
        extensions: planText({ kind: 'to' }),
        resolve: (edge, _args, { graph }) => end(graph, edge, 'to'),
      }),
    }),
  });
}

function planText(field: Field): Record<string, unknown> {
  return planExtensions(() => ({ kind: 'value', field, format: Format.TEXT }));
}

export function directionEnum(api: Api) {
  return once(api, 'PathDirection', () =>
    api.builder.enumType('PathDirection', {
      values: [Direction.OUT, Direction.IN, Direction.BOTH] as const,
    }),
  );
}
