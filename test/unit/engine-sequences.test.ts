/** The memory of sequences: what they take was promised before, and comes back. */

import { describe, expect, test } from 'vitest';
import { ELEMENT_NODE, SYMBOL_PATH } from '../../assembly/abi.ts';
import type { AddressedDelta, ItemName, ItemPlace } from '../../src/delta/delta.ts';
import type { ListItem } from '../../src/delta/value.ts';
import { readPlaces, type SequencePlace } from '../../src/engine/sequence-places.ts';
import { SymbolTable } from '../../src/engine/symbol-table.ts';
import { EngineView } from '../../src/engine/view.ts';
import { createItem, itemId, onItem } from '../fixture/apply-deltas.ts';
import { EngineGroups, fillSmall, numberedHash, randomItem } from '../fixture/engine-groups.ts';
import { Seeded } from '../seeded.ts';

const NODES = 3;
const PATHS = ['tags', 'at.x', 'at'];

function placesIn({ engine }: EngineGroups, number: number, path = 'tags'): SequencePlace[] {
  const symbol = new SymbolTable(engine).find(SYMBOL_PATH, path);
  const row = new EngineView(engine).nodeById(itemId(number));
  if (symbol === 0 || row === undefined) return [];
  return readPlaces(engine, { element: ELEMENT_NODE, row, path: symbol });
}

function nameOf(
  { engine }: EngineGroups,
  place: { readonly transaction: number; readonly number: number },
): ItemName {
  const { commit, position } = new EngineView(engine).writerOf(place.transaction);
  return { kind: 'commit', hash: commit, position, number: place.number };
}

function insert(
  node: number,
  place: ItemPlace,
  values: readonly ListItem[],
  { number = 0, path = 'tags' } = {},
): AddressedDelta {
  return onItem(node, { operation: 'insert', path, number, place, values });
}

function randomDelta(groups: EngineGroups, random: Seeded, number: number): AddressedDelta {
  const node = random.below(NODES);
  const path = random.pick(PATHS);
  const places = placesIn(groups, node, path);
  const side = random.pick(['left', 'right'] as const);
  const some = places.length === 0 ? undefined : nameOf(groups, random.pick(places));
  const place = some === undefined || random.chance(0.2) ? undefined : { side, of: some };
  const choice = random.below(20);
  if (choice === 0) return onItem(node, { operation: 'set', path, value: 'whole' });
  if (some === undefined || choice < 10) {
    const count = random.pick([1, 1, 2, 20, 200]);
    const values = Array.from({ length: count }, () => randomItem(random));
    return insert(node, place, values, { number, path });
  }
  const item = nameOf(groups, random.pick(places).item);
  if (choice < 15) return onItem(node, { operation: 'move', path, number, item, place });
  const runs = [{ ...item, count: random.between(1, 40) }];
  return onItem(node, { operation: 'removeItems', path, runs });
}

describe('the memory of sequences', () => {
  test('what a group takes was promised to it, whatever it does', async () => {
    const random = new Seeded(20_260_702);
    const groups = await EngineGroups.begin(NODES);
    for (let group = 0; group < 250; group++) {
      groups.engine.keepUndo(random.chance(0.5));
      const transactions = Array.from({ length: random.between(1, 4) }, () =>
        Array.from({ length: random.between(1, 4) }, (_, index) =>
          randomDelta(groups, random, index * 1_000),
        ),
      );
      if (random.chance(0.05)) {
        const node = random.below(NODES);
        transactions.push([onItem(node, { operation: 'delete' }), createItem(node)]);
      }
      groups.apply(transactions);
      if (random.chance(0.1)) groups.engine.compact();
    }
    expect(groups.engine.stats().purposes.blobs.bytes).toBeGreaterThan(10_000);
  });

  test('a small insert into a large sequence takes its growth from what was promised', async () => {
    const groups = await EngineGroups.begin(NODES);
    const texts = Array.from({ length: 60 }, (_, index) => `${index}`.padEnd(50_000, 'x'));
    for (const text of texts) groups.apply([[insert(0, undefined, [text])]]);
    for (let index = 0; index < 200; index++) {
      const of = nameOf(groups, placesIn(groups, 0)[1] as SequencePlace);
      groups.apply([[insert(0, { side: 'left', of }, [BigInt(index)])]]);
    }
    expect(groups.shown(0)).toHaveLength(260);
  });

  test('items that do not show let it grow, and the list goes along', async () => {
    const groups = await EngineGroups.begin(NODES);
    groups.apply([[onItem(0, { operation: 'set', path: 'tags', value: null })]], 200n);
    groups.apply([[insert(0, undefined, ['a', 'b'])]], 300n);
    groups.apply(
      [
        [
          insert(
            0,
            undefined,
            Array.from({ length: 500 }, () => 'late'),
          ),
        ],
      ],
      100n,
    );
    const texts = Array.from({ length: 200 }, (_, index) => 'x'.repeat(index * 4));
    groups.apply(
      texts.map((value, index) => [onItem(1, { operation: 'set', path: `p${index}`, value })]),
      400n,
    );
    expect(groups.shown(0)).toEqual(['a', 'b']);
    expect(placesIn(groups, 0)).toHaveLength(502);
  });

  test('a sequence that finds no room is refused, and nothing has changed', async () => {
    const groups = await fillSmall((text) => insert(0, undefined, [text]));
    expect(groups.shown(0).length).toBeGreaterThan(2);
  });

  test('removals and a seal give everything back', async () => {
    const groups = await EngineGroups.begin(NODES);
    groups.apply([[onItem(1, { operation: 'set', path: 'tags', value: 'x'.repeat(500) })]]);
    groups.engine.compact();
    const before = groups.used();
    const items = Array.from({ length: 300 }, (_, index) => `${index}`.repeat(20));
    groups.apply(items.map((text) => [insert(1, undefined, [text]), insert(2, undefined, [text])]));
    for (const node of [1, 2]) {
      const runs = placesIn(groups, node).map((place) => ({ ...nameOf(groups, place), count: 1 }));
      for (let from = 0; from < runs.length; from += 100) {
        const some = runs.slice(from, from + 100);
        groups.apply([[onItem(node, { operation: 'removeItems', path: 'tags', runs: some })]]);
      }
    }
    groups.engine.compact();
    expect(groups.used()).toEqual(before);
    expect(groups.value(1)).toBe('x'.repeat(500));
  });

  test('a run of the most items is one delta, and one that names no end of them', async () => {
    const groups = await EngineGroups.begin(NODES);
    const values = Array.from({ length: 65_535 }, (_, index) => BigInt(index));
    groups.apply([[insert(0, undefined, values)]]);
    expect(groups.shown(0)).toEqual(values);
    const first = nameOf(groups, placesIn(groups, 0)[0] as SequencePlace);
    const runs = [{ ...first, number: 1, count: 65_534 }];
    groups.apply([[onItem(0, { operation: 'removeItems', path: 'tags', runs })]]);
    expect(groups.shown(0)).toEqual([0n]);
  });

  test('runs written towards the begin and towards the end keep their order', async () => {
    const groups = await EngineGroups.begin(NODES);
    const expected: ListItem[] = [];
    groups.apply([[insert(0, undefined, ['middle'])]]);
    expected.push('middle');
    let left: ItemPlace;
    let right: ItemPlace;
    for (let index = 0; index < 2_000; index++) {
      const middle: ItemName = { kind: 'commit', hash: numberedHash(2), position: 0, number: 0 };
      const own: ItemName = {
        kind: 'commit',
        hash: numberedHash(index + 3),
        position: 0,
        number: 0,
      };
      groups.apply([
        [
          insert(0, left ?? { side: 'left', of: middle }, [BigInt(-index)]),
          insert(0, right ?? { side: 'right', of: middle }, [BigInt(index)], { number: 1 }),
        ],
      ]);
      left = { side: 'left', of: own };
      right = { side: 'right', of: { ...own, number: 1 } };
      expected.unshift(BigInt(-index));
      expected.push(BigInt(index));
    }
    expect(groups.shown(0)).toEqual(expected);
    groups.engine.compact();
    expect(groups.shown(0)).toEqual(expected);
  });
});
