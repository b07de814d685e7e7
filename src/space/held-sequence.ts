/**
 * A sequence as a commit that is being made will leave it: the places that the engine holds, and
 * those that transactions of the commit have made. What is put behind all others is held apart, so
 * that an append reads nothing of what is there before it.
 */

import type { ItemName } from '../delta/delta.ts';
import { type ListItem, ListValue, type Value } from '../delta/value.ts';
import type { SequencePlace } from '../engine/sequence-places.ts';
import type { StoredCollection } from '../engine/stored-collection.ts';
import type { EngineView } from '../engine/view.ts';

export interface HeldPlace {
  readonly name: ItemName;
  readonly isLeft: boolean;
  /** Of the root's children 1. */
  readonly depth: number;
  /** By its first place. */
  readonly item: ItemName;
  /** Of the item, where it is here and shows. */
  readonly value: ListItem | undefined;
}

export interface HeldSize {
  /** Of all places with their values, as the engine holds them (assembly/graph/places.ts). */
  readonly placeBytes: number;
  /** Of the list that the items show. */
  readonly shownBytes: number;
}

export interface HeldOptions {
  readonly size: HeldSize;
  /** What shows where no item does. */
  readonly below: Value;
  /** Whether somebody has set the path. */
  readonly isSet: boolean;
  /** The transaction that has changed it last, and the number that its next place gets. */
  readonly writer?: { readonly position: number; readonly next: number };
}

export class HeldSequence {
  readonly size: HeldSize;
  readonly below: Value;
  readonly isSet: boolean;
  readonly #writer: HeldOptions['writer'];
  #before: HeldSequence | undefined;
  #places: readonly HeldPlace[] | (() => readonly HeldPlace[]);
  #isWhole: boolean;

  /** `places` are all of it, or where `before` is given those behind it. */
  constructor(
    places: readonly HeldPlace[] | (() => readonly HeldPlace[]),
    options: HeldOptions,
    before?: HeldSequence,
  ) {
    this.size = options.size;
    this.below = options.below;
    this.isSet = options.isSet;
    this.#writer = options.writer;
    this.#before = before;
    this.#places = places;
    this.#isWhole = before === undefined;
  }

  /** In their order. */
  get places(): readonly HeldPlace[] {
    if (this.#isWhole && typeof this.#places !== 'function') return this.#places;
    const parts: (readonly HeldPlace[])[] = [];
    let each: HeldSequence | undefined = this;
    for (; each !== undefined; each = each.#before) parts.push(each.#ownPlaces());
    this.#places = parts.toReversed().flat();
    this.#before = undefined;
    this.#isWhole = true;
    return this.#places;
  }

  /** Whether an item shows; else what is below does. */
  get showsItems(): boolean {
    return this.size.shownBytes > 0;
  }

  get value(): Value {
    if (!this.showsItems) return this.below;
    return new ListValue(this.places.flatMap(({ value }) => (value === undefined ? [] : [value])));
  }

  /** The number that the next place gets which a transaction makes here. */
  nextNumber(position: number): number {
    return this.#writer?.position === position ? this.#writer.next : 0;
  }

  #ownPlaces(): readonly HeldPlace[] {
    if (typeof this.#places === 'function') this.#places = this.#places();
    return this.#places;
  }
}

/** As a property that a commit will leave; its list is made where it is asked for. */
export class PendingSequence {
  readonly sequence: HeldSequence;
  readonly base = undefined;

  constructor(sequence: HeldSequence) {
    this.sequence = sequence;
  }

  get value(): Value {
    return this.sequence.value;
  }
}

/** Where nobody has written. */
export function emptySequence(): HeldSequence {
  const size = { placeBytes: 0, shownBytes: 0 };
  return new HeldSequence([], { size, below: null, isSet: false });
}

/** What the engine holds; `value` is asked for what shows where no item does. */
export function storedSequence(
  view: EngineView,
  collection: StoredCollection,
  of: { readonly isSet: boolean; readonly value: () => Value },
): HeldSequence {
  const size = collection.sequenceSize();
  const below = size.shownBytes > 0 ? null : of.value();
  const read = () => heldPlaces(view, collection.places());
  return new HeldSequence(read, { size, below, isSet: of.isSet });
}

function heldPlaces(view: EngineView, places: readonly SequencePlace[]): HeldPlace[] {
  const writers = new Map<number, { readonly hash: Uint8Array; readonly position: number }>();
  const writerOf = (transaction: number) => {
    const { commit: hash, position } = view.writerOf(transaction);
    const writer = { hash, position };
    writers.set(transaction, writer);
    return writer;
  };
  const nameOf = ({ transaction, number }: SequencePlace['item']): ItemName => {
    const { hash, position } = writers.get(transaction) ?? writerOf(transaction);
    return { kind: 'commit', hash, position, number };
  };
  return places.map((place) => {
    const { transaction, number, item, isLeft, depth } = place;
    const name = nameOf(place);
    const isFirst = item.transaction === transaction && item.number === number;
    const value = place.shows ? place.value : undefined;
    return { name, isLeft, depth, item: isFirst ? name : nameOf(item), value };
  });
}
