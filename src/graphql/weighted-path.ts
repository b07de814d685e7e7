/**
 * The path of the least sum of weights, as plans find it (schema/plan.md, E22): from the end
 * backwards (E. W. Dijkstra, 1959), then along the edges that come to the least sums.
 */

import { compareText } from '../delta/value-order.ts';
import { Direction } from '../engine/direction.ts';
import type { EdgeRow, GraphView, NodeRow, Path } from '../engine/graph-view.ts';
import type { Budget } from './budget.ts';

export interface WeightedQuery {
  readonly from: NodeRow;
  readonly to: NodeRow;
  readonly edgeType: string;
  readonly direction: Direction;
  /** A property of edges: those without a number of 0 or more there are not followed. */
  readonly weight: string;
}

export interface WeightedPath extends Path {
  readonly weight: number;
}

/** How far a node is from the end: the sum, then how many edges. */
interface Distance {
  readonly sum: number;
  readonly edges: number;
}

interface Found extends Distance {
  readonly node: NodeRow;
}

interface Step {
  readonly edge: EdgeRow;
  readonly node: NodeRow;
  readonly weight: number;
  /** Whether the edge leads to where the step came from. */
  readonly isEntering: boolean;
}

const OPPOSITE = {
  [Direction.OUT]: Direction.IN,
  [Direction.IN]: Direction.OUT,
  [Direction.BOTH]: Direction.BOTH,
} as const;

export function weightedPath(
  graph: GraphView,
  query: WeightedQuery,
  budget: Budget,
): WeightedPath | undefined {
  const { from, to } = query;
  const distances = distancesTo(graph, query, budget);
  const start = distances.get(from);
  if (start === undefined) return undefined;
  const [nodes, edges]: [NodeRow[], EdgeRow[]] = [[from], []];
  for (let node = from; node !== to; ) {
    const distance = distances.get(node);
    const steps = stepsOf(graph, query, { node, direction: query.direction });
    const [step] = steps
      .filter(({ node: next, weight }) => leadsOn(distances.get(next), weight, distance))
      .sort((left, right) => compareSteps(graph, left, right));
    if (step === undefined) throw new Error('assertion failed: a least sum is that of a way');
    node = step.node;
    nodes.push(node);
    edges.push(step.edge);
  }
  return { nodes, edges, weight: start.sum };
}

/** Of all nodes that are no farther from the end than the start. */
function distancesTo(
  graph: GraphView,
  query: WeightedQuery,
  budget: Budget,
): ReadonlyMap<NodeRow, Distance> {
  const settled = new Map<NodeRow, Distance>();
  const waiting = new Heap();
  const direction = OPPOSITE[query.direction];
  waiting.push({ node: query.to, sum: 0, edges: 0 });
  for (let found = waiting.pop(); found !== undefined; found = waiting.pop()) {
    const { node, sum, edges } = found;
    if (settled.has(node)) continue;
    settled.set(node, { sum, edges });
    if (node === query.from) break;
    const steps = stepsOf(graph, query, { node, direction });
    budget.follow(steps.length);
    for (const { node: next, weight } of steps) {
      if (!settled.has(next)) waiting.push({ node: next, sum: weight + sum, edges: edges + 1 });
    }
  }
  return settled;
}

function leadsOn(next: Distance | undefined, weight: number, distance?: Distance): boolean {
  if (next === undefined || distance === undefined) return false;
  return weight + next.sum === distance.sum && next.edges + 1 === distance.edges;
}

function stepsOf(
  graph: GraphView,
  { edgeType, weight: path }: WeightedQuery,
  { node, direction }: { readonly node: NodeRow; readonly direction: Direction },
): Step[] {
  return graph.edges(node, edgeType, direction).flatMap((edge) => {
    const { from, to } = graph.edgeEnds(edge);
    const value = graph.edgeValue(edge, path);
    if (typeof value !== 'bigint' && typeof value !== 'number') return [];
    const weight = Number(value);
    if (!(weight >= 0 && weight < Infinity)) return [];
    const isEntering = from !== node;
    return [{ edge, node: isEntering ? from : to, weight, isEntering }];
  });
}

/** By identity (E13), of edges of one type. */
function compareSteps(graph: GraphView, left: Step, right: Step): number {
  return (
    compareText(graph.nodeId(left.node), graph.nodeId(right.node)) ||
    graph.edgeKey(left.edge) - graph.edgeKey(right.edge) ||
    Number(left.isEntering) - Number(right.isEntering)
  );
}

/** Gives the nearest first. */
class Heap {
  readonly #found: Found[] = [];

  push(found: Found): void {
    const all = this.#found;
    let at = all.length;
    all.push(found);
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!isNearer(found, all[above] as Found)) break;
      all[at] = all[above] as Found;
      at = above;
    }
    all[at] = found;
  }

  pop(): Found | undefined {
    const all = this.#found;
    const [first] = all;
    const last = all.pop();
    if (last === undefined || all.length === 0) return first;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= all.length) break;
      const isRight =
        below + 1 < all.length && isNearer(all[below + 1] as Found, all[below] as Found);
      if (isRight) below += 1;
      if (!isNearer(all[below] as Found, last)) break;
      all[at] = all[below] as Found;
      at = below;
    }
    all[at] = last;
    return first;
  }
}

function isNearer(left: Distance, right: Distance): boolean {
  return left.sum < right.sum || (left.sum === right.sum && left.edges < right.edges);
}
