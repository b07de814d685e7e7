/** A graph as plain objects, and what one caller sees of it. */

import type { RelationshipDefinition } from './query-definition.ts';
import type { StoredValue } from './query-scalar.ts';

/** What holds values, by their paths; a missing one has no entry. */
export interface ReferenceElement {
  readonly values: Map<string, StoredValue>;
}

export interface ReferenceNode extends ReferenceElement {
  readonly id: string;
  readonly type: string;
}

export interface ReferenceEdge extends ReferenceElement {
  readonly type: string;
  readonly from: ReferenceNode;
  readonly to: ReferenceNode;
  /** Tells edges of one type between the same two nodes apart. */
  readonly key: number;
}

export interface ReferenceData {
  readonly nodes: readonly ReferenceNode[];
  readonly edges: readonly ReferenceEdge[];
}

export interface Sight {
  seesNode(node: ReferenceNode): boolean;
  /** Of the edge alone: its ends are asked for as well. */
  seesEdge(edge: ReferenceEdge): boolean;
  readsField(element: ReferenceElement, path: string): boolean;
}

export const SEES_ALL: Sight = {
  seesNode: () => true,
  seesEdge: () => true,
  readsField: () => true,
};

/** What is hidden is nowhere. */
export function seenBy({ nodes, edges }: ReferenceData, sight: Sight): ReferenceData {
  const isSeen = (node: ReferenceNode) => sight.seesNode(node);
  return {
    nodes: nodes.filter(isSeen),
    edges: edges.filter((edge) => sight.seesEdge(edge) && isSeen(edge.from) && isSeen(edge.to)),
  };
}

/** An element of a list: a node, with the edge that led to it where one did. */
export interface ReferenceRow {
  readonly node: ReferenceNode;
  readonly edge?: ReferenceEdge;
}

/** A row for each edge of a relationship: a node that several lead to is there several times. */
export function relatedRows(
  { edges }: ReferenceData,
  node: ReferenceNode,
  { edgeType, direction, targets }: RelationshipDefinition,
): ReferenceRow[] {
  const [near, far] = direction === 'OUT' ? (['from', 'to'] as const) : (['to', 'from'] as const);
  return edges
    .filter((edge) => {
      const isOfTarget = targets.includes(edge[far].type);
      return edge.type === edgeType && edge[near] === node && isOfTarget;
    })
    .map((edge) => ({ node: edge[far], edge }));
}

/** All nodes that at most so many edges of a relationship lead to, each once, and not itself. */
export function reachedRows(
  data: ReferenceData,
  node: ReferenceNode,
  { relationship, most }: { relationship: RelationshipDefinition; most: number },
): ReferenceRow[] {
  const reached = new Set([node]);
  let last = [node];
  for (let length = 1; length <= most && last.length > 0; length++) {
    const next = last.flatMap((each) =>
      relatedRows(data, each, relationship).map((row) => row.node),
    );
    last = [...new Set(next)].filter((each) => !reached.has(each));
    for (const each of last) reached.add(each);
  }
  return [...reached].filter((each) => each !== node).map((each) => ({ node: each }));
}
