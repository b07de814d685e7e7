/** What a seal frees is used again: a graph that changes all the time keeps its size. */

import { expect, test } from 'vitest';
import type { AddressedDelta } from '../../src/delta/delta.ts';
import { Engine } from '../../src/engine/engine.ts';
import { EngineView } from '../../src/engine/view.ts';
import { applyDeltas, ENGINE_SPACE, itemId } from '../fixture/apply-deltas.ts';
import { wrongSum } from '../fixture/memory-sum.ts';
import { Seeded } from '../seeded.ts';

const LIVE = 30_000;
const GROUP = 250;
const GROUPS_PER_SEAL = 5;
/** How often the live set is replaced. */
const TIMES = 10;
const GROWTH_MAX = 1.1;

test('[M13] ten times the live set, deleted and created, takes 10 % more at most', async () => {
  const engine = await Engine.create(ENGINE_SPACE, new Seeded(4));
  const random = new Seeded(5);
  engine.declareIndex('Item', 'name');
  let group = 0;
  for (let first = 0; first < LIVE; first += GROUP) {
    applyDeltas(engine, group++, created(first, first, random));
  }
  const before = { image: engine.imageBytes, memory: engine.memory.bytes.length };
  for (let first = LIVE; first < LIVE * (TIMES + 1); first += GROUP) {
    const gone = numbers(first - LIVE).map((number) => deleted(number));
    applyDeltas(engine, group++, [...gone, ...created(first, LIVE - GROUP, random)]);
    if (group % GROUPS_PER_SEAL !== 0) continue;
    engine.compact();
    expect(wrongSum(engine)).toBeUndefined();
  }
  engine.compact();
  expect(engine.imageBytes / before.image).toBeLessThan(GROWTH_MAX);
  expect(engine.memory.bytes.length / before.memory).toBeLessThan(GROWTH_MAX);
  const { purposes } = engine.stats();
  const used = ({ bytes, free }: { bytes: number; free: number }) => bytes - free;
  expect(used(purposes.nodes)).toBe(36 * (LIVE + 1));
  expect(used(purposes.entries)).toBe(20 * (LIVE + 1));
  expect(new EngineView(engine).counts().nodes).toBe(LIVE);
});

function numbers(first: number): number[] {
  return Array.from({ length: GROUP }, (_, index) => first + index);
}

/** Nodes with two values and two edges each, to some of the `behind` before them, or loops. */
function created(first: number, behind: number, random: Seeded): AddressedDelta[] {
  return numbers(first).flatMap((number): AddressedDelta[] => {
    const subject = { element: 'node', id: itemId(number) } as const;
    const ways = [0, 1].map((key): AddressedDelta => {
      const to = itemId(number - random.below(behind + 1));
      const edge = { element: 'edge', from: itemId(number), type: 'WAY', to, key } as const;
      return { subject: edge, delta: { operation: 'createEdge' } };
    });
    const name = `item ${number} `.padEnd(random.between(10, 60), 'x');
    return [
      { subject, delta: { operation: 'createNode', type: 'Item', number: BigInt(number) } },
      { subject, delta: { operation: 'set', path: 'name', value: name } },
      { subject, delta: { operation: 'set', path: 'visits', value: BigInt(number) } },
      ...ways,
    ];
  });
}

function deleted(number: number): AddressedDelta {
  return { subject: { element: 'node', id: itemId(number) }, delta: { operation: 'delete' } };
}
