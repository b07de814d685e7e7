/**
 * Groups the writes of many callers into commits. While one commit is on its way to the disk, the
 * next writes wait; then all that wait become one commit, each still a transaction of its own. A
 * build runs when its turn comes, against a graph that holds everything before it.
 */

import { sameBytes, toHex } from '../base/bytes.ts';
import type { Clock } from '../base/clock.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import {
  COMMIT_PAYLOAD_BYTES_FULL,
  COMMIT_TRANSACTIONS_MAX,
  WRITE_QUEUE_MAX,
} from '../base/limits.ts';
import type { Random } from '../base/random.ts';
import type { AuthorKey } from '../crypto/author-key.ts';
import { cidText } from '../crypto/identifier.ts';
import { nextClock } from '../delta/clock.ts';
import { signCommit, type VerifiedCommit } from '../delta/commit.ts';
import { PayloadWriter } from '../delta/payload-writer.ts';
import type { EngineView } from '../engine/view.ts';
import { TransactionDraft } from './draft.ts';
import { Pending } from './pending.ts';
import type { Replica } from './replica.ts';
import type { Draft, Written } from './space.ts';

const TRANSIENT_CODES: ReadonlySet<ErrorCode> = new Set([
  ErrorCode.NOT_FOUND,
  ErrorCode.ALREADY_EXISTS,
  ErrorCode.LIMIT_EXCEEDED,
]);

interface QueuedWrite {
  readonly actor: string;
  readonly build: (draft: Draft) => unknown;
  readonly resolve: (written: Written<unknown>) => void;
  readonly reject: (reason: unknown) => void;
}

/** A write whose transaction is in the commit that is being made. */
interface StagedWrite {
  readonly queued: QueuedWrite;
  readonly result: unknown;
  readonly transaction: string;
  readonly hasDeltas: boolean;
}

type BuildOutcome =
  | { readonly kind: 'staged'; readonly write: StagedWrite }
  | { readonly kind: 'failed'; readonly reason: unknown };

export interface WriterParts {
  readonly replica: Replica;
  readonly view: EngineView;
  readonly key: AuthorKey;
  readonly clock: Clock;
  readonly random: Random;
}

export class Writer {
  readonly #parts: WriterParts;
  #queue: QueuedWrite[] = [];
  #running: Promise<void> | undefined;
  /** Why writes have stopped: an append that failed, or a close. */
  #stopped: DatabaseError | undefined;
  #hasFailed = false;

  constructor(parts: WriterParts) {
    this.#parts = parts;
  }

  /** Whether something other than a refusal has ended writing: the engine is not to be trusted. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  write<T>(actor: string, build: (draft: Draft) => T): Promise<Written<T>> {
    return new Promise((resolve, reject) => {
      if (this.#stopped !== undefined) {
        reject(this.#stopped);
        return;
      }
      if (this.#queue.length >= WRITE_QUEUE_MAX) {
        reject(queueFull());
        return;
      }
      const queued = { actor, build, resolve, reject } as QueuedWrite;
      this.#queue.push(queued);
      this.#running ??= this.#drain();
    });
  }

  /** Runs `act` between two commits, so that it shares the door with no other. */
  async exclusive<T>(act: () => Promise<T>): Promise<T> {
    while (this.#running !== undefined) await this.#running;
    if (this.#stopped !== undefined) throw this.#stopped;
    const result = act().catch((cause: unknown) => {
      throw this.#failure(cause);
    });
    this.#running = result.then(
      () => this.#drain(),
      () => this.#drain(),
    );
    return await result;
  }

  /** Refuses further writes and waits for those that are queued. */
  async close(): Promise<void> {
    this.#stopped ??= new DatabaseError(
      ErrorCode.UNAVAILABLE,
      'a write expected an open space, got a closed one',
    );
    while (this.#running !== undefined) await this.#running;
  }

  async #drain(): Promise<void> {
    // Writes of requests that are being handled in this turn of the loop belong together.
    await new Promise<void>((next) => setImmediate(next));
    while (this.#queue.length > 0) await this.#commitOnce();
    this.#running = undefined;
  }

  async #commitOnce(): Promise<void> {
    const payload = new PayloadWriter();
    const staged = this.#stage(payload);
    if (payload.transactionCount === 0) {
      settle(staged, undefined);
      return;
    }
    const commit = this.#sign(payload.finish());
    try {
      await this.#parts.replica.write([commit]);
    } catch (cause) {
      const reason = this.#failure(cause);
      for (const { queued } of staged) queued.reject(reason);
      return;
    }
    settle(staged, cidText(commit.hash));
  }

  /** Builds transactions until the queue is empty or the commit is full. */
  #stage(payload: PayloadWriter): StagedWrite[] {
    const staged: StagedWrite[] = [];
    const again: QueuedWrite[] = [];
    const pending = new Pending();
    let taken = 0;
    for (const queued of this.#queue) {
      if (payload.transactionCount >= COMMIT_TRANSACTIONS_MAX) break;
      if (payload.byteCount >= COMMIT_PAYLOAD_BYTES_FULL) break;
      taken += 1;
      const outcome = this.#build(queued, payload, pending);
      if (outcome.kind === 'staged') staged.push(outcome.write);
      else if (isTransient(outcome.reason) && payload.transactionCount > 0) again.push(queued);
      else queued.reject(outcome.reason);
    }
    this.#queue = [...again, ...this.#queue.slice(taken)];
    return staged;
  }

  #build(queued: QueuedWrite, payload: PayloadWriter, below: Pending): BuildOutcome {
    const { replica, view, key, random } = this.#parts;
    const pending = new Pending(below);
    const draft = new TransactionDraft({
      definition: replica.chain.definition,
      view,
      pending,
      space: replica.chain.space,
      author: key.publicKey,
      random,
      position: payload.transactionCount,
    });
    const id = random.bytes(16);
    try {
      const result = queued.build(draft);
      draft.expectComplete();
      const hasDeltas = draft.deltas.length > 0;
      if (hasDeltas) payload.add({ id, actor: queued.actor, deltas: draft.deltas });
      pending.merge();
      return { kind: 'staged', write: { queued, result, transaction: toHex(id), hasDeltas } };
    } catch (reason) {
      return { kind: 'failed', reason };
    }
  }

  #sign(payload: Uint8Array): VerifiedCommit {
    const { replica, key, clock } = this.#parts;
    const { frontier, chain } = replica;
    const last = frontier.lastOf(key.publicKey);
    const previous = last?.hash;
    const header = {
      space: chain.space,
      epoch: 0,
      author: key.publicKey,
      sequence: (last?.sequence ?? 0) + 1,
      previous,
      parents: frontier.heads.filter(
        (head) => previous === undefined || !sameBytes(head, previous),
      ),
      authority: chain.head,
      clock: nextClock(frontier.clock, clock.now()),
    };
    return signCommit(header, payload, key.seed);
  }

  /**
   * The error that callers get. The door refuses with a typed error and has changed nothing then,
   * as has a log that only lacks room: the next write may pass. After any other failure it is
   * unknown what is on disk, and writing ends until a restart.
   */
  #failure(cause: unknown): DatabaseError {
    if (cause instanceof DatabaseError) return cause;
    const reason = new DatabaseError(
      ErrorCode.UNAVAILABLE,
      'a write expected the log to append, got a failure: writes have stopped, reads go on',
      { cause },
    );
    this.#stopped = reason;
    this.#hasFailed = true;
    for (const queued of this.#queue) queued.reject(reason);
    this.#queue = [];
    return reason;
  }
}

/** A write without deltas names no commit: nothing was written for it. */
function settle(staged: readonly StagedWrite[], commit: string | undefined): void {
  for (const { queued, result, transaction, hasDeltas } of staged) {
    queued.resolve({ result, commit: hasDeltas ? commit : undefined, transaction });
  }
}

/**
 * A build reads the graph before the commit, but is admitted against the commit too. What failed
 * only because of another transaction of the same commit runs again after it, as if in turn.
 */
function isTransient(reason: unknown): boolean {
  return reason instanceof DatabaseError && TRANSIENT_CODES.has(reason.code);
}

function queueFull(): DatabaseError {
  return new DatabaseError(
    ErrorCode.LIMIT_EXCEEDED,
    `a write expected fewer than ${WRITE_QUEUE_MAX} that wait, got as many`,
    { facts: { limit: WRITE_QUEUE_MAX } },
  );
}
