/** Patches turn one answer into the next; what they say is as little as schema/live.md has it. */

import { expect, test } from 'vitest';
import type { Json } from '../../src/graphql/live/json.ts';
import { difference, type PatchOperation } from '../../src/graphql/live/json-patch.ts';
import { applyPatch } from '../reference/apply-patch.ts';
import { Seeded } from '../seeded.ts';

const SEED = 20_261_127;
const NAMES = ['id', 'a', 'b/~', '__proto__', 'constructor', ''];
const SCALARS: readonly Json[] = [
  null,
  true,
  false,
  0,
  1,
  -0.5,
  '',
  'a',
  '~1',
  'ü"\\',
  '\u{1f600}',
];

function randomJson(random: Seeded, depth = 0): Json {
  if (depth === 3 || random.chance(0.4)) return random.pick(SCALARS);
  const parts = Array.from({ length: random.below(5) }, () => randomJson(random, depth + 1));
  if (random.chance(0.5)) return parts;
  return Object.fromEntries(parts.map((part) => [random.pick(NAMES), part]));
}

/** The same but for a part of it. */
function changed(random: Seeded, json: Json): Json {
  if (typeof json !== 'object' || json === null || random.chance(0.2)) return randomJson(random);
  if (Array.isArray(json)) {
    const items = [...(json as Json[])];
    const at = random.below(items.length + 1);
    if (random.chance(0.3)) items.splice(at, 1);
    else if (random.chance(0.4)) items.splice(at, 0, randomJson(random, 2));
    else if (random.chance(0.5))
      items.splice(at, 0, ...items.splice(random.below(items.length + 1), 1));
    else if (at < items.length) items[at] = changed(random, items[at] ?? null);
    return items;
  }
  const members = Object.entries(json);
  const at = random.below(members.length + 1);
  if (random.chance(0.2)) members.splice(at, 1);
  else if (at === members.length) members.push([random.pick(NAMES), randomJson(random, 2)]);
  else members[at] = [members[at]?.[0] ?? '', changed(random, members[at]?.[1] ?? null)];
  return Object.fromEntries(members);
}

function lengthOf(operations: readonly PatchOperation[]): number {
  return JSON.stringify(operations).length;
}

test(`[J1] a patch turns any value into any other, and is empty for equal ones`, () => {
  const random = new Seeded(SEED);
  let parts = 0;
  for (let count = 0; count < 20_000; count++) {
    const before = randomJson(random);
    const after = random.chance(0.7) ? changed(random, before) : randomJson(random);
    const patch = difference(before, after);
    expect(applyPatch(before, patch)).toEqual(after);
    expect(difference(after, structuredClone(after) as Json)).toEqual([]);
    // [J2] It is never longer than the whole value.
    const whole = lengthOf([{ op: 'replace', path: '', value: after }]);
    expect(lengthOf(patch)).toBeLessThanOrEqual(whole);
    if (patch.some(({ path }) => path !== '')) parts += 1;
  }
  expect(parts).toBeGreaterThan(4_000);
});

interface Item {
  readonly id: string;
  readonly n: number;
  readonly text: string;
}

function randomList(random: Seeded, most: number): Item[] {
  const ids = Array.from({ length: most + 3 }, (_, index) => `item ${index}`);
  const items: Item[] = [];
  for (let count = random.below(most + 1); count > 0; count--) {
    const [id = ''] = ids.splice(random.below(ids.length), 1);
    items.push({ id, n: random.below(2), text: 'so long that it is not told again'.repeat(9) });
  }
  return items;
}

/** The most items of one list that stand in the order of another, by trying all choices. */
function mostInOrder(places: readonly number[], last = -1): number {
  const [first, ...rest] = places;
  if (first === undefined) return 0;
  const without = mostInOrder(rest, last);
  return first > last ? Math.max(without, 1 + mostInOrder(rest, first)) : without;
}

test('[J3, J4] items are told apart by their id, and few come, go and move', () => {
  const random = new Seeded(SEED + 1);
  const seen = { add: 0, remove: 0, move: 0, replace: 0 };
  for (let count = 0; count < 4_000; count++) {
    const [before, after] = [randomList(random, 7), randomList(random, 7)];
    const patch = difference(before as unknown as Json, after as unknown as Json);
    expect(applyPatch(before as unknown as Json, patch)).toEqual(after);
    if (patch.length === 1 && patch[0]?.path === '') continue;
    const places = after.map(({ id }) => before.findIndex((item) => item.id === id));
    const kept = places.filter((place) => place >= 0);
    const moves = patch.filter(({ op }) => op === 'move').length;
    const adds = patch.filter(({ op, path }) => op === 'add' && /^.[0-9]+$/.test(path)).length;
    const removes = patch.filter(({ op }) => op === 'remove').length;
    const replaced = patch.filter(
      ({ op, path }) => op === 'replace' && /^.[0-9]+$/.test(path),
    ).length;
    expect(moves).toBeLessThanOrEqual(kept.length - mostInOrder(kept));
    expect(adds + replaced).toBeLessThanOrEqual(after.length - kept.length);
    expect(removes + replaced).toBeLessThanOrEqual(before.length - kept.length);
    for (const { op } of patch) seen[op] += 1;
  }
  for (const times of Object.values(seen)) expect(times).toBeGreaterThan(500);
});
