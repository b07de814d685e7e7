/**
 * The values that one transaction writes, while it is made: each is admitted for its field, then
 * kept as deltas, and for what comes after it.
 */

import { Collection, type Field, type ScalarField } from '../definition/definition.ts';
import type { Delta, IncrementBase, Subject } from '../delta/delta.ts';
import { type ListItem, ListValue, type Value } from '../delta/value.ts';
import type { CallerView } from '../engine/caller-view.ts';
import type { EdgeName } from '../engine/graph-view.ts';
import type { EngineView } from '../engine/view.ts';
import {
  exists,
  expectComplete,
  expectInRange,
  expectValue,
  invalid,
  rootField,
} from './admission.ts';
import { valueName } from './claim.ts';
import { edgeElement, expectKey } from './edge-element.ts';
import type { FinalChecks } from './final-checks.ts';
import {
  emptySequence,
  type HeldSequence,
  PendingSequence,
  storedSequence,
} from './held-sequence.ts';
import { baseOf, storedCell, storedCollection, wasDeleted, wrapped } from './increment.ts';
import type { Pending } from './pending.ts';
import { ReadableFields } from './readable-fields.ts';
import type { SequenceChange } from './sequence-change.ts';
import {
  type ChangedSequence,
  changedSequence,
  removedSequence,
  replacedSequence,
  type SequenceChanged,
} from './sequence-changes.ts';
import {
  type addedToSet,
  type ChangedSet,
  EMPTY_SET,
  type HeldSet,
  heldSet,
  ownAdds,
  removedSet,
  replacedSet,
  type SetChange,
} from './set-changes.ts';
import { expectChange } from './update-values.ts';
import type { WriteRights } from './write-rights.ts';

/** In the place of a value that the actor may not read: there is one, as far as it is told. */
const HIDDEN = true;

/** A field of one element that a call writes. */
export interface FieldPlace {
  readonly subject: Subject;
  readonly element: string;
  /** The name of what declares the fields, for messages. */
  readonly owner: string;
  readonly fields: readonly Field[];
  readonly field: ScalarField;
  readonly path: string;
}

export interface ValueDraftParts {
  /** All of the graph: what is hidden counts where deltas are made, and is not told. */
  readonly view: EngineView;
  /** The graph as the actor sees it. */
  readonly seen: CallerView;
  readonly pending: Pending;
  readonly checks: FinalChecks;
  /** What the actor may do; everything where absent. */
  readonly rights: WriteRights | undefined;
  /** Position that the transaction will have in its commit. */
  readonly position: number;
  /** The type of a node that will be there. */
  readonly nodeType: (id: string) => string | undefined;
  readonly push: (element: string, subject: Subject, delta: Delta) => void;
  /** Forgets all that the transaction has written to a path. */
  readonly takeBack: (subject: Subject, path: string) => void;
}

interface UniqueValue {
  readonly id: string;
  readonly typeName: string;
  readonly path: string;
  readonly value: Value;
  readonly claim: string;
}

export class ValueDraft {
  readonly #parts: ValueDraftParts;
  readonly #graph: CallerView;
  readonly #pending: Pending;
  readonly #checks: FinalChecks;
  readonly #readable: ReadableFields;

  constructor(parts: ValueDraftParts) {
    this.#parts = parts;
    this.#graph = parts.seen;
    this.#pending = parts.pending;
    this.#checks = parts.checks;
    this.#readable = new ReadableFields(parts.seen, parts.rights !== undefined);
  }

  set(place: FieldPlace, value: Value): void {
    this.#expectWritable(place, value);
    if (value === null || value instanceof ListValue) {
      const { collection } = place.field;
      if (collection === Collection.SET) return this.#replaceSet(place, value);
      if (collection === Collection.SEQUENCE) return this.#replaceSequence(place, value);
      if (collection === Collection.UPDATES) return this.#addUpdates(place, value);
    }
    if (place.field.isUnique && value !== null) this.#claimUnique(place, value);
    this.#set(place, value);
    this.#expectNested(place);
  }

  change(place: FieldPlace, change: (value: Value) => Value): void {
    this.#expectReadable(place);
    this.set(place, change(this.#valueAt(place)));
  }

  increment(place: FieldPlace, amount: bigint): void {
    this.#expectWritable(place, amount);
    this.#expectReadable(place);
    const { subject, path, field } = place;
    const current = this.#valueAt(place);
    if (field.isUnique) this.#claimUnique(place, wrapped(current, amount));
    const pending = this.#pending.value(place.element, path);
    const base = pending === undefined ? this.#storedBase(place, current) : pending.base;
    // Where nothing can be added to, the sum is set.
    const value = wrapped(current, amount);
    if (base === undefined) this.#set(place, value);
    else {
      this.#pending.putValue(place.element, path, { value, base });
      this.#parts.push(place.element, subject, { operation: 'increment', path, base, amount });
    }
    this.#expectNested(place);
  }

  #storedBase({ subject, path }: FieldPlace, current: Value): IncrementBase | undefined {
    const { view } = this.#parts;
    const stored = storedCell(view, subject, path);
    return baseOf({ current, stored, wasDeleted: wasDeleted(view, subject) });
  }

  /** It names what is there, and so tells whoever asks for it. */
  changeSet(place: FieldPlace, values: readonly ListItem[], change: typeof addedToSet): void {
    const { owner, field } = place;
    if (field.collection !== Collection.SET) {
      throw invalid(`${owner}.${field.path} expected a set of values`, 'another field');
    }
    this.#expectWritable(place, new ListValue(values));
    this.#expectReadable(place);
    const { element, subject, path } = place;
    const value = this.#valueAt(place);
    const pending = this.#pending.value(element, path);
    const held =
      pending === undefined ? heldSet(this.#parts.view, { subject, path, value }) : pending.held;
    this.#putSet(place, change(this.#changedSet(place, held ?? EMPTY_SET), values));
  }

  /** Positions are those of the list that shows, and so tell of it. */
  changeSequence(place: FieldPlace, change: SequenceChange): void {
    const { owner, field } = place;
    expectChange(`${owner}.${field.path}`, field, change);
    this.#expectWritable(place, new ListValue('values' in change ? change.values : []));
    this.#expectReadable(place);
    this.#changeSequence(place, change);
  }

  #changeSequence(place: FieldPlace, change: SequenceChange): void {
    const pending = this.#pending.value(place.element, place.path);
    const held =
      pending === undefined ? this.#storedSequence(place) : (pending.sequence ?? emptySequence());
    this.#putSequence(place, changedSequence(this.#changedSequence(place, held), change));
  }

  ofNode(id: string, path: string): Value {
    const pending = this.#pending.value(id, path);
    if (pending !== undefined) return pending.value;
    const node = this.#graph.nodeById(id);
    return node === undefined ? null : this.#graph.nodeValue(node, path);
  }

  ofEdge(name: EdgeName, path: string): Value {
    const pending = this.#pending.value(edgeElement(expectKey(name)), path);
    if (pending !== undefined) return pending.value;
    const edge = this.#graph.edgeByName(name);
    return edge === undefined ? null : this.#graph.edgeValue(edge, path);
  }

  /** As far as a check may tell: what is hidden counts as there, unless it is written here. */
  memberOfNode(id: string, path: string): Value {
    const isKnown = this.#pending.isWritten(id, path) || this.#readable.isNode(id, path);
    return isKnown ? this.ofNode(id, path) : HIDDEN;
  }

  memberOfEdge(edge: Required<EdgeName>, path: string): Value {
    const isWritten = this.#pending.isWritten(edgeElement(edge), path);
    const isKnown = isWritten || this.#readable.isEdge(edge, path);
    return isKnown ? this.ofEdge(edge, path) : HIDDEN;
  }

  #changedSet({ path, field }: FieldPlace, held: HeldSet): ChangedSet {
    const own = { kind: 'own', position: this.#parts.position } as const;
    return { path, required: field.required, held, own };
  }

  #putSet(place: FieldPlace, { deltas, held }: SetChange): void {
    const { element, subject, path } = place;
    this.#pending.putValue(element, path, { value: held.value, base: undefined, held });
    for (const delta of deltas) this.#parts.push(element, subject, delta);
    this.#expectNested(place);
  }

  #replaceSet(place: FieldPlace, value: ListValue | null): void {
    const held = this.#pending.value(place.element, place.path)?.held ?? EMPTY_SET;
    const changed = this.#changedSet(place, held);
    // They would stand beside its set.
    if (ownAdds(changed).length > 0) this.#parts.takeBack(place.subject, place.path);
    this.#putSet(place, value === null ? removedSet(changed) : replacedSet(changed, value.items));
  }

  /** None is taken back: to give a list of them adds these. */
  #addUpdates(place: FieldPlace, value: ListValue | null): void {
    const name = `${place.owner}.${place.path}`;
    if (value === null) throw invalid(`${name} expected updates, as none is taken back`, 'null');
    const change = { operation: 'append', values: value.items } as const;
    expectChange(name, place.field, change);
    this.#changeSequence(place, change);
  }

  #replaceSequence(place: FieldPlace, value: ListValue | null): void {
    const pending = this.#pending.value(place.element, place.path);
    const held = pending === undefined ? this.#storedSequence(place) : pending.sequence;
    const changed = this.#changedSequence(place, held ?? emptySequence());
    if (changed.held.nextNumber(this.#parts.position) > 0) {
      this.#parts.takeBack(place.subject, place.path);
    }
    const isGone = value === null;
    this.#putSequence(
      place,
      isGone ? removedSequence(changed) : replacedSequence(changed, value.items),
    );
  }

  #storedSequence(place: FieldPlace): HeldSequence {
    const { subject, path } = place;
    const { view } = this.#parts;
    return storedSequence(view, storedCollection(view, subject, path), {
      isSet: storedCell(view, subject, path)?.writer !== undefined,
      value: () => this.#valueAt(place),
    });
  }

  #changedSequence({ owner, path, field }: FieldPlace, held: HeldSequence): ChangedSequence {
    const own = { kind: 'own', position: this.#parts.position } as const;
    return { name: `${owner}.${path}`, path, required: field.required, held, own };
  }

  #putSequence(place: FieldPlace, { deltas, held }: SequenceChanged): void {
    const { element, subject, path } = place;
    this.#pending.putValue(element, path, new PendingSequence(held));
    for (const delta of deltas) this.#parts.push(element, subject, delta);
    this.#expectNested(place);
  }

  #set({ subject, element, path }: FieldPlace, value: Value): void {
    const base: IncrementBase | undefined =
      typeof value === 'bigint' ? { kind: 'own', position: this.#parts.position } : undefined;
    this.#pending.putValue(element, path, { value, base });
    this.#parts.push(element, subject, { operation: 'set', path, value });
  }

  /** Whatever a transaction does to members of a nested field, it leaves all required or none. */
  #expectNested({ subject, element, owner, fields, path }: FieldPlace): void {
    const root = rootField(fields, path);
    if (root?.kind !== 'nested') return;
    const read = (inner: string) =>
      subject.element === 'node'
        ? this.memberOfNode(subject.id, inner)
        : this.memberOfEdge(subject, inner);
    this.#checks.ofNested(element, root.path, () => expectComplete(owner, [root], read));
  }

  #valueAt({ subject, path }: FieldPlace): Value {
    if (subject.element === 'node') return this.ofNode(subject.id, path);
    return this.ofEdge(subject, path);
  }

  #expectWritable({ subject, owner, field, path }: FieldPlace, value: Value): void {
    expectValue(owner, field, value);
    expectInRange(`${owner}.${path}`, value);
    const { rights } = this.#parts;
    if (subject.element === 'edge') rights?.expectOfEdge(subject, { verb: 'write', path });
    else rights?.expectOfNode(owner, subject.id, { verb: 'write', path });
  }

  #expectReadable({ subject, owner, path }: FieldPlace): void {
    if (subject.element === 'edge') this.#readable.expectEdge(subject, path, owner);
    else this.#readable.expectNode(subject.id, path, owner);
  }

  #claimUnique({ element: id, owner: typeName, path }: FieldPlace, value: Value): void {
    const claim = `${typeName}\0${path}\0${valueName(value)}`;
    this.#pending.claim(claim, id);
    const unique = { id, typeName, path, value, claim };
    this.#checks.ofUnique(`${id}\0${path}`, () => this.#expectUnique(unique));
  }

  #expectUnique({ id, typeName, path, value, claim }: UniqueValue): void {
    if (!this.#holds(id, path, value)) return;
    const stored = this.#graph.nodesByValue(typeName, path, value);
    const holders = [...this.#pending.holders(claim), ...stored.map((n) => this.#graph.nodeId(n))];
    if (holders.some((other) => other !== id && this.#holds(other, path, value))) {
      throw exists(`${typeName}.${path}`, 'a value that is taken');
    }
  }

  /** Whether a node will still exist and hold the value after the commit so far. */
  #holds(id: string, path: string, value: Value): boolean {
    if (this.#parts.nodeType(id) === undefined) return false;
    const pending = this.#pending.value(id, path);
    return pending === undefined || valueName(pending.value) === valueName(value);
  }
}
