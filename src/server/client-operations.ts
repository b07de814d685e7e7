/** The operations of one client, however it is connected: prepared, limited and run alike. */

import { type ExecutionResult, getOperationAST, OperationTypeNode } from 'graphql';
import type { DatabaseError } from '../base/errors.ts';
import { type InternalErrorListener, refusal, UNEXPECTED_ANSWER } from '../graphql/errors.ts';
import type { Operation, OperationResult } from '../replication/connection-operations.ts';
import type { Caller } from './callers.ts';
import type { GraphqlEndpoint } from './graphql-endpoint.ts';
import type { Parameters } from './parameters.ts';
import {
  type Asking,
  type PreparedOperation,
  prepareOperation,
  shownError,
  tooManyUnderWay,
} from './prepare-operation.ts';

export interface OperationParts {
  readonly endpoint: GraphqlEndpoint;
  readonly onInternalError: InternalErrorListener;
}

/** `limited` says why its caller may not ask now. */
export function refusalOf(
  limited: DatabaseError | undefined,
  count: number,
): OperationResult | undefined {
  const error = limited ?? tooManyUnderWay(count);
  return error && jsonOf({ errors: [refusal(error)] });
}

/** `read` throws a DatabaseError where it refuses what is asked; it is called at once. */
export function runOperation(
  { endpoint, onInternalError }: OperationParts,
  caller: Caller,
  read: () => Parameters,
): Operation {
  const begin = async (isGone: Asking['isGone']) => {
    const prepared = await prepareOperation(endpoint, read, { caller, isGone });
    return 'args' in prepared ? await start(prepared) : new Refusal({ errors: prepared });
  };
  return new RunningOperation(begin, onInternalError);
}

/** The result of an operation that does not begin. */
class Refusal {
  readonly result: ExecutionResult;

  constructor(result: ExecutionResult) {
    this.result = result;
  }
}

type Begun = ExecutionResult | AsyncIterable<ExecutionResult>;

function start({ args, execute, subscribe }: PreparedOperation): Begun | Promise<Begun> {
  const operation = getOperationAST(args.document, args.operationName)?.operation;
  return operation === OperationTypeNode.SUBSCRIPTION ? subscribe(args) : execute(args);
}

class RunningOperation implements Operation {
  readonly #onInternalError: InternalErrorListener;
  #begun: Promise<Begun | Refusal> | undefined;
  /** Absent where there is one result alone. */
  #results: AsyncIterator<ExecutionResult> | undefined;
  #isStopped = false;
  #isRefused = false;

  constructor(
    begin: (isGone: () => boolean) => Promise<Begun | Refusal>,
    onInternalError: InternalErrorListener,
  ) {
    this.#onInternalError = onInternalError;
    this.#begun = begin(() => this.#isStopped);
  }

  get isRefused(): boolean {
    return this.#isRefused;
  }

  /** No async function: of many that wait, each would be held with its promises. */
  next(): Promise<OperationResult | undefined> {
    const next = this.#begun === undefined ? this.#next() : this.#first(this.#begun);
    return next.catch(this.#failed);
  }

  stop(): void {
    this.#isStopped = true;
    this.#results?.return?.().catch(this.#onInternalError);
  }

  async #first(begun: Promise<Begun | Refusal>): Promise<OperationResult | undefined> {
    const results = await begun;
    this.#begun = undefined;
    this.#isRefused = results instanceof Refusal;
    if (results instanceof Refusal) return jsonOf(results.result);
    if (!(Symbol.asyncIterator in results)) return jsonOf(results);
    this.#results = results[Symbol.asyncIterator]();
    if (this.#isStopped) this.stop();
    return this.#next();
  }

  #next(): Promise<OperationResult | undefined> {
    return this.#results?.next().then(jsonOfNext) ?? Promise.resolve(undefined);
  }

  readonly #failed = (error: unknown): OperationResult => {
    this.#onInternalError(error);
    this.stop();
    this.#begun = undefined;
    this.#results = undefined;
    return JSON.stringify(UNEXPECTED_ANSWER);
  };
}

function jsonOfNext(next: IteratorResult<ExecutionResult, unknown>): OperationResult | undefined {
  return next.done === true ? undefined : jsonOf(next.value);
}

/** One that a plan has written is there as bytes. */
function jsonOf(result: ExecutionResult & { stringify?: unknown }): OperationResult {
  const { stringify, errors } = result;
  if (typeof stringify === 'function') {
    const written: unknown = stringify();
    return written instanceof Uint8Array ? written : String(written);
  }
  const shown = errors === undefined ? result : { ...result, errors: errors.map(shownError) };
  return JSON.stringify(shown);
}
