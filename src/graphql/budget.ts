/**
 * What one operation has looked at and answers with. The cost that is counted beforehand knows the
 * caller's limits but not the graph; this stops what turns out to be too much while it runs.
 */

import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { GRAPHQL_ANSWER_ITEMS_MAX, GRAPHQL_ROWS_MAX } from '../base/limits.ts';
import { limitExceeded } from './errors.ts';

/** What putting a related node in order takes, beside looking at a node. */
const ROWS_PER_FOLLOWED_EDGE = 8;
/** Conditions on values, tested, that count as one node or edge looked at. */
const TESTS_PER_ROW = 4;
/** Bytes of the log that count as one node or edge: decoded for a lineage, hashed for a proof. */
const LINEAGE_BYTES_PER_ROW = 256;
const PROOF_BYTES_PER_ROW = 16;

export class Budget {
  #spent = 0;
  #tests = 0;
  #answered = 0;
  #isUsedUp = false;

  /** Then the whole operation has failed, and what of it still runs need do no more work. */
  get isUsedUp(): boolean {
    return this.#isUsedUp;
  }

  /** For the next change of a subscription, which runs its selections once per change. */
  restart(): void {
    this.#spent = 0;
    this.#tests = 0;
    this.#answered = 0;
    this.#isUsedUp = false;
  }

  /** Nodes and edges are looked at. */
  spend(rows: number): void {
    this.#spent += rows;
    if (this.#spent <= GRAPHQL_ROWS_MAX && !this.#isUsedUp) return;
    this.#isUsedUp = true;
    throw this.#answered > GRAPHQL_ANSWER_ITEMS_MAX ? this.#tooManyItems() : this.#tooManyRows();
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
    if (this.#answered <= GRAPHQL_ANSWER_ITEMS_MAX) return items;
    this.#isUsedUp = true;
    throw this.#tooManyItems();
  }

  #tooManyRows(): DatabaseError {
    // Not how many: bytes of the log count, which hold what is hidden.
    const what = 'the nodes and edges that one operation looks at';
    return new DatabaseError(
      ErrorCode.LIMIT_EXCEEDED,
      `${what} expected at most ${GRAPHQL_ROWS_MAX}, got more`,
      { facts: { limit: 'GRAPHQL_ROWS_MAX', max: GRAPHQL_ROWS_MAX } },
    );
  }

  #tooManyItems(): DatabaseError {
    return limitExceeded({
      limit: 'GRAPHQL_ANSWER_ITEMS_MAX',
      what: 'the items of all lists in one answer',
      max: GRAPHQL_ANSWER_ITEMS_MAX,
      actual: this.#answered,
    });
  }
}
