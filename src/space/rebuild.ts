/**
 * The state once more, from the log, in an engine beside the one that is read: with a record that
 * narrows rights and does not keep all commits that are here, or with a seal that does not cover
 * them. What is masked or left out by it was never applied then, and what it had displaced is there
 * again.
 */

import type { AuthorityChain } from '../authority/chain.ts';
import type { ParsedModels } from '../authority/parsed-models.ts';
import type { PermissionChain } from '../authority/permission-chain.ts';
import type { AuthorityRecord } from '../authority/record.ts';
import type { Clock } from '../base/clock.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { noFaults } from '../base/fault.ts';
import type { Random } from '../base/random.ts';
import { Engine } from '../engine/engine.ts';
import { Staging } from '../engine/staging.ts';
import { inlineVerifier } from '../engine/verifier.ts';
import type { Log } from '../log/log.ts';
import type { ReadableLog } from '../log/read-log.ts';
import { Frontier } from './frontier.ts';
import { GivenUp } from './given-up.ts';
import { readAuthority, readRecords, spaceOf } from './placed-records.ts';
import { Replay } from './replay.ts';
import { type Rebuilt, Replica } from './replica.ts';
import { newestSnapshot } from './stored-snapshot.ts';
import type { Masked } from './write-judge.ts';

export interface RebuildParts {
  readonly log: Log;
  /** Where snapshots are that it may begin with; without it, it begins with an empty graph. */
  readonly directory?: string | undefined;
  /** Of the space; the models that it has read are not read again. */
  readonly models?: ParsedModels;
  readonly clock: Clock;
  readonly random: Random;
  /** What the graph may take in memory at most. */
  readonly memoryBytesMax: number;
}

/**
 * The state of the log and one more record. Throws CONFLICT where a commit that the record does not
 * keep writes to a node whose type is not known yet, or one that it seals builds on what it leaves
 * out: the record waits.
 */
export async function rebuildWith(parts: RebuildParts, record: AuthorityRecord): Promise<Replayed> {
  try {
    return await replayed({ ...parts, record });
  } catch (error) {
    throw record.body.kind === 'seal' ? asWaiting(error) : error;
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
export interface ReplayedParts extends Omit<RebuildParts, 'log'> {
  readonly log: ReadableLog;
  /** Counts as the last of the authority chain. */
  readonly record?: AuthorityRecord;
  /** Called with what has no effect, once the rest of its group is applied. */
  readonly hearMasked?: (masked: Masked, replayed: Replayed) => void;
}

export interface Replayed extends Rebuilt {
  /** As far as the log has it, and the record behind it. */
  readonly ahead: AuthorityChain;
  readonly permissions: PermissionChain;
}

/** Replays a log, judged by the whole of its authority chain. */
export async function replayed(parts: ReplayedParts): Promise<Replayed> {
  const { log, models, clock, random, directory, memoryBytesMax, record, hearMasked } = parts;
  const records = await readRecords(log);
  if (record !== undefined) records.push({ position: log.length + 1, record });
  const snapshot = await newestSnapshot({ directory, log, records, memoryBytesMax });
  const engine =
    snapshot?.engine ?? (await Engine.create(spaceOf(records), random, memoryBytesMax));
  const position = snapshot?.position ?? 0;
  const place = { engine, position, ...(models !== undefined && { models }) };
  const { chain, ahead, permissions } = await readAuthority(records, place);
  const frontier = new Frontier(snapshot?.facts);
  const givenUp = new GivenUp(snapshot?.facts.givenUp);
  const found = { engine, ahead, permissions, frontier, givenUp };
  const replica = new Replica({
    ...found,
    log: { length: log.length, append: notWritten },
    chain,
    clock,
    faults: noFaults,
    publish: () => undefined,
    publishRecord: () => undefined,
    rebuild: notWritten,
    hearMasked: (masked) => hearMasked?.(masked, found),
  });
  const { memory } = engine;
  const replay = new Replay({ replica, verifier: inlineVerifier, staging: new Staging(), memory });
  if (chain.hasDefinition) replica.declareIndexes();
  await replay.run(log, position + 1);
  return found;
}

function notWritten(): never {
  throw new Error('assertion failed: a log that is replayed is not written');
}
