/** Streams of events (SSE) that are open: their clients are told when to come back. */

import type { ServerResponse } from 'node:http';
import { reconnectHint } from './reconnect-hint.ts';

export class EventStreams {
  readonly #open = new Set<ServerResponse>();

  /** To be told when one begins. */
  add(response: ServerResponse): void {
    this.#open.add(response);
    response.once('close', () => this.#open.delete(response));
  }

  /**
   * Before the server ends them. The field is a line by itself, and what Yoga writes are whole
   * lines: it may stand between any two of them.
   */
  tellWhenToComeBack(): void {
    for (const [index, response] of [...this.#open].entries()) {
      if (response.headersSent && response.writable) response.write(`${reconnectHint(index)}\n`);
    }
  }
}
