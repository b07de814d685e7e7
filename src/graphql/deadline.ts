/**
 * How long an operation runs, and whether anybody waits for it still. Everything runs in one
 * thread: what takes long rests between its parts, so that others get their turn, and what cannot
 * rest (a plan, the making of a transaction) is bounded by itself. Time counts while the operation
 * holds the thread: neither its rests nor the way of its writes to the disk.
 */

import { sameBytes } from '../base/bytes.ts';
import type { Clock } from '../base/clock.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { GRAPHQL_HELD_MILLISECONDS_MAX, GRAPHQL_TURN_MILLISECONDS } from '../base/limits.ts';
import { limitExceeded } from './errors.ts';
import { nextTurn } from './next-turn.ts';

export interface DeadlineOptions {
  readonly clock: Clock;
  readonly milliseconds: number;
  /** Whether the client has gone, or has taken the operation back. */
  readonly isGone: () => boolean;
  /** Has the newest record of the authority chain: a new one may move rows, and change rights. */
  readonly space: { readonly authority: Uint8Array };
}

/** Items of a list that are completed together. */
const ITEMS_TOGETHER = 256;

export class Deadline {
  readonly #options: DeadlineOptions;
  /** What earlier turns took, and when this one began. */
  #spent = 0;
  #since: number;
  #failure: DatabaseError | undefined;
  /** Of all parts of the operation. */
  #resting: Promise<void> | undefined;
  /** The last items of lists that come in turns. */
  #last: Promise<void> | undefined;

  constructor(options: DeadlineOptions) {
    this.#options = options;
    this.#since = options.clock.now();
  }

  /** A turn begins: after waiting for something else than this operation's own work. */
  resume(): void {
    this.#since = this.#options.clock.now();
  }

  /** For the next change of a subscription. */
  restart(): void {
    this.#spent = 0;
    this.#failure = undefined;
    this.#resting = undefined;
    this.#last = undefined;
    this.resume();
  }

  /** Why the whole operation has failed, where it has by this. */
  get failure(): DatabaseError | undefined {
    return this.#failure;
  }

  /** Throws where the operation is not to go on. */
  check(): void {
    this.#failure ??= this.#whyNot();
    if (this.#failure !== undefined) throw this.#failure;
  }

  #whyNot(): DatabaseError | undefined {
    const { milliseconds, isGone } = this.#options;
    const held = this.#held();
    const ran = this.#spent + held;
    if (held > GRAPHQL_HELD_MILLISECONDS_MAX) {
      return tooLong('GRAPHQL_HELD_MILLISECONDS_MAX', GRAPHQL_HELD_MILLISECONDS_MAX, held);
    }
    if (ran > milliseconds) return tooLong('GRAPHQL_OPERATION_MILLISECONDS_MAX', milliseconds, ran);
    return isGone() ? gone() : undefined;
  }

  /**
   * Whether the operation has held the thread for its turn. What rests together wakes together, so
   * it is asked again after each rest: `while (deadline.isTurnOver) await deadline.rest()`.
   */
  get isTurnOver(): boolean {
    return this.#held() >= GRAPHQL_TURN_MILLISECONDS;
  }

  /** Lets others run. */
  rest(): Promise<void> {
    this.#resting ??= this.#rest();
    return this.#resting;
  }

  /**
   * A list whose items come in turns, where it is long: those behind the first as promises, which
   * the executor waits for.
   */
  inTurns<Item>(items: readonly Item[]): readonly (Item | Promise<Item>)[] {
    if (items.length <= ITEMS_TOGETHER) return items;
    return items.map((item, index) => {
      if (index < ITEMS_TOGETHER) return item;
      // One after the other, of all lists: what follows from some comes before the next are let go.
      this.#last ??= Promise.resolve();
      if (index % ITEMS_TOGETHER === 0) this.#last = this.#last.then(() => this.rest());
      return this.#last.then(() => item);
    });
  }

  #held(): number {
    return this.#options.clock.now() - this.#since;
  }

  async #rest(): Promise<void> {
    const { space } = this.#options;
    this.check();
    this.#spent += this.#held();
    const before = space.authority;
    await nextTurn();
    this.#resting = undefined;
    this.resume();
    if (!sameBytes(before, space.authority)) this.#failure ??= changed();
    this.check();
  }
}

function tooLong(limit: string, max: number, actual: number): DatabaseError {
  const what = 'the milliseconds that one operation runs';
  return limitExceeded({ limit, what, max, actual });
}

/** Nobody reads it. */
function gone(): DatabaseError {
  const message = 'an operation expected a client that waits for its answer, got none';
  return new DatabaseError(ErrorCode.UNAVAILABLE, message);
}

function changed(): DatabaseError {
  return new DatabaseError(
    ErrorCode.CONFLICT,
    'an operation expected the authority of the space to stay while it runs, got a new record',
  );
}
