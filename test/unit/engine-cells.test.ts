/** The values of an element stand in one block, or in several where they are many. */

import { expect, test } from 'vitest';
import type { AddressedDelta, Subject } from '../../src/delta/delta.ts';
import type { Value } from '../../src/delta/value.ts';
import { Engine } from '../../src/engine/engine.ts';
import { EngineView } from '../../src/engine/view.ts';
import { applyDeltas, ENGINE_SPACE, itemId } from '../fixture/apply-deltas.ts';
import { cellBytes } from '../fixture/block-bytes.ts';
import { wrongSum } from '../fixture/memory-sum.ts';
import { Seeded } from '../seeded.ts';

const CELL_BYTES = 16;
/** Of a block, and of what it holds where one more follows. */
const PLACES_MAX = 32;
const CHAINED_MAX = PLACES_MAX - 1;
/** Of an element after compaction: a link for each block but one, and less than a step. */
const SPARE_PLACES_MAX = 8;
const ELEMENTS = 12;
const PATHS = 150;

test.each([1, 2, 7, 8, 9, 12, 13, 31, 32])(
  'values that one transaction sets, %d of them, take a block without a place to spare',
  async (count) => {
    const engine = await Engine.create(ENGINE_SPACE, new Seeded(4));
    const paths = Array.from({ length: count }, (_, index) => `path${index}`);
    applyDeltas(engine, 0, [create(0), ...paths.map((path) => set(0, path, path))]);
    expect(usedBytes(engine)).toBe(cellBytes(count));
    expect(valuesOf(engine, 0, paths)).toEqual(paths);
  },
);

test('values that come one at a time move to larger blocks, and then to further ones', async () => {
  const engine = await Engine.create(ENGINE_SPACE, new Seeded(4));
  applyDeltas(engine, 0, [create(0)]);
  const paths: string[] = [];
  for (let count = 1; count <= PATHS; count++) {
    paths.push(`path${count}`);
    applyDeltas(engine, count, [set(0, `path${count}`, `path${count}`)]);
    const chained = Math.max(0, Math.ceil((count - PLACES_MAX) / CHAINED_MAX));
    const first = count - (chained === 0 ? 0 : PLACES_MAX + (chained - 1) * CHAINED_MAX);
    const bytes = cellBytes(first + (chained === 0 ? 0 : 1)) + chained * cellBytes(PLACES_MAX);
    expect(usedBytes(engine), `${count} values`).toBe(bytes);
  }
  expect(valuesOf(engine, 0, paths)).toEqual(paths);
  expect(wrongSum(engine)).toBeUndefined();
});

test('random values of many paths are those of a map, before and after compaction', async () => {
  const engine = await Engine.create(ENGINE_SPACE, new Seeded(4));
  const random = new Seeded(20260101);
  const paths = Array.from({ length: PATHS }, (_, index) => `path${index}`);
  const elements = Array.from({ length: ELEMENTS }, () => new Map<string, Value>());
  applyDeltas(
    engine,
    0,
    elements.map((_, number) => create(number)),
  );
  let most = 0;
  let cut = 0;
  for (let group = 1; group <= 300; group++) {
    const deltas: AddressedDelta[] = [];
    for (let left = random.between(1, 30); left > 0; left--) {
      const number = random.below(ELEMENTS);
      const path = random.pick(paths.slice(0, 2 + number ** 2));
      const value = randomValue(random);
      deltas.push(set(number, path, value));
      elements[number]?.set(path, value);
    }
    applyDeltas(engine, group, deltas);
    if (random.chance(0.1)) {
      const before = usedBytes(engine);
      engine.compact();
      if (usedBytes(engine) < before) cut += 1;
      let places = 0;
      for (const values of elements) {
        for (const [path, value] of values) if (value === null) values.delete(path);
        most = Math.max(most, values.size);
        places += values.size;
      }
      const spare = usedBytes(engine) / CELL_BYTES - places;
      expect(spare).toBeGreaterThanOrEqual(0);
      expect(spare).toBeLessThanOrEqual(ELEMENTS * SPARE_PLACES_MAX);
    }
    expect(wrongSum(engine)).toBeUndefined();
    for (const [number, values] of elements.entries()) {
      const expected = paths.map((path) => values.get(path) ?? null);
      expect(valuesOf(engine, number, paths), `item ${number} of group ${group}`).toEqual(expected);
    }
  }
  expect(most).toBeGreaterThan(2 * PLACES_MAX);
  expect(cut).toBeGreaterThan(10);
  applyDeltas(
    engine,
    301,
    elements.map((_, number) => ({
      subject: node(number),
      delta: { operation: 'delete' } as const,
    })),
  );
  engine.compact();
  expect(usedBytes(engine)).toBe(0);
  expect(wrongSum(engine)).toBeUndefined();
});

function node(number: number): Subject {
  return { element: 'node', id: itemId(number) };
}

function create(number: number): AddressedDelta {
  const delta = { operation: 'createNode', type: 'Item', number: BigInt(number) } as const;
  return { subject: node(number), delta };
}

function set(number: number, path: string, value: Value): AddressedDelta {
  return { subject: node(number), delta: { operation: 'set', path, value } };
}

function randomValue(random: Seeded): Value {
  const kind = random.below(4);
  if (kind === 0) return null;
  if (kind === 1) return BigInt(random.below(1_000));
  return 'x'.repeat(random.below(kind === 2 ? 20 : 300));
}

function valuesOf(engine: Engine, number: number, paths: readonly string[]): Value[] {
  const view = new EngineView(engine);
  const row = view.nodeById(itemId(number));
  if (row === undefined) throw new Error('an item expected to be there');
  return paths.map((path) => view.nodeValue(row, path));
}

function usedBytes(engine: Engine): number {
  return engine.stats().purposes.cells.bytes;
}
