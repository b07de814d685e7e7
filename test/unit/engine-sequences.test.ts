/** The memory of sequences: what they take was promised before, and comes back. */

import { describe, expect, test } from 'vitest';
import { ELEMENT_NODE, IMAGE_START, SYMBOL_PATH } from '../../assembly/abi.ts';
import { DatabaseError, ErrorCode } from '../../src/base/errors.ts';
import type { AddressedDelta, ItemName, ItemPlace } from '../../src/delta/delta.ts';
import { PayloadWriter } from '../../src/delta/payload-writer.ts';
import { type ListItem, ListValue } from '../../src/delta/value.ts';
import { Engine } from '../../src/engine/engine.ts';
import { readPlaces, type SequencePlace } from '../../src/engine/sequence-places.ts';
import { SymbolTable } from '../../src/engine/symbol-table.ts';
import { EngineView } from '../../src/engine/view.ts';
import { ENGINE_SPACE, itemId } from '../fixture/apply-deltas.ts';
import { wrongSum } from '../fixture/memory-sum.ts';
import { Seeded } from '../seeded.ts';

const PROMISED = IMAGE_START + 168;
const AUTHOR = new Uint8Array(32).fill(9);
const NODES = 3;
const PATHS = ['tags', 'at.x', 'at'];

/** Takes groups of one commit, each of several transactions. */
class Driver {
  readonly engine: Engine;
  #commits = 0;

  constructor(engine: Engine) {
    this.engine = engine;
  }

  static async begin(): Promise<Driver> {
    const driver = new Driver(await Engine.create(ENGINE_SPACE, new Seeded(3)));
    driver.apply([Array.from({ length: NODES }, (_, number) => create(number))]);
    return driver;
  }

  prepare(transactions: readonly (readonly AddressedDelta[])[], clock?: bigint): void {
    const writer = new PayloadWriter();
    for (const [index, deltas] of transactions.entries()) {
      writer.add({ id: new Uint8Array(16).fill(index), actor: 'user:a', deltas });
    }
    this.#commits += 1;
    this.engine.prepare([
      {
        payloadBytes: writer.finish(),
        clock: clock ?? BigInt(this.#commits),
        author: AUTHOR,
        hash: hashOf(this.#commits),
        transactionCount: transactions.length,
      },
    ]);
  }

  /** What apply takes of the arena is what was promised, at most. */
  apply(transactions: readonly (readonly AddressedDelta[])[], clock?: bigint): void {
    this.prepare(transactions, clock);
    const { exports, memory } = this.engine;
    const before = exports.imageEnd() >>> 0;
    const promised = Number(memory.view.getBigUint64(PROMISED, true));
    this.engine.apply();
    expect((exports.imageEnd() >>> 0) - before).toBeLessThanOrEqual(promised);
    expect(wrongSum(this.engine)).toBeUndefined();
  }

  places(number: number, path = 'tags'): SequencePlace[] {
    const symbol = new SymbolTable(this.engine).find(SYMBOL_PATH, path);
    const row = new EngineView(this.engine).nodeById(itemId(number));
    if (symbol === 0 || row === undefined) return [];
    return readPlaces(this.engine, { element: ELEMENT_NODE, row, path: symbol });
  }

  nameOf(place: { readonly transaction: number; readonly number: number }): ItemName {
    const { commit, position } = new EngineView(this.engine).writerOf(place.transaction);
    return { kind: 'commit', hash: commit, position, number: place.number };
  }

  shown(number: number, path = 'tags'): readonly ListItem[] {
    const view = new EngineView(this.engine);
    const row = view.nodeById(itemId(number));
    const value = row === undefined ? null : view.nodeValue(row, path);
    return value instanceof ListValue ? value.items : [];
  }
}

function hashOf(commit: number): Uint8Array {
  const hash = new Uint8Array(32);
  new DataView(hash.buffer).setUint32(0, commit);
  return hash;
}

function create(number: number): AddressedDelta {
  return onItem(number, { operation: 'createNode', type: 'Item', number: BigInt(number) });
}

function onItem(number: number, delta: AddressedDelta['delta']): AddressedDelta {
  return { subject: { element: 'node', id: itemId(number) }, delta };
}

function insert(
  node: number,
  place: ItemPlace,
  values: readonly ListItem[],
  { number = 0, path = 'tags' } = {},
): AddressedDelta {
  return onItem(node, { operation: 'insert', path, number, place, values });
}

/** From a bool to some KiB. */
function randomItem(random: Seeded): ListItem {
  const choice = random.below(10);
  if (choice < 2) return random.chance(0.5);
  if (choice < 6) return BigInt(random.below(1_000));
  return 'x'.repeat(random.pick([0, 5, 40, 300, 5_000])) + random.below(50);
}

function randomDelta(driver: Driver, random: Seeded, number: number): AddressedDelta {
  const node = random.below(NODES);
  const path = random.pick(PATHS);
  const places = driver.places(node, path);
  const side = random.pick(['left', 'right'] as const);
  const some = places.length === 0 ? undefined : driver.nameOf(random.pick(places));
  const place = some === undefined || random.chance(0.2) ? undefined : { side, of: some };
  const choice = random.below(20);
  if (choice === 0) return onItem(node, { operation: 'set', path, value: 'whole' });
  if (some === undefined || choice < 10) {
    const count = random.pick([1, 1, 2, 20, 200]);
    const values = Array.from({ length: count }, () => randomItem(random));
    return insert(node, place, values, { number, path });
  }
  const item = driver.nameOf(random.pick(places).item);
  if (choice < 15) return onItem(node, { operation: 'move', path, number, item, place });
  const runs = [{ ...item, count: random.between(1, 40) }];
  return onItem(node, { operation: 'removeItems', path, runs });
}

describe('the memory of sequences', () => {
  test('what a group takes was promised to it, whatever it does', async () => {
    const random = new Seeded(20_260_702);
    const driver = await Driver.begin();
    for (let group = 0; group < 250; group++) {
      driver.engine.keepUndo(random.chance(0.5));
      const transactions = Array.from({ length: random.between(1, 4) }, () =>
        Array.from({ length: random.between(1, 4) }, (_, index) =>
          randomDelta(driver, random, index * 1_000),
        ),
      );
      if (random.chance(0.05)) {
        const node = random.below(NODES);
        transactions.push([onItem(node, { operation: 'delete' }), create(node)]);
      }
      driver.apply(transactions);
      if (random.chance(0.1)) driver.engine.compact();
    }
    expect(driver.engine.stats().purposes.blobs.bytes).toBeGreaterThan(10_000);
  });

  test('a small insert into a large sequence takes its growth from what was promised', async () => {
    const driver = await Driver.begin();
    const texts = Array.from({ length: 60 }, (_, index) => `${index}`.padEnd(50_000, 'x'));
    for (const text of texts) driver.apply([[insert(0, undefined, [text])]]);
    for (let index = 0; index < 200; index++) {
      const of = driver.nameOf(driver.places(0)[1] as SequencePlace);
      driver.apply([[insert(0, { side: 'left', of }, [BigInt(index)])]]);
    }
    expect(driver.shown(0)).toHaveLength(260);
  });

  test('items that do not show let it grow, and the list goes along', async () => {
    const driver = await Driver.begin();
    driver.apply([[onItem(0, { operation: 'set', path: 'tags', value: null })]], 200n);
    driver.apply([[insert(0, undefined, ['a', 'b'])]], 300n);
    driver.apply(
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
    driver.apply(
      texts.map((value, index) => [onItem(1, { operation: 'set', path: `p${index}`, value })]),
      400n,
    );
    expect(driver.shown(0)).toEqual(['a', 'b']);
    expect(driver.places(0)).toHaveLength(502);
  });

  test('a sequence that finds no room is refused, and nothing has changed', async () => {
    const bytesMax = IMAGE_START + 24 * 1024 * 1024;
    const driver = new Driver(await Engine.create(ENGINE_SPACE, new Seeded(3), bytesMax));
    driver.apply([[create(0)]]);
    const grown = () => {
      for (let index = 0; index < 100; index++) {
        driver.apply([[insert(0, undefined, [`${index}`.padEnd(200_000, 'x')])]]);
      }
    };
    expect(grown).toThrow(DatabaseError);
    const hash = driver.engine.stateHash(false);
    const refused = () => driver.prepare([[insert(0, undefined, ['y'.repeat(1_000_000)])]]);
    expect(refused).toThrow(expect.objectContaining({ code: ErrorCode.LIMIT_EXCEEDED }));
    expect(driver.engine.stateHash(false)).toBe(hash);
    expect(driver.shown(0).length).toBeGreaterThan(2);
  });

  test('removals and a seal give everything back', async () => {
    const driver = await Driver.begin();
    driver.apply([[onItem(1, { operation: 'set', path: 'tags', value: 'x'.repeat(500) })]]);
    driver.engine.compact();
    const used = () => {
      const { blobs, cells, transactions } = driver.engine.stats().purposes;
      return [blobs, cells, transactions].map(({ bytes, free }) => bytes - free);
    };
    const before = used();
    const items = Array.from({ length: 300 }, (_, index) => `${index}`.repeat(20));
    driver.apply(items.map((text) => [insert(1, undefined, [text]), insert(2, undefined, [text])]));
    for (const node of [1, 2]) {
      const runs = driver.places(node).map((place) => ({ ...driver.nameOf(place), count: 1 }));
      for (let from = 0; from < runs.length; from += 100) {
        const some = runs.slice(from, from + 100);
        driver.apply([[onItem(node, { operation: 'removeItems', path: 'tags', runs: some })]]);
      }
    }
    driver.engine.compact();
    expect(used()).toEqual(before);
    const view = new EngineView(driver.engine);
    const row = view.nodeById(itemId(1));
    expect(row === undefined ? null : view.nodeValue(row, 'tags')).toBe('x'.repeat(500));
  });

  test('a run of the most items is one delta, and one that names no end of them', async () => {
    const driver = await Driver.begin();
    const values = Array.from({ length: 65_535 }, (_, index) => BigInt(index));
    driver.apply([[insert(0, undefined, values)]]);
    expect(driver.shown(0)).toEqual(values);
    const first = driver.nameOf(driver.places(0)[0] as SequencePlace);
    const runs = [{ ...first, number: 1, count: 65_534 }];
    driver.apply([[onItem(0, { operation: 'removeItems', path: 'tags', runs })]]);
    expect(driver.shown(0)).toEqual([0n]);
  });

  test('runs written towards the begin and towards the end keep their order', async () => {
    const driver = await Driver.begin();
    const expected: ListItem[] = [];
    driver.apply([[insert(0, undefined, ['middle'])]]);
    expected.push('middle');
    let left: ItemPlace;
    let right: ItemPlace;
    for (let index = 0; index < 2_000; index++) {
      const middle: ItemName = { kind: 'commit', hash: hashOf(2), position: 0, number: 0 };
      const own: ItemName = { kind: 'commit', hash: hashOf(index + 3), position: 0, number: 0 };
      driver.apply([
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
    expect(driver.shown(0)).toEqual(expected);
    driver.engine.compact();
    expect(driver.shown(0)).toEqual(expected);
  });
});
