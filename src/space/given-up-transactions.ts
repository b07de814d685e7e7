/** The transactions of commits that seals have left out, and where they stand once signed again. */

import { assert } from '../base/assert.ts';
import { sameBytes, toHex } from '../base/bytes.ts';
import type { AuthorKey } from '../crypto/author-key.ts';
import { type Commit, decodeCommit } from '../delta/commit.ts';
import type { NamedWrite } from '../delta/named-writes.ts';
import { type Payload, readPayload, transactionId } from '../delta/payload-reader.ts';
import { EntryKind, type Log, type LogEntry } from '../log/log.ts';
import type { GivenUp } from './given-up.ts';

/** One of this replica's own author that no commit which counts has. */
export interface UnsignedTransaction {
  /** Hex. */
  readonly id: string;
  /** Of its commit in the log. */
  readonly position: number;
  /** Of the transaction in it. */
  readonly index: number;
}

export interface GivenUpTransactionsParts {
  readonly log: Pick<Log, 'length' | 'read' | 'entries'>;
  readonly givenUp: GivenUp;
  readonly key: AuthorKey;
}

export class GivenUpTransactions {
  readonly #parts: GivenUpTransactionsParts;
  /** Positions of commits that were left out, by their hashes in hex. */
  readonly #commits = new Map<string, number>();
  /** By id, in hex, where each stands in a commit that counts; undefined while in none. */
  readonly #places = new Map<string, NamedWrite | undefined>();
  /** Entries that were given up, as far as they were read. */
  #read: number;
  /** The last entry of the log that was looked at. */
  #looked: number;
  #last: { readonly position: number; readonly commit: Commit } | undefined;

  constructor(parts: GivenUpTransactionsParts) {
    this.#parts = parts;
    this.#read = parts.givenUp.settled;
    this.#looked = parts.log.length;
  }

  /** Those of the own author that were left out since it was last asked, in their order. */
  read(): UnsignedTransaction[] {
    const { givenUp, log } = this.#parts;
    const unsigned = new Map<string, UnsignedTransaction>();
    const first = givenUp.after(this.#read);
    if (first === undefined) return [];
    for (const entry of log.entries(first)) this.#note(entry, unsigned);
    this.#read = givenUp.count;
    this.#looked = log.length;
    return [...unsigned.values()];
  }

  /** Reads what has come to the log since. */
  look(): void {
    const { log } = this.#parts;
    for (const entry of log.entries(this.#looked + 1)) this.#note(entry);
    this.#looked = log.length;
  }

  /** Id of a transaction in a commit that was left out, in hex. */
  idOf(commit: Uint8Array, index: number): string | undefined {
    const position = this.#commits.get(toHex(commit));
    if (position === undefined) return undefined;
    const transaction = payloadOf(this.commitAt(position)).transactions[index];
    return transaction && transactionId(transaction);
  }

  placeOf(id: string): NamedWrite | undefined {
    return this.#places.get(id);
  }

  signed(id: string, place: NamedWrite): void {
    this.#places.set(id, place);
  }

  commitAt(position: number): Commit {
    if (this.#last?.position === position) return this.#last.commit;
    const entry = this.#parts.log.read(position);
    assert(entry !== undefined, 'what was left out stands in the log');
    const commit = decodeCommit(entry.bytes);
    this.#last = { position, commit };
    return commit;
  }

  /** All of the own author are signed again. */
  clear(): void {
    this.#commits.clear();
    this.#places.clear();
    this.#last = undefined;
    this.#parts.givenUp.settle();
  }

  #note(entry: LogEntry, unsigned?: Map<string, UnsignedTransaction>): void {
    if (entry.kind !== EntryKind.COMMIT) return;
    const { position } = entry;
    const { givenUp, key } = this.#parts;
    const commit = decodeCommit(entry.bytes);
    const { header, hash } = commit;
    const isOwn = sameBytes(header.author, key.publicKey);
    const isGivenUp = givenUp.has(position);
    if (isGivenUp) this.#commits.set(toHex(hash), position);
    for (const [index, transaction] of payloadOf(commit).transactions.entries()) {
      const id = transactionId(transaction);
      if (isGivenUp) {
        this.#places.set(id, undefined);
        unsigned?.delete(id);
        if (isOwn) unsigned?.set(id, { id, position, index });
      } else if (this.#places.has(id)) {
        this.#places.set(id, { kind: 'commit', hash: Uint8Array.from(hash), position: index });
        if (isOwn) unsigned?.delete(id);
      }
    }
  }
}

/** The payload of a commit, cut into its parts. */
export function payloadOf({ payloadBytes, layout }: Commit): Payload {
  return readPayload(payloadBytes, layout);
}
