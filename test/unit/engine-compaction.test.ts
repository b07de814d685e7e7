/** What a seal frees is used again: a graph that changes all the time keeps its size. */

import { expect, test } from 'vitest';
import type { AddressedDelta } from '../../src/delta/delta.ts';
import { PayloadWriter } from '../../src/delta/payload-writer.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { NodeRow } from '../../src/engine/graph-view.ts';
import { EngineView } from '../../src/engine/view.ts';
import { applyDeltas, ENGINE_SPACE, itemId } from '../fixture/apply-deltas.ts';
import { wrongSum } from '../fixture/memory-sum.ts';
import { Seeded } from '../seeded.ts';

const LIVE = 20_000;
const GROUP = 250;
const GROUPS_PER_SEAL = 3;
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
  expect(new EngineView(engine).counts().nodes).toBe(LIVE);
}, 120_000);

test('a node with many edges keeps those that stay, in order, and takes new ones', async () => {
  const engine = await Engine.create(ENGINE_SPACE, new Seeded(4));
  const items = Array.from({ length: 5_000 }, (_, index) => index);
  const spoke = (number: number): AddressedDelta => {
    const edge = { element: 'edge', from: itemId(number), type: 'WAY', to: itemId(0) } as const;
    return { subject: { ...edge, key: 0 }, delta: { operation: 'createEdge' } };
  };
  const node = (number: number): AddressedDelta => ({
    subject: { element: 'node', id: itemId(number) },
    delta: { operation: 'createNode', type: 'Item', number: BigInt(number) },
  });
  applyDeltas(engine, 0, [...items.map(node), ...items.map(spoke)]);
  const view = new EngineView(engine);
  const hub = () => view.nodeById(itemId(0)) as NodeRow;
  const comers = () =>
    view.edges(hub(), 'WAY', 'IN').map((edge) => view.nodeId(view.edgeEnds(edge).from));
  const staying = items.filter((number) => number % 3 !== 1);
  applyDeltas(engine, 1, items.filter((number) => number % 3 === 1).map(deleted));
  engine.compact();
  expect(comers()).toEqual(staying.map(itemId));
  expect(wrongSum(engine)).toBeUndefined();
  const blocks = blockBytes(engine);
  const back = items.filter((number) => number % 3 === 1);
  applyDeltas(engine, 2, [...back.map(node), ...back.map(spoke)]);
  expect(comers()).toEqual([...staying, ...back].map(itemId));
  expect(blockBytes(engine)).toBe(blocks);
  applyDeltas(engine, 3, [deleted(0)]);
  engine.compact();
  expect(engine.stats().purposes.adjacency.bytes).toBe(0);
  expect(blockBytes(engine)).toBe(blocks);
});

test('[M14] transactions of a commit that stay among dropped ones are found', async () => {
  const engine = await Engine.create(ENGINE_SPACE, new Seeded(4));
  const count = 1_000;
  const hash = new Uint8Array(32).fill(1);
  const set = (number: number, value: bigint): AddressedDelta[] => [
    {
      subject: { element: 'node', id: itemId(number) },
      delta: { operation: 'set', path: 'visits', value },
    },
  ];
  const every = Array.from({ length: count }, (_, index) => index);
  applyDeltas(
    engine,
    0,
    every.map(
      (number): AddressedDelta => ({
        subject: { element: 'node', id: itemId(number) },
        delta: { operation: 'createNode', type: 'Item', number: BigInt(number) },
      }),
    ),
  );
  applyTransactions(
    engine,
    { hash, clock: 2n << 16n },
    every.map((number) => set(number, 1n)),
  );
  const random = new Seeded(9);
  const replaced = every.filter(() => random.chance(0.6));
  applyDeltas(
    engine,
    2,
    replaced.flatMap((number) => set(number, 100n)),
  );
  engine.compact();
  expect(engine.exports.transactionCount()).toBe(count - replaced.length + 2);
  applyDeltas(
    engine,
    3,
    every.map((position): AddressedDelta => {
      const base = { kind: 'commit', hash, position } as const;
      const delta = { operation: 'increment', path: 'visits', base, amount: 5n } as const;
      return { subject: { element: 'node', id: itemId(position) }, delta };
    }),
  );
  const view = new EngineView(engine);
  const lost = new Set(replaced);
  for (const number of every) {
    const value = view.nodeValue(view.nodeById(itemId(number)) as NodeRow, 'visits');
    expect(value, `${number}`).toBe(lost.has(number) ? 100n : 6n);
  }
});

test('very many nested values of one node are looked through a few times', async () => {
  const engine = await Engine.create(ENGINE_SPACE, new Seeded(4));
  const subject = { element: 'node', id: itemId(0) } as const;
  const set = (path: string): AddressedDelta => ({
    subject,
    delta: { operation: 'set', path, value: 1n },
  });
  const create = { operation: 'createNode', type: 'Item', number: 0n } as const;
  const paths = Array.from({ length: 10_000 }, (_, index) => `a.b${index % 100}.c${index}`);
  applyDeltas(engine, 0, [{ subject, delta: create }, ...paths.map(set)]);
  applyDeltas(engine, 1, [set('a.b7')]);
  const started = performance.now();
  engine.compact();
  expect(performance.now() - started).toBeLessThan(1_000);
  const view = new EngineView(engine);
  const node = view.nodeById(itemId(0)) as NodeRow;
  const asked = paths.slice(0, 200);
  const shown = asked.filter((path) => view.nodeValue(node, path) !== null);
  expect(shown).toEqual(asked.filter((path) => !path.startsWith('a.b7.')));
  // In blocks of 32 places, of which one names the next block; the last is cut.
  const stay = 0.99 * paths.length + 1;
  const full = Math.floor(stay / 31);
  expect(engine.stats().purposes.cells.bytes).toBe(full * 512 + (stay - full * 31) * 16);
});

/** Bytes of the lists of edges, and of blocks that may become any. */
function blockBytes(engine: Engine): number {
  const { adjacency, freeBlocks } = engine.stats().purposes;
  return adjacency.bytes + freeBlocks.bytes;
}

/** A commit of so many transactions. */
function applyTransactions(
  engine: Engine,
  commit: { readonly hash: Uint8Array; readonly clock: bigint },
  transactions: readonly (readonly AddressedDelta[])[],
): void {
  const payload = new PayloadWriter();
  for (const [index, deltas] of transactions.entries()) {
    payload.add({ id: Buffer.from(`${index}`.padStart(16, '0')), actor: 'user:a', deltas });
  }
  const { transactionCount } = payload;
  const author = new Uint8Array(32).fill(9);
  engine.prepare([{ ...commit, author, payloadBytes: payload.finish(), transactionCount }]);
  engine.apply();
}

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
