/** A live query with all who ask it and see the same: it is answered once for all of them. */

import { GraphQLError } from 'graphql';
import type { Dependency } from './dependencies.ts';
import { type LiveAnswer, LiveState } from './live-state.ts';
import type { LiveSource, LiveStream } from './live-stream.ts';

/** An answer, and what it depends on: everything, where that is not known. */
export interface Answered extends LiveAnswer {
  readonly dependencies: readonly Dependency[] | undefined;
}

export interface LiveQueryParts {
  readonly answer: () => Answered | Promise<Answered>;
  /** Has it told what touches these from now on: everything, where they are absent. */
  readonly watch: (dependencies: readonly Dependency[] | undefined) => void;
  /** There is something to do. */
  readonly wake: () => void;
  /** Another answer takes so many bytes more. Answers why it may not. */
  readonly grow: (bytes: number) => GraphQLError | undefined;
  /** The last subscriber has left. */
  readonly onLeft: () => void;
}

export class LiveQuery implements LiveSource {
  readonly #parts: LiveQueryParts;
  readonly #streams = new Set<LiveStream>();
  /** Streams that wait, and those of them that are to be told of the newest answer. */
  #ready = new Set<LiveStream>();
  #due = new Set<LiveStream>();
  #state: LiveState | undefined;
  #count = 0;
  #isTouched = true;
  #isRunning = false;

  constructor(parts: LiveQueryParts) {
    this.#parts = parts;
  }

  get state(): LiveState | undefined {
    return this.#state;
  }

  get count(): number {
    return this.#count;
  }

  join(stream: LiveStream): void {
    this.#streams.add(stream);
  }

  await(stream: LiveStream): void {
    this.#ready.add(stream);
  }

  leave(stream: LiveStream): void {
    this.#ready.delete(stream);
    this.#due.delete(stream);
    if (!this.#streams.delete(stream) || this.#streams.size > 0) return;
    this.#parts.grow(-(this.#state?.bytes ?? 0));
    this.#parts.onLeft();
  }

  /** Its answer may be another one by now. */
  touch(): void {
    this.#isTouched = true;
    if (!this.#isRunning) this.#parts.wake();
  }

  /** Whether it may have another answer than its subscribers were given. */
  get isBehind(): boolean {
    return this.#isTouched || this.#isRunning || this.#due.size > 0;
  }

  /** Whether there is something to do. */
  get hasWork(): boolean {
    return this.#due.size > 0 || (this.#isTouched && !this.#isRunning);
  }

  /** Answers anew where it was touched. */
  answer(): void {
    if (!this.#isTouched || this.#isRunning) return;
    this.#isTouched = false;
    try {
      const answered = this.#parts.answer();
      if (answered instanceof Promise) this.#settle(answered);
      else this.#take(answered);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Tells subscribers of the newest answer, so many at most; how many. */
  tell(most: number): number {
    let told = 0;
    for (const stream of this.#due) {
      if (told === most) break;
      told += 1;
      this.#due.delete(stream);
      stream.wake();
    }
    if (this.#due.size === 0) this.#state?.forgetDifference();
    return told;
  }

  /** Ends all subscriptions. */
  end(failures?: readonly GraphQLError[]): void {
    for (const stream of this.#streams) stream.end(failures);
  }

  #settle(answered: Promise<Answered>): void {
    this.#isRunning = true;
    // Whatever happens meanwhile may have been read before, or after.
    this.#parts.watch(undefined);
    const settle = (take: () => void) => {
      this.#isRunning = false;
      if (this.#streams.size === 0) return;
      take();
      if (this.hasWork) this.#parts.wake();
    };
    answered.then(
      (result) => settle(() => this.#takeState(result)),
      (error: unknown) => settle(() => this.#fail(error)),
    );
  }

  #take(answered: Answered): void {
    this.#parts.watch(answered.dependencies);
    this.#takeState(answered);
  }

  #takeState(answered: LiveAnswer): void {
    const before = this.#state;
    if (before?.isOf(answered) === true) return;
    const state = new LiveState(answered);
    const refusal = this.#parts.grow(state.bytes - (before?.bytes ?? 0));
    this.#state = state;
    this.#count += 1;
    if (refusal !== undefined) return this.end([refusal]);
    if (this.#due.size === 0) [this.#due, this.#ready] = [this.#ready, this.#due];
    else {
      for (const stream of this.#ready) this.#due.add(stream);
      this.#ready.clear();
    }
  }

  #fail(error: unknown): void {
    const originalError = error instanceof Error ? error : new Error(String(error));
    this.end([new GraphQLError(originalError.message, { originalError })]);
  }
}
