/**
 * The state once more, from the whole log, in an engine beside the one that is read: with a record
 * that narrows rights and does not keep all commits that are here. What is masked by it was never
 * applied then, and what it had displaced is there again.
 */

import { AuthorityChain } from '../authority/chain.ts';
import type { ParsedModels } from '../authority/parsed-models.ts';
import { PermissionChain } from '../authority/permission-chain.ts';
import { type AuthorityRecord, decodeRecord } from '../authority/record.ts';
import type { Clock } from '../base/clock.ts';
import { noFaults } from '../base/fault.ts';
import type { Random } from '../base/random.ts';
import { Engine } from '../engine/engine.ts';
import { Staging } from '../engine/staging.ts';
import { inlineVerifier } from '../engine/verifier.ts';
import type { Log } from '../log/log.ts';
import type { ReadableLog } from '../log/read-log.ts';
import { Frontier } from './frontier.ts';
import { Replay } from './replay.ts';
import { Replica } from './replica.ts';
import type { Masked } from './write-judge.ts';

export interface RebuildParts {
  readonly log: Log;
  /** Of the space; the models that it has read are not read again. */
  readonly models?: ParsedModels;
  readonly clock: Clock;
  readonly random: Random;
  /** What the graph may take in memory at most. */
  readonly memoryBytesMax: number;
}

/**
 * An engine with the state of the log and one more record. Throws CONFLICT where a commit that the
 * record does not keep writes to a node whose type is not known yet: the record waits for it.
 */
export async function rebuildWith(parts: RebuildParts, record: AuthorityRecord): Promise<Engine> {
  const { engine } = await replayed({ ...parts, record });
  return engine;
}

/** What replaying a log takes, and makes, in an engine of its own. */
export interface ReplayedParts extends Omit<RebuildParts, 'log'> {
  readonly log: ReadableLog;
  /** Counts as the last of the authority chain. */
  readonly record?: AuthorityRecord;
  /** Called with what has no effect, once the rest of its group is applied. */
  readonly hearMasked?: (masked: Masked, replayed: Replayed) => void;
}

export interface Replayed {
  readonly engine: Engine;
  /** As far as the log has it, and the record behind it. */
  readonly ahead: AuthorityChain;
  readonly permissions: PermissionChain;
}

/** Replays the whole log, judged by the whole of its authority chain. */
export async function replayed(parts: ReplayedParts): Promise<Replayed> {
  const { log, models, clock, random, memoryBytesMax, record, hearMasked } = parts;
  const records = [...log.authority()].map(({ bytes }) => decodeRecord(bytes));
  const [genesis] = records;
  if (genesis === undefined) throw new Error('assertion failed: a log begins with a genesis');
  const engine = await Engine.create(genesis.hash, random, memoryBytesMax);
  const permissions = new PermissionChain(engine, 0, models);
  const ahead = new AuthorityChain(permissions);
  for (const each of record === undefined ? records : [...records, record]) ahead.accept(each);
  const found = { engine, ahead, permissions };
  const replica = new Replica({
    ...found,
    log: { length: log.length, append: notWritten },
    chain: new AuthorityChain(),
    clock,
    frontier: new Frontier(),
    faults: noFaults,
    publish: () => undefined,
    publishRecord: () => undefined,
    rebuild: notWritten,
    hearMasked: (masked) => hearMasked?.(masked, found),
  });
  const { memory } = engine;
  const replay = new Replay({ replica, verifier: inlineVerifier, staging: new Staging(), memory });
  await replay.run(log, 1);
  return found;
}

function notWritten(): never {
  throw new Error('assertion failed: a log that is replayed is not written');
}
