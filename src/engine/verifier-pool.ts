/**
 * Verification in threads, on the engine's shared memory: commits are named by where they stand in
 * the staging area, many in one message, and only refusals come back as more than a number.
 */

import { Worker } from 'node:worker_threads';
import { assert } from '../base/assert.ts';
import { DatabaseError } from '../base/errors.ts';
import { VERIFY_HERE_BYTES_MAX } from '../base/limits.ts';
import { threadEntry } from '../base/thread-entry.ts';
import type { Commit } from '../delta/commit.ts';
import { InPlaceVerifier } from './in-place-verifier.ts';
import { engineModule } from './module.ts';
import { EXAMINER_SCRATCH_BYTES, type PayloadExaminerParts } from './payload-examiner.ts';
import type { Staging } from './staging.ts';
import { inlineVerifier, type Verification, type Verifier } from './verifier.ts';
import {
  placesOf,
  type VerifyAnswer,
  type VerifyRequest,
  WORDS_PER_COMMIT,
} from './verifier-message.ts';

export interface VerifierPoolParts {
  readonly memory: WebAssembly.Memory;
  readonly staging: Staging;
  readonly threads: number;
}

export class VerifierPool implements Verifier {
  readonly #memory: WebAssembly.Memory;
  readonly #staging: Staging;
  readonly #here: InPlaceVerifier;
  /** Addresses of the threads' scratch. */
  readonly #scratch: readonly number[];
  readonly #threads: VerifierThread[] = [];
  /** Who gets the next batch first. */
  #turn = 0;
  #hasEnded = false;

  /**
   * Takes the threads' scratch from the staging area, before its first block. The threads
   * themselves start with the first commit: most processes verify none.
   */
  constructor({ memory, staging, threads }: VerifierPoolParts) {
    assert(threads > 0, 'a pool has a thread');
    this.#memory = memory;
    this.#staging = staging;
    this.#here = new InPlaceVerifier({ memory, staging });
    this.#scratch = Array.from({ length: threads }, () => staging.reserve(EXAMINER_SCRATCH_BYTES));
  }

  /**
   * Spreads the commits over the threads. What stands in another memory is verified here, since no
   * thread can see it, and so is a small one that comes alone: to hand it over and to hear of it
   * takes this thread as long, and two others have to be woken.
   */
  async verify(commits: readonly Commit[]): Promise<readonly Verification[]> {
    if (commits.some(({ bytes }) => !(bytes.buffer instanceof SharedArrayBuffer))) {
      return await inlineVerifier.verify(commits);
    }
    if (isLoneAndSmall(commits)) {
      if (this.#hasEnded) throw ended();
      return await this.#here.verify(commits);
    }
    const threads = await this.#running();
    const share = Math.ceil(commits.length / threads.length);
    const answers: Promise<readonly Verification[]>[] = [];
    for (let at = 0; at < commits.length; at += share) {
      const thread = threads[this.#turn % threads.length] as VerifierThread;
      this.#turn += 1;
      answers.push(thread.verify(this.#placesOf(commits.slice(at, at + share))));
    }
    // All of them, before anybody takes the blocks back: threads write checks into these.
    const settled = await Promise.allSettled(answers);
    return settled.flatMap((answer) => {
      if (answer.status === 'rejected') throw answer.reason;
      return answer.value;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#hasEnded = true;
    await Promise.all(this.#threads.map((thread) => thread.stop()));
  }

  #placesOf(commits: readonly Commit[]): Uint32Array {
    const places = new Uint32Array(commits.length * WORDS_PER_COMMIT);
    for (const [index, { bytes }] of commits.entries()) {
      const room = this.#staging.roomBehind(bytes.byteOffset, bytes.length);
      const words = [bytes.byteOffset, bytes.length, room.address, room.bytes];
      places.set(words, index * WORDS_PER_COMMIT);
    }
    return places;
  }

  /** The threads; one that has ended by itself is replaced. */
  async #running(): Promise<readonly VerifierThread[]> {
    const module = await engineModule();
    if (this.#hasEnded) throw ended();
    const [memory, scratchBytes] = [this.#memory, EXAMINER_SCRATCH_BYTES];
    for (const [index, scratch] of this.#scratch.entries()) {
      if (this.#threads[index]?.isRunning === true) continue;
      this.#threads[index] = new VerifierThread({ memory, module, scratch, scratchBytes });
    }
    return this.#threads;
  }
}

function isLoneAndSmall(commits: readonly Commit[]): boolean {
  return commits.length === 1 && (commits[0]?.bytes.length ?? 0) <= VERIFY_HERE_BYTES_MAX;
}

function ended(): Error {
  return new Error('a pool of verifiers expected to run, got its end');
}

interface Waiting {
  readonly places: Uint32Array;
  readonly resolve: (answer: readonly Verification[]) => void;
  readonly reject: (reason: unknown) => void;
}

class VerifierThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #batches = 0;
  /** Why it stopped. */
  #end: Error | undefined;

  constructor(parts: PayloadExaminerParts) {
    this.#worker = new Worker(threadEntry('verifier-thread', import.meta.url), {
      workerData: parts,
    });
    this.#worker.on('message', (answer: VerifyAnswer) => this.#take(answer));
    this.#worker.on('error', (cause) => this.#fail(new Error('a verifier failed', { cause })));
    this.#worker.on('exit', () => this.#fail(new Error('a verifier expected to run, got its end')));
  }

  get isRunning(): boolean {
    return this.#end === undefined;
  }

  verify(places: Uint32Array): Promise<readonly Verification[]> {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    const batch = this.#batches;
    this.#batches += 1;
    this.#worker.postMessage({ batch, places } satisfies VerifyRequest);
    return new Promise((resolve, reject) => {
      this.#waiting.set(batch, { places, resolve, reject });
    });
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }

  #take({ batch, refusals, checked }: VerifyAnswer): void {
    const waiting = this.#waiting.get(batch);
    assert(waiting !== undefined, 'a verifier answers what it was asked');
    this.#waiting.delete(batch);
    const { places } = waiting;
    const answer = Array.from(
      checked,
      (isChecked, index): Verification =>
        isChecked === 1 ? { check: placesOf(places, index).room.address } : {},
    );
    for (const { index, code, message, facts } of refusals) {
      answer[index] = { refusal: new DatabaseError(code, message, { facts }) };
    }
    waiting.resolve(answer);
  }

  #fail(reason: Error): void {
    this.#end ??= reason;
    for (const { reject } of this.#waiting.values()) reject(this.#end);
    this.#waiting.clear();
  }
}
