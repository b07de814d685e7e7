/**
 * The difference of two JSON values as a JSON Patch (RFC 6902). schema/live.md says in which sense
 * it is minimal (rules J1 to J6).
 */

import { PATCH_LIST_CHANGES_MAX, PATCH_LIST_ITEMS_MAX } from '../../base/limits.ts';

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [name: string]: Json };

export type PatchOperation =
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: Json }
  | { readonly op: 'remove'; readonly path: string }
  | { readonly op: 'move'; readonly from: string; readonly path: string };

/** Turns `before` into `after`, operation by operation; none where they are equal. */
export function difference(before: Json, after: Json): readonly PatchOperation[] {
  return differenceAt('', before, after);
}

function differenceAt(path: string, before: Json, after: Json): readonly PatchOperation[] {
  if (before === after) return [];
  const operations = partsOf(path, before, after);
  if (operations === undefined) return [{ op: 'replace', path, value: after }];
  // One operation further below is never longer than its surroundings.
  if (operations.length < 2) return operations;
  const whole: PatchOperation = { op: 'replace', path, value: after };
  return lengthOf(operations) < lengthOf([whole]) ? operations : [whole];
}

function lengthOf(operations: readonly PatchOperation[]): number {
  return JSON.stringify(operations).length;
}

/** Undefined where the two have no parts in common. */
function partsOf(path: string, before: Json, after: Json): readonly PatchOperation[] | undefined {
  if (isList(before)) return isList(after) ? listDifference(path, before, after) : undefined;
  if (!isObject(before) || !isObject(after)) return undefined;
  return objectDifference(path, before, after);
}

type JsonObject = Extract<Json, { readonly [name: string]: Json }>;

function isList(json: Json | undefined): json is readonly Json[] {
  return Array.isArray(json);
}

function isObject(json: Json | undefined): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function objectDifference(path: string, before: JsonObject, after: JsonObject): PatchOperation[] {
  const operations: PatchOperation[] = [];
  for (const name of Object.keys(before)) {
    if (!Object.hasOwn(after, name)) operations.push({ op: 'remove', path: below(path, name) });
  }
  for (const [name, value] of Object.entries(after)) {
    const place = below(path, name);
    if (!Object.hasOwn(before, name)) operations.push({ op: 'add', path: place, value });
    else operations.push(...differenceAt(place, before[name] as Json, value));
  }
  return operations;
}

function below(path: string, name: string): string {
  return `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

function listDifference(
  path: string,
  before: readonly Json[],
  after: readonly Json[],
): PatchOperation[] | undefined {
  if (before.length + after.length > PATCH_LIST_ITEMS_MAX) return undefined;
  const matches = matchItems(before, after);
  const { removed, steps } = stepsOf(before.length, matches);
  if (removed.length + steps.length > PATCH_LIST_CHANGES_MAX) return undefined;
  const operations: PatchOperation[] = [];
  for (const index of removed.toReversed())
    operations.push({ op: 'remove', path: `${path}/${index}` });
  for (const step of steps) {
    const place = `${path}/${step.to}`;
    if (step.from !== undefined) {
      operations.push({ op: 'move', from: `${path}/${step.from}`, path: place });
    } else operations.push({ op: 'add', path: place, value: after[step.item] as Json });
  }
  for (const [index, { old }] of matches.entries()) {
    if (old === undefined) continue;
    operations.push(...differenceAt(`${path}/${index}`, before[old] as Json, after[index] as Json));
  }
  return operations;
}

/** Of an item of the later list. */
interface Match {
  /** The item of the earlier list that it was, if any. */
  readonly old: number | undefined;
  /** Whether that is in the order of the others that stay. */
  readonly stays: boolean;
}

/**
 * Items are the same that have the same identity. Of those the most that are in order stay, the
 * others move; what comes where something goes, between the same two that stay, takes its place.
 */
function matchItems(before: readonly Json[], after: readonly Json[]): readonly Match[] {
  const identity = identityOf(before, after);
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

/** What tells the items of two lists apart. */
function identityOf(before: readonly Json[], after: readonly Json[]): (item: Json) => string {
  const first = after[0];
  if (!isObject(first)) return textOf;
  let best: { readonly name: string; readonly shared: number } | undefined;
  const names = Object.keys(first).sort(
    (left, right) => Number(right === 'id') - Number(left === 'id'),
  );
  for (const name of names) {
    const [old, now] = [valuesOf(before, name), valuesOf(after, name)];
    if (old === undefined || now === undefined) continue;
    const shared = old.intersection(now).size;
    if (shared > (best?.shared ?? 0)) best = { name, shared };
  }
  const name = best?.name;
  return name === undefined ? textOf : (item) => textOf((item as JsonObject)[name] ?? null);
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
interface Step {
  readonly item: number;
  readonly from: number | undefined;
  readonly to: number;
}

/** Indexes of what goes, in the earlier list; then what moves and comes, from left to right. */
function stepsOf(
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
