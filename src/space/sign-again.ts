/**
 * A replica that comes back after a seal which has left its commits out signs what it did in them
 * again, under the seal and with the same transaction ids (schema/authority.md, A25). What names a
 * write of another replica's commit that was left out as well, or writes to a node that one of them
 * has created, waits until the other has signed that again.
 */

import type { AuthorityRecord } from '../authority/record.ts';
import { toHex } from '../base/bytes.ts';
import type { Clock } from '../base/clock.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { COMMIT_PAYLOAD_BYTES_FULL, COMMIT_TRANSACTIONS_MAX } from '../base/limits.ts';
import type { AuthorKey } from '../crypto/author-key.ts';
import { nextClock } from '../delta/clock.ts';
import type { VerifiedCommit } from '../delta/commit.ts';
import { type NamedWrite, renameWrites } from '../delta/named-writes.ts';
import { PayloadWriter } from '../delta/payload-writer.ts';
import { readTransaction } from '../delta/transaction-reader.ts';
import type { Log } from '../log/log.ts';
import type { GivenUp } from './given-up.ts';
import {
  GivenUpTransactions,
  payloadOf,
  type UnsignedTransaction,
} from './given-up-transactions.ts';
import type { Replica, Verdicts } from './replica.ts';
import { signNext } from './sign-next.ts';
import type { Turns, WorkSource } from './turns.ts';

export interface SignAgainParts {
  readonly replica: Replica;
  readonly turns: Turns;
  readonly log: Pick<Log, 'length' | 'read' | 'entries'>;
  readonly givenUp: GivenUp;
  readonly key: AuthorKey;
  readonly clock: Clock;
}

interface Staged {
  readonly payload: Uint8Array;
  readonly transactions: readonly UnsignedTransaction[];
}

export class SignAgain implements WorkSource {
  readonly #parts: SignAgainParts;
  readonly #given: GivenUpTransactions;
  /** Still to be looked at, in order. */
  #queue: UnsignedTransaction[] = [];
  /** Looked at, and not signed: until something new is here. */
  #waiting: UnsignedTransaction[] = [];
  /** Each in a commit of its own: one of several was refused. */
  #isAlone = false;

  constructor(parts: SignAgainParts) {
    this.#parts = parts;
    this.#given = new GivenUpTransactions(parts);
    parts.turns.add(this);
  }

  get hasWork(): boolean {
    return this.#queue.length > 0;
  }

  recordAccepted({ body }: AuthorityRecord): void {
    if (body.kind === 'seal') this.begin();
    else this.changed();
  }

  /** After a start, and after a seal that may have left commits out. */
  begin(): void {
    const found = this.#given.read();
    this.#queue = [...this.#waiting, ...this.#queue, ...found];
    this.#waiting = [];
    this.#settle();
    if (this.hasWork) this.#parts.turns.wake();
  }

  /** Commits or a record have come: what waits may wait for them. */
  changed(): void {
    if (this.#waiting.length === 0 || this.hasWork) return;
    this.#queue = this.#waiting;
    this.#waiting = [];
    this.#parts.turns.wake();
  }

  async turn(): Promise<void> {
    const { replica, key, clock: machine, turns } = this.#parts;
    this.#given.look();
    const staged = this.#stage();
    if (staged.transactions.length > 0) {
      const clock = nextClock(replica.frontier.clock, machine.now());
      const commit = signNext(replica, { payload: staged.payload, clock }, key);
      const verdicts: Verdicts = new Map();
      try {
        await replica.receive([commit], verdicts);
        this.#take(staged.transactions, commit, verdicts.get(commit)?.kind === 'applied');
      } catch (cause) {
        turns.failure(cause);
        // A log that lacks room may have some later; after another failure nothing is written.
        if (turns.stopped === undefined) this.#waiting.push(...staged.transactions);
      }
    }
    if (this.#queue.length === 0) this.#isAlone = false;
    this.#settle();
  }

  reject(): void {
    this.#queue = [];
    this.#waiting = [];
  }

  async close(): Promise<void> {
    this.reject();
  }

  /** Takes off the queue what one commit holds. */
  #stage(): Staged {
    const writer = new PayloadWriter();
    const staged: UnsignedTransaction[] = [];
    const most = this.#isAlone ? 1 : COMMIT_TRANSACTIONS_MAX;
    let taken = 0;
    for (const unsigned of this.#queue) {
      if (staged.length >= most || writer.byteCount >= COMMIT_PAYLOAD_BYTES_FULL) break;
      const transaction = this.#renamed(unsigned, staged);
      if (transaction !== undefined && !added(writer, transaction)) break;
      taken += 1;
      if (transaction === undefined) this.#waiting.push(unsigned);
      else staged.push(unsigned);
    }
    this.#queue = this.#queue.slice(taken);
    return { payload: writer.finish(), transactions: staged };
  }

  /** With the names of now; undefined where it names one that nobody has signed again yet. */
  #renamed({ position, index }: UnsignedTransaction, staged: readonly UnsignedTransaction[]) {
    const { replica, key } = this.#parts;
    const commit = this.#given.commitAt(position);
    const { dictionary, transactions } = payloadOf(commit);
    const transaction = readTransaction({
      dictionary,
      transaction: transactions[index] as Uint8Array,
      index,
      space: replica.chain.space,
      author: key.publicKey,
    });
    const own = new Map(staged.map(({ id }, at) => [id, at]));
    own.set(toHex(transaction.id), staged.length);
    return renameWrites(transaction, (named): NamedWrite | undefined => {
      if (named.kind === 'commit' && replica.knows(named.hash)) return named;
      const id = this.#given.idOf(named.kind === 'own' ? commit.hash : named.hash, named.position);
      const here = id === undefined ? undefined : own.get(id);
      if (here !== undefined) return { kind: 'own', position: here };
      return id === undefined ? undefined : this.#given.placeOf(id);
    });
  }

  #take(
    transactions: readonly UnsignedTransaction[],
    commit: VerifiedCommit,
    isApplied: boolean,
  ): void {
    if (isApplied) {
      for (const [position, { id }] of transactions.entries()) {
        this.#given.signed(id, { kind: 'commit', hash: commit.hash, position });
      }
    } else if (transactions.length === 1) this.#waiting.push(...transactions);
    else {
      this.#queue = [...transactions, ...this.#queue];
      this.#isAlone = true;
    }
  }

  /** Once all is signed, nothing of it is kept. */
  #settle(): void {
    if (this.#queue.length + this.#waiting.length > 0) return;
    this.#given.clear();
  }
}

/** Whether there was room for a transaction. */
function added(writer: PayloadWriter, transaction: Parameters<PayloadWriter['add']>[0]): boolean {
  try {
    writer.add(transaction);
    return true;
  } catch (error) {
    const isFull = error instanceof DatabaseError && error.code === ErrorCode.LIMIT_EXCEEDED;
    if (isFull && writer.transactionCount > 0) return false;
    throw error;
  }
}
