/**
 * Opens a space: on a data directory, which it locks, or in memory. Start-up takes the latest
 * valid snapshot and sends the rest of the log through the door; a directory without a log gets
 * one that begins with the records of a new space. Whoever opens it to write signs as an author
 * that the organisation has certified.
 */

import { availableParallelism } from 'node:os';
import { AuthorityChain } from '../authority/chain.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import { makeDirectory } from '../base/durable-file.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { type Faults, noFaults } from '../base/fault.ts';
import {
  HISTORY_GRAPHS_MAX,
  HISTORY_IDLE_MILLISECONDS,
  HISTORY_MEMORY_BYTES_MAX,
  SNAPSHOT_LOG_BYTES,
  SPACE_MEMORY_BYTES_LEAST,
  SPACE_MEMORY_BYTES_MAX,
  VERIFIER_THREADS_MAX,
} from '../base/limits.ts';
import { type Random, systemRandom } from '../base/random.ts';
import { systemTurn, type Turn } from '../base/turn.ts';
import { type Author, MemoryAuthor, openDirectoryAuthor } from '../crypto/author.ts';
import { verifyEd25519 } from '../crypto/ed25519.ts';
import {
  DirectoryOrganisation,
  MemoryOrganisation,
  type OrganisationStore,
} from '../crypto/organisation-store.ts';
import { runSelfTest } from '../crypto/self-test.ts';
import { Engine } from '../engine/engine.ts';
import { InPlaceVerifier } from '../engine/in-place-verifier.ts';
import { Staging } from '../engine/staging.ts';
import { VerifierPool } from '../engine/verifier-pool.ts';
import { lockDirectory } from '../log/directory-lock.ts';
import { FileLog } from '../log/file-log.ts';
import { EntryKind, type Log } from '../log/log.ts';
import { MemoryLog } from '../log/memory-log.ts';
import { openLog } from '../log/open-log.ts';
import { snapshotPositions } from '../log/snapshot-file.ts';
import type { DefinitionSource } from './authority-change.ts';
import type { Seated } from './council-seat.ts';
import { knowingForks, surveyForks } from './fork-survey.ts';
import { Forks } from './forks.ts';
import { found } from './found.ts';
import { Frontier } from './frontier.ts';
import { GivenUp } from './given-up.ts';
import type { HistoryOptions } from './history.ts';
import { joinedRecords } from './joined-records.ts';
import { expectAgreement } from './next-versions.ts';
import { OpenSpace } from './open-space.ts';
import { chainOf, readAuthority, readRecords, spaceOf } from './placed-records.ts';
import type { Space } from './space.ts';
import { type HeldImage, newestSnapshot } from './stored-snapshot.ts';

/** One core less than there are: the door needs one for itself. */
const VERIFIER_THREADS = Math.max(1, Math.min(VERIFIER_THREADS_MAX, availableParallelism() - 1));

/** Of an organisation that nobody has named. */
export const ORGANISATION_NAME = 'organisation';

export interface OpenOptions {
  readonly directory: string;
  /** The first version for a new space; for an existing one, the next when it differs. */
  readonly definition?: DefinitionSource;
  /** The next version of the permission model, when it differs. */
  readonly model?: DefinitionSource | undefined;
  /** Whether a directory without a space gets one; true when absent. */
  readonly create?: boolean;
  /** Takes no author and refuses writes: needs no key of the organisation. */
  readonly isReadOnly?: boolean;
  /** The first records of a space that others hold, up to a data definition: it follows them. */
  readonly joined?: readonly Uint8Array[];
  /** Whether its author may be certified by others, and writes nothing until it is. */
  readonly follows?: boolean;
  /** Of the organisation's key; a new one is kept under it. */
  readonly passphrase?: string | undefined;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly faults?: Faults;
  /** Told what a start has found damaged or half done and made good, and of a seal that failed. */
  readonly note?: (text: string) => void;
  /** What the graph may take in memory at most; 4 GiB when absent. */
  readonly memoryBytesMax?: number;
  /** Commits after which a seal is taken; none when absent. */
  readonly sealEvery?: number | undefined;
  /** Log bytes after which a snapshot is taken while writing goes on; 64 MiB when absent. */
  readonly snapshotLogBytes?: number;
  readonly history?: Partial<HistoryOptions>;
}

/**
 * Opens the space of a data directory. Throws CONFLICT when another process holds it, NOT_FOUND
 * when there is none and none may be made, INVALID_INPUT for a wrong definition, UNAVAILABLE when
 * a new author needs the organisation's key or its passphrase, UNSUPPORTED on a platform whose
 * Ed25519 fails its self-test.
 */
export async function openSpace(options: OpenOptions): Promise<Space> {
  await using stack = new AsyncDisposableStack();
  const { directory, passphrase, clock = systemClock, random = systemRandom } = options;
  if (options.create === false) await expectLog(directory);
  else await makeDirectory(directory);
  stack.use(await lockDirectory(directory));
  const log = stack.use(await openLog(directory, options));
  if (log.length === 0) await expectNoSnapshots(directory);
  if (options.create === false && log.length === 0) throw noSpace(directory);
  const space = await start({
    log,
    clock,
    random,
    directory,
    organisation: new DirectoryOrganisation({ directory, passphrase, random }),
    openAuthor: (commitsOf) => openDirectoryAuthor({ directory, random, commitsOf }),
    options,
  });
  return space.owning(stack.move());
}

export interface MemorySpaceOptions {
  /** Not of a space that is joined. */
  readonly definition?: DefinitionSource;
  readonly joined?: readonly Uint8Array[];
  /** Where the commits go; a log in memory when absent. */
  readonly log?: Log;
  /** Whether its author may be certified by others, and writes nothing until it is. */
  readonly follows?: boolean;
  /** What a log that begins with a base stands on. */
  readonly held?: HeldImage | undefined;
  /** Who signs; a new author when absent. */
  readonly author?: Author;
  /** Its keys own the space, where it is the owner's; new ones when absent. */
  readonly organisation?: OrganisationStore;
  readonly turn?: Turn;
  /** For the log of another organisation. */
  readonly isReadOnly?: boolean;
  readonly clock?: Clock;
  readonly random?: Random;
  /** What the graph may take in memory at most; 4 GiB when absent. */
  readonly memoryBytesMax?: number;
  /** Commits after which a seal is taken; none when absent. */
  readonly sealEvery?: number | undefined;
  /** The organisation votes. */
  readonly seated?: Seated | undefined;
  readonly history?: Partial<HistoryOptions>;
}

/** A space without a disk: the same door and engine, durable as long as the object lives. */
export async function openMemorySpace(options: MemorySpaceOptions): Promise<OpenSpace> {
  const { clock = systemClock, random = systemRandom, log = new MemoryLog() } = options;
  const { author = new MemoryAuthor(random) } = options;
  return await start({
    log,
    clock,
    random,
    directory: undefined,
    organisation: options.organisation ?? new MemoryOrganisation(ORGANISATION_NAME, random),
    openAuthor: async () => author,
    options,
  });
}

interface Foundation {
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  readonly directory: string | undefined;
  readonly organisation: OrganisationStore;
  /** `commitsOf` answers how many commits of an author the log has. */
  readonly openAuthor: (commitsOf: (author: Uint8Array) => number) => Promise<Author>;
  readonly options: {
    readonly definition?: DefinitionSource;
    readonly model?: DefinitionSource | undefined;
    readonly isReadOnly?: boolean;
    readonly joined?: readonly Uint8Array[];
    readonly follows?: boolean;
    readonly held?: HeldImage | undefined;
    readonly turn?: Turn;
    readonly faults?: Faults;
    readonly note?: (text: string) => void;
    readonly memoryBytesMax?: number;
    readonly sealEvery?: number | undefined;
    readonly seated?: Seated | undefined;
    readonly snapshotLogBytes?: number;
    readonly history?: Partial<HistoryOptions>;
  };
}

async function start(foundation: Foundation): Promise<OpenSpace> {
  // Before a signature is trusted: the platform may have changed since the last start.
  runSelfTest(verifyEd25519);
  expectMemory(foundation.options.memoryBytesMax ?? SPACE_MEMORY_BYTES_MAX);
  expectMemory(foundation.options.history?.memoryBytesMax ?? HISTORY_MEMORY_BYTES_MAX);
  expectSealEvery(foundation.options.sealEvery ?? 1);
  const { log, random, organisation, openAuthor } = foundation;
  const { definition, model, isReadOnly, joined } = foundation.options;
  const { follows = joined !== undefined } = foundation.options;
  if (log.length === 0 && joined !== undefined) {
    const first = joinedRecords(joined);
    await log.append(first.map(({ hash, bytes }) => ({ kind: EntryKind.AUTHORITY, hash, bytes })));
  } else if (log.length === 0) {
    expectAgreement({ definition, model });
    const first = await found({
      definition,
      organisation: () => organisation.obtain(ORGANISATION_NAME),
      author: async () => (await openAuthor(() => 0)).key.publicKey,
      random,
    });
    await log.append(first.map(({ hash, bytes }) => ({ kind: EntryKind.AUTHORITY, hash, bytes })));
  }
  const space = await recover(foundation);
  try {
    if (isReadOnly === true) space.refuseWrites();
    else {
      const author = await openAuthor((each) => space.commitsOf(each));
      await space.beginWriting(author, { follows });
    }
    await space.propose({ definition, model });
    return space;
  } catch (error) {
    await space.abandon();
    throw error;
  }
}

async function recover(foundation: Foundation): Promise<OpenSpace> {
  const { log, options } = foundation;
  const { turn = systemTurn } = options;
  const survey = async () => {
    const ahead = await chainOf(await readRecords(log), new AuthorityChain());
    return await surveyForks({ log, ahead, turn });
  };
  return await knowingForks(new Forks(), survey, (forks) => recoverKnowing(foundation, forks));
}

/** `known` are those of the whole log, or none. */
async function recoverKnowing(foundation: Foundation, known: Forks): Promise<OpenSpace> {
  const { log, clock, random, directory, organisation, options } = foundation;
  const records = await readRecords(log);
  const { memoryBytesMax, note } = options;
  const { held } = options;
  const search = { directory, log, records, memoryBytesMax, note, forks: known, held };
  const found = await newestSnapshot(search);
  const engine = found?.engine ?? (await Engine.create(spaceOf(records), random, memoryBytesMax));
  const frontier = new Frontier(found?.facts);
  const givenUp = new GivenUp(found?.facts.givenUp);
  const forks = known.isWhole ? known : new Forks(found?.facts.forks);
  const position = found?.position ?? 0;
  const { chain, ahead, permissions } = await readAuthority(records, { engine, position });
  const staging = new Staging();
  const { memory } = engine.memory;
  const verifier =
    directory === undefined
      ? new InPlaceVerifier({ memory, staging })
      : new VerifierPool({ memory, staging, threads: VERIFIER_THREADS });
  const opened = new OpenSpace({
    engine,
    log,
    chain,
    ahead,
    permissions,
    clock,
    random,
    turn: options.turn ?? systemTurn,
    organisation,
    seated: options.seated,
    faults: options.faults ?? noFaults,
    frontier,
    givenUp,
    forks,
    directory,
    held,
    staging,
    verifier,
    snapshotLogBytes: options.snapshotLogBytes ?? SNAPSHOT_LOG_BYTES,
    memoryBytesMax: options.memoryBytesMax ?? SPACE_MEMORY_BYTES_MAX,
    history: {
      memoryBytesMax: HISTORY_MEMORY_BYTES_MAX,
      graphsMax: HISTORY_GRAPHS_MAX,
      idleMilliseconds: HISTORY_IDLE_MILLISECONDS,
      ...options.history,
    },
    sealEvery: options.sealEvery,
    note: options.note ?? (() => undefined),
  });
  try {
    await opened.recover(position);
    return opened;
  } catch (error) {
    // Its threads would keep the process.
    await verifier[Symbol.asyncDispose]();
    throw error;
  }
}

function expectMemory(bytes: number): void {
  const [least, most] = [SPACE_MEMORY_BYTES_LEAST, SPACE_MEMORY_BYTES_MAX];
  if (bytes >= least && bytes <= most) return;
  throw new DatabaseError(
    ErrorCode.INVALID_INPUT,
    `memoryBytesMax expected ${least} to ${most}, got ${bytes}`,
  );
}

function expectSealEvery(commits: number): void {
  if (Number.isSafeInteger(commits) && commits >= 1) return;
  throw new DatabaseError(
    ErrorCode.INVALID_INPUT,
    `sealEvery expected a whole number of commits from 1, got ${commits}`,
  );
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
