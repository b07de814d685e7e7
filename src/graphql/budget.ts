/**
 * What one operation has looked at and answers with. The cost that is counted beforehand knows the
 * caller's limits but not the graph; this stops what turns out to be too much while it runs.
 */

import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { GRAPHQL_ANSWER_BYTES_MAX } from '../base/limits.ts';
import { limitExceeded } from './errors.ts';
import { OPERATION_LIMITS, type OperationLimits } from './operation-limits.ts';

/** What putting a related node in order takes, beside looking at a node. */
const ROWS_PER_FOLLOWED_EDGE = 8;
/** Conditions on values, tested, that count as one node or edge looked at. */
const TESTS_PER_ROW = 4;
/** Bytes of the log that count as one node or edge: decoded for a lineage, hashed for a proof. */
const LINEAGE_BYTES_PER_ROW = 256;
const PROOF_BYTES_PER_ROW = 16;

/** Rows after which the time is looked at. */
const ROWS_PER_LOOK = 256;

export type BudgetLimits = Pick<OperationLimits, 'rows' | 'items'>;

interface Looked {
  /** Throws where the time is over, or nobody waits for the answer. */
  check(): void;
}

export class Budget {
  readonly #limits: BudgetLimits;
  readonly #deadline: Looked | undefined;
  #planned = 0;
  #spent = 0;
  #tests = 0;
  #answered = 0;
  #bytes = 0;
  #rowsSinceLook = 0;
  #isUsedUp = false;

  constructor(limits: BudgetLimits = OPERATION_LIMITS, deadline?: Looked) {
    this.#limits = limits;
    this.#deadline = deadline;
  }

  /** Rows that were looked at so far, by plans and by resolvers. */
  get spent(): number {
    return this.#planned + this.#spent;
  }

  /** Rows that resolvers may still look at. */
  get rowsLeft(): number {
    return this.#limits.rows - this.#spent;
  }

  /** Then the whole operation has failed, and what of it still runs need do no more work. */
  get isUsedUp(): boolean {
    return this.#isUsedUp;
  }

  /** For the next change of a subscription, which runs its selections once per change. */
  restart(): void {
    this.#planned = 0;
    this.#spent = 0;
    this.#tests = 0;
    this.#answered = 0;
    this.#bytes = 0;
    this.#isUsedUp = false;
  }

  /** Nodes and edges are looked at. */
  spend(rows: number): void {
    this.#spent += rows;
    this.#lookEvery(rows);
    if (this.#spent > this.#limits.rows || this.#isUsedUp) throw this.end();
  }

  /** More nodes and edges would have to be looked at: the error of the operation. */
  end(): DatabaseError {
    this.#isUsedUp = true;
    return this.#answered > this.#limits.items ? this.#tooManyItems() : this.#tooManyRows();
  }

  /** A plan has looked at them, within its own limit. */
  note(rows: number): void {
    this.#planned += rows;
  }

  /** Edges are followed to nodes that are put in order. */
  follow(edges: number): void {
    this.spend((edges + 1) * ROWS_PER_FOLLOWED_EDGE);
  }

  /** A condition is tested on a value: an operation may bring very many. */
  test(): void {
    this.#tests += 1;
    if (this.#tests < TESTS_PER_ROW) return;
    this.#tests = 0;
    this.spend(1);
  }

  /** Bytes of the log are decoded. */
  readLineage(bytes: number): void {
    this.spend(Math.ceil(bytes / LINEAGE_BYTES_PER_ROW));
  }

  /** Bytes of the log are hashed, and go into the answer at worst. */
  readProof(bytes: number): void {
    this.spend(Math.ceil(bytes / PROOF_BYTES_PER_ROW));
  }

  /** A list goes into the answer, each item of which takes far more than looking at it. */
  answer<Items extends readonly unknown[]>(items: Items): Items {
    this.#answered += items.length;
    if (this.#answered <= this.#limits.items) return items;
    this.#isUsedUp = true;
    throw this.#tooManyItems();
  }

  /** A value goes into the answer. */
  show<Value>(value: Value): Value {
    this.#lookEvery(1);
    if (!(typeof value === 'string' || value instanceof Uint8Array)) return value;
    this.#bytes += value.length;
    if (this.#bytes <= GRAPHQL_ANSWER_BYTES_MAX) return value;
    this.#isUsedUp = true;
    throw tooManyBytes();
  }

  #lookEvery(rows: number): void {
    this.#rowsSinceLook += rows;
    if (this.#rowsSinceLook < ROWS_PER_LOOK) return;
    this.#rowsSinceLook = 0;
    try {
      this.#deadline?.check();
    } catch (error) {
      this.#isUsedUp = true;
      throw error;
    }
  }

  #tooManyRows(): DatabaseError {
    // Not how many: bytes of the log count, which hold what is hidden.
    const what = 'the nodes and edges that one operation looks at';
    return moreThan({ limit: 'GRAPHQL_ROWS_MAX', what, max: this.#limits.rows });
  }

  #tooManyItems(): DatabaseError {
    return limitExceeded({
      limit: 'GRAPHQL_ANSWER_ITEMS_MAX',
      what: 'the items of all lists in one answer',
      max: this.#limits.items,
      actual: this.#answered,
    });
  }
}

export function tooManyBytes(): DatabaseError {
  const what = 'the bytes of one answer';
  return moreThan({ limit: 'GRAPHQL_ANSWER_BYTES_MAX', what, max: GRAPHQL_ANSWER_BYTES_MAX });
}

/** Where it is not told, or not known, how many. */
export function moreThan(options: {
  readonly limit: string;
  readonly what: string;
  readonly max: number;
}): DatabaseError {
  const { limit, what, max } = options;
  const message = `${what} expected at most ${max}, got more`;
  return new DatabaseError(ErrorCode.LIMIT_EXCEEDED, message, { facts: { limit, max } });
}
