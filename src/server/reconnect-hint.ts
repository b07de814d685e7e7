/**
 * When the clients of a server that closes may come back: told to each, so many a second, since all
 * at once would be a flood for the one that takes them.
 */

import { RECONNECT_MILLISECONDS, RECONNECTIONS_PER_SECOND } from '../base/connection-limits.ts';

const MILLISECONDS_PER_SECOND = 1_000;

/** The reason in the close frame of the client at `index` among those that are asked to go. */
export function reconnectHint(index: number): string {
  const spread = Math.floor((index * MILLISECONDS_PER_SECOND) / RECONNECTIONS_PER_SECOND);
  return `retry: ${RECONNECT_MILLISECONDS + spread}`;
}
