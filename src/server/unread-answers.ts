/**
 * Answers that clients have not taken yet stand in memory. Small ones are bounded by the number of
 * connections; large ones are counted here, and while they are too many nobody is answered more.
 */

import type { ServerResponse } from 'node:http';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { SERVER_UNREAD_BYTES_MAX } from '../base/limits.ts';

const LARGE_BYTES = 65_536;

export class UnreadAnswers {
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  /** Throws UNAVAILABLE while too much waits to be taken. */
  expectRoom(): void {
    if (this.#bytes <= SERVER_UNREAD_BYTES_MAX) return;
    throw new DatabaseError(
      ErrorCode.UNAVAILABLE,
      `a server expected at most ${SERVER_UNREAD_BYTES_MAX} bytes of answers unread, got more`,
      { facts: { limit: 'SERVER_UNREAD_BYTES_MAX', max: SERVER_UNREAD_BYTES_MAX } },
    );
  }

  /** To be told when a response was written, as far as the server is concerned. */
  note(response: ServerResponse): void {
    const bytes = response.writableLength;
    if (bytes < LARGE_BYTES || response.closed) return;
    this.#bytes += bytes;
    response.once('close', () => {
      this.#bytes -= bytes;
    });
  }
}
