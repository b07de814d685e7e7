import { describe, expect, test } from 'vitest';
import { PIECE_BYTES, RING_PIECES, SNAPSHOT_RING } from '../../assembly/abi.ts';
import { CommitMaker } from '../../bench/engine/commit-maker.ts';
import { RandomGraph } from '../../bench/engine/random-graph.ts';
import { SeededRandom } from '../../bench/engine/seeded-random.ts';
import { Engine, type GroupCommit } from '../../src/engine/engine.ts';
import { ImageCopier } from '../../src/engine/image-copier.ts';
import { Seeded } from '../seeded.ts';
import { groupCommit } from './graph-commits.ts';
import { SPACE } from './graph-names.ts';
import { arrivalOrder, randomPlan } from './graph-plan.ts';
import { findWithout, type GuardSite, guardSites } from './planted-guards.ts';
import { GrantTally, runGrants } from './snapshot-grants.ts';
import { GrowthTally, runGrowth } from './snapshot-growth.ts';
import { ListTally, runLists } from './snapshot-lists.ts';
import { OrderTally, runOrder } from './snapshot-order.ts';
import { asStored, FREE_RANGES, runSnapshots, SnapshotTally } from './snapshot-sequence.ts';

const SEED = 20_260_501;
const SEQUENCES = 80;
/** Where the header page names the directory of the index of nodes. */
const NODE_DIRECTORY = 256;

describe('a snapshot that is copied while groups are applied', () => {
  test(`is the image as it was at the begin, from seed ${SEED} on`, async () => {
    const tally = new SnapshotTally();
    for (let seed = SEED; seed < SEED + SEQUENCES; seed++) {
      expect(await runSnapshots(seed, tally), `seed ${seed}`).toBeUndefined();
    }
    expect(tally.snapshots).toBeGreaterThan(SEQUENCES * 2);
    expect(tally.groups).toBeGreaterThan(SEQUENCES * 4);
    expect(tally.seals).toBeGreaterThan(SEQUENCES / 2);
    expect(tally.indexes).toBeGreaterThan(SEQUENCES);
    expect(tally.chunksAmid).toBeGreaterThan(SEQUENCES / 2);
    expect(tally.piecesAside).toBeGreaterThan(SEQUENCES * 20);
    expect(tally.piecesKept).toBeGreaterThan(SEQUENCES * 8);
    expect(tally.piecesHeld).toBeGreaterThan(SEQUENCES * 8);
    expect(tally.piecesChanged).toBeGreaterThan(SEQUENCES * 20);
  }, 120_000);

  test('is the image as it was while parts of an index grow and split', async () => {
    const tally = new GrowthTally();
    expect(await runGrowth(SEED, tally)).toBeUndefined();
    expect(tally.splits).toBeGreaterThan(0);
  }, 60_000);

  test('is the image as it was while pages of a sorted index come and go', async () => {
    const tally = new OrderTally();
    expect(await runOrder(SEED, tally)).toBeUndefined();
    expect(tally.taken).toBeGreaterThan(5);
    expect(tally.freed).toBeGreaterThan(3);
    expect(tally.merged).toBe(3);
  }, 60_000);

  test('is the image as it was while grants are made and ended', async () => {
    const tally = new GrantTally();
    expect(await runGrants(SEED, tally)).toBeUndefined();
    expect(Math.min(tally.made, tally.again, tally.ended)).toBeGreaterThan(20);
  }, 60_000);

  test('is the image as it was while lists of edges take every form', async () => {
    const tally = new ListTally();
    expect(await runLists(SEED, tally)).toBeUndefined();
    expect(tally.edges).toBeGreaterThan(100);
    expect(tally.grown).toBe(12);
  }, 60_000);

  test.each(['container/hash-index.ts', 'graph/cells.ts'])(
    'is found wrong where a write in %s is not guarded',
    async (file) => {
      const sites = await guardSites();
      expect(sites.length).toBeGreaterThan(20);
      const site = sites.find((other) => other.file.endsWith(file));
      const found = await findWithout(site as GuardSite, { seed: SEED, sequences: 20 });
      expect(found).toMatch(/^seed \d+: the image expected byte/);
    },
    120_000,
  );

  test('[S8] is given up, and the group applied, when nobody makes room', async () => {
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
    expect(() => engine.beginSnapshot()).toThrow('one snapshot runs at a time');
    engine.endSnapshot();
    engine.beginSnapshot();
    engine.endSnapshot();
  });

  test('uses no free range again, which the pages of an index would be taken from', async () => {
    const maker = new CommitMaker(new SeededRandom(5));
    const commits = [...new RandomGraph(20_000, maker).base(20_000)];
    const engine = await Engine.create(maker.space, new Seeded(1));
    const half = commits.length >>> 1;
    for (const commit of commits.slice(0, half)) applyOne(engine, commit);
    engine.exports.ensureInput(65_536);
    engine.exports.ensureInput(131_072);
    const before = asStored(engine.image());
    const ranges = freeRanges(before);
    expect(ranges.some(({ bytes }) => bytes >= 65_536)).toBe(true);
    const buffer = engine.beginSnapshot();
    const chunkBytes = Math.ceil(before.length / PIECE_BYTES) * PIECE_BYTES;
    const copier = new ImageCopier(buffer, { chunkBytes });
    for (const commit of commits.slice(half)) applyOne(engine, commit);
    const chunk = Buffer.alloc(chunkBytes);
    expect(copier.copyNext(chunk)).toBe(before.length);
    const copied = chunk.subarray(0, before.length);
    engine.endSnapshot();
    const now = Buffer.from(engine.image());
    expect(freeRanges(now)).toEqual(expect.arrayContaining(ranges));
    expect(freeRanges(now).length).toBeGreaterThan(ranges.length);
    expect(now.readUInt32LE(NODE_DIRECTORY)).not.toBe(before.readUInt32LE(NODE_DIRECTORY));
    expect(copied.equals(before)).toBe(true);
  });

  test('has a ring that ends where the image begins, and runs alone', async () => {
    const engine = await Engine.create(SPACE, new Seeded(1));
    const buffer = engine.beginSnapshot();
    expect(SNAPSHOT_RING + RING_PIECES * PIECE_BYTES).toBeLessThanOrEqual(buffer.byteLength);
    expect(() => engine.beginSnapshot()).toThrow('one snapshot runs at a time');
    engine.endSnapshot();
  });
});

function freeRanges(image: Buffer): { address: number; bytes: number }[] {
  return Array.from({ length: FREE_RANGES.count }, (_, index) => ({
    address: image.readUInt32LE(FREE_RANGES.at + index * 8),
    bytes: image.readUInt32LE(FREE_RANGES.at + index * 8 + 4),
  })).filter(({ bytes }) => bytes > 0);
}

function apply(engine: Engine, commit: Parameters<typeof groupCommit>[0] | undefined): void {
  if (commit === undefined) return;
  applyOne(engine, groupCommit(commit));
}

function applyOne(engine: Engine, commit: GroupCommit): void {
  engine.prepare([commit]);
  engine.apply();
}
