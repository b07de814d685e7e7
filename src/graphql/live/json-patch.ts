/**
 * The difference of two JSON values as a JSON Patch (RFC 6902). schema/live.md says in which sense
 * it is minimal (rules J1 to J6).
 */

import { PATCH_LIST_CHANGES_MAX, PATCH_LIST_ITEMS_MAX } from '../../base/live-limits.ts';
import { isList, isObject, isSame, type Json, type JsonObject } from './json.ts';
import {
  changesOf,
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
  return differenceAt('', before, after);
}

function differenceAt(path: string, before: Json, after: Json): readonly PatchOperation[] {
  if (before === after) return [];
  const operations = partsOf(path, before, after);
  if (operations === undefined) return [{ op: 'replace', path, value: after }];
  if (operations.length === 0) return operations;
  const whole = { op: 'replace', path, value: after } as const;
  const least = lengthOf(operations) - lengthOf([{ ...whole, value: 0 }]) + 1;
  return isLonger(after, least) ? operations : [whole];
}

/** Of its JSON. */
function lengthOf(operations: readonly PatchOperation[]): number {
  return JSON.stringify(operations).length;
}

/** Whether the JSON of a value has more characters than these; looks at no more of it. */
function isLonger(json: Json, most: number): boolean {
  return leftOf(json, most) < 0;
}

/** What the JSON of a value leaves of so many characters; below zero where it takes more. */
function leftOf(json: Json, most: number): number {
  if (typeof json === 'string') {
    return json.length + 2 > most ? -1 : most - JSON.stringify(json).length;
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
function partsOf(path: string, before: Json, after: Json): readonly PatchOperation[] | undefined {
  if (isList(before)) return isList(after) ? listDifference(path, before, after) : undefined;
  if (!isObject(before) || !isObject(after)) return undefined;
  return objectDifference(path, before, after);
}

function objectDifference(path: string, before: JsonObject, after: JsonObject): PatchOperation[] {
  const operations: PatchOperation[] = [];
  for (const name of Object.keys(before)) {
    if (!Object.hasOwn(after, name)) operations.push({ op: 'remove', path: below(path, name) });
  }
  for (const name of Object.keys(after)) {
    const value = after[name] as Json;
    if (!Object.hasOwn(before, name)) {
      operations.push({ op: 'add', path: below(path, name), value });
    } else if (!isSame(before[name] as Json, value)) {
      operations.push(...differenceAt(below(path, name), before[name] as Json, value));
    }
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
): readonly PatchOperation[] | undefined {
  if (before.length + after.length > PATCH_LIST_ITEMS_MAX) return undefined;
  const lists = [before, after] as const;
  const isOfOneLength = before.length === after.length;
  if (isOfOneLength && othersAtMostOne(before, after)) return atPlaces(path, lists);
  const identity = identityOf(before, after);
  const isPlain = isOfOneLength || identity === undefined;
  const plain = isPlain ? atPlaces(path, lists) : undefined;
  return shorter(plain, withMatches(path, lists, matchItems(before, after, identity)));
}

/** Whether no more than one item is another one than at the same place before. */
function othersAtMostOne(before: readonly Json[], after: readonly Json[]): boolean {
  let others = 0;
  for (let index = 0; index < after.length && others < 2; index++) {
    if (!isSame(before[index] as Json, after[index] as Json)) others += 1;
  }
  return others < 2;
}

function atPlaces(path: string, lists: Lists): readonly PatchOperation[] | undefined {
  return withMatches(path, lists, samePlaces(...lists));
}

function shorter(
  one: readonly PatchOperation[] | undefined,
  other: readonly PatchOperation[] | undefined,
): readonly PatchOperation[] | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return lengthOf(one) <= lengthOf(other) ? one : other;
}

/** Before and after. */
type Lists = readonly [before: readonly Json[], after: readonly Json[]];

/** Undefined where too many items come, go and move. */
function withMatches(
  path: string,
  [before, after]: Lists,
  matches: readonly Match[],
): readonly PatchOperation[] | undefined {
  // Before the steps are made, which takes their number times the length of the list.
  if (changesOf(before.length, matches) > PATCH_LIST_CHANGES_MAX) return undefined;
  const { removed, steps } = stepsOf(before.length, matches);
  const operations: PatchOperation[] = [];
  for (const index of removed.toReversed()) {
    operations.push({ op: 'remove', path: `${path}/${index}` });
  }
  for (const step of steps) {
    const place = `${path}/${step.to}`;
    if (step.from !== undefined) {
      operations.push({ op: 'move', from: `${path}/${step.from}`, path: place });
    } else operations.push({ op: 'add', path: place, value: after[step.item] as Json });
  }
  for (const [index, { old }] of matches.entries()) {
    if (old === undefined || isSame(before[old] as Json, after[index] as Json)) continue;
    const place = `${path}/${index}`;
    operations.push(...differenceAt(place, before[old] as Json, after[index] as Json));
  }
  return operations;
}
