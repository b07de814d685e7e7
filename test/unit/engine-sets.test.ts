/** The memory of sets of values: what they take was promised before, and comes back. */

import { describe, expect, test } from 'vitest';
import { ELEMENT_NODE } from '../../assembly/abi.ts';
import type { AddressedDelta, SeenAdd } from '../../src/delta/delta.ts';
import type { ListItem } from '../../src/delta/value.ts';
import { isUndoKept } from '../../src/engine/undo.ts';
import { EngineView } from '../../src/engine/view.ts';
import { createItem, itemId, onItem } from '../fixture/apply-deltas.ts';
import { EngineGroups, fillSmall, randomItem } from '../fixture/engine-groups.ts';
import { Seeded } from '../seeded.ts';

const NODES = 4;
const PATHS = ['tags', 'at.x', 'at'];

/** The adds of a node that count, as a removal names them. */
function seenIn({ engine }: EngineGroups, number: number, path: string): Map<ListItem, SeenAdd[]> {
  const view = new EngineView(engine);
  const adds = new Map<ListItem, SeenAdd[]>();
  for (const { value, transaction } of view.storedNodeCollection(itemId(number), path).pieces()) {
    const { commit, position } = view.writerOf(transaction);
    const add = { kind: 'commit', hash: commit, position } as const;
    adds.set(value, [...(adds.get(value) ?? []), add]);
  }
  return adds;
}

function add(number: number, value: ListItem, path = 'tags'): AddressedDelta {
  return onItem(number, { operation: 'add', path, value });
}

describe('the memory of sets of values', () => {
  test('what a group takes was promised to it, whatever it adds and removes', async () => {
    const random = new Seeded(20_260_701);
    const groups = await EngineGroups.begin(NODES);
    for (let group = 0; group < 250; group++) {
      groups.engine.keepUndo(random.chance(0.5));
      const transactions = Array.from({ length: random.between(1, 6) }, () => {
        const number = random.below(NODES);
        const path = random.pick(PATHS);
        const seen = [...seenIn(groups, number, path)];
        if (seen.length > 0 && random.chance(0.4)) {
          const from = random.below(seen.length);
          return seen
            .slice(from, from + random.between(1, 30))
            .map(([value, adds]) => onItem(number, { operation: 'remove', path, value, adds }));
        }
        if (random.chance(0.1)) return [onItem(number, { operation: 'set', path, value: 'whole' })];
        if (random.chance(0.05))
          return [onItem(number, { operation: 'delete' }), createItem(number)];
        const count = random.pick([1, 1, 2, 20, 200]);
        return Array.from({ length: count }, () => add(number, randomItem(random), path));
      });
      groups.apply(transactions);
      if (random.chance(0.1)) groups.engine.compact();
    }
    expect(groups.engine.stats().purposes.blobs.bytes).toBeGreaterThan(10_000);
  });

  test('a small add to a large set takes its growth from what was promised', async () => {
    const groups = await EngineGroups.begin(NODES);
    const texts = Array.from({ length: 60 }, (_, index) => `${index}`.padEnd(50_000, 'x'));
    for (const text of texts) groups.apply([[add(0, text)]]);
    for (let index = 0; index < 200; index++) groups.apply([[add(0, BigInt(index))]]);
    expect(groups.shown(0)).toHaveLength(260);
  });

  test('a set that finds no room is refused, and nothing has changed', async () => {
    const groups = await fillSmall((text) => add(0, text));
    expect(seenIn(groups, 0, 'tags').size).toBeGreaterThan(2);
  });

  test('removals and a seal give everything back', async () => {
    const groups = await EngineGroups.begin(NODES);
    groups.apply([[onItem(1, { operation: 'set', path: 'tags', value: 'x'.repeat(500) })]]);
    groups.engine.compact();
    const before = groups.used();
    const items = Array.from({ length: 300 }, (_, index) => `${index}`.repeat(20));
    groups.apply(items.map((text) => [add(1, text), add(2, text)]));
    for (const number of [1, 2]) {
      const removals = [...seenIn(groups, number, 'tags')].map(([value, adds]) =>
        onItem(number, { operation: 'remove', path: 'tags', value, adds }),
      );
      groups.apply([removals]);
    }
    groups.engine.compact();
    expect(groups.used()).toEqual(before);
    expect(groups.value(1)).toBe('x'.repeat(500));
  });

  test('five thousand adds in one transaction are one list', async () => {
    const groups = await EngineGroups.begin(NODES);
    const numbers = Array.from({ length: 5_000 }, (_, index) => BigInt((index * 7_919) % 5_000));
    groups.apply([numbers.map((value) => add(0, value))]);
    const view = new EngineView(groups.engine);
    const pieces = view.collection(ELEMENT_NODE, view.nodeById(itemId(0)) ?? 0, 'tags').pieces();
    expect(pieces.map(({ value }) => value)).toEqual(numbers.keys().map(BigInt).toArray());
  });

  test('copies of large sets that find no room leave a group without images', async () => {
    const groups = await EngineGroups.begin(NODES);
    groups.engine.keepUndo(true);
    const texts = Array.from({ length: 30 }, (_, index) => `${index}`.padEnd(50_000, 'x'));
    groups.apply([texts.map((text) => add(0, text))]);
    expect(isUndoKept(groups.engine)).toBe(true);
    groups.apply([1n, 2n].map((value) => [add(0, value)]));
    expect(isUndoKept(groups.engine)).toBe(true);
    groups.apply([
      [onItem(1, { operation: 'set', path: 'name', value: 'x'.repeat(100) })],
      ...[3n, 4n, 5n].map((value) => [add(0, value)]),
    ]);
    expect(isUndoKept(groups.engine)).toBe(false);
    groups.apply([[onItem(1, { operation: 'set', path: 'name', value: 'y' })]]);
    expect(isUndoKept(groups.engine)).toBe(true);
    const { stateHash } = groups.engine;
    expect(stateHash.call(groups.engine, true)).toHaveLength(64);
  });
});
