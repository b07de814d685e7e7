/**
 * Subscribes with little memory: a subscriber holds its source and what each event is executed
 * with. The executor that Yoga brings along holds chains of closures, for results that come in
 * parts, which there are none of here; and so do the plugins that look at each result, so that
 * these streams pass them by and have their results finished here.
 */

import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  type GraphQLError,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from './context.ts';
import { withHidden } from './use-hidden.ts';

type ErrorMap = (error: unknown) => GraphQLError;

export function useSubscribe(errors: ErrorMap): Plugin<{ request?: Request }> {
  return {
    onSubscribe: ({ args, setSubscribeFn }) => {
      // Over HTTP Yoga writes the stream, and finishes each result as it does any other.
      const isHttp = args.contextValue.request !== undefined;
      setSubscribeFn((given: ExecutionArgs) => subscribe(given, isHttp ? undefined : errors));
    },
  };
}

/** What an enveloped `subscribe` has answered, with the stream that has passed its plugins by. */
export function streamOf<Result extends object>(answered: Result): Result | EventResults {
  return answered instanceof PassingStream ? answered.results : answered;
}

/** No stream for those who would put others around it. */
class PassingStream implements ExecutionResult {
  readonly data?: never;
  readonly results: EventResults;

  constructor(results: EventResults) {
    this.results = results;
  }
}

async function subscribe(
  args: ExecutionArgs,
  errors: ErrorMap | undefined,
): Promise<EventResults | PassingStream | ExecutionResult> {
  const source = await createSourceEventStream(args);
  if (!(Symbol.asyncIterator in source)) return source;
  const results = new EventResults(source, args, errors);
  return errors === undefined ? results : new PassingStream(results);
}

type Next = IteratorResult<ExecutionResult, undefined>;

class EventResults implements AsyncIterableIterator<ExecutionResult, undefined> {
  readonly #source: AsyncIterator<unknown>;
  readonly #args: ExecutionArgs;
  /** Where results are finished here. */
  readonly #errors: ErrorMap | undefined;

  constructor(source: AsyncIterable<unknown>, args: ExecutionArgs, errors: ErrorMap | undefined) {
    this.#source = source[Symbol.asyncIterator]();
    this.#args = args;
    this.#errors = errors;
  }

  /** No async function: of many that wait, each would be held with its promises. */
  next(): Promise<Next> {
    return this.#source
      .next()
      .then((event) => (event.done === true ? DONE : this.#execute(event.value)));
  }

  async return(): Promise<Next> {
    await this.#source.return?.();
    return DONE;
  }

  async throw(error: unknown): Promise<Next> {
    await this.#source.return?.();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #execute(event: unknown): Promise<Next> {
    try {
      const result = await execute({ ...this.#args, rootValue: event });
      return { done: false, value: this.#finish(result) };
    } catch (error) {
      await this.#source.return?.();
      throw error;
    }
  }

  #finish(result: ExecutionResult): ExecutionResult {
    if (this.#errors === undefined) return result;
    // Yoga has made it with `createContext`.
    const told = withHidden(result, this.#args.contextValue as Context);
    const { errors } = told;
    return errors === undefined ? told : { ...told, errors: errors.map(this.#errors) };
  }
}

const DONE = { done: true, value: undefined } as const;
