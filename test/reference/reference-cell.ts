/**
 * One path of one element of the obvious graph: everything that was written there, and what it
 * comes to. Nothing is worked out before it is asked for, so that no order of arrival can matter.
 *
 * - The set with the greatest stamp wins; within one transaction the later one.
 * - An increment counts while the set that it names wins and holds an int64; inside one transaction
 *   a set drops the increments before it. One that names no set adds to a counter, which exists
 *   while neither a set, nor an add or insert was seen.
 * - An add counts unless a removal names it, or the winning set has a greater stamp. So does an
 *   item; while one shows, no add does (reference-sequence.ts).
 */

import { assert } from '../../src/base/assert.ts';
import { type ListItem, ListValue, sameValue, type Value } from '../../src/delta/value.ts';
import { compareValues } from '../../src/delta/value-order.ts';
import {
  EMPTY_SEQUENCE,
  type ReferenceSequence,
  type SequenceItem,
  type SequenceState,
  sequenceState,
} from './reference-sequence.ts';
import { type Base, compareStamps, latest, type Stamp, type Write } from './reference-stamp.ts';

export interface SetWrite extends Write {
  readonly value: Value;
}

export interface Increment extends Write {
  readonly base: Base | undefined;
  readonly amount: bigint;
}

export interface Add extends Write {
  readonly value: ListItem;
}

export interface Removal extends Add {
  readonly adds: readonly Base[];
}

export interface ReferenceCell {
  set: SetWrite | undefined;
  readonly increments: readonly Increment[];
  readonly adds: readonly Add[];
  readonly removals: readonly Removal[];
  readonly sequence: ReferenceSequence;
}

/** What a path shows, and who wrote it. */
export interface Shown {
  readonly value: Value;
  readonly writer: Stamp;
}

/** Whether what has this stamp is hidden by something else of the element. */
export type Hides = (stamp: Stamp) => boolean;

const EMPTY_STATE = sequenceState(EMPTY_SEQUENCE, undefined);
const STATES = new WeakMap<ReferenceCell, SequenceState>();

export const EMPTY_CELL: ReferenceCell = {
  set: undefined,
  increments: [],
  adds: [],
  removals: [],
  sequence: EMPTY_SEQUENCE,
};

export function isCounter(cell: ReferenceCell): boolean {
  const { set, adds } = cell;
  return set === undefined && adds.length === 0 && sequenceOf(cell).stamps.length === 0;
}

/**
 * What hides cells above and below: the greatest stamp of all sets and adds, whatever became of
 * them, and whatever was added to a set; of a counter that of its latest addition.
 */
export function cellStamp(cell: ReferenceCell): Stamp | undefined {
  const hasPieces = cell.adds.length > 0 || cell.sequence !== EMPTY_SEQUENCE;
  if (!hasPieces && cell.set !== undefined) return cell.set.stamp;
  const inserted = sequenceOf(cell).stamps.map((stamp) => ({ stamp }));
  const pieces = [...cell.adds, ...inserted];
  if (pieces.length === 0 && cell.set !== undefined) return cell.set.stamp;
  const written = isCounter(cell)
    ? cell.increments.filter(({ base }) => base === undefined)
    : [...pieces, ...(cell.set === undefined ? [] : [cell.set])];
  return written.reduce<Stamp | undefined>((stamp, write) => latest(stamp, write.stamp), undefined);
}

/** The adds that count, as far as the path itself tells, by value and by stamp. */
export function countedAdds({ adds, set, removals }: ReferenceCell): Add[] {
  if (adds.length === 0) return [];
  return adds
    .filter((add) => set === undefined || compareStamps(set.stamp, add.stamp) <= 0)
    .filter((add) => !removals.some((removal) => removes(removal, add)))
    .sort((l, r) => compareItems(l.value, r.value) || compareStamps(l.stamp, r.stamp));
}

/** The items of a sequence that count, as far as the path itself tells, in their order. */
export function countedItems(cell: ReferenceCell): readonly SequenceItem[] {
  return sequenceOf(cell).items;
}

/** What shows where the element exists. */
export function shownOf(cell: ReferenceCell, hides: Hides): Shown | undefined {
  const items = countedItems(cell).filter(({ stamp }) => !hides(stamp));
  const inserter = items.reduce<Stamp | undefined>(
    (stamp, item) => latest(stamp, item.stamp),
    undefined,
  );
  if (inserter !== undefined) {
    return { value: new ListValue(items.map(({ value }) => value)), writer: inserter };
  }
  const adds = countedAdds(cell).filter(({ stamp }) => !hides(stamp));
  const writer = adds.reduce<Stamp | undefined>(
    (stamp, add) => latest(stamp, add.stamp),
    undefined,
  );
  if (writer !== undefined) return { value: new ListValue(eachOnce(adds)), writer };
  const set = isCounter(cell) ? cellStamp(cell) : cell.set?.stamp;
  const value = set === undefined ? null : registerValue(cell);
  return set === undefined || value === null || hides(set) ? undefined : { value, writer: set };
}

/** Who wrote each value of a set that shows: the latest of its adds. No add does beside items. */
export function itemWriters(cell: ReferenceCell, hides: Hides): (Shown & Add)[] {
  if (countedItems(cell).some(({ stamp }) => !hides(stamp))) return [];
  const adds = countedAdds(cell).filter(({ stamp }) => !hides(stamp));
  return eachOnce(adds).map((value) => {
    const add = adds.findLast((other) => sameValue(other.value, value));
    assert(add !== undefined, 'a value that shows was added');
    return { ...add, writer: add.stamp };
  });
}

/** What a seal leaves of a cell that shows: later increments still name its set. */
export function sealedCell(cell: ReferenceCell, hides: Hides): ReferenceCell {
  const sealed = countedItems(cell).filter(({ stamp }) => !hides(stamp));
  if (sealed.length > 0) return { ...EMPTY_CELL, sequence: { ...EMPTY_SEQUENCE, sealed } };
  const adds = countedAdds(cell).filter(({ stamp }) => !hides(stamp));
  if (adds.length > 0) return { ...EMPTY_CELL, adds };
  const { set } = cell;
  const value = registerValue(cell);
  if (set !== undefined) return { ...EMPTY_CELL, set: { ...set, value } };
  const stamp = cellStamp(cell);
  assert(stamp !== undefined && typeof value === 'bigint', 'a cell without a set is a counter');
  return { ...EMPTY_CELL, increments: [{ stamp, index: 0, base: undefined, amount: value }] };
}

/** What its sequence comes to. Worked out once: cells do not change. */
export function sequenceOf(cell: ReferenceCell): SequenceState {
  if (cell.sequence === EMPTY_SEQUENCE) return EMPTY_STATE;
  const known = STATES.get(cell);
  if (known !== undefined) return known;
  const state = sequenceState(cell.sequence, cell.set?.stamp);
  STATES.set(cell, state);
  return state;
}

/** What the winning set, or the counter, comes to. */
function registerValue({ set, increments }: ReferenceCell): Value {
  const start = set === undefined ? 0n : set.value;
  if (typeof start !== 'bigint') return start;
  const counted = increments.filter((increment) => counts(increment, set));
  return BigInt.asIntN(
    64,
    counted.reduce((sum, { amount }) => sum + amount, start),
  );
}

function counts(increment: Increment, set: SetWrite | undefined): boolean {
  const { base, stamp, index } = increment;
  if (set === undefined || base === undefined) return set === undefined && base === undefined;
  if (base.commit !== set.stamp.commit || base.position !== set.stamp.position) return false;
  return compareStamps(stamp, set.stamp) !== 0 || index > set.index;
}

/** Of its own transaction a removal has seen the adds before it alone. */
function removes(removal: Removal, { stamp, index, value }: Add): boolean {
  if (!sameValue(removal.value, value)) return false;
  const isNamed = removal.adds.some(
    ({ commit, position }) => commit === stamp.commit && position === stamp.position,
  );
  return isNamed && (compareStamps(removal.stamp, stamp) !== 0 || index < removal.index);
}

function eachOnce(adds: readonly Add[]): ListItem[] {
  return adds
    .map(({ value }) => value)
    .filter((value, index, all) => all.findIndex((other) => sameValue(other, value)) === index);
}

/** The order of values, in which the two zeros are equal: 0 before -0. */
function compareItems(left: ListItem, right: ListItem): number {
  return compareValues(left, right) || Number(Object.is(left, -0)) - Number(Object.is(right, -0));
}
