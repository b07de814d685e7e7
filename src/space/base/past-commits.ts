/**
 * The commits that a log's base stands for, as they come: which are wanted next, and the way in.
 * Each is verified, is what the outline says, and follows the one before it of its author; they are
 * kept in the order of the log, and change nothing of the state, which has them already.
 */

import { assert } from '../../base/assert.ts';
import { sameBytes, toHex } from '../../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../../base/errors.ts';
import type { Turn } from '../../base/turn.ts';
import { decodeCommit, verifyCommit } from '../../delta/commit.ts';
import type { BasedLog } from '../../log/based-log.ts';
import { EntryKind, type NewEntry } from '../../log/log.ts';
import type { OutlineCommit } from '../../log/outline.ts';
import type { CommitNumber } from '../frontier-trial.ts';

/** Commits, each with a signature to verify, until others of the process run. */
const TURN_COMMITS = 8;
/** Of one append to the history. */
const APPEND_ENTRIES = 256;

export interface PastCommitsParts {
  readonly log: BasedLog;
  readonly turn: Turn;
  /** Which one of its author's a commit is that the state was made of. */
  readonly numberOf: (hash: Uint8Array) => CommitNumber | undefined;
  /** Called after more of them are here. */
  readonly onGrown: () => void;
}

export class PastCommits {
  readonly #parts: PastCommitsParts;
  #fetcher: object | undefined;
  /** What one has brought whose connection has ended is still taken: nobody is to ask for it. */
  #isTaking = false;

  constructor(parts: PastCommitsParts) {
    this.#parts = parts;
  }

  /** Entries that the base stands for, and how many of the first of them are here. */
  get progress(): { readonly entries: number; readonly held: number } {
    const { baseLength, historyLength } = this.#parts.log;
    return { entries: baseLength, held: historyLength };
  }

  get isWhole(): boolean {
    return this.#parts.log.first === 1;
  }

  /** Whether a fetcher may go on: one does at a time. */
  claim(fetcher: object): boolean {
    if (!this.#isTaking) this.#fetcher ??= fetcher;
    return this.#fetcher === fetcher;
  }

  release(fetcher: object): void {
    if (this.#fetcher !== fetcher) return;
    this.#fetcher = undefined;
    // Another one may go on.
    if (!this.isWhole) this.#parts.onGrown();
  }

  /** Hashes of the next commits, at most so many. */
  wanted(most: number): Uint8Array[] {
    const { log } = this.#parts;
    const hashes: Uint8Array[] = [];
    for (let at = log.historyLength + 1; at <= log.baseLength && hashes.length < most; at++) {
      const commit = log.outline.commitAt(at);
      if (commit !== undefined) hashes.push(commit.hash);
    }
    return hashes;
  }

  /**
   * Takes the first of those that are wanted, in their order; resolves when they are durable.
   * Throws as `decodeCommit` and `verifyCommit` do, REFUSED for another commit, UNAVAILABLE where
   * the disk refuses; nothing is kept then.
   */
  async take(envelopes: readonly Uint8Array[]): Promise<void> {
    assert(!this.#isTaking, 'one fetcher brings past commits at a time');
    this.#isTaking = true;
    try {
      await this.#take(envelopes);
    } finally {
      this.#isTaking = false;
      this.#parts.onGrown();
    }
  }

  async #take(envelopes: readonly Uint8Array[]): Promise<void> {
    const { log, turn } = this.#parts;
    let entries: NewEntry[] = [];
    // Records stand together, however many they are.
    const append = async () => {
      await log.extendHistory(entries);
      entries = [];
    };
    const record = (): Uint8Array | undefined =>
      log.outline.recordAt(log.historyLength + entries.length + 1);
    const addRecords = async () => {
      for (let bytes = record(); bytes !== undefined; bytes = record()) {
        const hash = log.outline.hashOf(log.historyLength + entries.length + 1);
        assert(hash !== undefined, 'a record of an outline has a hash');
        entries.push({ kind: EntryKind.AUTHORITY, hash, bytes });
        if (entries.length >= APPEND_ENTRIES) await append();
      }
    };
    for (const [index, bytes] of envelopes.entries()) {
      if (index > 0 && index % TURN_COMMITS === 0) await turn();
      await addRecords();
      const expected = log.outline.commitAt(log.historyLength + entries.length + 1);
      entries.push({ kind: EntryKind.COMMIT, hash: this.#verified(bytes, expected), bytes });
    }
    await addRecords();
    await append();
  }

  /** It is what the outline says, and follows the one of its author that the outline has. */
  #verified(bytes: Uint8Array, expected: OutlineCommit | undefined): Uint8Array {
    const commit = decodeCommit(bytes);
    const { header, hash } = commit;
    const { author, sequence, previous } = header;
    if (expected === undefined || !sameBytes(hash, expected.hash)) {
      throw refused(expected ? `commit ${toHex(expected.hash)}` : 'no commit', toHex(hash));
    }
    const isSame =
      sameBytes(author, expected.author) &&
      sequence === expected.sequence &&
      header.clock === expected.clock;
    if (!isSame) throw refused(`commit ${toHex(hash)} as its outline says`, 'another header');
    const before = previous && this.#parts.numberOf(previous);
    const isNext =
      before === undefined
        ? previous === undefined && sequence === 1
        : sameBytes(before.author, author) && before.sequence === sequence - 1;
    if (!isNext) throw refused(`commit ${toHex(hash)} to follow one of the outline`, 'another');
    return verifyCommit(commit).hash;
  }
}

function refused(expected: string, actual: string): DatabaseError {
  const message = `the history of the log expected ${expected}, got ${actual}`;
  return new DatabaseError(ErrorCode.REFUSED, message);
}
