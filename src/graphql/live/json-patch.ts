/**
 * The difference of two JSON values as a JSON Patch (RFC 6902). schema/live.md says in which sense
 * it is minimal (rules J1 to J6).
 */

import { PATCH_LIST_CHANGES_MAX, PATCH_LIST_ITEMS_MAX } from '../../base/live-limits.ts';
import { isList, isObject, isSame, type Json, type JsonObject } from './json.ts';
import {
  changesOf,
  haveSameIds,
  identityOf,
  type Match,
  matchItems,
  samePlaces,
  stepsOf,
} from './list-matching.ts';

export type PatchOperation =
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: Json }
  | { readonly op: 'remove'; readonly path: string }
  | { readonly op: 'move'; readonly from: string; readonly path: string };

/** Turns `before` into `after`, operation by operation; none where they are equal. */
export function difference(before: Json, after: Json): readonly PatchOperation[] {
  return differenceAt('', before, after).operations;
}

/** Operations, with how long each is as JSON and a comma behind it. */
interface Part {
  readonly operations: readonly PatchOperation[];
  readonly length: number;
  /** Whether it is known to be shorter than the value that holds the parts. */
  readonly isShort: boolean;
}

/** Collects what the parts of a value differ by. */
class Parts implements Part {
  readonly operations: PatchOperation[] = [];
  length = 0;
  isShort = false;

  put(operation: PatchOperation, length: number): void {
    this.operations.push(operation);
    this.length += length;
  }

  /** Not by spreading: there may be more than a call takes. */
  putAll({ operations, length }: Part): void {
    for (const operation of operations) this.operations.push(operation);
    this.length += length;
  }
}

const NONE: Part = { operations: [], length: 0, isShort: true };

/** Of operations without a path and a value, with their comma. */
const REPLACE_LENGTH = JSON.stringify({ op: 'replace', path: '', value: 0 }).length - 2;
const ADD_LENGTH = JSON.stringify({ op: 'add', path: '', value: 0 }).length - 2;
const REMOVE_LENGTH = JSON.stringify({ op: 'remove', path: '' }).length - 1;
const MOVE_LENGTH = JSON.stringify({ op: 'move', from: '', path: '' }).length - 3;

function differenceAt(path: string, before: Json, after: Json): Part {
  if (before === after) return NONE;
  const parts = partsOf(path, before, after);
  if (parts !== undefined && (parts.isShort || parts.operations.length === 0)) return parts;
  const lengthWithoutValue = REPLACE_LENGTH + textLength(path);
  if (parts !== undefined && isLonger(after, parts.length - lengthWithoutValue)) return parts;
  const operation = { op: 'replace', path, value: after } as const;
  const length = lengthWithoutValue + jsonLength(after);
  return { operations: [operation], length, isShort: false };
}

function textLength(text: string): number {
  return JSON.stringify(text).length;
}

function jsonLength(json: Json): number {
  return JSON.stringify(json).length;
}

/** Whether the JSON of a value has more characters than these; looks at no more of it. */
function isLonger(json: Json, most: number): boolean {
  return leftOf(json, most) < 0;
}

/** What the JSON of a value leaves of so many characters; below zero where it takes more. */
function leftOf(json: Json, most: number): number {
  if (typeof json === 'string') {
    return json.length + 2 > most ? -1 : most - textLength(json);
  }
  if (typeof json !== 'object' || json === null) return most - String(json).length;
  // Its brackets; behind each part a comma, but for the last one.
  let left = most - 2;
  let commas = 0;
  if (isList(json)) {
    for (const item of json) {
      left = leftOf(item, left - commas);
      commas = 1;
      if (left < 0) break;
    }
    return left;
  }
  for (const name of Object.keys(json)) {
    left = leftOf(json[name] as Json, leftOf(name, left - commas) - 1);
    commas = 1;
    if (left < 0) break;
  }
  return left;
}

/** Undefined where the two have no parts in common. */
function partsOf(path: string, before: Json, after: Json): Part | undefined {
  if (isList(before)) return isList(after) ? listDifference(path, before, after) : undefined;
  if (!isObject(before) || !isObject(after)) return undefined;
  return objectDifference(path, before, after);
}

function objectDifference(path: string, before: JsonObject, after: JsonObject): Part {
  const parts = new Parts();
  const others: string[] = [];
  for (const name of Object.keys(before)) {
    if (Object.hasOwn(after, name)) continue;
    others.push(name);
    const place = below(path, name);
    parts.put({ op: 'remove', path: place }, REMOVE_LENGTH + textLength(place));
  }
  for (const name of Object.keys(after)) {
    const value = after[name] as Json;
    if (!Object.hasOwn(before, name)) {
      others.push(name);
      const place = below(path, name);
      const length = ADD_LENGTH + textLength(place) + jsonLength(value);
      parts.put({ op: 'add', path: place, value }, length);
    } else if (!isSame(before[name] as Json, value)) {
      others.push(name);
      parts.putAll(differenceAt(below(path, name), before[name] as Json, value));
    }
  }
  // It is no longer than to replace that one member, which is shorter than to replace the object:
  // its name with quotes and a colon, and two brackets, are more than its name and a slash.
  const [only] = others;
  if (others.length === 1 && only !== undefined) {
    parts.isShort = isPlain(only) && Object.hasOwn(before, only) && Object.hasOwn(after, only);
  }
  return parts;
}

function below(path: string, name: string): string {
  const escaped = isPlain(name) ? name : name.replaceAll('~', '~0').replaceAll('/', '~1');
  return `${path}/${escaped}`;
}

/** Whether a name is in a path as it is. */
function isPlain(name: string): boolean {
  return !(name.includes('~') || name.includes('/'));
}

/** Before and after. */
type Lists = readonly [before: readonly Json[], after: readonly Json[]];

function listDifference(
  path: string,
  before: readonly Json[],
  after: readonly Json[],
): Part | undefined {
  if (before.length + after.length > PATCH_LIST_ITEMS_MAX) return undefined;
  const lists = [before, after] as const;
  const isOfOneLength = before.length === after.length;
  if (isOfOneLength && (haveSameIds(before, after) || othersAtMostOne(before, after))) {
    return atSamePlaces(path, lists);
  }
  const identity = identityOf(before, after);
  const matched = withMatches(path, lists, matchItems(before, after, identity));
  if (isOfOneLength) return shorter(atSamePlaces(path, lists), matched);
  if (identity === undefined) {
    return shorter(withMatches(path, lists, samePlaces(before, after)), matched);
  }
  return matched;
}

/** Whether no more than one item is another one than at the same place before. */
function othersAtMostOne(before: readonly Json[], after: readonly Json[]): boolean {
  let others = 0;
  for (let index = 0; index < after.length && others < 2; index++) {
    if (!isSame(before[index] as Json, after[index] as Json)) others += 1;
  }
  return others < 2;
}

/** Of two lists of one length, where no item comes, goes or moves. */
function atSamePlaces(path: string, [before, after]: Lists): Part {
  const parts = new Parts();
  for (const [index, item] of after.entries()) {
    const old = before[index] as Json;
    if (!isSame(old, item)) parts.putAll(differenceAt(`${path}/${index}`, old, item));
  }
  return parts;
}

function shorter(one: Part | undefined, other: Part | undefined): Part | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one.length <= other.length ? one : other;
}

/** Undefined where too many items come, go and move. */
function withMatches(
  path: string,
  [before, after]: Lists,
  matches: readonly Match[],
): Part | undefined {
  // Before the steps are made, which takes their number times the length of the list.
  if (changesOf(before.length, matches) > PATCH_LIST_CHANGES_MAX) return undefined;
  const { removed, steps } = stepsOf(before.length, matches);
  const parts = new Parts();
  for (const index of removed.toReversed()) {
    const place = `${path}/${index}`;
    parts.put({ op: 'remove', path: place }, REMOVE_LENGTH + textLength(place));
  }
  for (const { item, from, to } of steps) {
    const place = `${path}/${to}`;
    if (from === undefined) {
      const value = after[item] as Json;
      const length = ADD_LENGTH + textLength(place) + jsonLength(value);
      parts.put({ op: 'add', path: place, value }, length);
    } else {
      const origin = `${path}/${from}`;
      const length = MOVE_LENGTH + textLength(origin) + textLength(place);
      parts.put({ op: 'move', from: origin, path: place }, length);
    }
  }
  for (const [index, { old }] of matches.entries()) {
    if (old === undefined || isSame(before[old] as Json, after[index] as Json)) continue;
    parts.putAll(differenceAt(`${path}/${index}`, before[old] as Json, after[index] as Json));
  }
  return parts;
}
