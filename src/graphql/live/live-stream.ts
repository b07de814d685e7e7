/**
 * What one subscriber gets of a live query: its first answer, then what changes it, as fast as it
 * takes them. One that is slow holds the answer that it was given last, and is brought to the
 * newest one when it asks again: states between are passed over, and it is told how many.
 */

import type { GraphQLError } from 'graphql';
import { isSame, type Json } from './json.ts';
import type { PatchOperation } from './json-patch.ts';
import type { LiveState } from './live-state.ts';

/** As @n1ru4l/graphql-live-query has it: revision 1 has data, each later one a patch of it. */
export interface LiveMessage {
  readonly data?: Json;
  readonly patch?: readonly PatchOperation[];
  /** Counts the messages of one stream, from 1. */
  readonly revision?: number;
  readonly errors?: readonly GraphQLError[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** Where the answers of a stream come from. */
export interface LiveSource {
  /** The newest answer, once there is one. */
  readonly state: LiveState | undefined;
  /** Answers that there were, each other than the one before it. */
  readonly count: number;
  /** Wakes a stream once, when there is another answer. */
  await(stream: LiveStream): void;
  leave(stream: LiveStream): void;
}

type Result = IteratorResult<LiveMessage, undefined>;

const DONE: Result = { done: true, value: undefined };

export class LiveStream implements AsyncIterableIterator<LiveMessage, undefined> {
  #source: LiveSource;
  readonly #since: string | undefined;
  #given: LiveState | undefined;
  /** Of the source, when that was its answer. */
  #count = 0;
  #revision = 0;
  #waiting: ((result: Result) => void) | undefined;
  /** Told as the last message. */
  #failures: readonly GraphQLError[] = [];
  readonly #onEnd: () => void;
  #isEnded = false;

  /** `since` names what the subscriber has already: it is not told again. */
  constructor(source: LiveSource, since: string | undefined, onEnd: () => void) {
    this.#source = source;
    this.#since = since;
    this.#onEnd = onEnd;
  }

  /** Goes on with the answers of another source. */
  follow(source: LiveSource): void {
    this.#source.leave(this);
    this.#source = source;
    this.#count = Math.max(source.count - 1, 0);
    if (this.#waiting !== undefined) this.wake();
  }

  /** There is another answer. */
  wake(): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    const message = this.#message();
    if (message === undefined) return this.#source.await(this);
    this.#waiting = undefined;
    waiting({ done: false, value: message });
  }

  /** After these errors, if any. */
  end(failures: readonly GraphQLError[] = []): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#failures = failures;
    this.#given = undefined;
    this.#source.leave(this);
    this.#onEnd();
    this.#waiting?.(this.#last());
    this.#waiting = undefined;
  }

  /** Is asked again only once it has answered. */
  next(): Promise<Result> {
    if (this.#isEnded) return Promise.resolve(this.#last());
    const message = this.#message();
    if (message !== undefined) return Promise.resolve({ done: false, value: message });
    return new Promise((resolve) => {
      this.#waiting = resolve;
      this.#source.await(this);
    });
  }

  return(): Promise<Result> {
    this.end();
    return Promise.resolve(DONE);
  }

  throw(error: unknown): Promise<Result> {
    this.end();
    return Promise.reject(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #last(): Result {
    const errors = this.#failures;
    this.#failures = [];
    return errors.length === 0 ? DONE : { done: false, value: { errors } };
  }

  #message(): LiveMessage | undefined {
    const { state, count } = this.#source;
    const given = this.#given;
    if (state === undefined || state === given) return undefined;
    const states = count - this.#count;
    this.#given = state;
    this.#count = count;
    const { errors, cursor } = state;
    // It is what it was, though it was something else between.
    if (cursor === given?.cursor) return undefined;
    this.#revision += 1;
    const told = this.#told(state, given);
    const live = { cursor, ...(given !== undefined && states > 1 && { coalesced: states }) };
    const common = {
      revision: this.#revision,
      ...(errors !== undefined && { errors }),
      extensions: { ...changedExtensions(given, state), live },
    };
    return { ...told, ...common };
  }

  #told(state: LiveState, given: LiveState | undefined): Pick<LiveMessage, 'data' | 'patch'> {
    if (given !== undefined) return { patch: state.patchFrom(given) };
    return state.cursor === this.#since ? { patch: [] } : { data: state.data };
  }
}

/** The extensions that are others than before; null in the place of what there is no more. */
function changedExtensions(given: LiveState | undefined, state: LiveState): Record<string, Json> {
  const before = given?.extensions ?? {};
  const after = state.extensions ?? {};
  const changed: Record<string, Json> = {};
  for (const name of Object.keys(before)) if (!(name in after)) changed[name] = null;
  for (const [name, value] of Object.entries(after)) {
    if (!isSame(before[name] ?? null, value)) changed[name] = value;
  }
  return changed;
}
