/**
 * A body that nobody wanted is read on after the answer, to be dropped: else the client, which is
 * still sending, would not get to read it. That takes time from others, and memory that is to be
 * collected, so it is done slowly, one piece of one body at a time whoever sends them, and a client
 * that sends on and on is cut off.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  DROPPED_BODY_BYTES_MAX,
  DROPPED_BODY_PAUSE_MILLISECONDS,
  UNHURRIED_BODY_BYTES,
} from '../base/limits.ts';

export function dropRestSlowly(request: IncomingMessage, response: ServerResponse): void {
  if (!mayBeLong(request)) return;
  // Before Node hears of it, which would read all of the rest at once.
  response.prependOnceListener('finish', () => {
    if (!request.complete) drop(request);
  });
}

function mayBeLong({ headers }: IncomingMessage): boolean {
  const length = headers['content-length'];
  if (length !== undefined) return Number(length) > UNHURRIED_BODY_BYTES;
  return headers['transfer-encoding'] !== undefined;
}

function drop(request: IncomingMessage): void {
  let dropped = 0;
  request.on('data', (chunk: Uint8Array) => {
    dropped += chunk.length;
    if (dropped > DROPPED_BODY_BYTES_MAX) {
      request.socket.destroy();
      return;
    }
    request.pause();
    setTimeout(() => request.resume(), untilTurn());
  });
  // So that Node takes it for read.
  request.read(0);
}

/** When the next piece of any body is read. */
let turn = 0;

/** Milliseconds until the next turn that nobody has. */
function untilTurn(): number {
  const now = performance.now();
  turn = Math.max(turn, now) + DROPPED_BODY_PAUSE_MILLISECONDS;
  return turn - now;
}
