/**
 * Which items of one list are which of another, and how the one becomes the other with as few items
 * as can be that come, go and move.
 */

import { isObject, type Json, type JsonObject } from './json.ts';

/** Of an item of the later list. */
export interface Match {
  /** The item of the earlier list that it was, if any. */
  readonly old: number | undefined;
  /** Whether that is in the order of the others that stay. */
  readonly stays: boolean;
}

/** Each item is the one at its place. */
export function samePlaces(before: readonly Json[], after: readonly Json[]): readonly Match[] {
  return after.map((_, index) => ({
    old: index < before.length ? index : undefined,
    stays: true,
  }));
}

/**
 * Items are the same that have the same identity. Of those the most that are in order stay, the
 * others move; what comes where something goes, between the same two that stay, takes its place.
 */
export function matchItems(
  before: readonly Json[],
  after: readonly Json[],
  identity: (item: Json) => string = textOf,
): readonly Match[] {
  const places = new Map<string, number[]>();
  for (let old = before.length - 1; old >= 0; old--) {
    const text = identity(before[old] as Json);
    const known = places.get(text);
    if (known === undefined) places.set(text, [old]);
    else known.push(old);
  }
  const olds = after.map((item) => places.get(identity(item))?.pop());
  const staying = longestIncreasing(olds);
  const matches: Match[] = olds.map((old, index) => ({ old, stays: staying.has(index) }));
  const taken = new Set(olds);
  let [gone, come] = [0, 0];
  const pairUntil = (oldEnd: number, newEnd: number): void => {
    for (; ; gone++, come++) {
      while (gone < oldEnd && taken.has(gone)) gone += 1;
      while (come < newEnd && matches[come]?.old !== undefined) come += 1;
      if (gone >= oldEnd || come >= newEnd) break;
      matches[come] = { old: gone, stays: true };
    }
    gone = oldEnd + 1;
    come = newEnd + 1;
  };
  for (const [index, old] of olds.entries()) {
    if (old !== undefined && staying.has(index)) pairUntil(old, index);
  }
  pairUntil(before.length, after.length);
  return matches;
}

/**
 * What tells the items of two lists apart: their `id`, or else the member that most of the items
 * of both have in common, where each has another one; undefined where no member does.
 */
export function identityOf(
  before: readonly Json[],
  after: readonly Json[],
): ((item: Json) => string) | undefined {
  const first = after[0];
  if (!isObject(first)) return undefined;
  const hasIds = valuesOf(before, 'id') !== undefined && valuesOf(after, 'id') !== undefined;
  if (hasIds) return (item) => textOf((item as JsonObject).id ?? null);
  let best: string | undefined;
  let most = 0;
  for (const name of Object.keys(first)) {
    const old = valuesOf(before, name);
    const now = old && valuesOf(after, name);
    if (old === undefined || now === undefined) continue;
    const shared = old.intersection(now).size;
    if (shared > most) [best, most] = [name, shared];
  }
  if (best === undefined) return undefined;
  const name = best;
  return (item) => textOf((item as JsonObject)[name] ?? null);
}

/** Whether each item has the `id` of the one at its place, and no other item has. */
export function haveSameIds(before: readonly Json[], after: readonly Json[]): boolean {
  for (const [index, item] of after.entries()) {
    const old = before[index];
    if (!isObject(item) || !isObject(old) || item.id !== old.id) return false;
  }
  return valuesOf(after, 'id') !== undefined;
}

function textOf(json: Json): string {
  return JSON.stringify(json);
}

/** The values of a member, each of one item alone; undefined where it does not tell items apart. */
function valuesOf(list: readonly Json[], name: string): ReadonlySet<Json> | undefined {
  const values = new Set<Json>();
  for (const item of list) {
    const value = isObject(item) ? item[name] : undefined;
    if (typeof value !== 'string' && typeof value !== 'number') return undefined;
    values.add(value);
  }
  return values.size === list.length ? values : undefined;
}

/** Indexes of the most numbers that increase from left to right (Fredman 1975). */
function longestIncreasing(numbers: readonly (number | undefined)[]): ReadonlySet<number> {
  /** By length less 1, where the sequence of that length ends that ends lowest. */
  const ends: number[] = [];
  const previous = new Map<number, number | undefined>();
  for (const [index, number] of numbers.entries()) {
    if (number === undefined) continue;
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((numbers[ends[middle] as number] as number) < number) low = middle + 1;
      else high = middle;
    }
    previous.set(index, ends[low - 1]);
    ends[low] = index;
  }
  const found = new Set<number>();
  for (let index = ends.at(-1); index !== undefined; index = previous.get(index)) found.add(index);
  return found;
}

/** One operation of a list: `item` of the later list is put at `to`, from `from` or anew. */
export interface Step {
  readonly item: number;
  readonly from: number | undefined;
  readonly to: number;
}

/** How many items go, come and move. */
export function changesOf(count: number, matches: readonly Match[]): number {
  const kept = matches.filter(({ old }) => old !== undefined);
  const staying = kept.filter(({ stays }) => stays);
  return count - kept.length + matches.length - staying.length;
}

/** Indexes of what goes, in the earlier list; then what moves and comes, from left to right. */
export function stepsOf(
  count: number,
  matches: readonly Match[],
): { readonly removed: readonly number[]; readonly steps: readonly Step[] } {
  const kept = new Set(matches.map(({ old }) => old));
  const olds = Array.from({ length: count }, (_, old) => old);
  const removed = olds.filter((old) => !kept.has(old));
  /** What stands there meanwhile: indexes of the earlier list, -1 for what has come. */
  const list = olds.filter((old) => kept.has(old));
  const steps: Step[] = [];
  let at = 0;
  for (const [item, { old, stays }] of matches.entries()) {
    // What still has to move away stands between.
    while (stays && list[at] !== old) at += 1;
    if (old === undefined) {
      list.splice(at, 0, -1);
      steps.push({ item, from: undefined, to: at });
    } else if (!stays) {
      const from = list.indexOf(old);
      list.splice(from, 1);
      if (from < at) at -= 1;
      list.splice(at, 0, old);
      if (from !== at) steps.push({ item, from, to: at });
    }
    at += 1;
  }
  return { removed, steps };
}
