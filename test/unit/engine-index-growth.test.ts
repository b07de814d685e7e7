/**
 * Tables of the hash index grow while everything stays to be found. Groups are of sizes that make
 * a table double once, or several times in one step; with the bits of its entries, and without.
 */

import { expect, test } from 'vitest';
import { utf8 } from '../../src/base/bytes.ts';
import type { AddressedDelta } from '../../src/delta/delta.ts';
import { nodeIdByNumber } from '../../src/delta/node-id.ts';
import { PayloadWriter } from '../../src/delta/payload-writer.ts';
import { Engine } from '../../src/engine/engine.ts';
import { EngineView } from '../../src/engine/view.ts';
import { Seeded } from '../seeded.ts';

const SPACE = new Uint8Array(32).fill(3);
const AUTHOR = new Uint8Array(32).fill(9);
/** Edges after each group; a table takes 653 at first, and twice as many with each doubling. */
const SIZES = [600, 1_000, 2_000, 4_500, 20_000, 21_000, 42_000, 160_000, 330_000];
const SAMPLES = 4_000;

test('all nodes and edges are found after each growth of their tables, and no others', async () => {
  const random = new Seeded(5);
  const engine = await Engine.create(SPACE, random);
  const view = new EngineView(engine);
  const present: string[] = [];
  for (const [group, size] of SIZES.entries()) {
    const added = Array.from({ length: size - present.length }, (_, index) =>
      idOf(present.length + index),
    );
    apply(engine, group, creates(present.length, added));
    for (const id of added) present.push(id);
    for (let sample = 0; sample < SAMPLES; sample++) {
      const number = random.below(present.length);
      const id = present[number] as string;
      const node = view.nodeById(id);
      expect(node && view.nodeId(node), `node ${number} of ${size}`).toBe(id);
      const edge = view.edgeByName({ from: id, type: 'NEXT', to: present[0] as string });
      expect(edge !== undefined, `edge ${number} of ${size}`).toBe(true);
      expect(view.nodeById(idOf(size + sample))).toBeUndefined();
    }
  }
  expect(engine.exports.nodeCount()).toBe(SIZES.at(-1));
  expect(engine.exports.edgeCount()).toBe(SIZES.at(-1));
});

function idOf(number: number): string {
  return nodeIdByNumber({ space: SPACE, author: AUTHOR, type: 'Item', number: BigInt(number) });
}

/** Makes each node, with an edge to the very first. */
function creates(first: number, ids: readonly string[]): AddressedDelta[] {
  const to = idOf(0);
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

/** One commit, in as many transactions as it needs. */
function apply(engine: Engine, group: number, deltas: readonly AddressedDelta[]): void {
  const commits: Parameters<Engine['prepare']>[0][number][] = [];
  for (let at = 0; at < deltas.length; ) {
    const payload = new PayloadWriter();
    for (; at < deltas.length && payload.byteCount < 3_000_000; at += 10_000) {
      const id = Buffer.from(`${group}-${at}`.padStart(16, '0'));
      payload.add({ id, actor: 'user:a', deltas: deltas.slice(at, at + 10_000) });
    }
    const hash = new Uint8Array(32);
    hash.set(utf8(`${group}-${at}`));
    commits.push({
      payloadBytes: payload.finish(),
      clock: BigInt(group + 1) << 16n,
      author: AUTHOR,
      hash,
      transactionCount: payload.transactionCount,
    });
  }
  engine.prepare(commits);
  engine.apply();
}
