/**
 * Commits from outside, on their way to the door: decoded, verified in batches (on other threads
 * where there are some), then taken in the order in which they came. The bytes of a commit stay
 * its sender's: it keeps them unchanged until the commit is settled.
 */

import { DatabaseError } from '../base/errors.ts';
import {
  INTAKE_GROUP_BYTES,
  INTAKE_GROUP_COMMITS,
  VERIFY_BATCH_BYTES,
  VERIFY_BATCHES_MAX,
} from '../base/limits.ts';
import { type Commit, decodeCommit, markVerified, type VerifiedCommit } from '../delta/commit.ts';
import { readPayload } from '../delta/payload-reader.ts';
import type { Verifier } from '../engine/verifier.ts';
import type { Received, Replica } from './replica.ts';
import type { CommitOutcome } from './space.ts';
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
  submit(bytes: Uint8Array, settle: Settle): void {
    const { stopped } = this.#parts.turns;
    if (stopped !== undefined) return queueMicrotask(() => settle(stopped));
    try {
      const commit = decodeCommit(bytes);
      if (this.#parts.replica.knows(commit.hash)) {
        return queueMicrotask(() => settle({ kind: 'known' }));
      }
      this.#decoded.push({ commit, settle });
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
    const { verdicts, failure } = await this.#receive(group.map(({ commit }) => commit));
    const reason = failure === undefined ? undefined : this.#parts.turns.failure(failure);
    for (const [index, { settle }] of group.entries()) {
      settle(verdicts[index] ?? (reason as DatabaseError));
    }
  }

  reject(reason: DatabaseError): void {
    for (const { settle } of this.#verified.splice(0)) settle(reason);
    for (const { settle } of this.#decoded.splice(0)) settle(reason);
  }

  async #receive(commits: readonly VerifiedCommit[]): Promise<Received> {
    try {
      return await this.#parts.replica.receive(commits);
    } catch (failure) {
      return { verdicts: [], failure };
    }
  }

  #verifyWaiting(): void {
    while (this.#decoded.length > 0 && this.#batches < VERIFY_BATCHES_MAX) {
      const batch = takeBatch(this.#decoded);
      this.#decoded = this.#decoded.slice(batch.length);
      this.#batches += 1;
      const answers = this.#parts.verifier.verify(batch.map(({ commit }) => commit));
      this.#order = this.#order.then(async () => this.#take(batch, await answers));
    }
  }

  #take(batch: readonly Waiting<Commit>[], refusals: readonly (DatabaseError | undefined)[]): void {
    this.#batches -= 1;
    const { stopped } = this.#parts.turns;
    for (const [index, { commit, settle }] of batch.entries()) {
      const error = refusals[index];
      if (error !== undefined) settle({ kind: 'refused', error });
      else if (stopped !== undefined) settle(stopped);
      else {
        const verified = markVerified(commit, readPayload(commit.payloadBytes, commit.layout));
        this.#verified.push({ commit: verified, settle });
      }
    }
    if (this.hasWork) this.#parts.turns.wake();
    this.#verifyWaiting();
  }
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
