/** The engine is given commits with segments flat, and applies what is disclosed as if plain. */

import { expect, test } from 'vitest';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import { type Commit, signCommit } from '../../src/delta/commit.ts';
import type { AddressedDelta, Delta, Segment } from '../../src/delta/delta.ts';
import { CommitFormat } from '../../src/delta/header.ts';
import { PayloadWriter } from '../../src/delta/payload-writer.ts';
import { flatten, withhold } from '../../src/delta/withhold.ts';
import { Engine } from '../../src/engine/engine.ts';
import { onEdge, onNode } from '../fixture/door.ts';
import { Seeded } from '../seeded.ts';

const SEED = new Uint8Array(32).fill(9);
const SPACE = new Uint8Array(32).fill(1);
const ID = 'AAAAAAAAAAAAAAAA';
const OTHER = 'BBBBBBBBBBBBBBBB';
const EDGE = { from: ID, type: 'KNOWS', to: OTHER, key: 0 };
const set = (path: string, value: string): Delta => ({ operation: 'set', path, value });
const SEGMENTS: readonly Segment[] = [
  { relation: 'read', deltas: [onNode(ID, set('name', 'Ada')), onNode(ID, set('town', 'Basel'))] },
  { relation: 'read.salary', deltas: [onNode(ID, set('salary', 'much'))] },
  { relation: 'read', deltas: [onEdge(EDGE, { operation: 'createEdge' })] },
];
const HEADER = {
  space: SPACE,
  epoch: 0,
  author: publicKeyOf(SEED),
  sequence: 1,
  previous: undefined,
  parents: [],
  authority: new Uint8Array(32).fill(2),
  clock: 5n,
};
const TRANSACTION = { id: new Uint8Array(16).fill(7), actor: 'user:ada' };

test.each([0, 1, 2, 3, 4, 5, 6, 7])(
  '[C36] with segments %i withheld, bit by bit, the rest is applied as if it were plain',
  async (subset) => {
    const isWithheld = (segment: number) => ((subset >> segment) & 1) === 1;
    const partial = withhold(segmented(), ({ segment }) => isWithheld(segment));
    const left = SEGMENTS.filter((_, segment) => !isWithheld(segment));
    const applied = await applyAlone(partial);
    const expected =
      left.length === 0 ? undefined : await applyAlone(plain(left.flatMap(({ deltas }) => deltas)));
    if (expected !== undefined) expect(applied).toEqual(expected);
    else expect(applied.changes).toBe(0);
  },
);

test('[C16] a transaction that is withheld whole is there, and changes nothing', async () => {
  const engine = await Engine.create(SPACE, new Seeded(1));
  const empty = engine.stateHash(true);
  const full = segmented();
  const { changes, content } = await applyAlone(withhold(full, () => true));
  expect([changes, content]).toEqual([0, empty]);
  engine.prepare([groupCommit(withhold(full, () => true))]);
  engine.apply();
  expect(engine.clockOf(full.hash)).toBe(full.header.clock);
});

function segmented(): Commit {
  const writer = new PayloadWriter({ secret: new Uint8Array(32).fill(0x5e) });
  writer.addSegmented({ ...TRANSACTION, segments: SEGMENTS });
  return signCommit({ ...HEADER, format: CommitFormat.SEGMENTED }, writer.finish(), SEED);
}

function plain(deltas: readonly AddressedDelta[]): Commit {
  const writer = new PayloadWriter();
  writer.add({ ...TRANSACTION, deltas });
  return signCommit(HEADER, writer.finish(), SEED);
}

async function applyAlone(
  commit: Commit,
): Promise<{ readonly changes: number; readonly content: string }> {
  const engine = await Engine.create(SPACE, new Seeded(1));
  engine.prepare([groupCommit(commit)]);
  return { changes: engine.apply(), content: engine.stateHash(true) };
}

function groupCommit(commit: Commit): Parameters<Engine['prepare']>[0][number] {
  const { header, hash } = commit;
  const { author, clock, transactionCount } = header;
  return { payloadBytes: flatten(commit), clock, author, hash, transactionCount };
}
