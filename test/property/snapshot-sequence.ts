/**
 * Snapshots of random sequences: groups are applied while the image is copied in random steps, by
 * one thread, so that a seed reaches every interleaving. What comes out must be the image as it
 * was at the begin, byte for byte, and an engine that goes on from it must come to the same state.
 */

import {
  IMAGE_HEAD_BYTES,
  IMAGE_START,
  PIECE_BYTES,
  RING_PIECES,
  WORK_BYTES,
  WRITER_WORK,
} from '../../assembly/abi.ts';
import { Engine, type GroupCommit } from '../../src/engine/engine.ts';
import { ImageCopier } from '../../src/engine/image-copier.ts';
import { dropUndo } from '../../src/engine/undo.ts';
import { Seeded } from '../seeded.ts';
import { groupCommit } from './graph-commits.ts';
import { INDEXABLE, SPACE } from './graph-names.ts';
import { arrivalOrder, inGroups, randomPlan } from './graph-plan.ts';

/** Where the header page says what is none of the image's (assembly/memory/header.ts). */
const REGIONS = { at: 896, count: 14 };
export const FREE_RANGES = { at: 1_024, count: 64 };
const PROMISED = { from: 168, to: 176 };
const WORK = { from: WRITER_WORK - IMAGE_START, to: WRITER_WORK - IMAGE_START + WORK_BYTES };
/** More pieces than any of these groups touches. */
const GROUP_PIECES_MAX = 4_096;
/** So many that their rows lie in several pieces. */
const NAMES_AT_FIRST = 40;

/** How often the paths that matter were met. */
export class SnapshotTally {
  snapshots = 0;
  /** Groups that were applied while one ran. */
  groups = 0;
  /** Before snapshots, so that these are of rows that were freed and taken again. */
  seals = 0;
  indexes = 0;
  /** Chunks that a group was applied amid. */
  chunksAmid = 0;
  piecesAside = 0;
  piecesKept = 0;
  /** Pieces that stayed in the ring, since no more were kept. */
  piecesHeld = 0;
  /** Pieces of the image that were not as at the begin any more when it was copied. */
  piecesChanged = 0;
}

/** Runs one sequence; answers what differs, with its place in the image. */
export async function runSnapshots(
  seed: number,
  tally: SnapshotTally,
): Promise<string | undefined> {
  const random = new Seeded(seed);
  const plan = randomPlan(random, random.between(4, 24), 0.1);
  const groups = inGroups(arrivalOrder(plan, random), random, random.between(1, 4)).map(
    (group): SealedGroup => ({ commits: group.map(groupCommit), seals: group[0]?.seals ?? 0 }),
  );
  const engine = await Engine.create(SPACE, random);
  const driver = new Driver(engine, random, tally);
  for (const [type, path] of INDEXABLE) {
    if (random.chance(0.4)) engine.declareIndex(type, path);
  }
  for (const [place, group] of groups.entries()) {
    const difference = await driver.take(group, groups.slice(place));
    if (difference !== undefined) return difference;
  }
  return await driver.end([]);
}

/** Commits, and how many seals stand before them. */
interface SealedGroup {
  readonly commits: readonly GroupCommit[];
  readonly seals: number;
}

class Driver {
  #seals = 0;
  readonly #engine: Engine;
  readonly #random: Seeded;
  readonly #tally: SnapshotTally;
  #running: RunningSnapshot | undefined;
  /** Names of paths that were made up so far. */
  #names = 0;

  constructor(engine: Engine, random: Seeded, tally: SnapshotTally) {
    this.#engine = engine;
    this.#random = random;
    this.#tally = tally;
    for (let count = 0; count < NAMES_AT_FIRST; count++) this.#name(this.#freshName());
  }

  /** Applies a group; begins, moves and ends snapshots before it. `rest` begins with the group. */
  async take(group: SealedGroup, rest: readonly SealedGroup[]): Promise<string | undefined> {
    const random = this.#random;
    const isSealed = group.seals > this.#seals;
    if (this.#running !== undefined && (random.chance(0.5) || isSealed)) {
      const difference = await this.end(rest);
      if (difference !== undefined) return difference;
    }
    if (isSealed) {
      this.#engine.compact();
      this.#tally.seals += 1;
      this.#seals = group.seals;
    }
    this.#engine.keepUndo(random.chance(0.4));
    const isPreparedFirst = random.chance(0.2);
    if (isPreparedFirst) this.#engine.prepare(group.commits);
    if (this.#running === undefined && random.chance(0.9)) this.#begin(rest);
    this.#running?.advance(random);
    this.#disturb();
    if (!isPreparedFirst) this.#engine.prepare(group.commits);
    this.#running?.makeRoom(GROUP_PIECES_MAX);
    this.#engine.apply();
    if (this.#running !== undefined) this.#tally.groups += 1;
    return undefined;
  }

  /** Copies what is left, compares, and goes on from the copy with `rest`. */
  async end(rest: readonly SealedGroup[]): Promise<string | undefined> {
    const running = this.#running;
    if (running === undefined) return undefined;
    this.#running = undefined;
    return await running.end(this.#tally, rest);
  }

  #begin(rest: readonly SealedGroup[]): void {
    this.#running = new RunningSnapshot(this.#engine, this.#random, rest);
    this.#tally.snapshots += 1;
  }

  /** What else writes to the memory. */
  #disturb(): void {
    const random = this.#random;
    if (random.chance(0.2)) {
      this.#running?.makeRoom(GROUP_PIECES_MAX);
      const [type, path] = random.pick(INDEXABLE);
      this.#engine.declareIndex(type, path);
      this.#tally.indexes += 1;
    }
    if (random.chance(0.3)) {
      this.#running?.makeRoom(GROUP_PIECES_MAX);
      this.#name(this.#freshName());
      // Its row is marked, which stands far from that of the new name.
      this.#name(`f${random.below(this.#names)}.${this.#names}`);
    }
    if (random.chance(0.2)) this.#engine.stateHash(random.chance(0.5));
    // A region that outgrows its place moves, and leaves a free range.
    if (random.chance(0.1)) this.#engine.exports.ensureInput(random.between(1, 300_000));
  }

  #freshName(): string {
    this.#names += 1;
    return `f${this.#names - 1}`;
  }

  #name(path: string): void {
    this.#engine.declareIndex('Note', path);
  }
}

class RunningSnapshot {
  readonly #engine: Engine;
  readonly #before: Buffer;
  readonly #stateHash: string;
  readonly #restAtBegin: readonly SealedGroup[];
  readonly #copier: ImageCopier;
  readonly #chunk: Uint8Array;
  readonly #copied: Buffer;
  readonly #ringPieces: number;
  #at = 0;
  #steps: Generator<void, number> | undefined;
  #chunksAmid = 0;
  #taken = 0;

  constructor(engine: Engine, random: Seeded, rest: readonly SealedGroup[]) {
    this.#engine = engine;
    this.#restAtBegin = rest;
    dropUndo(engine);
    this.#stateHash = engine.stateHash(false);
    this.#before = asStored(engine.image());
    this.#ringPieces = random.pick([2 * GROUP_PIECES_MAX, RING_PIECES]);
    const chunkBytes = random.pick([4_096, 65_536, 1_048_576]);
    const keptPieces = random.pick([0, 5, 100_000]);
    const buffer = engine.beginSnapshot(this.#ringPieces);
    this.#copier = new ImageCopier(buffer, { chunkBytes, keptPieces });
    this.#chunk = new Uint8Array(chunkBytes);
    this.#copied = Buffer.alloc(this.#copier.imageBytes);
  }

  /** Some steps; often none, so that all that is written must be put aside. */
  advance(random: Seeded): void {
    if (random.chance(0.4)) return;
    const chunks = Math.ceil(this.#copier.imageBytes / this.#chunk.length);
    for (let count = random.below(chunks * 4 * 2); count > 0; count--) this.#step();
    if (this.#steps !== undefined) this.#chunksAmid += 1;
    else if (random.chance(0.3)) this.#copier.collect();
  }

  /** Copies until the ring has room, as the engine would wait for. */
  makeRoom(pieces: number): void {
    while (!this.#isCopied && this.#copier.piecesAside + pieces > this.#taken + this.#ringPieces) {
      this.#step();
      this.#taken = this.#copier.piecesTaken;
    }
  }

  async end(tally: SnapshotTally, rest: readonly SealedGroup[]): Promise<string | undefined> {
    const now = asStored(this.#engine.image().subarray(0, this.#before.length));
    while (!this.#isCopied) this.#step();
    this.#engine.endSnapshot();
    tally.chunksAmid += this.#chunksAmid;
    tally.piecesAside += this.#copier.piecesAside;
    tally.piecesKept += this.#copier.keptMost;
    tally.piecesHeld += this.#copier.heldCount;
    tally.piecesChanged += changedPieces(this.#before, now);
    const difference = firstDifference(this.#before, this.#copied);
    if (difference !== undefined) return difference;
    const restored = await Engine.fromImage(this.#copied, SPACE);
    if (restored.stateHash(false) !== this.#stateHash) return 'the image has another state hash';
    const count = this.#restAtBegin.length - rest.length;
    for (const group of this.#restAtBegin.slice(0, count)) {
      restored.prepare(group.commits);
      restored.apply();
    }
    const isSame = restored.stateHash(false) === this.#engine.stateHash(false);
    return isSame ? undefined : 'an engine that went on from the image came to another state';
  }

  get #isCopied(): boolean {
    return this.#at === this.#copied.length;
  }

  #step(): void {
    if (this.#isCopied) return;
    this.#steps ??= this.#copier.steps(this.#chunk);
    const { done, value } = this.#steps.next();
    if (done !== true) return;
    this.#copied.set(this.#chunk.subarray(0, value), this.#at);
    this.#at += value;
    this.#steps = undefined;
  }
}

/** An image without what is none of it: regions, free ranges, and a group that is prepared. */
export function asStored(image: Uint8Array): Buffer {
  const stored = Buffer.from(image);
  for (const { at, count } of [REGIONS, FREE_RANGES]) {
    for (let index = 0; index < count; index++) {
      const address = stored.readUInt32LE(at + index * 8) - IMAGE_START;
      const bytes = stored.readUInt32LE(at + index * 8 + 4);
      const end = Math.min(address + bytes, stored.length);
      if (address < end) stored.fill(0, address, end);
    }
  }
  stored.fill(0, PROMISED.from, PROMISED.to);
  stored.fill(0, WORK.from, WORK.to);
  return stored;
}

function changedPieces(before: Buffer, now: Buffer): number {
  let changed = 0;
  for (let at = IMAGE_HEAD_BYTES; at < before.length; at += PIECE_BYTES) {
    const end = at + PIECE_BYTES;
    if (!before.subarray(at, end).equals(now.subarray(at, end))) changed += 1;
  }
  return changed;
}

function firstDifference(expected: Buffer, actual: Buffer): string | undefined {
  if (expected.equals(actual)) return undefined;
  const at = expected.findIndex((byte, index) => byte !== actual[index]);
  return `the image expected byte ${at} to be ${expected[at]}, got ${actual[at]}`;
}
