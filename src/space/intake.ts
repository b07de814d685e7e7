/**
 * Commits from outside, on their way to the door: decoded, verified in batches (on other threads
 * where there are some), then taken in the order in which they came. The bytes of a commit stay
 * its sender's: it keeps them unchanged until the commit is settled.
 */

import { assert } from '../base/assert.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import {
  INTAKE_GROUP_BYTES,
  INTAKE_GROUP_COMMITS,
  VERIFY_BATCH_BYTES,
  VERIFY_BATCHES_MAX,
} from '../base/limits.ts';
import { type Commit, decodeCommit, markVerified, type VerifiedCommit } from '../delta/commit.ts';
import type { Verification, Verifier } from '../engine/verifier.ts';
import type { CommitOrigin, CommitOutcome, Submitted } from './commit-intake.ts';
import type { Replica, Verdicts } from './replica.ts';
import type { Turns, WorkSource } from './turns.ts';

export type Settle = (outcome: CommitOutcome) => void;

export interface IntakeParts {
  readonly replica: Replica;
  readonly turns: Turns;
  readonly verifier: Verifier;
}

interface Waiting<Stage extends Commit> {
  readonly commit: Stage;
  readonly settle: Settle;
  readonly origin: CommitOrigin;
}

export class Intake implements WorkSource {
  readonly #parts: IntakeParts;
  #decoded: Waiting<Commit>[] = [];
  #verified: Waiting<VerifiedCommit>[] = [];
  #batches = 0;
  /** Resolves when all batches so far have been taken up: keeps the order of arrival. */
  #order: Promise<void> = Promise.resolve();

  constructor(parts: IntakeParts) {
    this.#parts = parts;
    parts.turns.add(this);
  }

  get hasWork(): boolean {
    return this.#verified.length > 0;
  }

  /** Takes an envelope. `settle` is called later, never within this call. */
  submit(bytes: Uint8Array, settle: Settle, known: Submitted = {}): void {
    const { stopped } = this.#parts.turns;
    if (stopped !== undefined) return queueMicrotask(() => settle(stopped));
    try {
      const { origin = 'author', commit = decodeCommit(bytes) } = known;
      if (this.#parts.replica.knows(commit.hash)) {
        return queueMicrotask(() => settle({ kind: 'known' }));
      }
      this.#decoded.push({ commit, settle, origin });
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      return queueMicrotask(() => settle({ kind: 'refused', error }));
    }
    // What one chunk of a socket brings is verified together.
    if (this.#decoded.length === 1) queueMicrotask(() => this.#verifyWaiting());
  }

  async turn(): Promise<void> {
    const group = takeGroup(this.#verified);
    this.#verified = this.#verified.slice(group.length);
    const verdicts: Verdicts = new Map();
    let missing: DatabaseError | undefined;
    try {
      const commits = group.map(({ commit }) => commit);
      const fromReplicas = group.filter(({ origin }) => origin === 'replica');
      const forks = new Set(fromReplicas.map(({ commit }) => commit));
      await this.#parts.replica.receive(commits, verdicts, (commit) => forks.has(commit));
    } catch (cause) {
      missing = this.#parts.turns.failure(cause);
    }
    for (const { commit, settle } of group) {
      const outcome = verdicts.get(commit) ?? missing;
      assert(outcome !== undefined, 'every commit gets a verdict');
      settle(outcome);
    }
  }

  reject(reason: DatabaseError): void {
    for (const { settle } of this.#verified.splice(0)) settle(reason);
    for (const { settle } of this.#decoded.splice(0)) settle(reason);
  }

  /** Settles what has not come to the door, once nothing more is handed in or taken. */
  async close(reason: DatabaseError): Promise<void> {
    this.reject(reason);
    while (this.#batches > 0) await this.#order;
  }

  #verifyWaiting(): void {
    while (this.#decoded.length > 0 && this.#batches < VERIFY_BATCHES_MAX) {
      const batch = takeBatch(this.#decoded);
      this.#decoded = this.#decoded.slice(batch.length);
      this.#batches += 1;
      const answers = this.#parts.verifier
        .verify(batch.map(({ commit }) => commit))
        .catch(unverified);
      this.#order = this.#order.then(async () => this.#take(batch, await answers));
    }
  }

  #take(batch: readonly Waiting<Commit>[], answers: Answers): void {
    this.#batches -= 1;
    const { stopped } = this.#parts.turns;
    for (const [index, { commit, settle, origin }] of batch.entries()) {
      if (answers instanceof DatabaseError) {
        settle(answers);
        continue;
      }
      const { refusal, check } = answers[index] as Verification;
      if (refusal !== undefined) settle({ kind: 'refused', error: refusal });
      else if (stopped !== undefined) settle(stopped);
      else this.#verified.push({ commit: markVerified(commit, check), settle, origin });
    }
    if (this.hasWork) this.#parts.turns.wake();
    this.#verifyWaiting();
  }
}

/** What the verifier says of a batch, or why it says nothing. */
type Answers = readonly Verification[] | DatabaseError;

/** No verdict: the thread has ended, and says nothing of the commits. */
function unverified(cause: unknown): DatabaseError {
  const message = 'a commit expected to be verified, got a failure: it may be sent again';
  return new DatabaseError(ErrorCode.UNAVAILABLE, message, { cause });
}

/** As many as one group through the door holds, at least one. */
function takeGroup(waiting: readonly Waiting<VerifiedCommit>[]): Waiting<VerifiedCommit>[] {
  return takeBytes(waiting.slice(0, INTAKE_GROUP_COMMITS), INTAKE_GROUP_BYTES);
}

function takeBatch(waiting: readonly Waiting<Commit>[]): Waiting<Commit>[] {
  return takeBytes(waiting, VERIFY_BATCH_BYTES);
}

function takeBytes<Stage extends Commit>(
  waiting: readonly Waiting<Stage>[],
  bytesMax: number,
): Waiting<Stage>[] {
  let bytes = 0;
  let count = 0;
  for (const { commit } of waiting) {
    bytes += commit.bytes.length;
    if (count > 0 && bytes > bytesMax) break;
    count += 1;
  }
  return waiting.slice(0, count);
}
