/**
 * One sequence of the obvious graph: all inserts, removals and moves that came to a path, and what
 * they come to. The places are worked out anew whenever they are asked for: as a tree in Maps,
 * whose children are sorted and then walked, each place after what is left of it and before what is
 * right (schema/merge.md, M21 to M27).
 */

import { assert } from '../../src/base/assert.ts';
import type { ListItem } from '../../src/delta/value.ts';
import { type Base, compareStamps, type Stamp, type Write } from './reference-stamp.ts';

/** An item or a place. */
export type ItemRef = Base & { readonly number: number };

export type PlaceRef = { readonly side: 'left' | 'right'; readonly of: ItemRef } | undefined;

export interface Insert extends Write {
  readonly kind: 'insert';
  readonly number: number;
  readonly place: PlaceRef;
  readonly values: readonly ListItem[];
  /** Of a transaction that is masked. */
  readonly isMasked: boolean;
}

export interface ItemRemoval extends Write {
  readonly kind: 'removeItems';
  readonly runs: readonly (ItemRef & { readonly count: number })[];
}

export interface Move extends Write {
  readonly kind: 'move';
  readonly number: number;
  readonly item: ItemRef;
  readonly place: PlaceRef;
  readonly isMasked: boolean;
}

export type SequenceWrite = Insert | ItemRemoval | Move;

export interface ReferenceSequence {
  /** What the last seal has left, in its order. */
  readonly sealed: readonly SequenceItem[];
  /** In an order of arrival that respects causes. */
  readonly writes: readonly SequenceWrite[];
}

export interface SequenceItem {
  readonly name: string;
  readonly number: number;
  /** Of its insert. */
  readonly stamp: Stamp;
  readonly value: ListItem;
}

export const EMPTY_SEQUENCE: ReferenceSequence = { sealed: [], writes: [] };

const ROOT = 'root';

/** A place in the tree: of an item that came there by an insert, or by a move. */
interface Place {
  readonly name: string;
  readonly parent: string;
  readonly side: 'left' | 'right';
  readonly stamp: Stamp;
  readonly number: number;
  /** The name of its item. */
  readonly item: string;
  /** Its rank among what a seal has left; later places come after all of these. */
  readonly sealed: number;
  /** Whether an item can be at it. */
  readonly isMasked: boolean;
}

export interface SequenceState {
  /** Items that count, as far as the path itself tells, in the order of their places. */
  readonly items: readonly SequenceItem[];
  /** Names of those that are not at their first place. */
  readonly moved: readonly string[];
  /** Of all inserts that are not masked, whatever became of them. */
  readonly stamps: readonly Stamp[];
  /** Names of all places in their order. */
  readonly places: readonly string[];
}

/** What a sequence comes to where the set that wins its path has this stamp. */
export function sequenceState(sequence: ReferenceSequence, set: Stamp | undefined): SequenceState {
  const places = new Map<string, Place>();
  const items = new Map<string, SequenceItem>();
  const stamps: Stamp[] = [];
  for (const [rank, item] of sequence.sealed.entries()) {
    const { name, stamp, number } = item;
    items.set(name, item);
    stamps.push(stamp);
    const at = { parent: ROOT, side: 'right', sealed: rank, isMasked: false } as const;
    places.set(name, { name, stamp, number, item: name, ...at });
  }
  const removed = new Set<string>();
  for (const write of sequence.writes) {
    if (write.kind === 'insert') takeInsert(write, { places, items, stamps });
    else if (write.kind === 'move') takeMove(write, places);
    else {
      for (const name of namesOf(write)) if (items.has(name)) removed.add(name);
    }
  }
  const current = new Map<string, Place>();
  for (const place of places.values()) {
    const known = current.get(place.item);
    if (!place.isMasked && (known === undefined || compareKeys(known, place) < 0)) {
      current.set(place.item, place);
    }
  }
  const order = inOrder(places);
  const counted = order.flatMap((place) => {
    const item = items.get(place.item);
    const isHere = item !== undefined && current.get(place.item) === place;
    if (!isHere || removed.has(place.item)) return [];
    return set !== undefined && compareStamps(set, item.stamp) > 0 ? [] : [item];
  });
  const moved = counted.flatMap(({ name }) => (current.get(name)?.name === name ? [] : [name]));
  return { items: counted, moved, stamps, places: order.map(({ name }) => name) };
}

export function nameOf({ commit, position, number }: ItemRef): string {
  return `${commit} ${position} ${number}`;
}

/** Of an item that a removal names, too: of its own transaction those before it are known alone. */
function namesOf({ runs }: ItemRemoval): string[] {
  return runs.flatMap((run) =>
    Array.from({ length: run.count }, (_, index) => nameOf({ ...run, number: run.number + index })),
  );
}

function takeInsert(
  insert: Insert,
  into: {
    readonly places: Map<string, Place>;
    readonly items: Map<string, SequenceItem>;
    readonly stamps: Stamp[];
  },
): void {
  const { stamp, values, isMasked } = insert;
  const { places, items } = into;
  const names = values.map((_, index) => nameOf({ ...stamp, number: insert.number + index }));
  if (names.some((name) => places.has(name))) return;
  if (!isMasked) into.stamps.push(stamp);
  const { parent, side } = parentOf(insert.place, places);
  for (const [index, value] of values.entries()) {
    const name = names[index] ?? '';
    const number = insert.number + index;
    const at =
      index === 0 ? { parent, side } : ({ parent: names[index - 1] ?? '', side: 'right' } as const);
    places.set(name, { name, ...at, stamp, number, item: name, sealed: Infinity, isMasked });
    if (!isMasked) items.set(name, { name, number, stamp, value });
  }
}

function takeMove(move: Move, places: Map<string, Place>): void {
  const { stamp, number, isMasked } = move;
  const name = nameOf({ ...stamp, number });
  const item = nameOf(move.item);
  if (places.has(name) || places.get(item)?.item !== item) return;
  const at = parentOf(move.place, places);
  places.set(name, { name, ...at, stamp, number, item, sealed: Infinity, isMasked });
}

/** What names a place that is not there is at the root. */
function parentOf(
  place: PlaceRef,
  places: ReadonlyMap<string, Place>,
): Pick<Place, 'parent' | 'side'> {
  const name = place === undefined ? ROOT : nameOf(place.of);
  if (place === undefined || !places.has(name)) return { parent: ROOT, side: 'right' };
  return { parent: name, side: place.side };
}

function inOrder(places: ReadonlyMap<string, Place>): Place[] {
  const children = new Map<string, Place[]>();
  for (const place of places.values()) {
    const key = `${place.side} ${place.parent}`;
    children.set(key, [...(children.get(key) ?? []), place]);
  }
  for (const side of children.values()) side.sort(compareKeys);
  const walk = (name: string): Place[] => {
    const place = places.get(name);
    assert(place !== undefined || name === ROOT, 'a parent is a place');
    const left = (children.get(`left ${name}`) ?? []).flatMap((child) => walk(child.name));
    const right = (children.get(`right ${name}`) ?? []).flatMap((child) => walk(child.name));
    return [...left, ...(place === undefined ? [] : [place]), ...right];
  };
  return walk(ROOT);
}

/** What a seal has left keeps its order, and comes before all that is later. */
function compareKeys(left: Place, right: Place): number {
  if (left.sealed !== right.sealed) return left.sealed < right.sealed ? -1 : 1;
  return compareStamps(left.stamp, right.stamp) || left.number - right.number;
}
