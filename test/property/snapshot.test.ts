import { describe, expect, test } from 'vitest';
import { PIECE_BYTES, RING_PIECES, SNAPSHOT_RING } from '../../assembly/abi.ts';
import { Engine } from '../../src/engine/engine.ts';
import { ImageCopier } from '../../src/engine/image-copier.ts';
import { Seeded } from '../seeded.ts';
import { groupCommit } from './graph-commits.ts';
import { SPACE } from './graph-names.ts';
import { arrivalOrder, randomPlan } from './graph-plan.ts';
import { runSnapshots, SnapshotTally } from './snapshot-sequence.ts';

const SEED = 20_260_501;
const SEQUENCES = 120;

describe('a snapshot that is copied while groups are applied', () => {
  test(`is the image as it was at the begin, from seed ${SEED} on`, async () => {
    const tally = new SnapshotTally();
    for (let seed = SEED; seed < SEED + SEQUENCES; seed++) {
      expect(await runSnapshots(seed, tally), `seed ${seed}`).toBeUndefined();
    }
    expect(tally.snapshots).toBeGreaterThan(SEQUENCES * 2);
    expect(tally.groups).toBeGreaterThan(SEQUENCES * 4);
    expect(tally.indexes).toBeGreaterThan(SEQUENCES);
    expect(tally.chunksAmid).toBeGreaterThan(SEQUENCES / 2);
    expect(tally.piecesAside).toBeGreaterThan(SEQUENCES * 20);
    expect(tally.piecesKept).toBeGreaterThan(SEQUENCES * 8);
    expect(tally.piecesHeld).toBeGreaterThan(SEQUENCES * 8);
    expect(tally.piecesChanged).toBeGreaterThan(SEQUENCES * 20);
  }, 120_000);

  test('is given up, and the group applied, when nobody makes room', async () => {
    const engine = await Engine.create(SPACE, new Seeded(1));
    const [first, ...rest] = arrivalOrder(randomPlan(new Seeded(2), 12), new Seeded(3));
    apply(engine, first);
    const buffer = engine.beginSnapshot(2);
    const copier = new ImageCopier(buffer, { chunkBytes: 65_536 });
    const started = performance.now();
    for (const commit of rest) apply(engine, commit);
    expect(performance.now() - started).toBeGreaterThan(900);
    expect(() => copier.copyNext(new Uint8Array(65_536))).toThrow('got given up');
    expect(engine.exports.commitCount()).toBe(12);
    engine.endSnapshot();
    engine.beginSnapshot();
    engine.endSnapshot();
  });

  test('has a ring that ends where the image begins, and runs alone', async () => {
    const engine = await Engine.create(SPACE, new Seeded(1));
    const buffer = engine.beginSnapshot();
    expect(SNAPSHOT_RING + RING_PIECES * PIECE_BYTES).toBeLessThanOrEqual(buffer.byteLength);
    expect(() => engine.beginSnapshot()).toThrow('one snapshot runs at a time');
    engine.endSnapshot();
  });
});

function apply(engine: Engine, commit: Parameters<typeof groupCommit>[0] | undefined): void {
  if (commit === undefined) return;
  engine.prepare([groupCommit(commit)]);
  engine.apply();
}
