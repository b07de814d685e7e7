/** Every byte of the linear memory has one purpose, and all of them together are the memory. */

import { expect, test } from 'vitest';
import { IMAGE_START } from '../../assembly/abi.ts';
import { GrantWriter } from '../../src/access/grants.ts';
import type { AddressedDelta } from '../../src/delta/delta.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { PurposeStats } from '../../src/engine/stats.ts';
import { applyDeltas, ENGINE_SPACE, itemId } from '../fixture/apply-deltas.ts';
import { wrongSum } from '../fixture/memory-sum.ts';
import { Seeded } from '../seeded.ts';

const GROUPS = 40;
const NODES = 1_500;
const READERS = 40;
const FREE_RANGES = IMAGE_START + 1_024;
const FREE_RANGES_MAX = 64;

test('the purposes fill the memory while a space grows, changes and is copied', async () => {
  const engine = await Engine.create(ENGINE_SPACE, new Seeded(4));
  engine.declareIndex('Item', 'name');
  for (let group = 0; group < GROUPS; group++) {
    if (group === 20) engine.beginSnapshot();
    if (group === 30) engine.endSnapshot();
    applyDeltas(engine, group, changes(group));
    expect(wrongSum(engine)).toBeUndefined();
  }
  grantTo(engine);
  expect(wrongSum(engine)).toBeUndefined();
  const { purposes } = engine.stats();
  const items = GROUPS * NODES;
  expect(usedBytes(purposes.nodes)).toBe(36 * (items + 1));
  expect(usedBytes(purposes.edges)).toBe(20 * (items + 1));
  expect(usedBytes(purposes.cells)).toBe(16 * items);
  expect(usedBytes(purposes.commits)).toBe(48 * (GROUPS + 1));
  // Of each item a text of 20 bytes and its length, in steps of 16; and the names of types.
  expect(usedBytes(purposes.grants)).toBe(28 * (READERS + 1));
  const texts = usedBytes(purposes.blobs) - 32 * items - 16 * (READERS + 1);
  expect(texts).toBeGreaterThan(0);
  expect(texts).toBeLessThan(1_000);
  expect(purposes.freeBlocks.free).toBeGreaterThan(0);
  expect(purposes.ranges.bytes).toBeGreaterThan(0);
  expect(purposes.lost.bytes).toBe(0);
  for (const [name, { bytes }] of Object.entries(purposes)) {
    expect(bytes > 0, name).toBe(name !== 'lost');
  }
});

function grantTo(engine: Engine): void {
  const object = { type: 'Item', id: 'a' };
  const tuples = Array.from({ length: READERS }, (_, number) => ({
    object,
    relation: 'read',
    subject: { type: 'user', id: `${number}` },
  }));
  new GrantWriter(engine).make(tuples, 1);
}

test('an image brings its counts along', async () => {
  const engine = await Engine.create(ENGINE_SPACE, new Seeded(4));
  for (let group = 0; group < 3; group++) applyDeltas(engine, group, changes(group));
  const again = await Engine.fromImage(engine.image(), ENGINE_SPACE);
  expect(wrongSum(again)).toBeUndefined();
  const [{ purposes: before }, { purposes: after }] = [engine.stats(), again.stats()];
  expect({ ...after, untouched: before.untouched }).toEqual(before);
});

test('ranges that no list holds are counted as lost', async () => {
  const engine = await Engine.create(ENGINE_SPACE, new Seeded(4));
  const { memory, exports } = engine;
  exports.ensureInput(4_194_304);
  exports.ensureInput(8_388_608);
  const place = ranges(engine).find(({ bytes }) => bytes === 4_194_304);
  expect(place).toBeDefined();
  const { address } = place as Range;
  // The list full of parts of this range.
  for (let index = 0; index < FREE_RANGES_MAX; index++) {
    memory.view.setUint32(FREE_RANGES + index * 8, address + index * 65_536, true);
    memory.view.setUint32(FREE_RANGES + index * 8 + 4, 65_536, true);
  }
  const lostBefore = 4_194_304 - FREE_RANGES_MAX * 65_536;
  expect(lostBefore).toBe(0);
  const given = ranges(engine).length;
  exports.ensureInput(16_777_216);
  expect(ranges(engine)).toHaveLength(given);
  expect(engine.stats().purposes.lost.bytes).toBe(65_536);
  expect(wrongSum(engine)).toBeUndefined();
});

interface Range {
  readonly address: number;
  readonly bytes: number;
}

function ranges({ memory }: Engine): Range[] {
  return Array.from({ length: FREE_RANGES_MAX }, (_, index) => ({
    address: memory.u32(FREE_RANGES + index * 8),
    bytes: memory.u32(FREE_RANGES + index * 8 + 4),
  })).filter(({ bytes }) => bytes > 0);
}

function usedBytes({ bytes, free }: PurposeStats): number {
  return bytes - free;
}

/** Nodes with a name and an edge each; the names of the group before are replaced. */
function changes(group: number): AddressedDelta[] {
  const numbers = Array.from({ length: NODES }, (_, index) => group * NODES + index);
  const created = numbers.flatMap((number): AddressedDelta[] => {
    const create = { operation: 'createNode', type: 'Item', number: BigInt(number) } as const;
    const edge = {
      element: 'edge',
      from: itemId(number),
      type: 'NEXT',
      to: itemId(0),
      key: 0,
    } as const;
    return [
      { subject: { element: 'node', id: itemId(number) }, delta: create },
      named(number, `item ${number}`.padEnd(20)),
      { subject: edge, delta: { operation: 'createEdge' } },
    ];
  });
  if (group === 0) return created;
  const replaced = numbers.map((number) => named(number - NODES, `${number}`.padEnd(90)));
  const back = numbers.map((number) => named(number - NODES, `again ${number}`.padEnd(20)));
  return [...created, ...replaced, ...back];
}

function named(number: number, value: string): AddressedDelta {
  const subject = { element: 'node', id: itemId(number) } as const;
  return { subject, delta: { operation: 'set', path: 'name', value } };
}
