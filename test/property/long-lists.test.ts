/** Lists of more rows than random plans have, beside what plain sorting makes of the same nodes. */

import { expect, test } from 'vitest';
import type { AddressedDelta } from '../../src/delta/delta.ts';
import type { Value } from '../../src/delta/value.ts';
import { compareValues } from '../../src/delta/value-order.ts';
import { Direction } from '../../src/engine/direction.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { Member, Plan, Rows } from '../../src/engine/plan.ts';
import { EngineView } from '../../src/engine/view.ts';
import { applyDeltas, ENGINE_SPACE, itemId } from '../fixture/apply-deltas.ts';
import { NO_LIMITS } from '../fixture/plan-limits.ts';
import { Seeded } from '../seeded.ts';

const SEED = 20_261_128;
const GRAPHS = 60;
const NODES_MAX = 120;
const PATHS = ['name', 'size', 'other', 'last'];
/** The first eight bytes of a text tell the places of most rows. */
const NAMES = ['a', 'b', 'a name with a tail', 'a name with "quotes"', 'a name with \u0001', ''];

interface Item {
  readonly id: string;
  readonly values: Map<string, Value>;
}

/** What the lists had to do, so that the test shows to have asked for it. */
const counted = { long: 0, equal: 0, cut: 0, unlike: 0 };

test(`lists of ${NODES_MAX} rows are whole and in order, from seed ${SEED} on`, async () => {
  for (let seed = SEED; seed < SEED + GRAPHS; seed++) await compareLists(seed);
  for (const [what, count] of Object.entries(counted)) expect(count, what).toBeGreaterThan(20);
}, 60_000);

async function compareLists(seed: number): Promise<void> {
  const random = new Seeded(seed);
  const engine = await Engine.create(ENGINE_SPACE, random);
  const items = randomItems(random);
  applyDeltas(engine, 0, deltasOf(items));
  const view = new EngineView(engine);
  const [hub, ...others] = items as [Item, ...Item[]];
  for (const key of [undefined, 'name', 'size']) {
    const limit = random.chance(0.5) ? random.below(items.length + 1) : undefined;
    const isDescending = random.chance(0.5);
    const cut: Omit<Rows, 'source'> = {
      ...(limit !== undefined && { limit }),
      ...(key !== undefined && { order: [{ field: property(key), isDescending }] }),
    };
    const from: Rows = { source: { kind: 'ids', ids: [hub.id] } };
    const edges = listOf({
      source: { kind: 'edges', edgeType: 'E', direction: Direction.OUT, targetType: 'Item' },
      ...cut,
    });
    const nodes = listOf({ source: { kind: 'type', type: 'Item' }, ...cut });
    const expected = (all: readonly Item[]) => {
      const sorted = all.toSorted((left, right) => compare(left, right, { key, isDescending }));
      return sorted.slice(0, limit).map(objectOf);
    };
    tell(others, { key, limit });
    expect(
      answer(view, {
        members: [{ name: 'list', shape: { kind: 'one', rows: from, item: { members: [edges] } } }],
      }),
    ).toEqual({ list: { list: expected(others) } });
    expect(answer(view, { members: [nodes] })).toEqual({ list: expected(items) });
  }
}

/** Most have the same properties, and some have others, or cells of values that do not show. */
function randomItems(random: Seeded): Item[] {
  const hasTies = random.chance(0.5);
  return Array.from({ length: random.between(2, NODES_MAX) }, (_, number) => {
    const values = new Map<string, Value>();
    for (const path of random.chance(0.8) ? PATHS : PATHS.toReversed()) {
      if (random.chance(0.05)) continue;
      const isText = path === 'name' || random.chance(0.05);
      const text = hasTies ? random.pick(NAMES) : `${random.below(1e6)} of ${number}`;
      const size = BigInt(random.below(hasTies ? 4 : 1e6));
      values.set(path, random.chance(0.03) ? null : isText ? text : size);
    }
    return { id: itemId(number), values };
  });
}

/** The first has an edge to each of the others. */
function deltasOf(items: readonly Item[]): AddressedDelta[] {
  const [hub, ...others] = items;
  const deltas: AddressedDelta[] = [];
  for (const [number, { id, values }] of items.entries()) {
    const subject = { element: 'node', id } as const;
    const create = { operation: 'createNode', type: 'Item', number: BigInt(number) } as const;
    deltas.push({ subject, delta: create });
    for (const [path, value] of values) {
      deltas.push({ subject, delta: { operation: 'set', path, value } });
    }
  }
  for (const { id } of others) {
    const subject = { element: 'edge', from: hub?.id ?? id, type: 'E', to: id, key: 0 } as const;
    deltas.push({ subject, delta: { operation: 'createEdge' } });
  }
  return deltas;
}

function listOf(rows: Rows): Member {
  const item = { members: PATHS.map(memberOf) };
  return { name: 'list', shape: { kind: 'list', rows, item } };
}

function memberOf(path: string): Member {
  return { name: path, shape: { kind: 'value', field: property(path), format: 'any' } };
}

function property(path: string) {
  return { kind: 'property', of: 'node', path } as const;
}

function answer(view: EngineView, plan: Plan): unknown {
  const answered = view.answer(plan, NO_LIMITS);
  return answered.status === 'ok' ? JSON.parse(answered.json.toString()) : answered;
}

function objectOf({ values }: Item): unknown {
  return Object.fromEntries(PATHS.map((path) => [path, plain(values.get(path) ?? null)]));
}

function plain(value: Value): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}

interface Order {
  readonly key: string | undefined;
  readonly isDescending: boolean;
}

function compare(left: Item, right: Item, { key, isDescending }: Order): number {
  const byId = left.id < right.id ? -1 : 1;
  if (key === undefined) return byId;
  const order = compareValues(left.values.get(key) ?? null, right.values.get(key) ?? null);
  return (isDescending ? -order : order) || byId;
}

function tell(
  items: readonly Item[],
  { key, limit }: { readonly key: string | undefined; readonly limit: number | undefined },
): void {
  const values = items.map(({ values }) => (key === undefined ? values : values.get(key)));
  if (items.length > 32) counted.long += 1;
  if (items.length > 32 && new Set(values).size < items.length) counted.equal += 1;
  if (limit !== undefined && limit < items.length) counted.cut += 1;
  if (new Set(items.map(({ values: held }) => [...held.keys()].join())).size > 1)
    counted.unlike += 1;
}
