/**
 * The authority records of a log, and the chains that they make: as far as a position, and as far
 * as the log has it, since what is replayed is judged by what came later, too.
 */

import { AuthorityChain } from '../authority/chain.ts';
import type { ParsedModels } from '../authority/parsed-models.ts';
import { PermissionChain } from '../authority/permission-chain.ts';
import { type AuthorityRecord, decodeRecord } from '../authority/record.ts';
import { assert } from '../base/assert.ts';
import type { Engine } from '../engine/engine.ts';
import type { Log } from '../log/log.ts';
import { readingLog } from './corrupt-log.ts';

/** Records, each with a signature to verify, until others of the process run. */
const TURN_RECORDS = 16;

export interface PlacedRecord {
  readonly position: number;
  readonly record: AuthorityRecord;
}

/** Lets others of the process run. */
export type Turn = () => Promise<unknown>;

const noTurn: Turn = async () => undefined;

export async function readRecords(
  log: Pick<Log, 'authority'>,
  turn: Turn = noTurn,
): Promise<PlacedRecord[]> {
  const records: PlacedRecord[] = [];
  for (const { position, bytes } of log.authority()) {
    const record = readingLog(position, position, () => decodeRecord(bytes));
    records.push({ position, record });
    if (records.length % TURN_RECORDS === 0) await turn();
  }
  return records;
}

/** The space that records are of. */
export function spaceOf(records: readonly PlacedRecord[]): Uint8Array {
  const [genesis] = records;
  assert(genesis !== undefined, 'a log begins with a genesis');
  return genesis.record.hash;
}

export interface Authority {
  /** Up to the position of the image. */
  readonly chain: AuthorityChain;
  /** Up to the end of the log. */
  readonly ahead: AuthorityChain;
  readonly permissions: PermissionChain;
}

export interface ImagePlace {
  readonly engine: Engine;
  /** Of the log; what stands up to there is in the image. */
  readonly position: number;
  readonly models?: ParsedModels;
}

export async function readAuthority(
  records: readonly PlacedRecord[],
  { engine, position, models }: ImagePlace,
  turn?: Turn,
): Promise<Authority> {
  const held = records.filter((each) => each.position <= position);
  const permissions = new PermissionChain(engine, held.length, models);
  const ahead = await chainOf(records, new AuthorityChain(permissions), turn);
  return { chain: await chainOf(held, new AuthorityChain(), turn), ahead, permissions };
}

/** The chain, with these records after those that it has. */
export async function chainOf(
  records: readonly PlacedRecord[],
  chain: AuthorityChain,
  turn: Turn = noTurn,
): Promise<AuthorityChain> {
  for (const [index, { position, record }] of records.entries()) {
    if (index > 0 && index % TURN_RECORDS === 0) await turn();
    readingLog(position, position, () => chain.accept(record));
  }
  return chain;
}
