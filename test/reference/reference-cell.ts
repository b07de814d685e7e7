/**
 * One path of one element of the obvious graph: everything that was written there, and what it
 * comes to. Nothing is worked out before it is asked for, so that no order of arrival can matter.
 *
 * - The set with the greatest stamp wins; within one transaction the later one.
 * - An increment counts while the set that it names wins and holds an int64; inside one transaction
 *   a set drops the increments before it. One that names no set adds to a counter, which exists
 *   while neither a set nor an add was seen.
 * - An add counts unless a removal names it, or the winning set has a greater stamp.
 */

import { assert } from '../../src/base/assert.ts';
import { type ListItem, ListValue, sameValue, type Value } from '../../src/delta/value.ts';
import { compareValues } from '../../src/delta/value-order.ts';

/** Orders conflicting writes: by clock, then author, then commit, then position. */
export interface Stamp {
  readonly hlc: bigint;
  /** Hex of the author's key. */
  readonly author: string;
  /** Hex of the commit's hash. */
  readonly commit: string;
  /** Index of the transaction in its commit. */
  readonly position: number;
}

/** The transaction whose set an increment adds to, or whose add a removal has seen. */
export type Base = Pick<Stamp, 'commit' | 'position'>;

/** When something was written; the index is that of the delta in its transaction. */
interface Write {
  readonly stamp: Stamp;
  readonly index: number;
}

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
}

/** What a path shows, and who wrote it. */
export interface Shown {
  readonly value: Value;
  readonly writer: Stamp;
}

/** Whether what has this stamp is hidden by something else of the element. */
export type Hides = (stamp: Stamp) => boolean;

export const EMPTY_CELL: ReferenceCell = {
  set: undefined,
  increments: [],
  adds: [],
  removals: [],
};

export function compareStamps(left: Stamp, right: Stamp): number {
  if (left.hlc !== right.hlc) return left.hlc < right.hlc ? -1 : 1;
  if (left.author !== right.author) return left.author < right.author ? -1 : 1;
  if (left.commit !== right.commit) return left.commit < right.commit ? -1 : 1;
  return left.position - right.position;
}

export function latest(left: Stamp | undefined, right: Stamp): Stamp {
  return left !== undefined && compareStamps(left, right) > 0 ? left : right;
}

export function isCounter({ set, adds }: ReferenceCell): boolean {
  return set === undefined && adds.length === 0;
}

/**
 * What hides cells above and below: the greatest stamp of all sets and adds, whatever became of
 * them, and whatever was added to a set; of a counter that of its latest addition.
 */
export function cellStamp(cell: ReferenceCell): Stamp | undefined {
  if (cell.adds.length === 0 && cell.set !== undefined) return cell.set.stamp;
  const written = isCounter(cell)
    ? cell.increments.filter(({ base }) => base === undefined)
    : [...cell.adds, ...(cell.set === undefined ? [] : [cell.set])];
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

/** What shows where the element exists. */
export function shownOf(cell: ReferenceCell, hides: Hides): Shown | undefined {
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

/** Who wrote each value that shows: the latest of its adds. */
export function itemWriters(cell: ReferenceCell, hides: Hides): (Shown & Add)[] {
  const adds = countedAdds(cell).filter(({ stamp }) => !hides(stamp));
  return eachOnce(adds).map((value) => {
    const add = adds.findLast((other) => sameValue(other.value, value));
    assert(add !== undefined, 'a value that shows was added');
    return { ...add, writer: add.stamp };
  });
}

/** What a seal leaves of a cell that shows: later increments still name its set. */
export function sealedCell(cell: ReferenceCell, hides: Hides): ReferenceCell {
  const adds = countedAdds(cell).filter(({ stamp }) => !hides(stamp));
  if (adds.length > 0) return { ...EMPTY_CELL, adds };
  const { set } = cell;
  const value = registerValue(cell);
  if (set !== undefined) return { ...EMPTY_CELL, set: { ...set, value } };
  const stamp = cellStamp(cell);
  assert(stamp !== undefined && typeof value === 'bigint', 'a cell without a set is a counter');
  return { ...EMPTY_CELL, increments: [{ stamp, index: 0, base: undefined, amount: value }] };
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
