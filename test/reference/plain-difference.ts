/**
 * A JSON Patch as plainly as it can be made: member by member, item by item at the same place, and
 * the whole where that is shorter.
 */

import type { Json } from '../../src/graphql/live/json.ts';
import type { PatchOperation } from '../../src/graphql/live/json-patch.ts';

export function plainDifference(before: Json, after: Json, path = ''): PatchOperation[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const whole: PatchOperation[] = [{ op: 'replace', path, value: after }];
  const parts = partsOf(before, after, path);
  if (parts === undefined) return whole;
  return JSON.stringify(parts).length < JSON.stringify(whole).length ? parts : whole;
}

function partsOf(before: Json, after: Json, path: string): PatchOperation[] | undefined {
  const isList = Array.isArray(before);
  if (isList !== Array.isArray(after) || !isContainer(before) || !isContainer(after)) {
    return undefined;
  }
  const parts: PatchOperation[] = [];
  for (const name of Object.keys(before).reverse()) {
    if (!Object.hasOwn(after, name)) parts.push({ op: 'remove', path: below(path, name) });
  }
  for (const [name, value] of Object.entries(after)) {
    const place = below(path, name);
    const old = Object.entries(before).find(([known]) => known === name);
    if (old === undefined) parts.push({ op: 'add', path: place, value });
    else parts.push(...plainDifference(old[1] as Json, value as Json, place));
  }
  return parts;
}

function isContainer(json: Json): json is Extract<Json, object> {
  return typeof json === 'object' && json !== null;
}

function below(path: string, name: string): string {
  return `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
