/** `shortestPath`: from node to node by the fewest edges, or by the least sum of weights. */

import { PATH_EDGES_MAX } from '../base/limits.ts';
import { type Definition, Scalar } from '../definition/definition.ts';
import { scalarFields } from '../definition/fields.ts';
import { Direction } from '../engine/direction.ts';
import type { GraphView, Path, PathQuery } from '../engine/graph-view.ts';
import { type Api, type ObjectRef, objectType } from './builder.ts';
import { checkedDepth } from './depth.ts';
import { invalidInput } from './errors.ts';
import { sizeExtensions } from './list-size.ts';
import { nodeInterface } from './node-ref.ts';
import { directionEnum, existingNode, pathRelationship } from './path-parts.ts';
import { placeWithin, planExtensions, planPart } from './plan-field.ts';
import { type WeightedPath, weightedPath } from './weighted-path.ts';

const DEFAULT_DEPTH = 10;
const NUMBERS: ReadonlySet<Scalar> = new Set([Scalar.Int, Scalar.BigInt, Scalar.Float]);

type ShownPath = Path & Partial<Pick<WeightedPath, 'weight'>>;

export function addPathQuery(api: Api): void {
  const { builder, definition } = api;
  builder.queryField('shortestPath', (t) =>
    t.field({
      description:
        'A path of the fewest edges, or null where none has at most `maxDepth`; ' +
        'with `weight`, one of the least sum of weights, however many edges it has.',
      type: pathObject(api),
      nullable: true,
      args: {
        from: t.arg.id({ required: true }),
        to: t.arg.id({ required: true }),
        maxDepth: t.arg.int({ defaultValue: DEFAULT_DEPTH }),
        relationship: t.arg.string({ description: 'Follows only edges of this type: `ROUTE`.' }),
        direction: t.arg({ type: directionEnum(api), defaultValue: Direction.OUT }),
        weight: t.arg.string({
          description:
            'A numeric field of the edges, which `relationship` names. Edges without a ' +
            'number of 0 or more there are not followed.',
        }),
      },
      extensions: {
        ...sizeExtensions({
          innerListSize: ({ maxDepth, weight }) => {
            if (typeof weight === 'string') return PATH_EDGES_MAX + 1;
            return typeof maxDepth === 'number' ? Math.max(maxDepth, 0) + 1 : DEFAULT_DEPTH + 1;
          },
        }),
        ...planExtensions(({ args, members }) => {
          const { from, to, ...ways } = args as unknown as PathArguments;
          const { maxDepth: most, ...walk } = pathWays(definition, ways);
          const weight = weightOf(definition, walk, args.weight);
          const search = { ...walk, from, to, ...(weight === undefined ? { most } : { weight }) };
          const isWeighted = weight !== undefined;
          return { kind: 'shortestPath', search, members: members({ kind: 'path', isWeighted }) };
        }),
      },
      resolve: async (_root, args, { graph, budget, deadline }) => {
        while (deadline.isTurnOver) await deadline.rest();
        const query = pathQuery(definition, graph, args);
        const { edgeType = '' } = query;
        const weight = weightOf(definition, query, args.weight);
        const path =
          weight === undefined
            ? graph.shortestPath(query)
            : weightedPath(graph, { ...query, edgeType, weight }, budget);
        return path ?? null;
      },
    }),
  );
}

interface PathArguments {
  readonly from: string;
  readonly to: string;
  readonly relationship?: string | null | undefined;
  readonly maxDepth?: number | null | undefined;
  readonly direction?: Direction | null | undefined;
}

function pathQuery(definition: Definition, graph: GraphView, args: PathArguments): PathQuery {
  const { from, to, ...ways } = args;
  const followed = pathWays(definition, ways);
  const ends = { from: existingNode(graph, 'from', from), to: existingNode(graph, 'to', to) };
  return { ...ends, ...followed };
}

/** What is followed, wherever it begins and ends. */
function pathWays(
  definition: Definition,
  { relationship, maxDepth, direction }: Omit<PathArguments, 'from' | 'to'>,
): Omit<PathQuery, 'from' | 'to'> {
  if (typeof relationship === 'string' && !definition.edgeTypes.has(relationship)) {
    const names = [...definition.edgeTypes.keys()].join(', ');
    throw invalidInput(`relationship expected one of ${names}, got ${relationship}`);
  }
  return {
    maxDepth: checkedDepth(maxDepth ?? DEFAULT_DEPTH, 0),
    direction: direction ?? Direction.OUT,
    ...(typeof relationship === 'string' ? { edgeType: relationship } : {}),
  };
}

/** The path of a numeric field of the edges that are followed. */
function weightOf(
  definition: Definition,
  { edgeType }: Pick<PathQuery, 'edgeType'>,
  name: unknown,
): string | undefined {
  if (typeof name !== 'string') return undefined;
  const properties =
    edgeType === undefined ? undefined : definition.edgeTypes.get(edgeType)?.properties;
  const numbers = scalarFields(properties?.fields ?? []).filter(
    (field) => !field.isList && NUMBERS.has(field.scalar),
  );
  const field = numbers.find(({ path }) => path === name);
  if (field !== undefined) return field.path;
  const names = numbers.map(({ path }) => path).join(', ');
  throw invalidInput(
    edgeType === undefined
      ? 'weight expected a relationship whose edges have it, got none'
      : `weight expected one of [${names}], got ${name.slice(0, 80)}`,
  );
}

function pathObject(api: Api): ObjectRef<ShownPath> {
  return objectType<ShownPath>(api, 'Path', {
    fields: (t) => ({
      length: t.int({
        description: 'Edges.',
        extensions: planPart('length'),
        resolve: ({ edges }) => edges.length,
      }),
      weight: t.float({
        description: 'The sum of the weights; null where none was asked for.',
        nullable: true,
        extensions: planExtensions((request) =>
          placeWithin(request, 'path').isWeighted
            ? { kind: 'weight' }
            : { kind: 'literal', json: 'null' },
        ),
        resolve: ({ weight }) => weight ?? null,
      }),
      nodes: t.field({
        description: 'From the start to the end, both included.',
        type: [nodeInterface(api)],
        extensions: {
          ...sizeExtensions({ usesListSize: true }),
          ...planExtensions(({ item }) => ({ kind: 'pathNodes', item: item() })),
        },
        resolve: ({ nodes }) => nodes,
      }),
      relationships: t.field({
        type: [pathRelationship(api)],
        extensions: {
          ...sizeExtensions({ usesListSize: true }),
          ...planExtensions(({ item }) => ({ kind: 'pathEdges', item: item() })),
        },
        resolve: ({ edges }) => edges,
      }),
    }),
  });
}
