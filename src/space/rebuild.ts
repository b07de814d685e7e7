/**
 * The state once more, from the whole log, in an engine beside the one that is read: with a record
 * that narrows rights and does not keep all commits that are here. What is masked by it was never
 * applied then, and what it had displaced is there again.
 */

import { AuthorityChain } from '../authority/chain.ts';
import { PermissionChain } from '../authority/permission-chain.ts';
import { type AuthorityRecord, decodeRecord } from '../authority/record.ts';
import type { Clock } from '../base/clock.ts';
import { noFaults } from '../base/fault.ts';
import type { Random } from '../base/random.ts';
import { Engine } from '../engine/engine.ts';
import { Staging } from '../engine/staging.ts';
import { inlineVerifier } from '../engine/verifier.ts';
import type { Log } from '../log/log.ts';
import { Frontier } from './frontier.ts';
import { Replay } from './replay.ts';
import { Replica } from './replica.ts';

export interface RebuildParts {
  readonly log: Log;
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
  const { log, clock, random, memoryBytesMax } = parts;
  const records = [...log.authority()].map(({ bytes }) => decodeRecord(bytes));
  const [genesis] = records;
  if (genesis === undefined) throw new Error('assertion failed: a log begins with a genesis');
  const engine = await Engine.create(genesis.hash, random, memoryBytesMax);
  const permissions = new PermissionChain(engine, 0);
  const ahead = new AuthorityChain(permissions);
  for (const each of [...records, record]) ahead.accept(each);
  const chain = new AuthorityChain();
  const replica = new Replica({
    engine,
    log,
    chain,
    ahead,
    permissions,
    clock,
    frontier: new Frontier(),
    faults: noFaults,
    publish: () => undefined,
    publishRecord: () => undefined,
    rebuild: () => rebuildWith(parts, record),
  });
  const { memory } = engine;
  const replay = new Replay({ replica, verifier: inlineVerifier, staging: new Staging(), memory });
  await replay.run(log, 1);
  return engine;
}
