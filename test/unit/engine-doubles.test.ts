/** Values that several nodes have, at sizes at which the index has many pages. */

import { describe, expect, test } from 'vitest';
import { VALUE_FLOAT64, VALUE_INT64, VALUE_STRING, WORK_PER_ROW } from '../../assembly/abi.ts';
import type { AddressedDelta, Delta } from '../../src/delta/delta.ts';
import {
  EMPTY_MAP,
  IdValue,
  ListValue,
  Timestamp,
  type Value,
  valueKind,
} from '../../src/delta/value.ts';
import { compareValues } from '../../src/delta/value-order.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { DoublesQuery } from '../../src/engine/graph-view.ts';
import { EngineView } from '../../src/engine/view.ts';
import { applyDeltas, ENGINE_SPACE, itemId } from '../fixture/apply-deltas.ts';
import { doublesText } from '../property/doubles-text.ts';
import { Seeded } from '../seeded.ts';

const ROUNDS = 6;
const CREATED = 500;
const CHANGED = 300;
const DELETED = 60;
const QUESTIONS = 30;
const ALL_ROWS = 1_000_000;
const ITEM = { type: 'Item', path: 'rank', listed: 100_000, rows: ALL_ROWS } as const;

/** Values of many nodes, of which some meet. */
const KINDS: readonly (readonly [string, (random: Seeded) => Value])[] = [
  ['whole numbers', (random) => BigInt(random.between(-3_000, 3_000))],
  ['few values', (random) => BigInt(random.below(4))],
  ['floats', (random) => (random.chance(0.05) ? Number.NaN : random.below(5_000) / 16)],
  ['zeros of both signs', (random) => random.pick([0, -0, 1, -1])],
  ['times', (random) => new Timestamp(BigInt(random.below(4_000)))],
  ['short texts', (random) => textOf(random, random.between(0, 8))],
  ['texts that begin alike', (random) => `${'a'.repeat(9)}${textOf(random, random.between(0, 9))}`],
  ['bytes', (random) => Uint8Array.from({ length: random.below(14) }, () => random.below(2))],
  [
    'values of several kinds',
    (random) => {
      const number = random.below(3);
      const list = new ListValue([BigInt(number)]);
      const values = [BigInt(number), number, `${number}`, new IdValue(itemId(number)), list];
      return random.pick([...values, number > 1, EMPTY_MAP, null]);
    },
  ],
];

function textOf(random: Seeded, length: number): string {
  return Array.from({ length }, () => random.pick(['a', 'b', 'é'])).join('');
}

/** An item and when its value was written, which no other has before it. */
interface Held {
  readonly value: Value;
  readonly at: number;
}

/** Each value's items, the obvious way. */
function expected(items: ReadonlyMap<string, Held>, query: DoublesQuery): string {
  const { kind, after, upTo, most, listed } = query;
  const held = [...items].filter(([, { value }]) => {
    if (valueKind(value) !== kind) return false;
    if (after !== undefined && compareValues(value, after) <= 0) return false;
    return upTo === undefined || compareValues(value, upTo) <= 0;
  });
  const groups: (readonly (readonly [string, Held])[])[] = [];
  const sorted = held.toSorted(([left, a], [right, b]) => {
    return compareValues(a.value, b.value) || a.at - b.at || (left < right ? -1 : 1);
  });
  for (const each of sorted) {
    const last = groups.at(-1)?.[0]?.[1].value;
    const isSame = last !== undefined && compareValues(last, each[1].value) === 0;
    if (isSame) groups.push([...(groups.pop() ?? []), each]);
    else groups.push([each]);
  }
  const doubles = groups.filter(({ length }) => length > 1).slice(0, most);
  const ids = doubles.slice(0, listed).map((group) => group.map(([id]) => id).join(' '));
  return `${doubles.length}: ${ids.join(', ')}`;
}

describe('the doubles of a field', () => {
  test.each(KINDS)('are those of all nodes compared with one another: %s', async (_, valueFor) => {
    const random = new Seeded(12);
    const engine = await Engine.create(ENGINE_SPACE, random);
    const view = new EngineView(engine);
    engine.declareIndex('Item', 'rank');
    const items = new Map<string, Held>();
    const met = { several: 0, none: 0 };
    let number = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const deltas: AddressedDelta[] = [];
      const add = (id: string, delta: Delta) => {
        deltas.push({ subject: { element: 'node', id }, delta });
      };
      const set = (id: string, value: Value) => {
        add(id, { operation: 'set', path: 'rank', value });
        items.set(id, { value, at: round });
      };
      for (let count = 0; count < CREATED; count++, number++) {
        const id = itemId(number);
        add(id, { operation: 'createNode', type: 'Item', number: BigInt(number) });
        set(id, valueFor(random));
      }
      for (let count = 0; count < CHANGED; count++) {
        set(random.pick([...items.keys()]), valueFor(random));
      }
      // In one transaction a delete counts before a create.
      applyDeltas(engine, 2 * round, deltas.splice(0));
      for (let count = 0; count < DELETED; count++) {
        const id = random.pick([...items.keys()]);
        items.delete(id);
        add(id, { operation: 'delete' });
      }
      applyDeltas(engine, 2 * round + 1, deltas);
      for (let count = 0; count < QUESTIONS; count++) {
        const query = randomQuestion(random, [...items.values()]);
        const text = expected(items, query);
        expect(doublesText(view, query)).toBe(text);
        if (/^\d\d+:/.test(text)) met.several += 1;
        if (text === '0: ') met.none += 1;
      }
    }
    expect(met.several + met.none).toBeGreaterThan(5);
  });

  test('are none of what has no index, and no type and no path', async () => {
    const view = new EngineView(await Engine.create(ENGINE_SPACE, new Seeded(1)));
    const query = { ...ITEM, kind: VALUE_INT64 };
    expect(view.doubles(query)).toEqual({ found: 0, nodes: [], rows: 0 });
    const { view: open } = await itemsOf([1n, 1n], { isIndexed: false });
    expect(open.doubles(query)).toEqual({ found: 0, nodes: [], rows: 0 });
  });

  test('are told of where no node can have the bound', async () => {
    const { view } = await itemsOf([1n, 1n]);
    const query = { ...ITEM, kind: VALUE_STRING };
    expect(view.doubles({ ...query, after: '\ud800' })).toBe('no such value');
    expect(view.doubles({ ...query, upTo: 2n ** 63n })).toBe('no such value');
    expect(view.doubles({ ...query, after: null })).toBe('no such value');
  });
});

describe('what the doubles of a field take', () => {
  test('grows with them, and little with what is single', async () => {
    const single = await itemsOf(Array.from({ length: 4_000 }, (_, index) => BigInt(index)));
    const query = { ...ITEM, kind: VALUE_INT64 };
    const none = single.view.doubles(query);
    expect(none).toEqual({ found: 0, nodes: [], rows: Math.ceil(4_000 / 16 / WORK_PER_ROW) });
    const same = await itemsOf(Array.from({ length: 4_000 }, () => 1n));
    const all = same.view.doubles(query);
    expect(typeof all === 'object' && all.rows).toBeGreaterThan(4_000);
    expect(typeof all === 'object' && all.rows).toBeLessThan(50_000);
  });

  test.each<[string, number, (index: number) => Value]>([
    ['whole numbers', VALUE_INT64, (index) => BigInt(index >> 1)],
    ['texts that begin alike', VALUE_STRING, (index) => `${'a'.repeat(12)}${index >> 1}`],
    ['one value', VALUE_FLOAT64, () => 1.5],
  ])('ends at a limit: %s', async (_, kind, nth) => {
    const { view } = await itemsOf(Array.from({ length: 600 }, (_each, index) => nth(index)));
    const query = { ...ITEM, kind };
    const all = view.doubles(query);
    if (typeof all === 'string') throw new Error(`expected doubles, got ${all}`);
    expect(all.found).toBeGreaterThan(0);
    expect(view.doubles({ ...query, rows: all.rows })).toEqual(all);
    for (const rows of [0, 1, 2, all.rows >> 1, all.rows - 1]) {
      expect(view.doubles({ ...query, rows }), `${rows}`).toBe('too many rows');
    }
    // What is not looked for is not looked at.
    expect(view.doubles({ ...query, most: 0, rows: 0 })).toEqual({ found: 0, nodes: [], rows: 0 });
  });
});

async function itemsOf(values: readonly Value[], { isIndexed = true } = {}) {
  const engine = await Engine.create(ENGINE_SPACE, new Seeded(3));
  if (isIndexed) engine.declareIndex('Item', 'rank');
  const deltas = values.flatMap((value, number): AddressedDelta[] => {
    const subject = { element: 'node', id: itemId(number) } as const;
    return [
      { subject, delta: { operation: 'createNode', type: 'Item', number: BigInt(number) } },
      { subject, delta: { operation: 'set', path: 'rank', value } },
    ];
  });
  applyDeltas(engine, 0, deltas);
  return { engine, view: new EngineView(engine) };
}

function randomQuestion(random: Seeded, held: readonly Held[]): DoublesQuery {
  const values = held.map(({ value }) => value).filter((value) => value !== null);
  const bounds = values.filter((value) => value !== EMPTY_MAP);
  const bound = random.chance(0.6) ? random.pick(bounds) : undefined;
  return {
    ...ITEM,
    kind: valueKind(random.pick(values)),
    ...(bound !== undefined && (random.chance(0.5) ? { after: bound } : { upTo: bound })),
    ...(random.chance(0.5) && { most: random.below(40) }),
    listed: random.chance(0.7) ? 100_000 : random.below(20),
  };
}
