/** What transactions do to the obvious graph, and how elements are named there. */

import type { ListItem, Value } from '../../src/delta/value.ts';
import type { EdgeName } from '../../src/engine/graph-view.ts';
import type { Insert, ItemRemoval, Move } from './reference-sequence.ts';
import type { Base, Stamp, Write } from './reference-stamp.ts';

/** Names an element: a node by its id, an edge by `edgeElement`. */
export type ElementName = string;

export type ReferenceDelta =
  | { readonly op: 'createNode'; readonly id: string; readonly type: string; readonly key?: string }
  | { readonly op: 'deleteNode'; readonly id: string }
  | { readonly op: 'createEdge'; readonly edge: EdgeName }
  | { readonly op: 'deleteEdge'; readonly edge: EdgeName }
  | {
      readonly op: 'set';
      readonly element: ElementName;
      readonly path: string;
      readonly value: Value;
    }
  | {
      readonly op: 'increment';
      readonly element: ElementName;
      readonly path: string;
      readonly base: Base | undefined;
      readonly amount: bigint;
    }
  | {
      readonly op: 'add';
      readonly element: ElementName;
      readonly path: string;
      readonly value: ListItem;
    }
  | {
      readonly op: 'remove';
      readonly element: ElementName;
      readonly path: string;
      readonly value: ListItem;
      readonly adds: readonly Base[];
    }
  | (OnPath & Omit<Insert, keyof Write | 'kind' | 'isMasked'> & { readonly op: 'insert' })
  | (OnPath & Omit<ItemRemoval, keyof Write | 'kind'> & { readonly op: 'removeItems' })
  | (OnPath & Omit<Move, keyof Write | 'kind' | 'isMasked'> & { readonly op: 'move' });

interface OnPath {
  readonly element: ElementName;
  readonly path: string;
}

export interface ReferenceTransaction {
  readonly stamp: Stamp;
  readonly deltas: readonly ReferenceDelta[];
  /** Then only the places that it makes count. */
  readonly isMasked?: boolean;
}

export type EdgeFacts = Required<EdgeName>;

/** The element name of an edge. */
export function edgeElement(edge: EdgeName): ElementName {
  return JSON.stringify([edge.from, edge.type, edge.to, edge.key ?? 0]);
}

/** The element that a delta is about. */
export function deltaElement(delta: ReferenceDelta): ElementName {
  switch (delta.op) {
    case 'createNode':
    case 'deleteNode':
      return delta.id;
    case 'createEdge':
    case 'deleteEdge':
      return edgeElement(delta.edge);
    case 'set':
    case 'increment':
    case 'add':
    case 'remove':
    case 'insert':
    case 'removeItems':
    case 'move':
      return delta.element;
  }
}

/** The edge that an element name names; undefined for a node, as no id starts with a bracket. */
export function edgeOfElement(element: ElementName): EdgeFacts | undefined {
  if (!element.startsWith('[')) return undefined;
  const [from, type, to, key] = JSON.parse(element) as [string, string, string, number];
  return { from, type, to, key };
}
