/**
 * Who may use the door: one after the other. Sources of work (writes of this server, commits from
 * outside) take turns while they have some; an exclusive act goes between two turns. Here it is
 * also decided when writing has stopped.
 */

import { DatabaseError, ErrorCode } from '../base/errors.ts';

export interface WorkSource {
  readonly hasWork: boolean;
  /** Takes as much of its work through the door as one group holds. */
  turn(): Promise<void>;
  /** Writing has ended: whatever still waits is rejected. */
  reject(reason: DatabaseError): void;
}

export class Turns {
  readonly #sources: WorkSource[] = [];
  #running: Promise<void> | undefined;
  /** Why writes have stopped: an append that failed, or a close. */
  #stopped: DatabaseError | undefined;
  #hasFailed = false;

  /** Whether something other than a refusal has ended writing: the engine is not to be trusted. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** Why nothing is taken any more. */
  get stopped(): DatabaseError | undefined {
    return this.#stopped;
  }

  add(source: WorkSource): void {
    this.#sources.push(source);
  }

  /** To be called when a source has work. */
  wake(): void {
    this.#running ??= this.#drain();
  }

  /** Runs `act` between two turns, so that it shares the door with nobody. */
  async exclusive<T>(act: () => Promise<T>): Promise<T> {
    while (this.#running !== undefined) await this.#running;
    if (this.#stopped !== undefined) throw this.#stopped;
    const result = act().catch((cause: unknown) => {
      throw this.failure(cause);
    });
    this.#running = result.then(
      () => this.#drain(),
      () => this.#drain(),
    );
    return await result;
  }

  /**
   * The error that callers get. The door refuses with a typed error and has changed nothing then,
   * as has a log that only lacks room: the next write may pass. After any other failure it is
   * unknown what is on disk, and writing ends until a restart.
   */
  failure(cause: unknown): DatabaseError {
    if (cause instanceof DatabaseError) return cause;
    const reason = new DatabaseError(
      ErrorCode.UNAVAILABLE,
      'a write expected the log to append, got a failure: writes have stopped, reads go on',
      { cause },
    );
    this.#stopped = reason;
    this.#hasFailed = true;
    for (const source of this.#sources) source.reject(reason);
    return reason;
  }

  /** Refuses what comes after, for this reason where there was none before. */
  stop(reason: DatabaseError): void {
    this.#stopped ??= reason;
  }

  /** Refuses what comes after, and waits for what came before. */
  async close(): Promise<void> {
    this.stop(
      new DatabaseError(ErrorCode.UNAVAILABLE, 'a write expected an open space, got a closed one'),
    );
    while (this.#running !== undefined) await this.#running;
  }

  async #drain(): Promise<void> {
    for (let isIdle = false; !isIdle; ) {
      isIdle = true;
      // What is handed in during this turn of the event loop belongs together, and a turn of the
      // door that only refuses waits for nothing that would let others run.
      await new Promise<void>((next) => setImmediate(next));
      for (const source of this.#sources) {
        if (!source.hasWork) continue;
        isIdle = false;
        await source.turn();
      }
    }
    this.#running = undefined;
  }
}
