/**
 * The state once more, from the log, in an engine beside the one that is read: with a record that
 * narrows rights and does not keep all commits that are here, with a seal that does not cover them,
 * or with commits by which their author has forked. What is masked or left out by these was never
 * applied then, and what it had displaced is there again.
 */

import { AuthorityChain } from '../authority/chain.ts';
import type { ParsedModels } from '../authority/parsed-models.ts';
import type { PermissionChain } from '../authority/permission-chain.ts';
import type { Clock } from '../base/clock.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { noFaults } from '../base/fault.ts';
import type { Random } from '../base/random.ts';
import type { Turn } from '../base/turn.ts';
import { Engine } from '../engine/engine.ts';
import { Staging } from '../engine/staging.ts';
import { inlineVerifier } from '../engine/verifier.ts';
import type { Log } from '../log/log.ts';
import type { ReadableLog } from '../log/read-log.ts';
import { CommitPlaces } from './commit-places.ts';
import { knowingForks, surveyForks } from './fork-survey.ts';
import { Forks } from './forks.ts';
import { Frontier } from './frontier.ts';
import { GivenUp } from './given-up.ts';
import {
  chainOf,
  type PlacedRecord,
  readAuthority,
  readRecords,
  spaceOf,
} from './placed-records.ts';
import { Replay } from './replay.ts';
import { Replica } from './replica.ts';
import type { Coming, Rebuilt } from './replica-parts.ts';
import { type HeldImage, newestSnapshot } from './stored-snapshot.ts';
import type { Masked } from './write-judge.ts';

export interface RebuildParts {
  readonly log: Log;
  /** Where snapshots are that it may begin with; without it, it begins with an empty graph. */
  readonly directory?: string | undefined;
  /** In its place, where there is none. */
  readonly held?: HeldImage | undefined;
  /** Of the space; the models that it has read are not read again. */
  readonly models?: ParsedModels;
  /** Of the space. */
  readonly forks?: Forks;
  readonly clock: Clock;
  readonly random: Random;
  readonly turn?: Turn;
  /** What the graph may take in memory at most. */
  readonly memoryBytesMax: number;
}

/**
 * The state of the log with what comes behind it. Throws CONFLICT where a commit that the record
 * does not keep writes to a node whose type is not known yet, or one that it seals builds on what
 * it leaves out: the record waits.
 */
export async function rebuildWith(parts: RebuildParts, coming: Coming): Promise<Replayed> {
  try {
    return await replayed({ ...parts, ...coming });
  } catch (error) {
    throw coming.record?.body.kind === 'seal' ? asWaiting(error) : error;
  }
}

/** What was taken once lacks nothing but what a seal leaves out. */
function asWaiting(error: unknown): unknown {
  const cause = error instanceof DatabaseError ? error.cause : undefined;
  if (!(cause instanceof DatabaseError) || cause.code !== ErrorCode.CONFLICT) return error;
  const message = `a seal expected to cover what its commits build on, got: ${cause.message}`;
  return new DatabaseError(ErrorCode.CONFLICT, message, { cause });
}

/** What replaying a log takes, and makes, in an engine of its own. */
export interface ReplayedParts extends Omit<RebuildParts, 'log'>, Coming {
  readonly log: ReadableLog;
  /** Whether this process has verified the log's entries before, or trusts it that they were. */
  readonly isVerified?: boolean;
  /** Called with what has no effect, once the rest of its group is applied. */
  readonly hearMasked?: (masked: Masked, replayed: Replayed) => void;
}

export interface Replayed extends Rebuilt {
  /** As far as the log has it, and the record behind it. */
  readonly ahead: AuthorityChain;
  readonly permissions: PermissionChain;
}

/** Replays a log, judged by the whole of its authority chain and in the knowledge of its forks. */
export async function replayed(parts: ReplayedParts): Promise<Replayed> {
  const { forks = new Forks(), commits = [], record, hearMasked } = parts;
  const isSealed = record?.body.kind === 'seal' && forks.areOpen;
  const isKnown = forks.isEmpty || forks.isWhole;
  const isSurveyed = commits.length > 0 || hearMasked !== undefined || isSealed || !isKnown;
  const survey = async () => {
    const { log, turn } = parts;
    const ahead = await chainOf(await recordsOf(parts), new AuthorityChain());
    return await surveyForks({ log, ahead, coming: commits, ...(turn !== undefined && { turn }) });
  };
  const known = isSurveyed ? await survey() : forks.copy();
  return await knowingForks(known, survey, (each) => replayedKnowing(parts, each));
}

async function recordsOf({ log, record }: ReplayedParts): Promise<PlacedRecord[]> {
  const records = await readRecords(log);
  return record === undefined ? records : [...records, { position: log.length + 1, record }];
}

async function replayedKnowing(parts: ReplayedParts, forks: Forks): Promise<Replayed> {
  const { log, models, clock, random, directory, memoryBytesMax, hearMasked } = parts;
  const records = await recordsOf(parts);
  const search = { directory, held: parts.held, log, records, memoryBytesMax, forks };
  const snapshot = await newestSnapshot(search);
  const engine =
    snapshot?.engine ?? (await Engine.create(spaceOf(records), random, memoryBytesMax));
  const position = snapshot?.position ?? 0;
  const place = { engine, position, ...(models !== undefined && { models }) };
  const { chain, ahead, permissions } = await readAuthority(records, place);
  const frontier = new Frontier(snapshot?.facts);
  const givenUp = new GivenUp(snapshot?.facts.givenUp);
  const found = { engine, ahead, permissions, frontier, givenUp, forks };
  const places = new CommitPlaces(engine, givenUp, log);
  const replica = new Replica({
    ...found,
    log: { length: log.length, append: notWritten },
    chain,
    clock,
    faults: noFaults,
    publish: () => undefined,
    publishRecord: () => undefined,
    rebuild: notWritten,
    numberOf: (hash) => places.numberOf(hash),
    hearMasked: (masked) => hearMasked?.(masked, found),
  });
  const { memory } = engine;
  const verifier = parts.isVerified === true ? undefined : inlineVerifier;
  const replay = new Replay({ replica, verifier, staging: new Staging(), memory });
  if (chain.hasDefinition) replica.declareIndexes();
  await replay.run(log, position + 1);
  return found;
}

function notWritten(): never {
  throw new Error('assertion failed: a log that is replayed is not written');
}
