/**
 * Opens a space: on a data directory, which it locks, or in memory. Start-up takes the latest
 * valid snapshot and sends the rest of the log through the door; a directory without a log gets a
 * genesis record and the first version of its data definition.
 */

import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { AuthorityChain } from '../authority/chain.ts';
import { decodeRecord, signRecord } from '../authority/record.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { Faults } from '../base/fault.ts';
import { VERIFIER_THREADS_MAX } from '../base/limits.ts';
import { type Random, systemRandom } from '../base/random.ts';
import { type AuthorKey, openAuthorKey } from '../crypto/author-key.ts';
import { publicKeyOf, SEED_BYTES, verifyEd25519 } from '../crypto/ed25519.ts';
import { runSelfTest } from '../crypto/self-test.ts';
import { parseDefinition } from '../definition/parse.ts';
import { Engine } from '../engine/engine.ts';
import { Staging } from '../engine/staging.ts';
import { inlineVerifier } from '../engine/verifier.ts';
import { VerifierPool } from '../engine/verifier-pool.ts';
import { lockDirectory } from '../log/directory-lock.ts';
import { FileLog } from '../log/file-log.ts';
import { EntryKind, type Log } from '../log/log.ts';
import { MemoryLog } from '../log/memory-log.ts';
import { readSnapshot, snapshotPositions } from '../log/snapshot.ts';
import { readingLog } from './corrupt-log.ts';
import { Frontier, type FrontierFacts } from './frontier.ts';
import { OpenSpace } from './open-space.ts';
import type { Space } from './space.ts';

/** One core less than there are: the door needs one for itself. */
const VERIFIER_THREADS = Math.max(1, Math.min(VERIFIER_THREADS_MAX, availableParallelism() - 1));

export interface DefinitionSource {
  readonly source: string;
  /** Named in errors. */
  readonly file?: string;
}

export interface OpenOptions {
  readonly directory: string;
  /** The first version for a new space; for an existing one, the next when it differs. */
  readonly definition?: DefinitionSource;
  /** Whether a directory without a space gets one; true when absent. */
  readonly create?: boolean;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly faults?: Faults;
  /** Told what a start has found damaged or half done in the log and made good. */
  readonly note?: (text: string) => void;
}

/**
 * Opens the space of a data directory. Throws CONFLICT when another process holds it, NOT_FOUND
 * when there is none and none may be made, INVALID_INPUT for a wrong definition, UNSUPPORTED on a
 * platform whose Ed25519 fails its self-test.
 */
export async function openSpace(options: OpenOptions): Promise<Space> {
  await using stack = new AsyncDisposableStack();
  const { directory, clock = systemClock, random = systemRandom } = options;
  if (options.create === false) await expectLog(directory);
  else await mkdir(directory, { recursive: true });
  stack.use(await lockDirectory(directory));
  const log = stack.use(await FileLog.open(directory, options));
  if (log.length === 0) await expectNoSnapshots(directory);
  if (options.create === false && log.length === 0) throw noSpace(directory);
  const key = await openAuthorKey(directory, random);
  const space = await start({ log, key, clock, random, directory }, options.definition);
  return space.owning(stack.move());
}

export interface MemorySpaceOptions {
  readonly definition: DefinitionSource;
  /** Where the commits go; a log in memory when absent. */
  readonly log?: Log;
  readonly clock?: Clock;
  readonly random?: Random;
}

/** A space without a disk: the same door and engine, durable as long as the object lives. */
export async function openMemorySpace(options: MemorySpaceOptions): Promise<OpenSpace> {
  const { clock = systemClock, random = systemRandom, log = new MemoryLog() } = options;
  const seed = random.bytes(SEED_BYTES);
  const key = { seed, publicKey: publicKeyOf(seed) };
  return await start({ log, key, clock, random, directory: undefined }, options.definition);
}

interface Foundation {
  readonly log: Log;
  readonly key: AuthorKey;
  readonly clock: Clock;
  readonly random: Random;
  readonly directory: string | undefined;
}

async function start(
  foundation: Foundation,
  definition: DefinitionSource | undefined,
): Promise<OpenSpace> {
  // Before a signature is trusted: the platform may have changed since the last start.
  runSelfTest(verifyEd25519);
  const { log } = foundation;
  if (log.length === 0) await found(foundation, definition);
  const space = await recover(foundation);
  if (definition !== undefined) await space.proposeDefinition(definition);
  return space;
}

/** Writes the head of a new authority chain. The definition is parsed before anything is kept. */
async function found(
  { log, key, random }: Foundation,
  definition: DefinitionSource | undefined,
): Promise<void> {
  if (definition === undefined) {
    throw new DatabaseError(
      ErrorCode.INVALID_INPUT,
      'a new space expected a data definition (--schema FILE or --demo), got none',
    );
  }
  parseDefinition(definition.source, fileOption(definition));
  const nonce = random.bytes(32);
  const genesis = signRecord({ kind: 'genesis', owner: key.publicKey, nonce }, key.seed);
  const space = genesis.hash;
  const body = { kind: 'definition', space, height: 1, previous: space } as const;
  const first = signRecord({ ...body, sdl: definition.source }, key.seed);
  await log.append(
    [genesis, first].map(({ hash, bytes }) => ({ kind: EntryKind.AUTHORITY, hash, bytes })),
  );
}

async function recover(foundation: Foundation): Promise<OpenSpace> {
  const { log, key, clock, random, directory } = foundation;
  const chain = new AuthorityChain();
  const genesis = log.read(1);
  if (genesis === undefined) throw new Error('assertion failed: a log begins with a genesis');
  const space = readingLog(1, 1, () => decodeRecord(genesis.bytes).hash);
  const found = directory === undefined ? undefined : await latestSnapshot(directory, log, space);
  const engine = found?.engine ?? (await Engine.create(space, random));
  const frontier = new Frontier(found?.facts);
  const position = found?.position ?? 0;
  for (const entry of log.authority()) {
    if (entry.position > position) break;
    readingLog(entry.position, entry.position, () => chain.accept(decodeRecord(entry.bytes)));
  }
  const staging = new Staging();
  const { memory } = engine.memory;
  const verifier =
    directory === undefined
      ? inlineVerifier
      : new VerifierPool({ memory, staging, threads: VERIFIER_THREADS });
  const opened = new OpenSpace({
    engine,
    log,
    chain,
    clock,
    random,
    key,
    frontier,
    directory,
    staging,
    verifier,
  });
  await opened.recover(position);
  return opened;
}

interface FoundSnapshot {
  readonly engine: Engine;
  readonly facts: FrontierFacts;
  readonly position: number;
}

/** The newest snapshot that is whole, of this space, and not ahead of the log. */
async function latestSnapshot(
  directory: string,
  log: Log,
  space: Uint8Array,
): Promise<FoundSnapshot | undefined> {
  for (const position of await snapshotPositions(directory)) {
    if (position > log.length) continue;
    const snapshot = await readSnapshot<FrontierFacts>(directory, position);
    if (snapshot === undefined) continue;
    try {
      const engine = await Engine.fromImage(snapshot.image, space);
      return { engine, facts: snapshot.facts, position };
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
    }
  }
  return undefined;
}

/** Asked before anything is made in a directory that may be another's. */
async function expectLog(directory: string): Promise<void> {
  if (!(await FileLog.isIn(directory))) throw noSpace(directory);
}

/** A new space would hide that the log of the old one is lost. */
async function expectNoSnapshots(directory: string): Promise<void> {
  if ((await snapshotPositions(directory)).length === 0) return;
  throw new DatabaseError(
    ErrorCode.CORRUPT,
    `the data directory ${directory} expected the log of its snapshots, got none`,
  );
}

function noSpace(directory: string): DatabaseError {
  return new DatabaseError(
    ErrorCode.NOT_FOUND,
    `the data directory expected to hold a space, got none at ${directory}`,
  );
}

function fileOption(definition: DefinitionSource): { readonly file?: string } {
  return definition.file === undefined ? {} : { file: definition.file };
}
