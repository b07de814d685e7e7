/** The newest snapshot of a data directory that a state can be made from. */

import { AuthorityChain } from '../authority/chain.ts';
import { isNarrowing } from '../authority/permission-body.ts';
import { toHex } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { Engine } from '../engine/engine.ts';
import type { Log } from '../log/log.ts';
import {
  isPassedOver,
  SnapshotFile,
  snapshotName,
  snapshotPositions,
} from '../log/snapshot-file.ts';
import type { Forks } from './forks.ts';
import { chainOf, type PlacedRecord, spaceOf, type Turn } from './placed-records.ts';
import type { SnapshotFacts } from './snapshots.ts';

const NO_HASH = new Uint8Array(32);

export interface SnapshotSearch {
  /** None where nothing is stored. */
  readonly directory: string | undefined;
  readonly log: Pick<Log, 'length' | 'hashOf'>;
  readonly records: readonly PlacedRecord[];
  readonly memoryBytesMax: number | undefined;
  /** Of the log, as far as they are known. */
  readonly forks: Forks;
  readonly note?: ((text: string) => void) | undefined;
  /** Whether one is taken whose last commit in the log, and greatest clock, are these. */
  readonly takes?: (position: number, clock: bigint) => boolean;
  readonly turn?: Turn;
  /** In the place of a file, where nothing is stored. */
  readonly held?: HeldImage | undefined;
}

/** An image that is kept in memory: of what a space without a disk began with. */
export interface HeldImage {
  readonly image: Uint8Array;
  readonly facts: SnapshotFacts;
  readonly position: number;
}

export interface FoundSnapshot {
  readonly engine: Engine;
  readonly facts: SnapshotFacts;
  readonly position: number;
}

/** The newest that is whole, of this space, and not ahead of the log; others are told. */
export async function newestSnapshot(search: SnapshotSearch): Promise<FoundSnapshot | undefined> {
  const { directory, log, note } = search;
  if (directory === undefined) return await heldSnapshot(search);
  for (const position of await snapshotPositions(directory)) {
    if (position > log.length) continue;
    try {
      const found = await readSnapshot(directory, position, search);
      if (found !== undefined) return found;
    } catch (error) {
      // While a space is open newer ones take the place of older ones.
      if (isGone(error)) continue;
      if (!isPassedOver(error)) throw error;
      note?.(`${error.message}: it is passed over`);
    }
  }
  return undefined;
}

async function heldSnapshot(search: SnapshotSearch): Promise<FoundSnapshot | undefined> {
  const { held, records, memoryBytesMax, takes = () => true } = search;
  if (held === undefined || !takes(held.position, BigInt(held.facts.clock))) return undefined;
  await expectKept(held.position, held.facts, search);
  const { image, facts, position } = held;
  const read = async (target: Uint8Array) => target.set(image);
  const stored = { bytes: image.length, read };
  const engine = await Engine.load(stored, spaceOf(records), memoryBytesMax);
  return { engine, facts, position };
}

async function readSnapshot(
  directory: string,
  position: number,
  search: SnapshotSearch,
): Promise<FoundSnapshot | undefined> {
  const { log, records, memoryBytesMax, takes = () => true } = search;
  await using file = await SnapshotFile.open<SnapshotFacts>(directory, position);
  const { imageBytes: bytes, facts } = file;
  if (!takes(position, BigInt(facts.clock))) return undefined;
  await expectKept(position, facts, search);
  const entry = toHex(log.hashOf(position) ?? NO_HASH);
  if (facts.entry !== entry) {
    throw new DatabaseError(
      ErrorCode.CORRUPT,
      `the snapshot ${snapshotName(position)} expected to follow entry ${entry}, ` +
        `got ${facts.entry}`,
    );
  }
  const read = (target: Uint8Array) => file.readImage(target);
  const engine = await Engine.load({ bytes, read }, spaceOf(records), memoryBytesMax);
  return { engine, facts, position };
}

/** A record behind the snapshot may mask what the snapshot shows, or leave it out. */
async function expectKept(
  snapshotPosition: number,
  { authors, forks: known = [] }: SnapshotFacts,
  { records, forks, turn }: SnapshotSearch,
): Promise<void> {
  const held = records.filter(({ position }) => position <= snapshotPosition).length;
  const later = records.slice(held).map(({ record }) => record.body);
  const isSealed = later.some(({ kind }) => kind === 'seal');
  const isOpen = known.some(({ sealedAt }) => sealedAt === undefined);
  // A seal may cover one branch alone: which, the log says.
  if (!forks.fits(snapshotPosition) || (isOpen && isSealed && !forks.isWhole)) {
    const expected = 'to know which branches of an author count';
    throw passedOver(snapshotPosition, expected, 'one from before that was known');
  }
  if (!isSealed && !later.some(isNarrowing)) return;
  const chain = await chainOf(records, new AuthorityChain(), turn);
  const kept = chain.narrowings.firstAbove(held - 1)?.kept;
  for (const [author, { sequence }] of Object.entries(authors)) {
    const isKept = kept === undefined || sequence <= (kept.get(author) ?? 0);
    if (isKept && !chain.seals.leavesOut(author, sequence, held - 1)) continue;
    const expected = 'to hold only what later records keep';
    throw passedOver(snapshotPosition, expected, `commit ${sequence} of author ${author}`);
  }
}

function passedOver(position: number, expected: string, actual: string): DatabaseError {
  const message = `the snapshot ${snapshotName(position)} expected ${expected}, got ${actual}`;
  return new DatabaseError(ErrorCode.CORRUPT, message);
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
