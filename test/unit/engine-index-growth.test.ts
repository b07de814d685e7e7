/**
 * The hash index grows while everything stays to be found: after groups that leave it in the midst
 * of each kind of round (parts get a page, are split by the bits of their entries or by rows), and
 * after some that take it through several rounds at once.
 */

import { expect, test } from 'vitest';
import type { AddressedDelta } from '../../src/delta/delta.ts';
import { Engine } from '../../src/engine/engine.ts';
import { EngineView } from '../../src/engine/view.ts';
import { applyDeltas, ENGINE_SPACE, itemId } from '../fixture/apply-deltas.ts';
import { INDEX_NODES, indexGrowth } from '../fixture/index-growth.ts';
import { Seeded } from '../seeded.ts';

/** Nodes after each group, and edges. With 4 and 64 parts a round of splits reads the rows. */
const SIZES = [
  600, 3_000, 4_500, 9_000, 14_000, 22_000, 28_000, 40_000, 58_000, 110_000, 230_000, 500_000,
];
const SAMPLES = 4_000;
/** Nodes in groups of one size, up to rounds of 32 parts: a page has room for 1,840 and more. */
const STEADY_NODES = 200_000;
const STEADY_GROUP = 1_000;
/** Rounds of changes to values, so many of which are new each time, and as many others replaced. */
const VALUE_ROUNDS = 30;
const VALUES_TOGETHER = 1_000;

test('all nodes and edges are found after each growth of their tables, and no others', async () => {
  const random = new Seeded(5);
  const engine = await Engine.create(ENGINE_SPACE, random);
  const view = new EngineView(engine);
  const present: string[] = [];
  for (const [group, size] of SIZES.entries()) {
    const added = Array.from({ length: size - present.length }, (_, index) =>
      itemId(present.length + index),
    );
    applyDeltas(engine, group, creates(present.length, added));
    for (const id of added) present.push(id);
    for (let sample = 0; sample < SAMPLES; sample++) {
      const number = random.below(present.length);
      const id = present[number] as string;
      const node = view.nodeById(id);
      expect(node && view.nodeId(node), `node ${number} of ${size}`).toBe(id);
      const edge = view.edgeByName({ from: id, type: 'NEXT', to: present[0] as string });
      expect(edge !== undefined, `edge ${number} of ${size}`).toBe(true);
      expect(view.nodeById(itemId(size + sample))).toBeUndefined();
    }
  }
  expect(engine.exports.nodeCount()).toBe(SIZES.at(-1));
  expect(engine.exports.edgeCount()).toBe(SIZES.at(-1));
});

test('no group waits for more than one page of an index', async () => {
  const engine = await Engine.create(ENGINE_SPACE, new Seeded(7));
  const pagesInAll = (): number => {
    const { parts, turns, pages } = indexGrowth(engine, INDEX_NODES);
    return parts * pages + turns;
  };
  for (let first = 0; first < STEADY_NODES; first += STEADY_GROUP) {
    const before = pagesInAll();
    const ids = Array.from({ length: STEADY_GROUP }, (_, index) => itemId(first + index));
    applyDeltas(
      engine,
      first,
      creates(first, ids).filter(({ subject }) => subject.element === 'node'),
    );
    if (first > 0) expect(pagesInAll() - before, `after ${first} nodes`).toBeLessThanOrEqual(1);
  }
  expect(pagesInAll()).toBeGreaterThan(100);
});

test('a node is found under its last value alone while their index grows and loses', async () => {
  const random = new Seeded(6);
  const engine = await Engine.create(ENGINE_SPACE, random);
  const view = new EngineView(engine);
  engine.declareIndex('Item', 'name');
  const values: string[] = [];
  const former: string[] = [];
  for (let round = 0; round < VALUE_ROUNDS; round++) {
    const deltas: AddressedDelta[] = [];
    const set = (number: number, value: string): void => {
      const subject = { element: 'node', id: itemId(number) } as const;
      deltas.push({ subject, delta: { operation: 'set', path: 'name', value } });
      values[number] = value;
    };
    for (let index = 0; index < VALUES_TOGETHER; index++) {
      const number = values.length;
      const subject = { element: 'node', id: itemId(number) } as const;
      const delta = { operation: 'createNode', type: 'Item', number: BigInt(number) } as const;
      deltas.push({ subject, delta });
      set(number, `${number} in ${round}`);
    }
    for (let index = 0; index < VALUES_TOGETHER; index++) {
      const number = random.below(values.length);
      former.push(values[number] as string);
      set(number, `${number} in ${round}, ${index}`);
    }
    applyDeltas(engine, round, deltas);
    for (const [number, value] of values.entries()) {
      const found = view.nodesByValue('Item', 'name', value).map((node) => view.nodeId(node));
      expect(found, `node ${number} after round ${round}`).toEqual([itemId(number)]);
    }
    for (const value of former) expect(view.nodesByValue('Item', 'name', value)).toEqual([]);
  }
}, 60_000);

/** Makes each node, with an edge to the very first. */
function creates(first: number, ids: readonly string[]): AddressedDelta[] {
  const to = itemId(0);
  return ids.flatMap((id, index): AddressedDelta[] => [
    {
      subject: { element: 'node', id },
      delta: { operation: 'createNode', type: 'Item', number: BigInt(first + index) },
    },
    {
      subject: { element: 'edge', from: id, type: 'NEXT', to, key: 0 },
      delta: { operation: 'createEdge' },
    },
  ]);
}
