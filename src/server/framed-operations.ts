/** The operations of one sync connection, as its frames ask for them (schema/sync.md, Q13). */

import { BODY_BYTES_PER_COST } from '../base/limits.ts';
import type { Operation, OperationResult } from '../replication/connection-operations.ts';
import type { BodyRoom, SyncedOperations } from '../replication/session.ts';
import type { Caller } from './callers.ts';
import { type OperationParts, refusalOf, runOperation } from './client-operations.ts';
import { MessageRate } from './message-rate.ts';
import { readParameters } from './parameters.ts';
import type { TrustedDocuments } from './trusted-documents.ts';

/** The same for all connections. */
export interface FramedOperationParts extends OperationParts {
  readonly trusted: TrustedDocuments;
  readonly room: BodyRoom;
}

export interface Client {
  readonly caller: Caller;
  /** It asks on, though it is refused. */
  readonly onFlood: () => void;
}

export class FramedOperations implements SyncedOperations {
  readonly #parts: FramedOperationParts;
  readonly #client: Client;
  readonly #rate = new MessageRate();

  constructor(parts: FramedOperationParts, client: Client) {
    this.#parts = parts;
    this.#client = client;
  }

  get room(): BodyRoom {
    return this.#parts.room;
  }

  get bodyBytesMax(): number {
    return this.#client.caller.limits.bodyBytes;
  }

  refusal(count: number): OperationResult | undefined {
    const limited = this.#rate.take(this.#client.caller);
    if (this.#rate.isFlood) this.#client.onFlood();
    return refusalOf(limited, count);
  }

  run(body: Uint8Array): Operation {
    const { trusted } = this.#parts;
    const { caller } = this.#client;
    caller.charge(body.length / BODY_BYTES_PER_COST, 'after');
    const read = () => readParameters(body, { what: 'the body of a SUBSCRIBE', trusted });
    return runOperation(this.#parts, caller, read);
  }
}
