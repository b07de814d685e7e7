/**
 * Subscribes with little memory: a subscriber holds its source and what each event is executed with,
 * where the executor that Yoga brings along holds a chain of closures, for results that come in parts,
 * which there are none of here.
 */

import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';

export function useSubscribe(): Plugin {
  return { onSubscribe: ({ setSubscribeFn }) => setSubscribeFn(subscribe) };
}

async function subscribe(args: ExecutionArgs): Promise<EventResults | ExecutionResult> {
  const source = await createSourceEventStream(args);
  return Symbol.asyncIterator in source ? new EventResults(source, args) : source;
}

class EventResults implements AsyncIterableIterator<ExecutionResult, undefined> {
  readonly #source: AsyncIterator<unknown>;
  readonly #args: ExecutionArgs;

  constructor(source: AsyncIterable<unknown>, args: ExecutionArgs) {
    this.#source = source[Symbol.asyncIterator]();
    this.#args = args;
  }

  next(): Promise<IteratorResult<ExecutionResult, undefined>> {
    return this.#source.next().then((event) => {
      if (event.done === true) return DONE;
      return this.#execute(event.value);
    });
  }

  async return(): Promise<IteratorResult<ExecutionResult, undefined>> {
    await this.#source.return?.();
    return DONE;
  }

  async throw(error: unknown): Promise<IteratorResult<ExecutionResult, undefined>> {
    await this.#source.return?.();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #execute(event: unknown): Promise<IteratorResult<ExecutionResult, undefined>> {
    try {
      return { done: false, value: await execute({ ...this.#args, rootValue: event }) };
    } catch (error) {
      await this.#source.return?.();
      throw error;
    }
  }
}

const DONE = { done: true, value: undefined } as const;
