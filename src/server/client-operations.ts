/** The operations of one sync connection (schema/sync.md, Q13), run as those of graphql-ws are. */

import { type ExecutionResult, getOperationAST, OperationTypeNode } from 'graphql';
import { utf8 } from '../base/bytes.ts';
import { BODY_BYTES_PER_COST } from '../base/limits.ts';
import { type InternalErrorListener, refusal, UNEXPECTED_ANSWER } from '../graphql/errors.ts';
import type { BodyRoom, Operation, OperationSource } from '../replication/operations.ts';
import type { Caller } from './callers.ts';
import type { GraphqlEndpoint } from './graphql-endpoint.ts';
import { MessageRate } from './message-rate.ts';
import { readParameters } from './parameters.ts';
import {
  type Asking,
  type PreparedOperation,
  prepareOperation,
  shownError,
  tooManyUnderWay,
} from './prepare-operation.ts';
import type { TrustedDocuments } from './trusted-documents.ts';

/** The same for all connections. */
export interface ClientOperationParts {
  readonly endpoint: GraphqlEndpoint;
  readonly trusted: TrustedDocuments;
  readonly room: BodyRoom;
  readonly onInternalError: InternalErrorListener;
}

export interface Client {
  readonly caller: Caller;
  /** It asks on, though it is refused. */
  readonly onFlood: () => void;
}

export class ClientOperations implements OperationSource {
  readonly #parts: ClientOperationParts;
  readonly #client: Client;
  readonly #rate = new MessageRate();

  constructor(parts: ClientOperationParts, client: Client) {
    this.#parts = parts;
    this.#client = client;
  }

  get room(): BodyRoom {
    return this.#parts.room;
  }

  get bodyBytesMax(): number {
    return this.#client.caller.limits.bodyBytes;
  }

  refusal(count: number): Uint8Array | undefined {
    const error = this.#rate.take(this.#client.caller) ?? tooManyUnderWay(count);
    if (this.#rate.isFlood) this.#client.onFlood();
    return error && resultBytes({ errors: [refusal(error)] });
  }

  run(body: Uint8Array): Operation {
    const { endpoint, trusted, onInternalError } = this.#parts;
    const { caller } = this.#client;
    caller.charge(body.length / BODY_BYTES_PER_COST, 'after');
    const read = () => readParameters(body, { what: 'the body of a SUBSCRIBE', trusted });
    const begin = async (isGone: Asking['isGone']) => {
      const prepared = await prepareOperation(endpoint, read, { caller, isGone });
      return 'args' in prepared ? await start(prepared) : { errors: prepared };
    };
    return new RunningOperation(begin, onInternalError);
  }
}

type Begun = ExecutionResult | AsyncIterable<ExecutionResult>;

function start({ args, execute, subscribe }: PreparedOperation): Begun | Promise<Begun> {
  const operation = getOperationAST(args.document, args.operationName)?.operation;
  return operation === OperationTypeNode.SUBSCRIPTION ? subscribe(args) : execute(args);
}

class RunningOperation implements Operation {
  readonly #onInternalError: InternalErrorListener;
  #begun: Promise<Begun> | undefined;
  /** Absent where there is one result alone. */
  #results: AsyncIterator<ExecutionResult> | undefined;
  #isStopped = false;

  constructor(
    begin: (isGone: () => boolean) => Promise<Begun>,
    onInternalError: InternalErrorListener,
  ) {
    this.#onInternalError = onInternalError;
    this.#begun = begin(() => this.#isStopped);
  }

  /** No async function: of many that wait, each would be held with its promises. */
  next(): Promise<Uint8Array | undefined> {
    const next = this.#begun === undefined ? this.#next() : this.#first(this.#begun);
    return next.catch(this.#failed);
  }

  stop(): void {
    this.#isStopped = true;
    this.#results?.return?.().catch(this.#onInternalError);
  }

  async #first(begun: Promise<Begun>): Promise<Uint8Array | undefined> {
    const results = await begun;
    this.#begun = undefined;
    if (!(Symbol.asyncIterator in results)) return resultBytes(results);
    this.#results = results[Symbol.asyncIterator]();
    if (this.#isStopped) this.stop();
    return this.#next();
  }

  #next(): Promise<Uint8Array | undefined> {
    return this.#results?.next().then(bytesOfNext) ?? Promise.resolve(undefined);
  }

  readonly #failed = (error: unknown): Uint8Array => {
    this.#onInternalError(error);
    this.stop();
    this.#begun = undefined;
    this.#results = undefined;
    return utf8(JSON.stringify(UNEXPECTED_ANSWER));
  };
}

function bytesOfNext(next: IteratorResult<ExecutionResult, unknown>): Uint8Array | undefined {
  return next.done === true ? undefined : resultBytes(next.value);
}

/** One that a plan has written is there as bytes. */
function resultBytes(result: ExecutionResult & { stringify?: unknown }): Uint8Array {
  const { stringify, errors } = result;
  if (typeof stringify === 'function') {
    const written: unknown = stringify();
    return written instanceof Uint8Array ? written : utf8(String(written));
  }
  const shown = errors === undefined ? result : { ...result, errors: errors.map(shownError) };
  return utf8(JSON.stringify(shown));
}
