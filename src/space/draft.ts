/**
 * One transaction while it is being made: each call is admitted against the definition, the graph
 * and the rest of the commit, then kept as a delta. Nothing is written until the commit is.
 */

import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import type { Definition, Field } from '../definition/definition.ts';
import {
  type AddressedDelta,
  type Delta,
  type IncrementBase,
  type Subject,
  sameSubject,
} from '../delta/delta.ts';
import { nodeIdByKey, nodeIdByNumber } from '../delta/node-id.ts';
import type { Value } from '../delta/value.ts';
import type { CallerView } from '../engine/caller-view.ts';
import type { EdgeName } from '../engine/graph-view.ts';
import type { EngineView } from '../engine/view.ts';
import type { StoredCell } from '../engine/writer.ts';
import {
  edgeTypeNamed,
  exists,
  expectComplete,
  expectEnds,
  expectInRange,
  expectValue,
  invalid,
  nodeTypeNamed,
  rootField,
  scalarFieldAt,
} from './admission.ts';
import { valueName } from './claim.ts';
import { edgeElement, expectKey, rememberNew } from './edge-element.ts';
import { FinalChecks } from './final-checks.ts';
import { baseOf, wrapped } from './increment.ts';
import type { Pending } from './pending.ts';
import { ReadableFields } from './readable-fields.ts';
import type { Draft, InputPlace, NewNode } from './space.ts';
import type { WriteRights } from './write-rights.ts';

const KEY_BYTES_MAX = 1024;
/** In the place of a value that the actor may not read: there is one, as far as it is told. */
const HIDDEN = true;

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

interface UniqueValue {
  readonly id: string;
  readonly typeName: string;
  readonly path: string;
  readonly value: Value;
  readonly claim: string;
}

export class TransactionDraft implements Draft {
  /** As the actor sees it. */
  readonly graph: CallerView;
  readonly definition: Definition;
  deltas: AddressedDelta[] = [];
  readonly #context: DraftContext;
  /** All of the graph: what is hidden counts where deltas are made, and is not told. */
  readonly #all: EngineView;
  readonly #readable: ReadableFields;
  readonly #pending: Pending;
  readonly #checks = new FinalChecks();
  /** Elements that a delta is of. */
  readonly #written = new Set<string>();
  /** By node, edges of it that only this transaction made; from its first delete of a node on. */
  #newEdges: Map<string, Map<string, Required<EdgeName>>> | undefined;

  constructor(context: DraftContext) {
    this.#context = context;
    this.#pending = context.pending;
    this.graph = context.seen;
    this.#all = context.view;
    this.#readable = new ReadableFields(context.seen, context.rights !== undefined);
    this.definition = context.definition;
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
    const typeName = this.#expectNode(id);
    const type = nodeTypeNamed(this.definition, typeName);
    const field = scalarFieldAt(typeName, type.fields, path);
    expectValue(typeName, field, value);
    expectInRange(`${typeName}.${path}`, value);
    this.#context.rights?.expectOfNode(typeName, id, { verb: 'write', path });
    if (field.isUnique && value !== null) this.#claimUnique(id, typeName, path, value);
    this.#set({ element: 'node', id }, id, path, value);
    this.#expectNested(id, typeName, type.fields, path, (inner) => this.#memberOfNode(id, inner));
  }

  changeNodeValue(id: string, path: string, change: (value: Value) => Value): void {
    const typeName = this.#expectNode(id);
    this.#readable.expectNode(id, path, typeName);
    this.setNodeValue(id, path, change(this.nodeValue(id, path)));
  }

  incrementNodeValue(id: string, path: string, amount: bigint): void {
    const typeName = this.#expectNode(id);
    const type = nodeTypeNamed(this.definition, typeName);
    const field = scalarFieldAt(typeName, type.fields, path);
    expectValue(typeName, field, amount);
    expectInRange(`${typeName}.${path}`, amount);
    this.#context.rights?.expectOfNode(typeName, id, { verb: 'write', path });
    this.#readable.expectNode(id, path, typeName);
    const current = this.nodeValue(id, path);
    if (field.isUnique) {
      this.#claimUnique(id, typeName, path, wrapped(current, amount));
    }
    const stored = this.#all.storedNodeCell(id, path);
    const wasDeleted = this.#all.wasNodeDeleted(id);
    this.#increment({ element: 'node', id }, id, path, { amount, current, stored, wasDeleted });
    this.#expectNested(id, typeName, type.fields, path, (inner) => this.#memberOfNode(id, inner));
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
      expectComplete(owner, fields, (path) => this.#memberOfEdge(edge, path)),
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
    const edge = this.#expectEdge(name);
    const { owner, fields } = this.#edgeFields(name.type);
    expectValue(owner, scalarFieldAt(owner, fields, path), value);
    expectInRange(`${owner}.${path}`, value);
    this.#context.rights?.expectOfEdge(edge, { verb: 'write', path });
    const element = edgeElement(edge);
    this.#set({ element: 'edge', ...edge }, element, path, value);
    this.#expectNested(element, owner, fields, path, (inner) => this.#memberOfEdge(edge, inner));
  }

  changeEdgeValue(name: EdgeName, path: string, change: (value: Value) => Value): void {
    const edge = this.#expectEdge(name);
    this.#readable.expectEdge(edge, path, this.#edgeFields(name.type).owner);
    this.setEdgeValue(edge, path, change(this.edgeValue(edge, path)));
  }

  incrementEdgeValue(name: EdgeName, path: string, amount: bigint): void {
    const edge = this.#expectEdge(name);
    const { owner, fields } = this.#edgeFields(name.type);
    expectValue(owner, scalarFieldAt(owner, fields, path), amount);
    expectInRange(`${owner}.${path}`, amount);
    this.#context.rights?.expectOfEdge(edge, { verb: 'write', path });
    const element = edgeElement(edge);
    this.#readable.expectEdge(edge, path, owner);
    this.#increment({ element: 'edge', ...edge }, element, path, {
      amount,
      current: this.edgeValue(edge, path),
      stored: this.#all.storedEdgeCell(edge, path),
      wasDeleted: this.#all.wasEdgeDeleted(edge),
    });
    this.#expectNested(element, owner, fields, path, (inner) => this.#memberOfEdge(edge, inner));
  }

  nodeValue(id: string, path: string): Value {
    const pending = this.#pending.value(id, path);
    if (pending !== undefined) return pending.value;
    const node = this.graph.nodeById(id);
    return node === undefined ? null : this.graph.nodeValue(node, path);
  }

  edgeValue(name: EdgeName, path: string): Value {
    const pending = this.#pending.value(edgeElement(expectKey(name)), path);
    if (pending !== undefined) return pending.value;
    const edge = this.graph.edgeByName(name);
    return edge === undefined ? null : this.graph.edgeValue(edge, path);
  }

  /** Called when the transaction ends. */
  expectComplete(): void {
    this.#checks.run();
  }

  /** As far as a check may tell: what is hidden counts as there, unless it is written here. */
  #memberOfNode(id: string, path: string): Value {
    const isKnown = this.#pending.isWritten(id, path) || this.#readable.isNode(id, path);
    return isKnown ? this.nodeValue(id, path) : HIDDEN;
  }

  #memberOfEdge(edge: Required<EdgeName>, path: string): Value {
    const isWritten = this.#pending.isWritten(edgeElement(edge), path);
    const isKnown = isWritten || this.#readable.isEdge(edge, path);
    return isKnown ? this.edgeValue(edge, path) : HIDDEN;
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

  #set(subject: Subject, element: string, path: string, value: Value): void {
    const base: IncrementBase | undefined =
      typeof value === 'bigint' ? { kind: 'own', position: this.#context.position } : undefined;
    this.#pending.putValue(element, path, { value, base });
    this.#push(element, subject, { operation: 'set', path, value });
  }

  /** Whatever a transaction does to members of a nested field, it leaves all required or none. */
  #expectNested(
    element: string,
    owner: string,
    fields: readonly Field[],
    path: string,
    read: (path: string) => Value,
  ): void {
    const root = rootField(fields, path);
    if (root?.kind !== 'nested') return;
    this.#checks.ofNested(element, root.path, () => expectComplete(owner, [root], read));
  }

  /** Adds to the set that holds the path; where nothing can be added to, sets the amount. */
  #increment(
    subject: Subject,
    element: string,
    path: string,
    asked: {
      readonly amount: bigint;
      readonly current: Value;
      readonly stored: StoredCell | undefined;
      readonly wasDeleted: boolean;
    },
  ): void {
    const { amount, current } = asked;
    const pending = this.#pending.value(element, path);
    const base = pending === undefined ? baseOf(asked) : pending.base;
    if (base === undefined) {
      this.#set(subject, element, path, wrapped(current, amount));
      return;
    }
    this.#pending.putValue(element, path, { value: wrapped(current, amount), base });
    this.#push(element, subject, { operation: 'increment', path, base, amount });
  }

  #claimUnique(id: string, typeName: string, path: string, value: Value): void {
    const claim = `${typeName}\0${path}\0${valueName(value)}`;
    this.#pending.claim(claim, id);
    const unique = { id, typeName, path, value, claim };
    this.#checks.ofUnique(`${id}\0${path}`, () => this.#expectUnique(unique));
  }

  #expectUnique({ id, typeName, path, value, claim }: UniqueValue): void {
    if (!this.#holds(id, path, value)) return;
    const stored = this.graph.nodesByValue(typeName, path, value);
    const holders = [...this.#pending.holders(claim), ...stored.map((n) => this.graph.nodeId(n))];
    if (holders.some((other) => other !== id && this.#holds(other, path, value))) {
      throw exists(`${typeName}.${path}`, 'a value that is taken');
    }
  }

  /** Whether a node will still exist and hold the value after the commit so far. */
  #holds(id: string, path: string, value: Value): boolean {
    if (this.#nodeType(id) === undefined) return false;
    const pending = this.#pending.value(id, path);
    return pending === undefined || valueName(pending.value) === valueName(value);
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
