/**
 * What a reader may ask of the graph. Answers are of this moment: the view is synchronous, holds
 * no state of its own, and shows only what exists (deleted nodes, edges with a missing end and
 * displaced cells are absent). Row numbers name rows of one engine instance, and after a seal maybe
 * others than before: use them within one turn of the event loop, store ids instead.
 */

import type { Value } from '../delta/value.ts';
import type { Direction } from './direction.ts';
import type { CountedAnswer, Plan, PlanLimits } from './plan.ts';

export type NodeRow = number & { readonly row: 'node' };
export type EdgeRow = number & { readonly row: 'edge' };

/** An edge's identity: its ends by node id, its type, and a key that tells parallel edges apart. */
export interface EdgeName {
  readonly from: string;
  readonly type: string;
  readonly to: string;
  /** 0 to 2^32 - 1; 0 when absent. */
  readonly key?: number;
}

export interface Path {
  /** From the start to the end, both included. */
  readonly nodes: readonly NodeRow[];
  /** One fewer than the nodes, in order. */
  readonly edges: readonly EdgeRow[];
}

export interface PathQuery {
  readonly from: NodeRow;
  readonly to: NodeRow;
  /** Edges at most. */
  readonly maxDepth: number;
  readonly direction: Direction;
  /** Follows only edges of this type; all types when absent. */
  readonly edgeType?: string;
}

/** An end of a range of values. */
export interface OrderBound {
  readonly value: Value;
  /** Whether nodes of this very value are out of the range. */
  readonly isExcluded?: boolean;
}

export interface OrderRange {
  readonly lower?: OrderBound | undefined;
  readonly upper?: OrderBound | undefined;
  /** From the greatest value on; nodes of one value still come by ascending id. */
  readonly isDescending?: boolean;
  /** Begins behind this id among the nodes of the bound at which the range begins. */
  readonly afterId?: string | undefined;
  /** Nodes at most; all when absent. */
  readonly limit?: number;
}

export interface DoublesQuery {
  readonly type: string;
  /** Of an `@unique` field. */
  readonly path: string;
  /** Values of other kinds are none of the field's. */
  readonly kind: number;
  /** Only values behind this one. */
  readonly after?: Value | undefined;
  /** Only values up to this one. */
  readonly upTo?: Value | undefined;
  /** Values that are looked for at most; all when absent. */
  readonly most?: number;
  /** Of how many of these the nodes are listed. */
  readonly listed: number;
  /** Nodes that may be looked at. */
  readonly rows: number;
}

export interface Doubles {
  readonly found: number;
  /** Of each value, in their order, its nodes: first taken first, as `nodesByValue` has them. */
  readonly nodes: readonly (readonly NodeRow[])[];
  /** Nodes that were looked at. */
  readonly rows: number;
}

/**
 * Nothing is told where more nodes would have to be looked at, or where no node can hold the value
 * of a bound.
 */
export type DoublesAnswer = Doubles | 'too many rows' | 'no such value';

export interface GraphView {
  /** The node with this id, if it exists. */
  nodeById(id: string): NodeRow | undefined;
  /** The node of this type whose natural key (its `@id` field) is `key`. */
  nodeByKey(type: string, key: string): NodeRow | undefined;
  /** The id of a node with this key, be there one or not; undefined for what is no key. */
  idOfKey(type: string, key: string): string | undefined;
  /** Nodes whose `@unique` or `@index` field at `path` holds `value`, first taken first. */
  nodesByValue(type: string, path: string, value: Value): NodeRow[];
  /**
   * Nodes of a type by the value of an `@unique` or `@index` field, and by id where it is the same.
   * Nodes without a value are not among them. Undefined for a bound that no node can hold: where it
   * would stand among the values is not known.
   */
  nodesInOrder(type: string, path: string, range: OrderRange): NodeRow[] | undefined;
  /** Values of an `@unique` field that several nodes have, from the least one on. */
  doubles(query: DoublesQuery): DoublesAnswer;
  /** All nodes of a type, in an order that stays the same while nothing is created. */
  nodesOfType(type: string): NodeRow[];
  nodeId(node: NodeRow): string;
  nodeType(node: NodeRow): string;
  /** The natural key of a node that was created by one. */
  nodeKey(node: NodeRow): string | undefined;
  /** The visible value at a path; null where there is none. */
  nodeValue(node: NodeRow, path: string): Value;
  /**
   * The visible values of many nodes at several paths, node after node: faster than one by one, as
   * the memory of many nodes is waited for at once.
   */
  nodeValues(nodes: readonly NodeRow[], paths: readonly string[]): Value[];
  /** Edges of one type, or of all, that leave (OUT), enter (IN) or touch (BOTH) the node. */
  edges(node: NodeRow, edgeType: string | undefined, direction: Direction): EdgeRow[];
  edgeByName(name: EdgeName): EdgeRow | undefined;
  edgeEnds(edge: EdgeRow): { readonly from: NodeRow; readonly to: NodeRow };
  edgeType(edge: EdgeRow): string;
  edgeKey(edge: EdgeRow): number;
  edgeValue(edge: EdgeRow, path: string): Value;
  /** A shortest path by number of edges (breadth first), or undefined within `maxDepth`. */
  shortestPath(query: PathQuery): Path | undefined;
  /** Runs a plan, within limits. */
  answer(plan: Plan, limits: PlanLimits): CountedAnswer;
  /** Counts of what exists. */
  counts(): { readonly nodes: number; readonly edges: number };
}
