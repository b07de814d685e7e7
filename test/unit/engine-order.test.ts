/**
 * The sorted index at sizes at which its pages are split and merged: whatever the values, pages of
 * it are those of a sorted array.
 */

import { expect, test } from 'vitest';
import type { AddressedDelta } from '../../src/delta/delta.ts';
import { Timestamp, type Value } from '../../src/delta/value.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { OrderBound, OrderRange } from '../../src/engine/graph-view.ts';
import { EngineView } from '../../src/engine/view.ts';
import { applyDeltas, ENGINE_SPACE, itemId } from '../fixture/apply-deltas.ts';
import { wrongSum } from '../fixture/memory-sum.ts';
import { type Item, inOrder } from '../reference/order.ts';
import { Seeded } from '../seeded.ts';

const ROUNDS = 8;
const CREATED = 700;
const CHANGED = 500;
const REMOVED = 300;
const QUESTIONS = 40;
const PAGE = 97;
/** Of a page of 1,024 bytes. */
const LEAF_ENTRIES = 63;

/** The values that the n-th node gets. */
const KINDS: readonly (readonly [string, (random: Seeded, number: number) => Value])[] = [
  ['whole numbers', (random) => BigInt(random.between(-1_000_000, 1_000_000))],
  ['numbers in order', (_random, number) => BigInt(number)],
  ['numbers against the order', (_random, number) => BigInt(-number)],
  ['few values', (random) => BigInt(random.below(3))],
  ['one value', () => true],
  ['floats', (random) => (random.chance(0.1) ? Number.NaN : random.below(2_000) / 16 - 60)],
  ['zeros of both signs', (random) => random.pick([0, -0, 1, -1])],
  ['times', (random) => new Timestamp(BigInt(random.below(100_000)))],
  ['short texts', (random) => textOf(random, random.between(0, 8))],
  ['texts that begin alike', (random) => `${'a'.repeat(9)}${textOf(random, random.between(0, 6))}`],
  ['bytes', (random) => Uint8Array.from({ length: random.below(12) }, () => random.below(2))],
];

test.each(KINDS)('%s', async (_name, valueFor) => {
  const random = new Seeded(11);
  const engine = await Engine.create(ENGINE_SPACE, random);
  const view = new EngineView(engine);
  engine.declareIndex('Item', 'rank');
  const values = new Map<string, Value>();
  const ids: string[] = [];
  let group = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const deltas: AddressedDelta[] = [];
    const set = (id: string, value: Value): void => {
      deltas.push({
        subject: { element: 'node', id },
        delta: { operation: 'set', path: 'rank', value },
      });
      values.set(id, value);
    };
    for (let index = 0; index < CREATED; index++) {
      const number = ids.length;
      const id = itemId(number);
      ids.push(id);
      const create = { operation: 'createNode', type: 'Item', number: BigInt(number) } as const;
      deltas.push({ subject: { element: 'node', id }, delta: create });
      set(id, valueFor(random, number));
    }
    applyDeltas(engine, group++, deltas.splice(0));
    for (let index = 0; index < CHANGED; index++) {
      set(random.pick(ids), valueFor(random, random.below(ids.length)));
    }
    for (let index = 0; index < REMOVED; index++) set(random.pick(ids), null);
    applyDeltas(engine, group++, deltas);
    expectOrder(view, itemsOf(values), random);
    expect(wrongSum(engine)).toBeUndefined();
    const { sorted } = engine.stats().purposes;
    const pages = (sorted.bytes - sorted.free) / 1024;
    expect(pages).toBeGreaterThan(itemsOf(values).length / LEAF_ENTRIES);
    // Less than a third full on average, and inner pages.
    expect(pages).toBeLessThan(2 + (itemsOf(values).length / LEAF_ENTRIES) * 3.5);
  }
  const some = ids.slice(0, ids.length / 2);
  applyDeltas(
    engine,
    group++,
    some.map((id): AddressedDelta => {
      const delta = { operation: 'set', path: 'rank', value: null } as const;
      return { subject: { element: 'node', id }, delta };
    }),
  );
  for (const id of some) values.set(id, null);
  expectOrder(view, itemsOf(values), random);
  applyDeltas(
    engine,
    group++,
    ids.map((id): AddressedDelta => {
      return { subject: { element: 'node', id }, delta: { operation: 'delete' } };
    }),
  );
  expect(view.nodesInOrder('Item', 'rank', { limit: 10 })).toEqual([]);
  const { sorted } = engine.stats().purposes;
  expect(sorted.free).toBe(sorted.bytes);
});

test('a bound for which the memory must grow', async () => {
  const engine = await Engine.create(ENGINE_SPACE, new Seeded(11));
  const view = new EngineView(engine);
  engine.declareIndex('Item', 'rank');
  const value = new Uint8Array(1_000_000);
  for (let number = 0; ; number++) {
    const room = engine.memory.bytes.length - (engine.exports.imageEnd() >>> 0);
    if (room < value.length) break;
    // A large one would be prepared for with more room than it takes.
    const filler = room < value.length * 4 ? value.subarray(0, 1000) : value;
    const subject = { element: 'node', id: itemId(number) } as const;
    const create = { operation: 'createNode', type: 'Item', number: BigInt(number) } as const;
    const set = { operation: 'set', path: 'rank', value: BigInt(number) } as const;
    const fill = { operation: 'set', path: 'text', value: filler } as const;
    applyDeltas(
      engine,
      number,
      [create, set, fill].map((delta) => ({ subject, delta })),
    );
  }
  const held = engine.memory.bytes.length;
  expect(idsIn(view, { upper: { value }, limit: 1 })).toHaveLength(1);
  expect(engine.memory.bytes.length).toBeGreaterThan(held);
});

function itemsOf(values: ReadonlyMap<string, Value>): Item[] {
  return [...values].map(([id, value]) => ({ id, value })).filter(({ value }) => value !== null);
}

function expectOrder(view: EngineView, items: readonly Item[], random: Seeded): void {
  for (const isDescending of [false, true]) {
    const all = idsOf(items, { isDescending });
    expect(idsIn(view, { isDescending, limit: items.length + 1 })).toEqual(all);
    expect(pagedIds(view, isDescending, items)).toEqual(all);
  }
  for (let question = 0; question < QUESTIONS; question++) {
    const range = randomRange(items, random);
    expect(idsIn(view, range), JSON.stringify(range, plain)).toEqual(idsOf(items, range));
  }
}

function idsOf(items: readonly Item[], range: OrderRange): string[] {
  return inOrder(items, range).map(({ id }) => id);
}

/** All of them, each page from the last node of the one before. */
function pagedIds(view: EngineView, isDescending: boolean, items: readonly Item[]): string[] {
  const values = new Map(items.map(({ id, value }) => [id, value]));
  const ids: string[] = [];
  for (;;) {
    const afterId = ids.at(-1);
    const bound = afterId === undefined ? {} : { value: values.get(afterId) as Value };
    const at = afterId === undefined ? {} : { afterId, [isDescending ? 'upper' : 'lower']: bound };
    const page = idsIn(view, { ...at, isDescending, limit: PAGE });
    ids.push(...page);
    if (page.length < PAGE) return ids;
  }
}

function randomRange(items: readonly Item[], random: Seeded): OrderRange {
  const bound = (): OrderBound => ({
    value: random.pick(items).value,
    isExcluded: random.chance(0.5),
  });
  const [lower, upper] = [
    random.chance(0.7) ? { lower: bound() } : {},
    random.chance(0.7) ? { upper: bound() } : {},
  ];
  const after = random.chance(0.4) ? { afterId: random.pick(items).id } : {};
  const limit = random.chance(0.5) ? random.below(50) : items.length;
  return { ...lower, ...upper, ...after, isDescending: random.chance(0.5), limit };
}

function idsIn(view: EngineView, range: OrderRange): string[] {
  const rows = view.nodesInOrder('Item', 'rank', range);
  if (rows === undefined) throw new Error('a range expected to be answered');
  return rows.map((row) => view.nodeId(row));
}

function textOf(random: Seeded, length: number): string {
  return Array.from({ length }, () => random.pick(['\0', 'a', 'b', 'é', '\u{1f600}'])).join('');
}

function plain(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}` : value;
}
