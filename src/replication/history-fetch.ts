/**
 * Fetches the commits that a replica's base stands for, from one of the others at a time, and a few
 * of them: their bytes are asked for by their hashes, so that any replica that has them can give
 * them, and it goes on where it was after any end.
 */

import { PAST_ASKED_MAX, PEER_RETRY_MILLISECONDS_MAX } from '../base/connection-limits.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { PastCommits } from '../space/base/past-commits.ts';
import { encodeGetCommits } from './base-frame.ts';
import { failure, isBreach } from './peer-rules.ts';

export interface HistoryFetchParts {
  readonly past: PastCommits;
  readonly send: (frame: Uint8Array) => unknown;
  /** There is more to ask for. */
  readonly onTaken: () => void;
  /** What came is not what was asked for. */
  readonly onBreach: (error: DatabaseError) => void;
}

export class HistoryFetch {
  readonly #parts: HistoryFetchParts;
  #request = 0;
  /** Of the ask that is under way: how many were asked for, and what has come. */
  #asked: { readonly count: number; readonly envelopes: Uint8Array[] } | undefined;
  #isTaking = false;
  /** Where the other side lacks what comes next: when to ask it again. */
  #retryAt = 0;
  #isOver = false;

  constructor(parts: HistoryFetchParts) {
    this.#parts = parts;
  }

  /** When to call `pump` at the latest; undefined: when something happens. */
  get wakeAt(): number | undefined {
    return this.#isOver || this.#retryAt === 0 ? undefined : this.#retryAt;
  }

  /** Asks for what comes next, where nothing is under way here or with another replica. */
  pump(now: number): void {
    const { past, send } = this.#parts;
    if (this.#isOver || this.#isTaking || this.#asked !== undefined) return;
    if (now < this.#retryAt) return;
    this.#retryAt = 0;
    if (past.isWhole || !past.claim(this)) return;
    const hashes = past.wanted(PAST_ASKED_MAX);
    // Records alone are left, which are here.
    if (hashes.length === 0) return this.#begin([]);
    this.#request += 1;
    this.#asked = { count: hashes.length, envelopes: [] };
    send(encodeGetCommits(this.#request, hashes));
  }

  /** An answer; empty where no further one of this ask comes. */
  came(request: number, envelope: Uint8Array, now: number): void {
    const asked = this.#asked;
    if (asked === undefined || request !== this.#request) {
      throw failure(ErrorCode.MALFORMED, 'a PAST that was asked for', 'another');
    }
    if (envelope.length > 0) asked.envelopes.push(envelope);
    if (envelope.length > 0 && asked.envelopes.length < asked.count) return;
    this.#asked = undefined;
    if (asked.envelopes.length === 0) {
      // It may be fetching them itself.
      this.#retryAt = now + PEER_RETRY_MILLISECONDS_MAX;
      return this.#parts.past.release(this);
    }
    this.#begin(asked.envelopes);
  }

  /** Others may fetch from now on. */
  end(): void {
    this.#isOver = true;
    this.#parts.past.release(this);
  }

  #begin(envelopes: readonly Uint8Array[]): void {
    this.#isTaking = true;
    void this.#take(envelopes);
  }

  async #take(envelopes: readonly Uint8Array[]): Promise<void> {
    const { past, onTaken, onBreach } = this.#parts;
    try {
      await past.take(envelopes);
      this.#isTaking = false;
      onTaken();
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      this.end();
      // A disk that takes none now takes them on the next connection.
      if (isBreach(error)) onBreach(error);
    }
  }
}
