/**
 * What changes of sequences are as deltas (schema/definition.md, D50 to D56), from what the
 * sequence holds as far as this replica knows. Positions are those of the list that shows.
 */

import { VALUE_BYTES_MAX } from '../../assembly/abi.ts';
import {
  ITEM_NUMBERS,
  PLACE_OF_MOVE_VALUE,
  PLACE_VALUE,
  REMOVED_RUNS_MAX,
} from '../../assembly/abi-collections.ts';
import { toHex } from '../base/bytes.ts';
import { SEQUENCE_PLACE_BYTES_MAX, SEQUENCE_REMOVED_MAX } from '../base/collection-limits.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { Delta, ItemName, ItemPlace, ItemRun, SeenAdd } from '../delta/delta.ts';
import { type ListItem, ListValue } from '../delta/value.ts';
import { listBytes } from '../delta/value-writer.ts';
import { isUpdate, mergedUpdate } from '../text/yjs-updates.ts';
import { invalid } from './admission.ts';
import { type HeldPlace, HeldSequence, type HeldSize } from './held-sequence.ts';
import type { SequenceChange } from './sequence-change.ts';

export interface ChangedSequence {
  /** For messages: `Book.steps`. */
  readonly name: string;
  readonly path: string;
  /** Whether it is to show a list, be it empty. */
  readonly required: boolean;
  readonly held: HeldSequence;
  /** What an item of the transaction is named by. */
  readonly own: Extract<SeenAdd, { readonly kind: 'own' }>;
}

export interface SequenceChanged {
  readonly deltas: readonly Delta[];
  readonly held: HeldSequence;
}

/** Where a place comes: behind the one at an index of all places, -1: before all. */
interface Gap {
  readonly place: ItemPlace;
  readonly depth: number;
  readonly isLeft: boolean;
  readonly behind: number;
}

const UNCHANGED: readonly Delta[] = [];

/** Replaces what is there: the empty list is set, and the values are inserted. */
export function replacedSequence(
  changed: ChangedSequence,
  values: readonly ListItem[],
): SequenceChanged {
  const { path, held } = changed;
  const below = new ListValue([]);
  // The places stay until a seal, and what others put between them.
  const size = { ...held.size, shownBytes: 0 };
  const emptied = new HeldSequence([], { size, below, isSet: true });
  const set: Delta = { operation: 'set', path, value: below };
  if (values.length === 0) return { deltas: [set], held: emptied };
  const filled = appended({ ...changed, held: emptied }, values);
  return { deltas: [set, ...filled.deltas], held: filled.held };
}

/** Null removes all that is there. */
export function removedSequence({ path, held }: ChangedSequence): SequenceChanged {
  const size = { ...held.size, shownBytes: 0 };
  return {
    deltas: [{ operation: 'set', path, value: null }],
    held: new HeldSequence([], { size, below: null, isSet: true }),
  };
}

export function changedSequence(changed: ChangedSequence, change: SequenceChange): SequenceChanged {
  const { held } = changed;
  const whole = wholeList(held);
  if (whole !== undefined) return changedWhole(changed, whole, change);
  switch (change.operation) {
    case 'append':
      if (change.values.length === 0) return { deltas: UNCHANGED, held };
      return appended(changed, change.values);
    case 'insert':
      return inserted(changed, change);
    case 'remove':
      return removed(changed, change);
    case 'pop': {
      const items = shownIndices(held.places);
      expectCount(changed, change.count);
      const count = Math.min(change.count, items.length);
      return removed(changed, { at: items.length - count, count });
    }
    case 'move':
      return moved(changed, change);
    case 'merge':
      return merged(changed);
  }
}

/** What shows where it was set whole, before the field was a sequence or by another replica. */
function wholeList({ showsItems, below }: HeldSequence): readonly ListItem[] | undefined {
  if (showsItems || !(below instanceof ListValue)) return undefined;
  return below.items.length === 0 ? undefined : below.items;
}

/** Its values become items, with the change made. */
function changedWhole(
  changed: ChangedSequence,
  whole: readonly ListItem[],
  change: SequenceChange,
): SequenceChanged {
  const items = [...whole];
  switch (change.operation) {
    case 'append':
      items.push(...change.values);
      break;
    case 'insert':
      expectPosition(changed, 'to insert at', change.at, items.length);
      items.splice(change.at, 0, ...change.values);
      break;
    case 'remove':
      expectRange(changed, change, items.length);
      items.splice(change.at, change.count);
      break;
    case 'pop':
      expectCount(changed, change.count);
      items.splice(Math.max(0, items.length - change.count));
      break;
    case 'move': {
      expectMove(changed, change, items.length);
      items.splice(change.to, 0, ...items.splice(change.from, 1));
      break;
    }
    case 'merge':
      items.splice(0, items.length, mergedUpdate(updatesAmong(items)));
      break;
  }
  const isChanged =
    items.length !== whole.length || items.some((item, index) => item !== whole[index]);
  return isChanged ? replacedSequence(changed, items) : { deltas: UNCHANGED, held: changed.held };
}

/** At the root, behind all that is there: nothing of it is read. */
function appended(changed: ChangedSequence, values: readonly ListItem[]): SequenceChanged {
  const { held } = changed;
  const gap = { place: undefined, depth: 1, isLeft: false };
  const { delta, places, options } = newItems(changed, gap, values);
  return { deltas: [delta], held: new HeldSequence(places, options, held) };
}

function inserted(
  changed: ChangedSequence,
  { at, values }: Extract<SequenceChange, { operation: 'insert' }>,
): SequenceChanged {
  const { held } = changed;
  const items = shownIndices(held.places);
  expectPosition(changed, 'to insert at', at, items.length);
  if (values.length === 0) return { deltas: UNCHANGED, held };
  const gap = gapBehind(held.places, at === 0 ? -1 : (items[at - 1] ?? -1));
  const { delta, places, options } = newItems(changed, gap, values);
  const all = held.places.toSpliced(gap.behind + 1, 0, ...places);
  return { deltas: [delta], held: new HeldSequence(all, options) };
}

/** An insert, and its places: each right of the one before it. */
function newItems(
  changed: ChangedSequence,
  { place, depth, isLeft }: Omit<Gap, 'behind'>,
  values: readonly ListItem[],
) {
  const { held, own, path } = changed;
  const number = takeNumbers(changed, values.length);
  const shownBytes = listBytes(new ListValue(values)).length;
  const options = withRoom(
    changed,
    {
      placeBytes: held.size.placeBytes + values.length * PLACE_VALUE + shownBytes,
      shownBytes: held.size.shownBytes + shownBytes,
    },
    number + values.length,
  );
  const places = values.map((value, index): HeldPlace => {
    const name = { ...own, number: number + index };
    return { name, isLeft: isLeft && index === 0, depth: depth + index, item: name, value };
  });
  const delta: Delta = { operation: 'insert', path, number, place, values };
  return { delta, places, options };
}

function removed(
  changed: ChangedSequence,
  range: { readonly at: number; readonly count: number },
): SequenceChanged {
  const { path, held, required, own } = changed;
  const items = shownIndices(held.places);
  expectRange(changed, range, items.length);
  const gone = new Set(items.slice(range.at, range.at + range.count));
  if (gone.size === 0) return { deltas: UNCHANGED, held };
  expectAtMost(changed, SEQUENCE_REMOVED_MAX, gone.size, 'values to remove at a time');
  const names: ItemName[] = [];
  const values: ListItem[] = [];
  const places = held.places.map((each, index) => {
    if (!gone.has(index) || each.value === undefined) return each;
    names.push(each.item);
    values.push(each.value);
    return { ...each, value: undefined };
  });
  const deltas = removals(path, names);
  // Nothing would show, where a list is to be.
  const empties = gone.size === items.length && !held.isSet && required;
  if (empties) deltas.push({ operation: 'set', path, value: new ListValue([]) });
  const isSet = held.isSet || empties;
  const { position } = own;
  const shownBytes = held.size.shownBytes - listBytes(new ListValue(values)).length;
  const options = {
    size: { ...held.size, shownBytes },
    below: isSet ? new ListValue([]) : null,
    isSet,
    writer: { position, next: held.nextNumber(position) },
  };
  return { deltas, held: new HeldSequence(places, options) };
}

/**
 * What is merged is removed by name: what came in the meantime stays. Of very many updates these
 * are the first ones.
 */
function merged(changed: ChangedSequence): SequenceChanged {
  const { held } = changed;
  const first = shownIndices(held.places).slice(0, SEQUENCE_REMOVED_MAX);
  const updates = updatesAmong(first.map((index) => held.places[index]?.value));
  if (updates.length < 2) return { deltas: UNCHANGED, held };
  const left = removed(changed, { at: 0, count: first.length });
  const added = appended({ ...changed, held: left.held }, [mergedUpdate(updates)]);
  return { deltas: [...left.deltas, ...added.deltas], held: added.held };
}

/** What another replica may have written beside them says nothing. */
function updatesAmong(items: readonly unknown[]): Uint8Array[] {
  return items.filter((item) => item instanceof Uint8Array).filter(isUpdate);
}

function moved(
  changed: ChangedSequence,
  { from, to }: Extract<SequenceChange, { operation: 'move' }>,
): SequenceChanged {
  const { path, held, own } = changed;
  const items = shownIndices(held.places);
  expectMove(changed, { from, to }, items.length);
  const [index = -1] = items.splice(from, 1);
  const item = held.places[index];
  if (from === to || item === undefined) return { deltas: UNCHANGED, held };
  const number = takeNumbers(changed, 1);
  const gap = gapBehind(held.places, to === 0 ? -1 : (items[to - 1] ?? -1));
  const { depth, isLeft } = gap;
  const place: HeldPlace = { ...item, depth, isLeft, name: { ...own, number } };
  const emptied = held.places.with(index, { ...item, value: undefined });
  const { size } = held;
  const placeBytes = size.placeBytes + PLACE_OF_MOVE_VALUE + 1;
  const options = withRoom(changed, { ...size, placeBytes }, number + 1);
  return {
    deltas: [{ operation: 'move', path, number, item: item.item, place: gap.place }],
    held: new HeldSequence(emptied.toSpliced(gap.behind + 1, 0, place), options),
  };
}

/**
 * Where a place comes that is to be next behind another one (merge.md, M21): at its right where
 * nothing is there yet, and else at the left of the place that comes next, whether an item is
 * there or not. The places of its right are those behind it that are deeper, up to the first that
 * is not; its right children among them are the ones that are just one deeper.
 */
function gapBehind(places: readonly HeldPlace[], behind: number): Gap {
  const first = places[behind];
  const second = places[behind + 1];
  if (second === undefined && first === undefined) {
    return { place: undefined, depth: 1, isLeft: false, behind };
  }
  if (first !== undefined && !hasRight(places, behind, first.depth)) {
    const place = { side: 'right', of: first.name } as const;
    return { place, depth: first.depth + 1, isLeft: false, behind };
  }
  if (second === undefined) throw new Error('assertion failed: what has a right has a next place');
  const place = { side: 'left', of: second.name } as const;
  return { place, depth: second.depth + 1, isLeft: true, behind };
}

function hasRight(places: readonly HeldPlace[], index: number, depth: number): boolean {
  for (let at = index + 1; at < places.length; at++) {
    const each = places[at];
    if (each === undefined || each.depth <= depth) return false;
    if (each.depth === depth + 1 && !each.isLeft) return true;
  }
  return false;
}

/** The names as runs of one transaction, so many in a delta. */
function removals(path: string, names: readonly ItemName[]): Delta[] {
  const byTransaction = new Map<string, ItemName[]>();
  for (const name of names) {
    const transaction = `${name.kind === 'own' ? '' : toHex(name.hash)} ${name.position}`;
    const same = byTransaction.get(transaction);
    if (same === undefined) byTransaction.set(transaction, [name]);
    else same.push(name);
  }
  const runs = [...byTransaction.values()].flatMap(runsOf);
  const deltas: Delta[] = [];
  for (let from = 0; from < runs.length; from += REMOVED_RUNS_MAX) {
    const some = runs.slice(from, from + REMOVED_RUNS_MAX);
    deltas.push({ operation: 'removeItems', path, runs: some });
  }
  return deltas;
}

function runsOf(names: readonly ItemName[]): ItemRun[] {
  const runs: ItemRun[] = [];
  for (const name of names.toSorted((left, right) => left.number - right.number)) {
    const last = runs.at(-1);
    if (last !== undefined && last.number + last.count === name.number) {
      runs[runs.length - 1] = { ...last, count: last.count + 1 };
    } else runs.push({ ...name, count: 1 });
  }
  return runs;
}

/** Where items are, by the indices of their places. */
function shownIndices(places: readonly HeldPlace[]): number[] {
  const indices: number[] = [];
  for (let index = 0; index < places.length; index++) {
    if (places[index]?.value !== undefined) indices.push(index);
  }
  return indices;
}

/** The first of so many numbers for places of the transaction. */
function takeNumbers(changed: ChangedSequence, count: number): number {
  const first = changed.held.nextNumber(changed.own.position);
  const what = 'values inserted and moved by one transaction';
  expectAtMost(changed, ITEM_NUMBERS - 1, first + count, what);
  return first;
}

/** What is removed needs none: more may have come together than one server would insert. */
function withRoom(changed: ChangedSequence, size: HeldSize, next: number) {
  const { held, own } = changed;
  expectAtMost(changed, VALUE_BYTES_MAX, size.shownBytes, 'bytes');
  expectAtMost(changed, SEQUENCE_PLACE_BYTES_MAX, size.placeBytes, 'bytes with what was removed');
  const { below, isSet } = held;
  return { size, below, isSet, writer: { position: own.position, next } };
}

function expectAtMost(
  { name }: ChangedSequence,
  limit: number,
  actual: number,
  unit: string,
): void {
  if (actual <= limit) return;
  const message = `the sequence ${name} expected at most ${limit} ${unit}, got ${actual}`;
  throw new DatabaseError(ErrorCode.LIMIT_EXCEEDED, message, { facts: { limit, actual } });
}

function expectPosition(
  { name }: ChangedSequence,
  what: string,
  actual: number,
  last: number,
): void {
  if (Number.isInteger(actual) && actual >= 0 && actual <= last) return;
  throw invalid(`${name} expected a position from 0 to ${last} ${what}`, String(actual));
}

function expectRange(
  changed: ChangedSequence,
  { at, count }: { readonly at: number; readonly count: number },
  length: number,
): void {
  expectPosition(changed, 'to remove from', at, length);
  expectCount(changed, count);
  if (at + count <= length) return;
  const { name } = changed;
  throw invalid(`${name} expected at most ${length - at} values to remove from ${at}`, `${count}`);
}

function expectCount({ name }: ChangedSequence, count: number): void {
  if (Number.isInteger(count) && count >= 0) return;
  throw invalid(`${name} expected a count from 0`, String(count));
}

function expectMove(
  changed: ChangedSequence,
  { from, to }: { readonly from: number; readonly to: number },
  length: number,
): void {
  if (length === 0) throw invalid(`${changed.name} expected a value to move`, 'none');
  expectPosition(changed, 'to move from', from, length - 1);
  expectPosition(changed, 'to move to', to, length - 1);
}
