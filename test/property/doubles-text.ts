/** The doubles of a field as text. */

import type { DoublesQuery, GraphView } from '../../src/engine/graph-view.ts';

/** Ids of the nodes of each value; without how many rows were looked at. */
export function doublesText(view: GraphView, query: DoublesQuery): string {
  const doubles = view.doubles(query);
  if (typeof doubles === 'string') return doubles;
  const ids = doubles.nodes.map((nodes) => nodes.map((node) => view.nodeId(node)).join(' '));
  return `${doubles.found}: ${ids.join(', ')}`;
}
