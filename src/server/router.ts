/**
 * Gateways of Apollo Federation: one that shows the router's secret may read the schema where it is
 * told to nobody else, and may ask how long fields took.
 */

import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { sha256 } from '../crypto/hash.ts';

/** As Apollo's router sends it to its subgraphs. */
export const ROUTER_HEADER = 'router-authorization';
const TRACE_HEADER = 'apollo-federation-include-trace';
const TRACE_FORM = 'ftv1';

export class RouterSecret {
  readonly #digest: Uint8Array | undefined;

  /** Nobody is a router where there is none. */
  constructor(secret: string | undefined) {
    this.#digest = secret === undefined ? undefined : sha256(Buffer.from(secret));
  }

  /** Whether a request shows it; how long that takes tells nothing of it. */
  isShownBy({ headers }: IncomingMessage): boolean {
    const shown = headers[ROUTER_HEADER];
    if (this.#digest === undefined || typeof shown !== 'string') return false;
    return timingSafeEqual(this.#digest, sha256(Buffer.from(shown)));
  }
}

export function asksForTrace({ headers }: IncomingMessage): boolean {
  return headers[TRACE_HEADER] === TRACE_FORM;
}
