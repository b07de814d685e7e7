/** An engine that has no room for a group refuses it whole, and goes on to answer. */

import { expect, test } from 'vitest';
import type { AddressedDelta } from '../../src/delta/delta.ts';
import { Direction } from '../../src/engine/direction.ts';
import { Engine } from '../../src/engine/engine.ts';
import { EngineView } from '../../src/engine/view.ts';
import { applyDeltas, ENGINE_SPACE, itemId } from '../fixture/apply-deltas.ts';
import { wrongSum } from '../fixture/memory-sum.ts';
import { Seeded } from '../seeded.ts';

const MEMORY_BYTES = 150_994_944;
const GROUP_NODES = 100;
const GROUPS_MAX = 5_000;
const FULL = { code: 'LIMIT_EXCEEDED', facts: expect.objectContaining({ reason: 'space.full' }) };

test('questions take the room that writes leave', async () => {
  const engine = await Engine.create(ENGINE_SPACE, new Seeded(4), MEMORY_BYTES);
  const view = new EngineView(engine);
  engine.leaveRoomForReaders();
  const groups = fill(engine);
  const hash = engine.stateHash(false);
  expect(() => applyDeltas(engine, groups, chain(groups))).toThrow(expect.objectContaining(FULL));
  expect(engine.stateHash(false)).toBe(hash);
  expect(view.counts()).toEqual({ nodes: groups * GROUP_NODES, edges: groups * GROUP_NODES - 1 });
  const { roomBytes } = engine.stats();
  // Marks of 8 bytes and a queue of 4 for each node: more than is left to writes.
  expect(roomBytes).toBeLessThan(groups * GROUP_NODES * 12);
  const [from, to] = [view.nodeById(itemId(1_000)), view.nodeById(itemId(0))];
  if (from === undefined || to === undefined) throw new Error('nodes expected to be there');
  const path = view.shortestPath({ from, to, maxDepth: 1_000, direction: Direction.OUT });
  expect(path?.edges).toHaveLength(1_000);
  expect(view.nodesOfType('Item')).toHaveLength(groups * GROUP_NODES);
  expect(engine.memory.bytes.length).toBeLessThanOrEqual(MEMORY_BYTES);
  expect(wrongSum(engine)).toBeUndefined();
}, 120_000);

/** Applies groups until one is refused; answers how many there are. */
function fill(engine: Engine): number {
  for (let group = 0; group < GROUPS_MAX; group++) {
    try {
      applyDeltas(engine, group, chain(group));
    } catch (error) {
      expect(error).toMatchObject(FULL);
      return group;
    }
  }
  throw new Error('a memory expected to be full, got room');
}

/** Nodes that each have an edge to the one before. */
function chain(group: number): AddressedDelta[] {
  const numbers = Array.from({ length: GROUP_NODES }, (_, index) => group * GROUP_NODES + index);
  return numbers.flatMap((number): AddressedDelta[] => {
    const create = { operation: 'createNode', type: 'Item', number: BigInt(number) } as const;
    const node = { subject: { element: 'node', id: itemId(number) }, delta: create } as const;
    if (number === 0) return [node];
    const ends = { from: itemId(number), to: itemId(number - 1) };
    const subject = { element: 'edge', type: 'NEXT', key: 0, ...ends } as const;
    return [node, { subject, delta: { operation: 'createEdge' } }];
  });
}
