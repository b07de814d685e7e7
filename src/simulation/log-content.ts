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

/** Commits that no seal among the records has left out (schema/authority.md, A12). */
export function countedCommits({ commits, records }: LogContent): readonly LogCommit[] {
  const heights = new Map(records.map(({ hash }, height) => [hash, height]));
  const seals: { readonly height: number; readonly covered: ReadonlyMap<string, number> }[] = [];
  for (const [height, { body }] of records.entries()) {
    if (body.kind !== 'seal') continue;
    const covered = new Map(seals.at(-1)?.covered);
    for (const { key, sequence } of body.authors) covered.set(toHex(key), sequence);
    seals.push({ height, covered });
  }
  return commits.filter(({ authority, author, sequence }) => {
    const cited = heights.get(authority) ?? 0;
    const seal = seals.find(({ height }) => height > cited);
    return seal === undefined || sequence <= (seal.covered.get(author) ?? 0);
  });
}

/** Authors of whom two logs have different commits in one place that no seal has left out. */
export function forksBetween(one: LogContent, other: LogContent): readonly string[] {
  // What one of them has not heard of may have left a commit out.
  const records = one.records.length > other.records.length ? one.records : other.records;
  const [here, there] = [one, other].map(({ commits }) => countedCommits({ commits, records }));
  const places = new Map(
    (here ?? []).map(({ author, sequence, hash }) => [`${author} ${sequence}`, hash]),
  );
  const forked = (there ?? []).filter(({ author, sequence, hash }) => {
    const held = places.get(`${author} ${sequence}`);
    return held !== undefined && held !== hash;
  });
  return [...new Set(forked.map(({ author }) => author))];
}
