/** The memory of sets of values: what they take was promised before, and comes back. */

import { describe, expect, test } from 'vitest';
import { ELEMENT_NODE, IMAGE_START } from '../../assembly/abi.ts';
import { DatabaseError, ErrorCode } from '../../src/base/errors.ts';
import type { AddressedDelta, SeenAdd } from '../../src/delta/delta.ts';
import { PayloadWriter } from '../../src/delta/payload-writer.ts';
import type { ListItem } from '../../src/delta/value.ts';
import { ListValue } from '../../src/delta/value.ts';
import { Engine } from '../../src/engine/engine.ts';
import { isUndoKept } from '../../src/engine/undo.ts';
import { EngineView } from '../../src/engine/view.ts';
import { ENGINE_SPACE, itemId } from '../fixture/apply-deltas.ts';
import { wrongSum } from '../fixture/memory-sum.ts';
import { Seeded } from '../seeded.ts';

const PROMISED = IMAGE_START + 168;
const AUTHOR = new Uint8Array(32).fill(9);
const NODES = 4;
const PATHS = ['tags', 'at.x', 'at'];

/** Takes groups of one commit, each of several transactions, and keeps who has added what. */
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

  prepare(transactions: readonly (readonly AddressedDelta[])[]): void {
    const writer = new PayloadWriter();
    for (const [index, deltas] of transactions.entries()) {
      writer.add({ id: new Uint8Array(16).fill(index), actor: 'user:a', deltas });
    }
    this.#commits += 1;
    this.engine.prepare([
      {
        payloadBytes: writer.finish(),
        clock: BigInt(this.#commits),
        author: AUTHOR,
        hash: this.hashOf(this.#commits),
        transactionCount: transactions.length,
      },
    ]);
  }

  /** What apply takes of the arena is what was promised, at most. */
  apply(transactions: readonly (readonly AddressedDelta[])[]): void {
    this.prepare(transactions);
    const { exports, memory } = this.engine;
    const before = exports.imageEnd() >>> 0;
    const promised = Number(memory.view.getBigUint64(PROMISED, true));
    this.engine.apply();
    expect((exports.imageEnd() >>> 0) - before).toBeLessThanOrEqual(promised);
    expect(wrongSum(this.engine)).toBeUndefined();
  }

  /** The adds of a node that count, as a removal names them. */
  seen(number: number, path: string): Map<ListItem, SeenAdd[]> {
    const view = new EngineView(this.engine);
    const adds = new Map<ListItem, SeenAdd[]>();
    for (const { value, transaction } of view.storedNodeCollection(itemId(number), path).pieces()) {
      const { commit, position } = view.writerOf(transaction);
      const add = { kind: 'commit', hash: commit, position } as const;
      adds.set(value, [...(adds.get(value) ?? []), add]);
    }
    return adds;
  }

  hashOf(commit: number): Uint8Array {
    const hash = new Uint8Array(32);
    new DataView(hash.buffer).setUint32(0, commit);
    return hash;
  }
}

function create(number: number): AddressedDelta {
  return onItem(number, { operation: 'createNode', type: 'Item', number: BigInt(number) });
}

function onItem(number: number, delta: AddressedDelta['delta']): AddressedDelta {
  return { subject: { element: 'node', id: itemId(number) }, delta };
}

function add(number: number, value: ListItem, path = 'tags'): AddressedDelta {
  return onItem(number, { operation: 'add', path, value });
}

/** From a bool to some KiB. */
function randomItem(random: Seeded): ListItem {
  const choice = random.below(10);
  if (choice < 2) return random.chance(0.5);
  if (choice < 6) return BigInt(random.below(1_000));
  return 'x'.repeat(random.pick([0, 5, 40, 300, 5_000])) + random.below(50);
}

describe('the memory of sets of values', () => {
  test('what a group takes was promised to it, whatever it adds and removes', async () => {
    const random = new Seeded(20_260_701);
    const driver = await Driver.begin();
    for (let group = 0; group < 250; group++) {
      driver.engine.keepUndo(random.chance(0.5));
      const transactions = Array.from({ length: random.between(1, 6) }, () => {
        const number = random.below(NODES);
        const path = random.pick(PATHS);
        const seen = [...driver.seen(number, path)];
        if (seen.length > 0 && random.chance(0.4)) {
          const from = random.below(seen.length);
          return seen
            .slice(from, from + random.between(1, 30))
            .map(([value, adds]) => onItem(number, { operation: 'remove', path, value, adds }));
        }
        if (random.chance(0.1)) return [onItem(number, { operation: 'set', path, value: 'whole' })];
        if (random.chance(0.05)) return [onItem(number, { operation: 'delete' }), create(number)];
        const count = random.pick([1, 1, 2, 20, 200]);
        return Array.from({ length: count }, () => add(number, randomItem(random), path));
      });
      driver.apply(transactions);
      if (random.chance(0.1)) driver.engine.compact();
    }
    expect(driver.engine.stats().purposes.blobs.bytes).toBeGreaterThan(10_000);
  });

  test('a small add to a large set takes its growth from what was promised', async () => {
    const driver = await Driver.begin();
    const texts = Array.from({ length: 60 }, (_, index) => `${index}`.padEnd(50_000, 'x'));
    for (const text of texts) driver.apply([[add(0, text)]]);
    for (let index = 0; index < 200; index++) driver.apply([[add(0, BigInt(index))]]);
    const view = new EngineView(driver.engine);
    const row = view.nodeById(itemId(0));
    const shown = row === undefined ? null : view.nodeValue(row, 'tags');
    expect(shown).toBeInstanceOf(ListValue);
    expect((shown as ListValue).items.length).toBe(260);
  });

  test('a set that finds no room is refused, and nothing has changed', async () => {
    const bytesMax = IMAGE_START + 24 * 1024 * 1024;
    const driver = new Driver(await Engine.create(ENGINE_SPACE, new Seeded(3), bytesMax));
    driver.apply([[create(0)]]);
    const grown = () => {
      for (let index = 0; index < 100; index++) {
        driver.apply([[add(0, `${index}`.padEnd(200_000, 'x'))]]);
      }
    };
    expect(grown).toThrow(DatabaseError);
    const hash = driver.engine.stateHash(false);
    const refused = () => driver.prepare([[add(0, 'y'.repeat(1_000_000))]]);
    expect(refused).toThrow(expect.objectContaining({ code: ErrorCode.LIMIT_EXCEEDED }));
    expect(driver.engine.stateHash(false)).toBe(hash);
    expect(driver.seen(0, 'tags').size).toBeGreaterThan(2);
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
    driver.apply(items.map((text) => [add(1, text), add(2, text)]));
    for (const number of [1, 2]) {
      const removals = [...driver.seen(number, 'tags')].map(([value, adds]) =>
        onItem(number, { operation: 'remove', path: 'tags', value, adds }),
      );
      driver.apply([removals]);
    }
    driver.engine.compact();
    expect(used()).toEqual(before);
    const view = new EngineView(driver.engine);
    const row = view.nodeById(itemId(1));
    expect(row === undefined ? null : view.nodeValue(row, 'tags')).toBe('x'.repeat(500));
  });

  test('five thousand adds in one transaction are one list', async () => {
    const driver = await Driver.begin();
    const numbers = Array.from({ length: 5_000 }, (_, index) => BigInt((index * 7_919) % 5_000));
    driver.apply([numbers.map((value) => add(0, value))]);
    const view = new EngineView(driver.engine);
    const pieces = view.collection(ELEMENT_NODE, view.nodeById(itemId(0)) ?? 0, 'tags').pieces();
    expect(pieces.map(({ value }) => value)).toEqual(numbers.keys().map(BigInt).toArray());
  });

  test('copies of large sets that find no room leave a group without images', async () => {
    const driver = await Driver.begin();
    driver.engine.keepUndo(true);
    const texts = Array.from({ length: 30 }, (_, index) => `${index}`.padEnd(50_000, 'x'));
    driver.apply([texts.map((text) => add(0, text))]);
    expect(isUndoKept(driver.engine)).toBe(true);
    driver.apply([1n, 2n].map((value) => [add(0, value)]));
    expect(isUndoKept(driver.engine)).toBe(true);
    driver.apply([
      [onItem(1, { operation: 'set', path: 'name', value: 'x'.repeat(100) })],
      ...[3n, 4n, 5n].map((value) => [add(0, value)]),
    ]);
    expect(isUndoKept(driver.engine)).toBe(false);
    driver.apply([[onItem(1, { operation: 'set', path: 'name', value: 'y' })]]);
    expect(isUndoKept(driver.engine)).toBe(true);
    const { stateHash } = driver.engine;
    expect(stateHash.call(driver.engine, true)).toHaveLength(64);
  });
});
