/**
 * One transaction while it is being made: each call is admitted against the definition, the graph
 * and the rest of the commit, then kept as a delta. Nothing is written until the commit is.
 */

import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import type { Definition, Field } from '../definition/definition.ts';
import { type AddressedDelta, type Delta, type Subject, sameSubject } from '../delta/delta.ts';
import { nodeIdByKey, nodeIdByNumber } from '../delta/node-id.ts';
import type { ListItem, Value } from '../delta/value.ts';
import type { CallerView } from '../engine/caller-view.ts';
import type { EdgeName } from '../engine/graph-view.ts';
import type { EngineView } from '../engine/view.ts';
import {
  edgeTypeNamed,
  exists,
  expectComplete,
  expectEnds,
  invalid,
  nodeTypeNamed,
  scalarFieldAt,
} from './admission.ts';
import { edgeElement, expectKey, rememberNew } from './edge-element.ts';
import { FinalChecks } from './final-checks.ts';
import type { Pending } from './pending.ts';
import type { SequenceChange } from './sequence-change.ts';
import { addedToSet, removedFromSet } from './set-changes.ts';
import type { Draft, InputPlace, NewNode } from './space.ts';
import { type FieldPlace, ValueDraft } from './value-draft.ts';
import type { WriteRights } from './write-rights.ts';

const KEY_BYTES_MAX = 1024;

export interface DraftContext {
  readonly definition: Definition;
  readonly view: EngineView;
  /** The graph as the actor sees it. */
  readonly seen: CallerView;
  readonly pending: Pending;
  readonly space: Uint8Array;
  readonly author: Uint8Array;
  readonly random: Random;
  /** Position that the transaction will have in its commit. */
  readonly position: number;
  /** What the actor may do; everything where absent. */
  readonly rights: WriteRights | undefined;
}

export class TransactionDraft implements Draft {
  /** As the actor sees it. */
  readonly graph: CallerView;
  readonly definition: Definition;
  deltas: AddressedDelta[] = [];
  readonly #context: DraftContext;
  readonly #pending: Pending;
  readonly #checks = new FinalChecks();
  readonly #values: ValueDraft;
  /** Elements that a delta is of. */
  readonly #written = new Set<string>();
  /** By node, edges of it that only this transaction made; from its first delete of a node on. */
  #newEdges: Map<string, Map<string, Required<EdgeName>>> | undefined;

  constructor(context: DraftContext) {
    this.#context = context;
    this.#pending = context.pending;
    this.graph = context.seen;
    this.definition = context.definition;
    const { view, seen, pending, rights, position } = context;
    this.#values = new ValueDraft({
      ...{ view, seen, pending, rights, position },
      checks: this.#checks,
      nodeType: (id) => this.#nodeType(id),
      push: (element, subject, delta) => this.#push(element, subject, delta),
      takeBack: (subject, path) => this.#takeBack(subject, path),
    });
  }

  get place(): InputPlace | undefined {
    return this.#checks.place;
  }

  set place(place: InputPlace | undefined) {
    this.#checks.place = place;
  }

  createNode(typeName: string, options: NewNode = {}): string {
    const type = nodeTypeNamed(this.definition, typeName);
    const { key, number } = options;
    const { space } = this.#context;
    if (type.key === undefined && key !== undefined) {
      throw invalid(`${typeName} expected no natural key`, JSON.stringify(key));
    }
    if (type.key !== undefined && key === undefined) {
      throw invalid(`${typeName}.${type.key.name} expected a value`, 'none');
    }
    if (key === undefined) return this.#createNumbered(typeName, type.fields, number);
    const bytes = Buffer.byteLength(key);
    const { place } = this;
    if (type.key !== undefined) this.place = { within: place, part: type.key.name };
    if (bytes === 0 || bytes > KEY_BYTES_MAX || !key.isWellFormed()) {
      throw invalid(
        `${typeName}.${type.key?.name} expected 1 to ${KEY_BYTES_MAX} bytes`,
        `${bytes}`,
      );
    }
    const id = nodeIdByKey({ space, type: typeName, key });
    if (this.#nodeType(id) !== undefined) {
      throw exists(`${typeName}.${type.key?.name}`, JSON.stringify(key));
    }
    this.place = place;
    this.#addNode(id, typeName, type.fields, { operation: 'createNodeByKey', type: typeName, key });
    return id;
  }

  nodeByKey(type: string, key: string): string | undefined {
    if (!key.isWellFormed()) return undefined;
    const id = nodeIdByKey({ space: this.#context.space, type, key });
    return this.#nodeType(id) === undefined ? undefined : id;
  }

  deleteNode(id: string): void {
    const type = this.#expectNode(id);
    this.#context.rights?.expectOfNode(type, id, { verb: 'delete' });
    const below = this.#pending.elementBelow(id) ?? this.graph.nodeById(id) !== undefined;
    this.#newEdges ??= this.#findNewEdges();
    for (const [element, edge] of this.#newEdges.get(id) ?? []) {
      this.#delete({ element: 'edge', ...edge }, element, false);
    }
    this.#newEdges.delete(id);
    this.#delete({ element: 'node', id }, id, below !== false);
  }

  expectUnchanged(id: string): void {
    if (this.#pending.isWrittenBelow(id)) throw unsettled(id);
  }

  setNodeValue(id: string, path: string, value: Value): void {
    this.#values.set(this.#placeOfNode(id, path), value);
  }

  changeNodeValue(id: string, path: string, change: (value: Value) => Value): void {
    this.#values.change(this.#placeOfNode(id, path), change);
  }

  incrementNodeValue(id: string, path: string, amount: bigint): void {
    this.#values.increment(this.#placeOfNode(id, path), amount);
  }

  addToNodeSet(id: string, path: string, values: readonly ListItem[]): void {
    this.#values.changeSet(this.#placeOfNode(id, path), values, addedToSet);
  }

  removeFromNodeSet(id: string, path: string, values: readonly ListItem[]): void {
    this.#values.changeSet(this.#placeOfNode(id, path), values, removedFromSet);
  }

  changeNodeSequence(id: string, path: string, change: SequenceChange): void {
    this.#values.changeSequence(this.#placeOfNode(id, path), change);
  }

  createEdge(name: EdgeName): boolean {
    edgeTypeNamed(this.definition, name.type);
    const edge = expectKey(name);
    const from = this.#expectNode(name.from);
    const to = this.#expectNode(name.to);
    expectEnds(this.definition, name.type, from, to);
    this.#context.rights?.expectOfEdge(edge, { verb: 'create' });
    const element = edgeElement(edge);
    this.#expectSettled(element);
    const below = this.#pending.elementBelow(element) ?? this.graph.edgeByName(edge) !== undefined;
    const before = this.#pending.element(element) ?? below;
    this.#pending.putElement(element, true);
    this.#push(element, { element: 'edge', ...edge }, { operation: 'createEdge' });
    if (below === false && this.#newEdges !== undefined) rememberNew(this.#newEdges, edge);
    const { owner, fields } = this.#edgeFields(name.type);
    this.#checks.ofElement(element, () =>
      expectComplete(owner, fields, (path) => this.#values.memberOfEdge(edge, path)),
    );
    return before === false;
  }

  deleteEdge(name: EdgeName): void {
    const edge = this.#expectEdge(name);
    this.#context.rights?.expectOfEdge(edge, { verb: 'delete' });
    const element = edgeElement(edge);
    const below = this.#pending.elementBelow(element) ?? this.graph.edgeByName(edge) !== undefined;
    this.#delete({ element: 'edge', ...edge }, element, below !== false);
  }

  setEdgeValue(name: EdgeName, path: string, value: Value): void {
    this.#values.set(this.#placeOfEdge(name, path), value);
  }

  changeEdgeValue(name: EdgeName, path: string, change: (value: Value) => Value): void {
    this.#values.change(this.#placeOfEdge(name, path), change);
  }

  incrementEdgeValue(name: EdgeName, path: string, amount: bigint): void {
    this.#values.increment(this.#placeOfEdge(name, path), amount);
  }

  addToEdgeSet(name: EdgeName, path: string, values: readonly ListItem[]): void {
    this.#values.changeSet(this.#placeOfEdge(name, path), values, addedToSet);
  }

  removeFromEdgeSet(name: EdgeName, path: string, values: readonly ListItem[]): void {
    this.#values.changeSet(this.#placeOfEdge(name, path), values, removedFromSet);
  }

  changeEdgeSequence(name: EdgeName, path: string, change: SequenceChange): void {
    this.#values.changeSequence(this.#placeOfEdge(name, path), change);
  }

  nodeValue(id: string, path: string): Value {
    return this.#values.ofNode(id, path);
  }

  edgeValue(name: EdgeName, path: string): Value {
    return this.#values.ofEdge(name, path);
  }

  /** Called when the transaction ends. */
  expectComplete(): void {
    this.#checks.run();
  }

  #createNumbered(typeName: string, fields: readonly Field[], chosen?: bigint): string {
    const { space, author, random } = this.#context;
    const number = chosen ?? new DataView(random.bytes(8).buffer).getBigUint64(0);
    const id = nodeIdByNumber({ space, author, type: typeName, number });
    if (chosen !== undefined && this.#nodeType(id) !== undefined) {
      throw exists(`a number of ${typeName}`, String(chosen));
    }
    this.#addNode(id, typeName, fields, { operation: 'createNode', type: typeName, number });
    return id;
  }

  #addNode(id: string, typeName: string, fields: readonly Field[], delta: Delta): void {
    this.#context.rights?.expectOfNode(typeName, id, { verb: 'create' });
    this.#pending.putElement(id, typeName);
    this.#push(id, { element: 'node', id }, delta);
    this.#checks.ofElement(id, () =>
      expectComplete(typeName, fields, (path) => this.nodeValue(id, path)),
    );
  }

  /**
   * In one transaction deletes count first, so what this one did to the element before is taken
   * back; an element that only this transaction made needs no delete.
   */
  #delete(subject: Subject, element: string, existsBelow: boolean): void {
    if (this.#written.delete(element)) {
      this.deltas = this.deltas.filter((delta) => !sameSubject(delta.subject, subject));
    }
    this.#pending.putElement(element, false);
    this.#checks.forget(element);
    if (existsBelow) this.#push(element, subject, { operation: 'delete' });
  }

  #findNewEdges(): Map<string, Map<string, Required<EdgeName>>> {
    const edges = new Map<string, Map<string, Required<EdgeName>>>();
    for (const { subject, delta } of this.deltas) {
      if (delta.operation !== 'createEdge' || subject.element !== 'edge') continue;
      const { element: _, ...edge } = subject;
      const below = this.#pending.elementBelow(edgeElement(edge)) ?? this.graph.edgeByName(edge);
      if (below === undefined || below === false) rememberNew(edges, edge);
    }
    return edges;
  }

  #placeOfNode(id: string, path: string): FieldPlace {
    const owner = this.#expectNode(id);
    const { fields } = nodeTypeNamed(this.definition, owner);
    const field = scalarFieldAt(owner, fields, path);
    return { subject: { element: 'node', id }, element: id, owner, fields, field, path };
  }

  #placeOfEdge(name: EdgeName, path: string): FieldPlace {
    const edge = this.#expectEdge(name);
    const { owner, fields } = this.#edgeFields(name.type);
    const field = scalarFieldAt(owner, fields, path);
    const subject = { element: 'edge', ...edge } as const;
    return { subject, element: edgeElement(edge), owner, fields, field, path };
  }

  /**
   * What others make or delete in the same commit may be hidden from the actor, which shows once
   * it is in the graph: the transaction waits for that (writer.ts).
   */
  #expectSettled(element: string): void {
    if (this.#context.rights === undefined) return;
    if (this.#pending.elementBelow(element) !== undefined) throw unsettled(element);
  }

  #nodeType(id: string): string | undefined {
    this.#expectSettled(id);
    const pending = this.#pending.element(id);
    if (typeof pending === 'string') return pending;
    if (pending === false) return undefined;
    const node = this.graph.nodeById(id);
    return node === undefined ? undefined : this.graph.nodeType(node);
  }

  #expectNode(id: string): string {
    const type = this.#nodeType(id);
    if (type !== undefined) return type;
    throw new DatabaseError(ErrorCode.NOT_FOUND, `a node expected an id that exists, got ${id}`);
  }

  #expectEdge(name: EdgeName): Required<EdgeName> {
    const edge = expectKey(name);
    edgeTypeNamed(this.definition, name.type);
    this.#expectSettled(edgeElement(edge));
    const pending = this.#pending.element(edgeElement(edge));
    const isHere = pending ?? this.graph.edgeByName(edge) !== undefined;
    const hasEnds =
      this.#nodeType(name.from) !== undefined && this.#nodeType(name.to) !== undefined;
    if (isHere !== false && hasEnds) return edge;
    throw new DatabaseError(
      ErrorCode.NOT_FOUND,
      `an edge expected a name that exists, got ${name.from} ${name.type} ${name.to} ${edge.key}`,
    );
  }

  #edgeFields(type: string): { owner: string; fields: readonly Field[] } {
    const { properties } = edgeTypeNamed(this.definition, type);
    return { owner: properties?.name ?? type, fields: properties?.fields ?? [] };
  }

  #takeBack(subject: Subject, path: string): void {
    this.deltas = this.deltas.filter(({ subject: other, delta }) => {
      return !('path' in delta && delta.path === path && sameSubject(other, subject));
    });
  }

  #push(element: string, subject: Subject, delta: Delta): void {
    this.#written.add(element);
    this.deltas.push({ subject, delta });
  }
}

/** The transaction waits for the commit before it, and is not told of this (writer.ts). */
function unsettled(element: string): DatabaseError {
  const message = `a transaction expected elements of the graph, got ${element} of its commit`;
  return new DatabaseError(ErrorCode.NOT_FOUND, message);
}
