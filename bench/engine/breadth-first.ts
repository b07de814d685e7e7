/** Breadth-first search over the model, for what the engines' searches must find. */

import type { RandomGraph } from './random-graph.ts';
import type { SeededRandom } from './seeded-random.ts';

export interface Search {
  readonly from: number;
  /** A node as far from the start as any that can be reached. */
  readonly to: number;
  /** Edges of a shortest path between them. */
  readonly distance: number;
  /** Edges that every search between them looks at: those that leave nodes far from the end. */
  readonly edges: number;
  /** Nodes that the start reaches, itself among them, the sum of their rows, and their edges. */
  readonly reached: number;
  readonly sum: number;
  readonly allEdges: number;
}

const STARTS_MAX = 100;

/** A search that reaches at least half of the nodes. */
export function wideSearch(graph: RandomGraph, random: SeededRandom): Search {
  for (let start = 0; start < STARTS_MAX; start += 1) {
    const from = random.below(graph.nodes);
    const { order, distances } = breadthFirst(graph, from);
    const to = order.at(-1) ?? from;
    const distance = distances[to] ?? 0;
    if (order.length < graph.nodes / 2 || distance < 2) continue;
    const inner = order.filter((node) => (distances[node] ?? 0) <= distance - 2);
    const sum = order.reduce((sum, node) => sum + node + 1, 0);
    const [edges, allEdges] = [edgesOf(graph, inner), edgesOf(graph, order)];
    return { from, to, distance, edges, reached: order.length, sum, allEdges };
  }
  throw new Error(`a search expected to reach half of ${graph.nodes} nodes, got fewer`);
}

function edgesOf(graph: RandomGraph, nodes: readonly number[]): number {
  return nodes.reduce((sum, node) => sum + graph.targets(node).length, 0);
}

function breadthFirst(graph: RandomGraph, from: number) {
  const distances = new Int32Array(graph.nodes).fill(-1);
  distances[from] = 0;
  const order = [from];
  for (const node of order) {
    for (const target of graph.targets(node)) {
      if (distances[target] !== -1) continue;
      distances[target] = (distances[node] ?? 0) + 1;
      order.push(target);
    }
  }
  return { order, distances };
}
