/** `shortestPath`: from node to node by the fewest edges. */

import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { PATH_EDGES_MAX } from '../base/limits.ts';
import {
  Direction,
  type EdgeRow,
  type GraphView,
  type NodeRow,
  type Path,
} from '../engine/graph-view.ts';
import { type Api, type ObjectRef, objectType, once } from './builder.ts';
import { findNode } from './element.ts';
import { invalidInput, limitExceeded } from './errors.ts';
import { sizeExtensions } from './list-size.ts';
import { nodeInterface } from './node-ref.ts';

const DEFAULT_DEPTH = 10;

export function addPathQuery(api: Api): void {
  const { builder, definition } = api;
  builder.queryField('shortestPath', (t) =>
    t.field({
      description: 'A path of the fewest edges, or null where none has at most `maxDepth`.',
      type: pathObject(api),
      nullable: true,
      args: {
        from: t.arg.id({ required: true }),
        to: t.arg.id({ required: true }),
        maxDepth: t.arg.int({ defaultValue: DEFAULT_DEPTH }),
        relationship: t.arg.string({ description: 'Follows only edges of this type: `ROUTE`.' }),
        direction: t.arg({ type: directionEnum(api), defaultValue: Direction.OUT }),
      },
      extensions: sizeExtensions({
        innerListSize: ({ maxDepth }) =>
          typeof maxDepth === 'number' ? Math.max(maxDepth, 0) + 1 : DEFAULT_DEPTH + 1,
      }),
      resolve: (_root, { from, to, relationship, ...args }, { space }) => {
        if (typeof relationship === 'string' && !definition.edgeTypes.has(relationship)) {
          const names = [...definition.edgeTypes.keys()].join(', ');
          throw invalidInput(`relationship expected one of ${names}, got ${relationship}`);
        }
        const path = space.graph.shortestPath({
          from: existingNode(space.graph, 'from', from),
          to: existingNode(space.graph, 'to', to),
          maxDepth: depthOf(args.maxDepth ?? DEFAULT_DEPTH),
          direction: args.direction ?? Direction.OUT,
          ...(typeof relationship === 'string' ? { edgeType: relationship } : {}),
        });
        return path ?? null;
      },
    }),
  );
}

function depthOf(maxDepth: number): number {
  if (maxDepth < 0) throw invalidInput(`maxDepth expected 0 or more, got ${maxDepth}`);
  if (maxDepth <= PATH_EDGES_MAX) return maxDepth;
  throw limitExceeded({
    limit: 'PATH_EDGES_MAX',
    what: 'maxDepth',
    max: PATH_EDGES_MAX,
    actual: maxDepth,
  });
}

function existingNode(graph: GraphView, end: string, id: string): NodeRow {
  const node = findNode(graph, id);
  if (node !== undefined) return node;
  const message = `${end} expected the id of a node, got ${id.slice(0, 80)}`;
  throw new DatabaseError(ErrorCode.NOT_FOUND, message);
}

function pathObject(api: Api): ObjectRef<Path> {
  return objectType<Path>(api, 'Path', {
    fields: (t) => ({
      length: t.int({ description: 'Edges.', resolve: ({ edges }) => edges.length }),
      nodes: t.field({
        description: 'From the start to the end, both included.',
        type: [nodeInterface(api)],
        extensions: sizeExtensions({ usesListSize: true }),
        resolve: ({ nodes }) => nodes,
      }),
      relationships: t.field({
        type: [pathRelationship(api)],
        extensions: sizeExtensions({ usesListSize: true }),
        resolve: ({ edges }) => edges,
      }),
    }),
  });
}

function pathRelationship(api: Api): ObjectRef<EdgeRow> {
  const end = (graph: GraphView, edge: EdgeRow, name: 'from' | 'to') =>
    graph.nodeId(graph.edgeEnds(edge)[name]);
  return objectType<EdgeRow>(api, 'PathRelationship', {
    description: 'An edge of a path, in its own direction.',
    fields: (t) => ({
      type: t.string({ resolve: (edge, _args, { space }) => space.graph.edgeType(edge) }),
      from: t.id({ resolve: (edge, _args, { space }) => end(space.graph, edge, 'from') }),
      to: t.id({ resolve: (edge, _args, { space }) => end(space.graph, edge, 'to') }),
    }),
  });
}

function directionEnum(api: Api) {
  return once(api, 'PathDirection', () =>
    api.builder.enumType('PathDirection', {
      values: [Direction.OUT, Direction.IN, Direction.BOTH] as const,
    }),
  );
}
