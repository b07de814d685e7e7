/** What the log of a node says, read from its bytes; an entry that several hold is decoded once. */

import type { RecordBody } from '../authority/body.ts';
import { decodeRecord } from '../authority/record.ts';
import { concatBytes, toHex, utf8 } from '../base/bytes.ts';
import { verifyEd25519 } from '../crypto/ed25519.ts';
import { sha256 } from '../crypto/hash.ts';
import { cidText } from '../crypto/identifier.ts';
import { decodeCommit } from '../delta/commit.ts';
import type { Transaction } from '../delta/delta.ts';
import { readPayload } from '../delta/payload-reader.ts';
import { readTransaction } from '../delta/transaction-reader.ts';
import { EntryKind, type Log } from '../log/log.ts';

/** What an author signs begins with this (schema/commit.md, C6). */
const DOMAIN = utf8('massive-graph/commit/v1\0');

export interface LogCommit {
  /** CID. */
  readonly name: string;
  /** In hex, as all bytes here. */
  readonly hash: string;
  readonly author: string;
  readonly sequence: number;
  readonly previous: string | undefined;
  readonly clock: bigint;
  /** Hash of the record that it cites. */
  readonly authority: string;
  readonly transactions: readonly Transaction[];
  /** Whether its author has signed it, as far as this file can tell. */
  readonly isSigned: boolean;
}

export interface LogRecord {
  readonly hash: string;
  readonly body: RecordBody;
}

export interface LogContent {
  /** All that are in the log. */
  readonly commits: readonly LogCommit[];
  readonly records: readonly LogRecord[];
}

export class LogContents {
  /** By the hash of all bytes: the name of a commit is not of its signature. */
  readonly #commits = new Map<string, LogCommit>();
  readonly #records = new Map<string, LogRecord>();

  /** Entries up to a position. */
  of(log: Log, position: number): LogContent {
    const commits: LogCommit[] = [];
    const records: LogRecord[] = [];
    for (const entry of log.entries(1)) {
      if (entry.position > position) break;
      const hash = toHex(entry.hash);
      if (entry.kind === EntryKind.COMMIT) commits.push(this.#commit(entry.bytes));
      else records.push(this.#record(hash, entry.bytes));
    }
    return { commits, records };
  }

  #commit(bytes: Uint8Array): LogCommit {
    const hash = toHex(sha256(bytes));
    const kept = this.#commits.get(hash);
    if (kept !== undefined) return kept;
    const commit = readCommit(bytes);
    this.#commits.set(hash, commit);
    return commit;
  }

  #record(hash: string, bytes: Uint8Array): LogRecord {
    const kept = this.#records.get(hash);
    if (kept !== undefined) return kept;
    const record = { hash, body: decodeRecord(Uint8Array.from(bytes)).body };
    this.#records.set(hash, record);
    return record;
  }
}

function readCommit(entry: Uint8Array): LogCommit {
  const commit = decodeCommit(Uint8Array.from(entry));
  const { author, sequence, previous, clock, authority, space } = commit.header;
  const { dictionary, transactions } = readPayload(commit.payloadBytes, commit.layout);
  return {
    name: cidText(commit.hash),
    hash: toHex(commit.hash),
    author: toHex(author),
    sequence,
    previous: previous === undefined ? undefined : toHex(previous),
    clock,
    authority: toHex(authority),
    isSigned: verifyEd25519(author, concatBytes(DOMAIN, commit.hash), commit.signature),
    transactions: transactions.map((transaction, index) =>
      readTransaction({ dictionary, transaction, index, space, author }),
    ),
  };
}

/** What of a log counts: all that no seal among its records has left out (authority.md, A12). */
export interface Counted {
  readonly commits: readonly LogCommit[];
  /** Of these, what has no effect, as its author has signed its number, or one before, twice. */
  readonly forked: ReadonlySet<LogCommit>;
}

export function countedOf({ commits, records }: LogContent): Counted {
  const heights = new Map(records.map(({ hash }, height) => [hash, height]));
  const sealHeights = records.flatMap(({ body }, height) => (body.kind === 'seal' ? [height] : []));
  const byHash = new Map(commits.map((commit) => [commit.hash, commit]));
  const covered = coveredBySeals(records, byHash);
  const counted: LogCommit[] = [];
  /** By author and the number of seals that stand before what a commit cites. */
  const intervals = new Map<string, LogCommit[]>();
  for (const commit of commits) {
    const cited = heights.get(commit.authority) ?? 0;
    const seal = sealHeights.find((height) => height > cited);
    if (seal !== undefined && covered.get(commit.hash) !== seal) continue;
    counted.push(commit);
    const interval = `${commit.author} ${sealHeights.filter((height) => height <= cited).length}`;
    const before = intervals.get(interval);
    if (before === undefined) intervals.set(interval, [commit]);
    else before.push(commit);
  }
  const forked = new Set([...intervals.values()].flatMap(behindFork));
  return { commits: counted, forked };
}

/** The first seal that covers a commit, by the hash of the commit. */
function coveredBySeals(
  records: readonly LogRecord[],
  byHash: ReadonlyMap<string, LogCommit>,
): ReadonlyMap<string, number> {
  const covered = new Map<string, number>();
  for (const [height, { body }] of records.entries()) {
    if (body.kind !== 'seal') continue;
    for (const { hash } of body.tips) {
      let name: string | undefined = toHex(hash);
      while (name !== undefined && !covered.has(name)) {
        covered.set(name, height);
        name = byHash.get(name)?.previous;
      }
    }
  }
  return covered;
}

/** From the first number on that two commits of an author have. */
function behindFork(commits: readonly LogCommit[]): readonly LogCommit[] {
  const met = new Set<number>();
  const twice = commits.filter(({ sequence }) => met.size === met.add(sequence).size);
  if (twice.length === 0) return [];
  const from = Math.min(...twice.map(({ sequence }) => sequence));
  return commits.filter(({ sequence }) => sequence >= from);
}
