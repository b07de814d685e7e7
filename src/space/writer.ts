/**
 * Groups the writes of many callers into commits. While one commit is on its way to the disk, the
 * next writes wait; then all that wait become one commit, each still a transaction of its own. A
 * build runs when its turn comes, against a graph that holds everything before it.
 */

import type { PermissionChain } from '../authority/permission-chain.ts';
import { toHex } from '../base/bytes.ts';
import type { Clock } from '../base/clock.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import {
  COMMIT_PAYLOAD_BYTES_FULL,
  COMMIT_TRANSACTIONS_MAX,
  WRITE_QUEUE_MAX,
  WRITE_TURN_MILLISECONDS,
} from '../base/limits.ts';
import type { Random } from '../base/random.ts';
import type { AuthorKey } from '../crypto/author-key.ts';
import { cidText } from '../crypto/identifier.ts';
import { clockMilliseconds, nextClock } from '../delta/clock.ts';
import { PayloadWriter } from '../delta/payload-writer.ts';
import type { CallerView } from '../engine/caller-view.ts';
import type { EngineView } from '../engine/view.ts';
import { TransactionDraft } from './draft.ts';
import { Pending } from './pending.ts';
import type { Replica } from './replica.ts';
import { signNext } from './sign-next.ts';
import type { Draft, WriteOptions, Written } from './space.ts';
import type { Turns, WorkSource } from './turns.ts';
import { WriteRights } from './write-rights.ts';

const TRANSIENT_CODES: ReadonlySet<ErrorCode> = new Set([
  ErrorCode.NOT_FOUND,
  ErrorCode.ALREADY_EXISTS,
  ErrorCode.LIMIT_EXCEEDED,
]);

const NOWHERE = { commit: undefined, position: undefined };

interface QueuedWrite {
  readonly options: WriteOptions;
  readonly build: (draft: Draft) => unknown;
  readonly resolve: (written: Written<unknown>) => void;
  readonly reject: (reason: unknown) => void;
}

/** A write whose transaction is in the commit that is being made. */
interface StagedWrite {
  readonly queued: QueuedWrite;
  readonly result: unknown;
  readonly transaction: string;
  /** In the commit. */
  readonly index: number;
  readonly hasDeltas: boolean;
}

/** The commit that transactions are built for. */
interface CommitInMaking {
  readonly payload: PayloadWriter;
  readonly clock: bigint;
  /** What those before it do. */
  readonly below: Pending;
}

type BuildOutcome =
  | { readonly kind: 'staged'; readonly write: StagedWrite }
  | { readonly kind: 'failed'; readonly reason: unknown };

export interface WriterParts {
  readonly turns: Turns;
  readonly replica: Replica;
  readonly permissions: PermissionChain;
  readonly view: EngineView;
  /** The graph as an actor sees it. */
  readonly seenBy: (actor: string) => CallerView;
  readonly key: AuthorKey;
  readonly clock: Clock;
  readonly random: Random;
  /** Whether what was written before is to be signed again first. */
  readonly isBehind: () => boolean;
}

export class Writer implements WorkSource {
  readonly #parts: WriterParts;
  #queue: QueuedWrite[] = [];

  constructor(parts: WriterParts) {
    this.#parts = parts;
    parts.turns.add(this);
  }

  get hasWork(): boolean {
    return this.#queue.length > 0 && !this.#parts.isBehind();
  }

  write<T>(options: WriteOptions, build: (draft: Draft) => T): Promise<Written<T>> {
    const { turns } = this.#parts;
    return new Promise((resolve, reject) => {
      if (turns.stopped !== undefined) {
        reject(turns.stopped);
        return;
      }
      if (this.#queue.length >= WRITE_QUEUE_MAX) {
        reject(queueFull());
        return;
      }
      const queued = { options, build, resolve, reject } as QueuedWrite;
      this.#queue.push(queued);
      turns.wake();
    });
  }

  reject(reason: DatabaseError): void {
    for (const queued of this.#queue.splice(0)) queued.reject(reason);
  }

  async close(reason: DatabaseError): Promise<void> {
    this.reject(reason);
  }

  /** Makes one commit of what waits, as far as it fits. */
  async turn(): Promise<void> {
    const { replica, clock: machine } = this.#parts;
    const payload = new PayloadWriter();
    // Transactions are judged as of the commit's own clock, so it is read before they are made.
    const clock = nextClock(replica.frontier.clock, machine.now());
    const staged = this.#stage(payload, clock);
    if (payload.transactionCount === 0) {
      settle(staged);
      return;
    }
    const commit = signNext(replica, { payload: payload.finish(), clock }, this.#parts.key);
    let position: number;
    try {
      position = await this.#parts.replica.write(commit);
    } catch (cause) {
      const reason = this.#parts.turns.failure(cause);
      for (const { queued } of staged) queued.reject(reason);
      return;
    }
    settle(staged, { commit: cidText(commit.hash), position });
  }

  /** Builds transactions until the queue is empty, the commit is full or others should run. */
  #stage(payload: PayloadWriter, commitClock: bigint): StagedWrite[] {
    const { clock } = this.#parts;
    const end = clock.now() + WRITE_TURN_MILLISECONDS;
    const staged: StagedWrite[] = [];
    const again: QueuedWrite[] = [];
    const pending = new Pending();
    let taken = 0;
    for (const queued of this.#queue) {
      if (payload.transactionCount >= COMMIT_TRANSACTIONS_MAX) break;
      if (payload.byteCount >= COMMIT_PAYLOAD_BYTES_FULL) break;
      if (taken > 0 && clock.now() >= end) break;
      taken += 1;
      const outcome = this.#build(queued, { payload, clock: commitClock, below: pending });
      if (outcome.kind === 'staged') staged.push(outcome.write);
      else if (isTransient(outcome.reason) && payload.transactionCount > 0) again.push(queued);
      else queued.reject(outcome.reason);
    }
    this.#queue = [...again, ...this.#queue.slice(taken)];
    return staged;
  }

  #build(queued: QueuedWrite, { payload, clock, below }: CommitInMaking): BuildOutcome {
    const { replica, view, key, random } = this.#parts;
    const { actor, transaction: id = random.bytes(16) } = queued.options;
    const index = payload.transactionCount;
    const pending = new Pending(below);
    try {
      const rights = this.#rightsOf(actor, clock);
      const draft = new TransactionDraft({
        definition: replica.chain.definition,
        view,
        seen: rights === undefined ? view : this.#parts.seenBy(actor),
        pending,
        space: replica.chain.space,
        author: key.publicKey,
        random,
        position: index,
        rights,
      });
      const result = queued.build(draft);
      draft.expectComplete();
      const hasDeltas = draft.deltas.length > 0;
      if (hasDeltas) {
        payload.add({ id, actor, deltas: draft.deltas });
        pending.merge();
      }
      const transaction = toHex(id);
      return { kind: 'staged', write: { queued, result, transaction, index, hasDeltas } };
    } catch (reason) {
      return { kind: 'failed', reason };
    }
  }

  #rightsOf(actor: string, clock: bigint): WriteRights | undefined {
    const { permissions, replica, key } = this.#parts;
    const { chain } = replica;
    return WriteRights.of({
      permissions,
      height: chain.length - 1,
      now: clockMilliseconds(clock),
      actor,
      organisation: chain.author(key.publicKey)?.organisation,
    });
  }
}

/** A write without deltas names no commit: nothing was written for it. */
function settle(
  staged: readonly StagedWrite[],
  place?: { readonly commit: string; readonly position: number },
): void {
  for (const { queued, result, transaction, index, hasDeltas } of staged) {
    const { commit, position } = (hasDeltas ? place : undefined) ?? NOWHERE;
    queued.resolve({ result, commit, transaction, position, index });
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
