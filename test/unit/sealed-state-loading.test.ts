/** What loading a sealed state leaves, and what it takes at most. */

import { describe, expect, test } from 'vitest';
import { assert } from '../../src/base/assert.ts';
import type { AddressedDelta } from '../../src/delta/delta.ts';
import { SealedStateLoader, sealedState } from '../../src/engine/sealed-state.ts';
import { EngineView } from '../../src/engine/view.ts';
import { createItem, ENGINE_SPACE, itemId, onItem } from '../fixture/apply-deltas.ts';
import { readStream, type StreamRecord, writeRecord } from '../fixture/sealed-stream.ts';
import {
  bare,
  COMMITS,
  cellOf,
  commitOf,
  first,
  load,
  name,
  nodesOf,
  numberOfName,
  records,
  refusalOf,
  sealedEngine,
  setCount,
  text,
  transactions,
} from '../fixture/sealed-world.ts';
import { groupCommit } from '../property/graph-commits.ts';
import { Seeded } from '../seeded.ts';

function bytes100k(): Buffer {
  return text(Buffer.alloc(100_000));
}

/** The second transaction is the fourth now. */
function renumber(record: StreamRecord): void {
  if (record.kind !== 'node' && record.kind !== 'edge') return;
  const four = (writer: number) => (writer === 2 ? 4 : writer);
  record.created = four(record.created);
  for (const cell of record.cells) {
    cell.writer = four(cell.writer);
    for (const piece of cell.pieces) piece.writer = four(piece.writer);
  }
}

describe('[O9] [O10] [O11] loading', () => {
  test('what a seal would not leave goes', async () => {
    const stream = await records();
    const path = numberOfName(stream, 'at');
    const below = nodesOf(stream).find(({ created }) => created === 0);
    assert(below !== undefined, 'the stream has a node that was never created');
    // The value at `at.x` is later.
    below.cells.push({ ...cellOf(stream, 2), path, writer: 1 });
    stream.splice(first(stream, 'edge'), 0, { ...bare(stream), id: '0000000000000000' });
    setCount(stream, 2, 4);
    const loaded = await load(stream.map(writeRecord));
    expect(loaded.stateHash(false)).toBe((await sealedEngine()).stateHash(false));
    expect(nodesOf(readStream([...sealedState(loaded)])).length).toBe(3);
  });

  test('nodes are numbered without those that a seal took away', async () => {
    const items = Array.from({ length: 300 }, (_, number) => number);
    const stays = items.filter((number) => number % 3 !== 1 && (number < 64 || number > 200));
    const goes = items.filter((number) => !stays.includes(number));
    const edges = stays.map((number, index): AddressedDelta => {
      const to = itemId(stays[(index * 7) % stays.length] ?? 0);
      const subject = { element: 'edge', from: itemId(number), type: 'WAY', to, key: 0 } as const;
      return { subject, delta: { operation: 'createEdge' } };
    });
    const commits = [
      commitOf(1, [...items.map(createItem), ...edges]),
      commitOf(
        2,
        goes.map((number) => onItem(number, { operation: 'delete' })),
      ),
    ];
    const engine = await sealedEngine(commits);
    const loaded = await load([...sealedState(engine)], commits);
    expect(loaded.exports.edgeCount()).toBe(stays.length);
    expect(loaded.stateHash(false)).toBe(engine.stateHash(false));
  });

  test('transactions that nothing names go', async () => {
    const stream = await records();
    stream.splice(0, 1, transactions(1, [0, 1, 2]));
    setCount(stream, 0, 4);
    for (const record of stream) renumber(record);
    const loaded = await load(stream.map(writeRecord));
    expect(loaded.exports.transactionCount()).toBe(2);
    expect(loaded.stateHash(false)).toBe((await sealedEngine()).stateHash(false));
  });

  test('an element whose sets times its cells are too many is refused', async () => {
    const count = 12_000;
    const names = Array.from({ length: count }, (_, index) => name(3, `p${index}`));
    const pieces = [{ writer: 1, number: 0, value: Buffer.of(1, 1) }];
    const cells = names.map((_, index) => {
      return { path: index + 1, kind: 11, content: Buffer.alloc(0), writer: 0, pieces };
    });
    const node = { kind: 'node', id: itemId(0), type: 0, created: 0, cells } as const;
    const stream = [transactions(1, [0]), ...names, node].map(writeRecord);
    expect(await refusalOf([Buffer.concat(stream)])).toMatch(
      /LIMIT_EXCEEDED: .* at most 11184, got 12000/,
    );
  });

  test('a stream that does not fit the memory is refused', async () => {
    const stream = Array.from({ length: 400 }, (_, index) => {
      const pieces = [{ writer: 1, number: 0, value: Buffer.concat([Buffer.of(5), bytes100k()]) }];
      const cells = [{ path: 1, kind: 12, content: Buffer.alloc(0), writer: 0, pieces }];
      return { kind: 'node', id: itemId(index), type: 0, created: 0, cells } as const;
    });
    const bytesMax = 128 * 2 ** 20;
    const loader = await SealedStateLoader.begin(ENGINE_SPACE, new Seeded(3), bytesMax);
    loader.addCommits(COMMITS);
    loader.take(writeRecord(transactions(1, [0])));
    loader.take(writeRecord(name(3, 'data')));
    const takeAll = () => {
      for (const record of stream) loader.take(writeRecord(record));
    };
    expect(takeAll).toThrow(/room in the 128 MiB that a space may fill, got none/);
  });

  test('an index that is declared afterwards has what was loaded', async () => {
    const engine = await load([...sealedState(await sealedEngine())]);
    engine.declareIndex('Item', 'size');
    const view = new EngineView(engine);
    expect(view.nodesByValue('Item', 'size', 3n).map((node) => view.nodeId(node))).toEqual([
      itemId(0),
    ]);
  });

  test('a state is sent right after a seal alone', async () => {
    const engine = await sealedEngine();
    const stream = sealedState(engine);
    const [commit] = [commitOf(3, [createItem(5)])];
    engine.prepare([groupCommit(commit)]);
    engine.apply();
    expect(() => stream.next()).toThrow(/a seal covers every commit/);
  });
});
