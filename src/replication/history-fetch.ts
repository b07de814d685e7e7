/**
 * Fetches the commits that a replica's base stands for, from one of the others at a time, and a few
 * of them: their bytes are asked for by their hashes, so that any replica that has them can give
 * them, and it goes on where it was after any end.
 */

import {
  PAST_ANSWER_MILLISECONDS_MAX,
  PAST_ASKED_MAX,
  PAST_BYTES_MAX,
  PEER_RETRY_MILLISECONDS_MAX,
} from '../base/connection-limits.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { PastCommits } from '../space/base/past-commits.ts';
import { encodeGetCommits } from './base-frame.ts';
import { failure } from './peer-rules.ts';

export interface HistoryFetchParts {
  readonly past: PastCommits;
  readonly send: (frame: Uint8Array) => unknown;
  /** There is more to ask for. */
  readonly onTaken: () => void;
  /** What came is not what was asked for, cannot be kept, or does not come: the connection ends. */
  readonly onBreach: (error: DatabaseError) => void;
}

/** Of an ask that is under way. */
interface Asked {
  readonly count: number;
  readonly envelopes: Uint8Array[];
  bytes: number;
  /** When the next answer is there at the latest. */
  until: number;
}

export class HistoryFetch {
  readonly #parts: HistoryFetchParts;
  #request = 0;
  #asked: Asked | undefined;
  #isTaking = false;
  /** Where the other side lacks what comes next: when to ask it again. */
  #retryAt = 0;
  #isOver = false;

  constructor(parts: HistoryFetchParts) {
    this.#parts = parts;
  }

  /** When to call `pump` at the latest; undefined: when something happens. */
  get wakeAt(): number | undefined {
    if (this.#isOver) return undefined;
    return this.#asked?.until ?? (this.#retryAt === 0 ? undefined : this.#retryAt);
  }

  /** Asks for what comes next, where nothing is under way here or with another replica. */
  pump(now: number): void {
    const { past, send, onBreach } = this.#parts;
    if (this.#isOver || this.#isTaking) return;
    if (this.#asked !== undefined) {
      // Others are to be asked in its place.
      if (now >= this.#asked.until) onBreach(unanswered());
      return;
    }
    if (now < this.#retryAt) return;
    this.#retryAt = 0;
    if (past.isWhole || !past.claim(this)) return;
    const hashes = past.wanted(PAST_ASKED_MAX);
    // Records alone are left, which are here.
    if (hashes.length === 0) return this.#begin([]);
    this.#request += 1;
    const until = now + PAST_ANSWER_MILLISECONDS_MAX;
    this.#asked = { count: hashes.length, envelopes: [], bytes: 0, until };
    send(encodeGetCommits(this.#request, hashes));
  }

  /** An answer; empty where no further one of this ask comes. */
  came(request: number, envelope: Uint8Array, now: number): void {
    const asked = this.#asked;
    if (this.#isOver) return;
    if (asked === undefined || request !== this.#request) {
      throw failure(ErrorCode.MALFORMED, 'a PAST that was asked for', 'another');
    }
    const isEnd = envelope.length === 0;
    if (!isEnd && asked.bytes >= PAST_BYTES_MAX) {
      const expected = `an empty PAST after ${PAST_BYTES_MAX} bytes`;
      throw failure(ErrorCode.LIMIT_EXCEEDED, expected, 'another commit');
    }
    if (!isEnd) asked.envelopes.push(envelope);
    asked.bytes += envelope.length;
    asked.until = now + PAST_ANSWER_MILLISECONDS_MAX;
    if (!isEnd && asked.envelopes.length < asked.count) return;
    this.#asked = undefined;
    if (asked.envelopes.length > 0) return this.#begin(asked.envelopes);
    // It may be fetching them itself.
    this.#retryAt = now + PEER_RETRY_MILLISECONDS_MAX;
    this.#parts.past.release(this);
  }

  /** Others may fetch from now on. */
  end(): void {
    this.#isOver = true;
    this.#asked = undefined;
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
      // A disk that takes none now may take them on the next connection.
      if (!this.#isOver) onBreach(error);
    }
  }
}

function unanswered(): DatabaseError {
  const within = `an answer within ${PAST_ANSWER_MILLISECONDS_MAX} ms`;
  return failure(ErrorCode.UNAVAILABLE, within, 'none');
}
