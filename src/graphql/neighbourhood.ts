/**
 * The nodes within some edges of a node, breadth first: by distance, then by id. Each is walked
 * through that the caller sees and that is of a type of the definition, along edges of such types.
 */

import type { Definition } from '../definition/definition.ts';
import { compareText } from '../delta/value-order.ts';
import { Direction } from '../engine/direction.ts';
import type { EdgeRow, GraphView, NodeRow } from '../engine/graph-view.ts';
import type { Budget } from './budget.ts';

export interface NeighbourhoodQuery {
  readonly of: NodeRow;
  /** Edges at most. */
  readonly maxDepth: number;
  /** Types of edges that are followed; all of the definition where it is absent. */
  readonly edgeTypes: readonly string[] | undefined;
  readonly direction: Direction;
  /** Nodes at most. */
  readonly limit: number;
}

export interface Neighbour {
  readonly node: NodeRow;
  /** Edges on a shortest way to it. */
  readonly distance: number;
}

export interface Neighbourhood {
  /** The node itself comes first. */
  readonly nodes: readonly Neighbour[];
  /** Whether these are all that are so near. */
  readonly isComplete: boolean;
}

/** What a walk reads, and what it may look at. */
export interface Walking {
  readonly definition: Definition;
  readonly graph: GraphView;
  readonly budget: Budget;
}

export function neighbourhoodOf(walking: Walking, query: NeighbourhoodQuery): Neighbourhood {
  const { of, maxDepth, limit } = query;
  const reached = new Set([of]);
  const nodes: Neighbour[] = [{ node: of, distance: 0 }].slice(0, limit);
  let isComplete = limit > 0;
  let last: readonly NodeRow[] = [of];
  for (let distance = 1; distance <= maxDepth && isComplete && last.length > 0; distance++) {
    const room = limit - nodes.length;
    // Once there is no room, it only matters whether there is one more.
    const found = nextOf(walking, query, { last, reached, most: room === 0 ? 1 : Infinity });
    last = byId(walking.graph, found).slice(0, room);
    isComplete = found.length <= room;
    for (const node of last) nodes.push({ node, distance });
  }
  return { nodes, isComplete };
}

/** The edges among nodes: by the place of the node that they leave, by type, target and key. */
export function edgesAmong(
  walking: Walking,
  nodes: readonly NodeRow[],
  edgeTypes: readonly string[] | undefined,
): EdgeRow[] {
  const { graph, budget } = walking;
  const among = new Set(nodes);
  return nodes.flatMap((node) => {
    const edges = edgesOf(walking, node, { edgeTypes, direction: Direction.OUT });
    const inside = edges.filter((edge) => among.has(graph.edgeEnds(edge).to));
    return inOrder(graph, budget.answer(inside));
  });
}

interface Level {
  readonly last: readonly NodeRow[];
  /** Takes what is found. */
  readonly reached: Set<NodeRow>;
  readonly most: number;
}

function nextOf(walking: Walking, query: NeighbourhoodQuery, level: Level): NodeRow[] {
  const { graph, definition } = walking;
  const { last, reached, most } = level;
  const found: NodeRow[] = [];
  for (const node of last) {
    for (const edge of edgesOf(walking, node, query)) {
      const { from, to } = graph.edgeEnds(edge);
      const other = from === node ? to : from;
      if (reached.has(other) || !definition.nodeTypes.has(graph.nodeType(other))) continue;
      reached.add(other);
      found.push(other);
      if (found.length === most) return found;
    }
  }
  return found;
}

function edgesOf(
  { graph, definition, budget }: Walking,
  node: NodeRow,
  { edgeTypes, direction }: Pick<NeighbourhoodQuery, 'edgeTypes' | 'direction'>,
): EdgeRow[] {
  const edges =
    edgeTypes === undefined
      ? graph
          .edges(node, undefined, direction)
          .filter((edge) => definition.edgeTypes.has(graph.edgeType(edge)))
      : edgeTypes.flatMap((type) => graph.edges(node, type, direction));
  budget.follow(edges.length);
  return edges;
}

function byId(graph: GraphView, nodes: readonly NodeRow[]): NodeRow[] {
  return nodes
    .map((node) => ({ node, id: graph.nodeId(node) }))
    .sort((left, right) => compareText(left.id, right.id))
    .map(({ node }) => node);
}

function inOrder(graph: GraphView, edges: readonly EdgeRow[]): EdgeRow[] {
  return edges
    .map((edge) => {
      const to = graph.nodeId(graph.edgeEnds(edge).to);
      return { edge, type: graph.edgeType(edge), to, key: graph.edgeKey(edge) };
    })
    .sort(
      (left, right) =>
        compareText(left.type, right.type) ||
        compareText(left.to, right.to) ||
        left.key - right.key,
    )
    .map(({ edge }) => edge);
}
