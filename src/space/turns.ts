/**
 * Who may use the door: one after the other. Sources of work (writes of this server, commits from
 * outside) take turns while they have some; an exclusive act goes between two turns. Here it is
 * also decided when writing has stopped.
 */

import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { systemTurn, type Turn } from '../base/turn.ts';

/** Turns that acts have before work has one. */
const ACTS_IN_A_ROW_MAX = 16;

export interface WorkSource {
  readonly hasWork: boolean;
  /** Takes as much of its work through the door as one group holds. */
  turn(): Promise<void>;
  /** Writing has ended: whatever still waits is rejected. */
  reject(reason: DatabaseError): void;
  /** The same at the end: resolves when nothing waits any more. */
  close(reason: DatabaseError): Promise<void>;
}

export class Turns {
  readonly #turn: Turn;
  readonly #sources: WorkSource[] = [];
  readonly #acts: (() => Promise<void>)[] = [];
  #running: Promise<void> | undefined;
  /** Why writes have stopped: an append that failed, or a close. */
  #stopped: DatabaseError | undefined;
  #hasFailed = false;

  constructor(turn: Turn = systemTurn) {
    this.#turn = turn;
  }

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
  exclusive<T>(act: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#acts.push(async () => {
        if (this.#stopped !== undefined) reject(this.#stopped);
        else await act().then(resolve, (cause: unknown) => reject(this.failure(cause)));
      });
      this.wake();
    });
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
    const reason = new DatabaseError(
      ErrorCode.UNAVAILABLE,
      'a write expected an open space, got a closed one',
    );
    this.stop(reason);
    while (this.#running !== undefined) await this.#running;
    for (const source of this.#sources) await source.close(this.#stopped ?? reason);
  }

  async #drain(): Promise<void> {
    let actsInARow = 0;
    for (let isIdle = false; !isIdle; ) {
      // What is handed in during this turn of the event loop belongs together, and a turn of the
      // door that only refuses waits for nothing that would let others run.
      await this.#turn();
      isIdle = this.#acts.length === 0;
      actsInARow = isIdle ? 0 : actsInARow + 1;
      for (const act of this.#acts.splice(0)) await act();
      // Records come one after the other, each once the one before it is here: a revocation that
      // waits for others does not wait for a group of commits after each of them.
      if (actsInARow > 0 && actsInARow < ACTS_IN_A_ROW_MAX) continue;
      actsInARow = 0;
      for (const source of this.#sources) {
        if (!source.hasWork) continue;
        isIdle = false;
        await source.turn();
      }
    }
    this.#running = undefined;
  }
}
