/**
 * The difference of two JSON values as a JSON Patch (RFC 6902). schema/live.md says in which sense
 * it is minimal (rules J1 to J6).
 */

import { PATCH_LIST_CHANGES_MAX, PATCH_LIST_ITEMS_MAX } from '../../base/limits.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { identityOf, type Match, matchItems, samePlaces, stepsOf } from './list-matching.ts';

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
  const isOfItems = isList(json);
  const parts: Iterable<Json> = isOfItems ? json : Object.entries(json).flat();
  // Its brackets; behind each part a comma or a colon, but for the last one.
  let left = most - 2;
  let count = 0;
  for (const part of parts) {
    left = leftOf(part, left - Number(count > 0));
    count += 1;
    if (left < 0) return left;
  }
  return left;
}

/** Undefined where the two have no parts in common. */
function partsOf(path: string, before: Json, after: Json): readonly PatchOperation[] | undefined {
  if (isList(before)) return isList(after) ? listDifference(path, before, after) : undefined;
  if (!isObject(before) || !isObject(after)) return undefined;
  return objectDifference(path, before, after);
}

function isList(json: Json | undefined): json is readonly Json[] {
  return Array.isArray(json);
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
): readonly PatchOperation[] | undefined {
  if (before.length + after.length > PATCH_LIST_ITEMS_MAX) return undefined;
  const identity = identityOf(before, after);
  const isPlain = before.length === after.length || identity === undefined;
  const plain = isPlain ? withMatches(path, [before, after], samePlaces(before, after)) : undefined;
  if (plain?.items === 0 || (plain?.items === 1 && before.length === after.length)) {
    return plain.operations;
  }
  const matched = withMatches(path, [before, after], matchItems(before, after, identity));
  return shorter(plain?.operations, matched?.operations);
}

function shorter(
  one: readonly PatchOperation[] | undefined,
  other: readonly PatchOperation[] | undefined,
): readonly PatchOperation[] | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return lengthOf(one) <= lengthOf(other) ? one : other;
}

interface ListDifference {
  readonly operations: readonly PatchOperation[];
  /** Items that stay and are others inside. */
  readonly items: number;
}

/** Undefined where too many items come, go and move. */
function withMatches(
  path: string,
  [before, after]: readonly [readonly Json[], readonly Json[]],
  matches: readonly Match[],
): ListDifference | undefined {
  const { removed, steps } = stepsOf(before.length, matches);
  if (removed.length + steps.length > PATCH_LIST_CHANGES_MAX) return undefined;
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
  let items = 0;
  for (const [index, { old }] of matches.entries()) {
    if (old === undefined) continue;
    const inside = differenceAt(`${path}/${index}`, before[old] as Json, after[index] as Json);
    operations.push(...inside);
    if (inside.length > 0) items += 1;
  }
  return { operations, items };
}
