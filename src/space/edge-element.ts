/** Edges by their names, as a draft knows them. */

import type { EdgeName } from '../engine/graph-view.ts';
import { invalid } from './admission.ts';

/** One text for each edge. */
export function edgeElement(edge: Required<EdgeName>): string {
  return `${edge.from} ${edge.type} ${edge.to} ${edge.key}`;
}

/** With its key, which is 0 where absent; throws INVALID_INPUT for what is no key. */
export function expectKey(name: EdgeName): Required<EdgeName> {
  const key = name.key ?? 0;
  if (Number.isInteger(key) && key >= 0 && key <= 0xffff_ffff) return { ...name, key };
  throw invalid('an edge key expected a whole number from 0 to 2^32 - 1', String(key));
}

/** By node, edges that only one transaction has made. */
export function rememberNew(
  newEdges: Map<string, Map<string, Required<EdgeName>>>,
  edge: Required<EdgeName>,
): void {
  for (const id of [edge.from, edge.to]) {
    const edges = newEdges.get(id) ?? new Map<string, Required<EdgeName>>();
    newEdges.set(id, edges.set(edgeElement(edge), edge));
  }
}
