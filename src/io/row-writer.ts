/**
 * Writes rows into a space: so many rows to a transaction, so many transactions ahead of those
 * that are durable. A transaction that is not admitted is halved until the row at fault is found,
 * which is reported; the rest is written.
 */

import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { IMPORT_ROWS_PER_TRANSACTION, IMPORT_TRANSACTIONS_IN_FLIGHT_MAX } from '../base/limits.ts';
import type { Draft, Space } from '../space/space.ts';

export interface WritableRow {
  /** Adds the row to the draft; false where all of it was there already. */
  readonly apply: (draft: Draft) => boolean;
  /** Called when the row alone is not admitted. */
  readonly refuse: (message: string) => void;
}

/** Failures that one row can cause; any other ends the import. */
const ROW_FAULTS: ReadonlySet<ErrorCode> = new Set([
  ErrorCode.INVALID_INPUT,
  ErrorCode.NOT_FOUND,
  ErrorCode.ALREADY_EXISTS,
  ErrorCode.LIMIT_EXCEEDED,
]);

export class RowWriter {
  /** Rows that changed something. */
  written = 0;
  /** Rows that were there already. */
  unchanged = 0;
  readonly #space: Space;
  readonly #actor: string;
  #rows: WritableRow[] = [];
  readonly #inFlight: Promise<void>[] = [];
  #failure: { readonly error: unknown } | undefined;

  constructor(space: Space, actor: string) {
    this.#space = space;
    this.#actor = actor;
  }

  /** Waits where the pipeline is full. */
  async add(row: WritableRow): Promise<void> {
    this.#rows.push(row);
    if (this.#rows.length < IMPORT_ROWS_PER_TRANSACTION) return;
    this.#send();
    if (this.#inFlight.length >= IMPORT_TRANSACTIONS_IN_FLIGHT_MAX) await this.#settleFirst();
  }

  /** Waits until all rows are durable. More can be added after. */
  async finish(): Promise<void> {
    if (this.#rows.length > 0) this.#send();
    while (this.#inFlight.length > 0) await this.#settleFirst();
  }

  #send(): void {
    const rows = this.#rows;
    this.#rows = [];
    // Kept here, as nobody may be waiting for this transaction when it fails.
    const sent = this.#write(rows).catch((error: unknown) => {
      this.#failure ??= { error };
    });
    this.#inFlight.push(sent);
  }

  async #settleFirst(): Promise<void> {
    await this.#inFlight.shift();
    if (this.#failure === undefined) return;
    await Promise.all(this.#inFlight.splice(0));
    throw this.#failure.error;
  }

  async #write(rows: readonly WritableRow[]): Promise<void> {
    try {
      const { result } = await this.#space.write({ actor: this.#actor }, (draft) =>
        rows.reduce((count, row) => (row.apply(draft) ? count + 1 : count), 0),
      );
      this.written += result;
      this.unchanged += rows.length - result;
    } catch (error) {
      if (!(error instanceof DatabaseError) || !ROW_FAULTS.has(error.code)) throw error;
      const [first] = rows;
      if (rows.length === 1) {
        first?.refuse(error.message);
        return;
      }
      const half = rows.length >> 1;
      await this.#write(rows.slice(0, half));
      await this.#write(rows.slice(half));
    }
  }
}
