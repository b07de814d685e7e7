/**
 * Writes one mutation into a draft. It knows what the mutation itself has done so far, which the
 * draft's graph does not show: it counts each creation and deletion once.
 */

import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { ScalarField } from '../definition/definition.ts';
import { Scalar } from '../definition/definition.ts';
import { type ListItem, ListValue, type Timestamp, type Value } from '../delta/value.ts';
import { Direction } from '../engine/direction.ts';
import type { EdgeName, EdgeRow, NodeRow } from '../engine/graph-view.ts';
import type { SequenceChange } from '../space/sequence-change.ts';
import type { Draft } from '../space/space.ts';
import { invalidInput } from './errors.ts';

const RANGE = {
  [Scalar.Int]: { bits: 32, min: -(2n ** 31n), max: 2n ** 31n - 1n },
  [Scalar.BigInt]: { bits: 64, min: -(2n ** 63n), max: 2n ** 63n - 1n },
} as const;

export interface NodeElement {
  readonly kind: 'node';
  readonly id: string;
}

export interface EdgeElement {
  readonly kind: 'edge';
  readonly name: EdgeName;
}

export type Element = NodeElement | EdgeElement;

/** What a set of values loses and gets. */
export interface SetItems {
  readonly remove?: readonly ListItem[];
  readonly add?: readonly ListItem[];
}

export type ListChange = (items: readonly ListItem[]) => readonly ListItem[];

export class DraftWriter {
  readonly draft: Draft;
  /** One moment for everything that the mutation stamps. */
  readonly now: Timestamp;
  nodesCreated = 0;
  nodesDeleted = 0;
  relationshipsCreated = 0;
  relationshipsDeleted = 0;
  readonly #deleted = new Set<string>();

  constructor(draft: Draft, now: Timestamp) {
    this.draft = draft;
    this.now = now;
  }

  /** Writes what a part of the input asks for; where that fails, the draft's place stays there. */
  within<T>(part: string | number | undefined, write: () => T): T {
    const { draft } = this;
    const outer = draft.place;
    if (part !== undefined) draft.place = { within: outer, part };
    const result = write();
    draft.place = outer;
    return result;
  }

  createNode(type: string, key: string | undefined): NodeElement {
    const id = this.draft.createNode(type, key === undefined ? {} : { key });
    this.#deleted.delete(id);
    this.nodesCreated += 1;
    return { kind: 'node', id };
  }

  deleteNode(node: NodeRow): void {
    const { graph, definition } = this.draft;
    const id = graph.nodeId(node);
    if (this.#deleted.has(id)) return;
    // Deleting a node only hides its edges: one made again by the same key would show them.
    for (const type of definition.edgeTypes.keys()) {
      for (const edge of graph.edges(node, type, Direction.BOTH)) this.deleteEdge(edge);
    }
    this.draft.deleteNode(id);
    this.#deleted.add(id);
    this.nodesDeleted += 1;
  }

  isDeleted(node: NodeRow): boolean {
    return this.#deleted.has(this.draft.graph.nodeId(node));
  }

  /** Returns whether the edge is new; one that was there stays as it is. */
  createEdge(name: EdgeName): boolean {
    const isNew = this.draft.createEdge(name);
    this.#deleted.delete(edgeText(name));
    if (isNew) this.relationshipsCreated += 1;
    return isNew;
  }

  deleteEdge(edge: EdgeRow): void {
    const name = this.edgeName(edge);
    const text = edgeText(name);
    if (this.#deleted.has(text)) return;
    this.#deleted.add(text);
    this.relationshipsDeleted += 1;
    this.draft.deleteEdge(name);
  }

  edgeName(edge: EdgeRow): EdgeName {
    const { graph } = this.draft;
    const { from, to } = graph.edgeEnds(edge);
    return {
      from: graph.nodeId(from),
      type: graph.edgeType(edge),
      to: graph.nodeId(to),
      key: graph.edgeKey(edge),
    };
  }

  isEdgeDeleted(edge: EdgeRow): boolean {
    return this.#deleted.has(edgeText(this.edgeName(edge)));
  }

  set(element: Element, field: ScalarField, value: Value): void {
    if (value === null && field.required) {
      throw invalidInput(`${field.path} expected a value, as it is required, got null`);
    }
    if (element.kind === 'node') this.draft.setNodeValue(element.id, field.path, value);
    else this.draft.setEdgeValue(element.name, field.path, value);
  }

  /** Changes what a list holds; of no list, an empty one. */
  changeList(element: Element, { path }: ScalarField, change: ListChange): void {
    const changed = (value: Value): Value =>
      new ListValue(change(value instanceof ListValue ? value.items : []));
    if (element.kind === 'node') this.draft.changeNodeValue(element.id, path, changed);
    else this.draft.changeEdgeValue(element.name, path, changed);
  }

  /** Adds come after removals. */
  changeSet(element: Element, { path }: ScalarField, { remove, add }: SetItems): void {
    const { draft } = this;
    if (element.kind === 'node') {
      if (remove !== undefined) draft.removeFromNodeSet(element.id, path, remove);
      if (add !== undefined) draft.addToNodeSet(element.id, path, add);
    } else {
      if (remove !== undefined) draft.removeFromEdgeSet(element.name, path, remove);
      if (add !== undefined) draft.addToEdgeSet(element.name, path, add);
    }
  }

  changeSequence(element: Element, { path }: ScalarField, change: SequenceChange): void {
    if (element.kind === 'node') this.draft.changeNodeSequence(element.id, path, change);
    else this.draft.changeEdgeSequence(element.name, path, change);
  }

  increment(element: Element, field: ScalarField, amount: bigint): void {
    if (field.scalar !== Scalar.Int && field.scalar !== Scalar.BigInt) {
      throw invalidInput(`${field.path} expected an integer to add to, got a ${field.scalar}`);
    }
    const current = this.#value(element, field);
    const sum = (typeof current === 'bigint' ? current : 0n) + amount;
    const { bits, min, max } = RANGE[field.scalar];
    if (sum < min || sum > max) {
      const what = `the sum in ${field.path}`;
      throw invalidInput(`${what} expected an integer of ${bits} bits, got ${sum}`);
    }
    if (element.kind === 'node') this.draft.incrementNodeValue(element.id, field.path, amount);
    else this.draft.incrementEdgeValue(element.name, field.path, amount);
  }

  #value(element: Element, { path }: ScalarField): Value {
    if (element.kind === 'node') return this.draft.nodeValue(element.id, path);
    return this.draft.edgeValue(element.name, path);
  }
}

export function nothingMatches(what: string): DatabaseError {
  return new DatabaseError(ErrorCode.NOT_FOUND, `${what} expected at least one node, got none`);
}

function edgeText({ from, type, to, key = 0 }: EdgeName): string {
  return `${from} ${type} ${to} ${key}`;
}
