/**
 * What changes of sets of values are as deltas (schema/definition.md, D44 to D46), from what the
 * set holds as far as this replica knows.
 */

import { REMOVED_ADDS_MAX, VALUE_BYTES_MAX } from '../../assembly/abi.ts';
import { SET_VALUES_MAX } from '../base/collection-limits.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { Delta, SeenAdd, Subject } from '../delta/delta.ts';
import { type ListItem, ListValue, type Value } from '../delta/value.ts';
import { compareValues } from '../delta/value-order.ts';
import { listBytes } from '../delta/value-writer.ts';
import type { SetPiece } from '../engine/set-pieces.ts';
import type { EngineView } from '../engine/view.ts';
import { valueName } from './claim.ts';
import { storedCell, storedCollection } from './increment.ts';

export interface HeldAdd {
  readonly value: ListItem;
  readonly add: SeenAdd;
  readonly shows: boolean;
}

/** What is at the path of a set. */
export interface HeldSet {
  /** Those that no removal has named. */
  readonly adds: readonly HeldAdd[];
  /** What shows. */
  readonly value: Value;
  /** Whether somebody has set the path: that shows once no add does. */
  readonly isSet: boolean;
}

export interface SetChange {
  readonly deltas: readonly Delta[];
  readonly held: HeldSet;
}

export interface ChangedSet {
  readonly path: string;
  /** Whether it is to show a list, be it empty. */
  readonly required: boolean;
  readonly held: HeldSet;
  /** What an add of the transaction is named by. */
  readonly own: Extract<SeenAdd, { readonly kind: 'own' }>;
}

/** Where nobody has written. */
export const EMPTY_SET: HeldSet = { adds: [], value: null, isSet: false };

/** What the engine holds; `value` is what shows of it. */
export function heldSet(
  view: EngineView,
  at: { readonly subject: Subject; readonly path: string; readonly value: Value },
): HeldSet {
  const { subject, path, value } = at;
  const cell = storedCell(view, subject, path);
  const pieces = storedCollection(view, subject, path).pieces();
  return { adds: heldAdds(view, pieces), value, isSet: cell?.writer !== undefined };
}

function heldAdds(view: EngineView, pieces: readonly SetPiece[]): HeldAdd[] {
  return pieces.map(({ value, shows, transaction }) => {
    const { commit, position } = view.writerOf(transaction);
    return { value, shows, add: { kind: 'commit', hash: commit, position } };
  });
}

/** Replaces what is there: the empty list is set, and the values are added to it. */
export function replacedSet({ path, own }: ChangedSet, values: readonly ListItem[]): SetChange {
  const adds = distinct(values).map((value) => ({ value, add: own, shows: true }));
  const deltas: Delta[] = [{ operation: 'set', path, value: new ListValue([]) }];
  for (const { value } of adds) deltas.push(added(path, value));
  return { deltas, held: withRoom(path, heldOf(adds, true)) };
}

/** Null removes all that is there. */
export function removedSet({ path }: ChangedSet): SetChange {
  return { deltas: [{ operation: 'set', path, value: null }], held: EMPTY_SET };
}

/** An add takes the place of the earlier ones of its value: one that is not here yet stays. */
export function addedToSet(changed: ChangedSet, values: readonly ListItem[]): SetChange {
  const { path, held, own } = changed;
  if (values.length === 0) return { deltas: [], held };
  const whole = wholeList(held);
  if (whole !== undefined) return replacedSet(changed, [...whole, ...values]);
  const ofOwn = new Set(ownAdds(changed));
  const isHeld = new Set([...ofOwn].map(({ value }) => valueName(value)));
  const names = new Map(values.map((value) => [valueName(value), value]));
  const given = [...names].filter(([name]) => !isHeld.has(name)).map(([, value]) => value);
  const isReplaced = (each: HeldAdd) => names.has(valueName(each.value)) && !ofOwn.has(each);
  const kept = held.adds.filter((each) => !isReplaced(each));
  const adds = [...kept, ...given.map((value) => ({ value, add: own, shows: true }))];
  return {
    deltas: [
      ...given.map((value) => added(path, value)),
      ...removals(path, held.adds.filter(isReplaced)),
    ],
    held: withRoom(path, heldOf(adds, held.isSet)),
  };
}

export function removedFromSet(changed: ChangedSet, values: readonly ListItem[]): SetChange {
  const { path, held, required } = changed;
  const names = new Set(values.map(sameName));
  const whole = wholeList(held);
  if (whole !== undefined) {
    const kept = whole.filter((value) => !names.has(sameName(value)));
    return kept.length === whole.length ? { deltas: [], held } : replacedSet(changed, kept);
  }
  const isNamed = ({ value }: HeldAdd) => names.has(sameName(value));
  const adds = held.adds.filter((each) => !isNamed(each));
  const gone = held.adds.filter(isNamed);
  if (gone.length === 0) return { deltas: [], held };
  const deltas = removals(path, gone);
  const isLeft = held.isSet || adds.some(({ shows }) => shows);
  if (isLeft || !required) return { deltas, held: heldOf(adds, held.isSet) };
  const emptied = replacedSet(changed, []);
  return { deltas: [...deltas, ...emptied.deltas], held: emptied.held };
}

/** What shows where it was set whole, before the field was a set or by another replica. */
function wholeList({ adds, value }: HeldSet): readonly ListItem[] | undefined {
  if (!(value instanceof ListValue) || value.items.length === 0) return undefined;
  return adds.some(({ shows }) => shows) ? undefined : value.items;
}

function heldOf(adds: readonly HeldAdd[], isSet: boolean): HeldSet {
  const values = distinct(adds.filter(({ shows }) => shows).map(({ value }) => value));
  const list = new ListValue(values.toSorted(compareExactly));
  return { adds, value: values.length > 0 || isSet ? list : null, isSet };
}

/** What is removed needs none: more may have come together than one server would add. */
function withRoom(path: string, held: HeldSet): HeldSet {
  if (!(held.value instanceof ListValue)) return held;
  expectAtMost(path, { limit: SET_VALUES_MAX, actual: held.value.items.length, unit: 'values' });
  const bytes = listBytes(held.value).length;
  expectAtMost(path, { limit: VALUE_BYTES_MAX, actual: bytes, unit: 'bytes' });
  return held;
}

function expectAtMost(
  path: string,
  of: { readonly limit: number; readonly actual: number; readonly unit: string },
): void {
  const { limit, actual, unit } = of;
  if (actual <= limit) return;
  const message = `the set ${path} expected at most ${limit} ${unit}, got ${actual}`;
  throw new DatabaseError(ErrorCode.LIMIT_EXCEEDED, message, { facts: { limit, actual } });
}

function added(path: string, value: ListItem): Delta {
  return { operation: 'add', path, value };
}

function removals(path: string, adds: readonly HeldAdd[]): Delta[] {
  const byValue = new Map<string, HeldAdd[]>();
  for (const each of adds) {
    const name = valueName(each.value);
    const same = byValue.get(name);
    if (same === undefined) byValue.set(name, [each]);
    else same.push(each);
  }
  return [...byValue.values()].flatMap((same) => {
    const deltas: Delta[] = [];
    for (let from = 0; from < same.length; from += REMOVED_ADDS_MAX) {
      const some = same.slice(from, from + REMOVED_ADDS_MAX);
      const [first] = some;
      if (first === undefined) continue;
      const { value } = first;
      deltas.push({ operation: 'remove', path, value, adds: some.map(({ add }) => add) });
    }
    return deltas;
  });
}

/** Adds of the transaction itself. */
export function ownAdds({ held, own }: ChangedSet): HeldAdd[] {
  return held.adds.filter(({ add }) => add.kind === 'own' && add.position === own.position);
}

function distinct(values: readonly ListItem[]): ListItem[] {
  return [...new Map(values.map((value) => [valueName(value), value])).values()];
}

/** Whoever removes 0 means -0 as well, which is equal and another value. */
function sameName(value: ListItem): string {
  return valueName(value === 0 ? 0 : value);
}

/** As sets show their values. */
function compareExactly(left: ListItem, right: ListItem): number {
  return compareValues(left, right) || Number(Object.is(left, -0)) - Number(Object.is(right, -0));
}
