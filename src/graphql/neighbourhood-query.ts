/** `neighbourhood`: the nodes around a node, over any relationships, and the edges among them. */

import { NEIGHBOURHOOD_NODES, PAGE_ITEMS_MAX, RELATED_ITEMS_ASSUMED } from '../base/limits.ts';
import { Direction } from '../engine/direction.ts';
import { type Api, type ObjectRef, objectType } from './builder.ts';
import { checkedDepth } from './depth.ts';
import { requestedSize, sizeExtensions } from './list-size.ts';
import {
  edgesAmong,
  type Neighbour,
  type Neighbourhood,
  neighbourhoodOf,
} from './neighbourhood.ts';
import { nodeInterface } from './node-ref.ts';
import { countArgument } from './page.ts';
import { directionEnum, existingNode, pathRelationship } from './path-parts.ts';
import { edgeTypeEnum } from './type-enums.ts';

const DEFAULT_DEPTH = 1;

/** A neighbourhood, and the types of edges that were followed. */
interface Shown extends Neighbourhood {
  readonly edgeTypes: readonly string[] | undefined;
}

export function addNeighbourhoodQuery(api: Api): void {
  const { builder, definition } = api;
  const hasEdges = definition.edgeTypes.size > 0;
  builder.queryField('neighbourhood', (t) =>
    t.field({
      description:
        'The nodes within `maxDepth` edges of a node, by distance, and the edges among them.',
      type: neighbourhoodObject(api),
      args: {
        of: t.arg.id({ required: true }),
        maxDepth: t.arg.int({ defaultValue: DEFAULT_DEPTH }),
        ...(hasEdges && {
          relationships: t.arg({
            type: [edgeTypeEnum(api)],
            description: 'Follows only edges of these types; those of all where it is absent.',
          }),
        }),
        direction: t.arg({ type: directionEnum(api), defaultValue: Direction.BOTH }),
        limit: t.arg.int({
          defaultValue: NEIGHBOURHOOD_NODES,
          description: 'Nodes at most, the nearest ones, the node itself included.',
        }),
      },
      extensions: sizeExtensions({
        innerListSize: ({ limit }) => requestedSize(limit ?? NEIGHBOURHOOD_NODES, PAGE_ITEMS_MAX),
      }),
      resolve: async (_root, args, { graph, budget, deadline }) => {
        while (deadline.isTurnOver) await deadline.rest();
        const { relationships, direction } = args;
        const edgeTypes = relationships ? [...new Set(relationships)] : undefined;
        const found = neighbourhoodOf(
          { definition, graph, budget },
          {
            of: existingNode(graph, 'of', args.of),
            maxDepth: checkedDepth(args.maxDepth ?? DEFAULT_DEPTH, 0),
            direction: direction ?? Direction.BOTH,
            limit: countArgument('limit', args.limit) ?? NEIGHBOURHOOD_NODES,
            edgeTypes,
          },
        );
        return { ...found, edgeTypes };
      },
    }),
  );
}

function neighbourhoodObject(api: Api): ObjectRef<Shown> {
  const { definition } = api;
  return objectType<Shown>(api, 'Neighbourhood', {
    fields: (t) => ({
      nodes: t.field({
        description: 'By distance, then by id: the node itself comes first.',
        type: [neighbourhoodNode(api)],
        extensions: sizeExtensions({ usesListSize: true }),
        resolve: ({ nodes }, _args, { budget, deadline }) => {
          return deadline.inTurns(budget.answer(nodes));
        },
      }),
      relationships: t.field({
        description:
          'All edges among the nodes, of the types that were asked for, in any direction.',
        type: [pathRelationship(api)],
        extensions: sizeExtensions({ usesListSize: true, timesListSize: RELATED_ITEMS_ASSUMED }),
        resolve: ({ nodes, edgeTypes }, _args, { graph, budget, deadline }) => {
          const rows = nodes.map(({ node }) => node);
          return deadline.inTurns(edgesAmong({ definition, graph, budget }, rows, edgeTypes));
        },
      }),
      isComplete: t.exposeBoolean('isComplete', {
        description: 'Whether these are all nodes so near; false where `limit` leaves out some.',
      }),
    }),
  });
}

function neighbourhoodNode(api: Api): ObjectRef<Neighbour> {
  return objectType<Neighbour>(api, 'NeighbourhoodNode', {
    fields: (t) => ({
      distance: t.exposeInt('distance', { description: 'Edges on a shortest way to it.' }),
      node: t.field({ type: nodeInterface(api), resolve: ({ node }) => node }),
    }),
  });
}
