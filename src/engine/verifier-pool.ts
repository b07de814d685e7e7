/**
 * Verification in threads, on the engine's shared memory: commits are named by where they stand in
 * the staging area, many in one message, and only refusals come back as more than a number.
 */

import { Worker } from 'node:worker_threads';
import { assert } from '../base/assert.ts';
import { DatabaseError, type ErrorCode } from '../base/errors.ts';
import { threadEntry } from '../base/thread-entry.ts';
import type { Commit } from '../delta/commit.ts';
import { HASHER_SCRATCH_BYTES, type LeafHasherParts } from './leaf-hasher.ts';
import { engineModule } from './module.ts';
import type { Staging } from './staging.ts';
import { inlineVerifier, type Verifier } from './verifier.ts';

/** A batch of commits, each as its address and length. */
export interface VerifyRequest {
  readonly batch: number;
  readonly places: Uint32Array;
}

/** What was refused, with its place in the batch. */
export interface VerifyAnswer {
  readonly batch: number;
  readonly refusals: readonly Refusal[];
}

export interface Refusal {
  readonly index: number;
  readonly code: ErrorCode;
  readonly message: string;
  readonly facts: DatabaseError['facts'];
}

export interface VerifierPoolParts {
  readonly memory: WebAssembly.Memory;
  readonly staging: Staging;
  readonly threads: number;
}

export class VerifierPool implements Verifier {
  readonly #memory: WebAssembly.Memory;
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
    this.#scratch = Array.from({ length: threads }, () => staging.reserve(HASHER_SCRATCH_BYTES));
  }

  /**
   * Spreads the commits over the threads. What stands in another memory is verified here: no
   * thread can see it.
   */
  async verify(commits: readonly Commit[]): Promise<readonly (DatabaseError | undefined)[]> {
    if (commits.some(({ bytes }) => !(bytes.buffer instanceof SharedArrayBuffer))) {
      return await inlineVerifier.verify(commits);
    }
    const threads = await this.#running();
    const share = Math.ceil(commits.length / threads.length);
    const answers: Promise<readonly (DatabaseError | undefined)[]>[] = [];
    for (let at = 0; at < commits.length; at += share) {
      const thread = threads[this.#turn % threads.length] as VerifierThread;
      this.#turn += 1;
      answers.push(thread.verify(commits.slice(at, at + share)));
    }
    return (await Promise.all(answers)).flat();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#hasEnded = true;
    await Promise.all(this.#threads.map((thread) => thread.stop()));
  }

  /** The threads; one that has ended by itself is replaced. */
  async #running(): Promise<readonly VerifierThread[]> {
    const module = await engineModule();
    if (this.#hasEnded) throw new Error('a pool of verifiers expected to run, got its end');
    const [memory, scratchBytes] = [this.#memory, HASHER_SCRATCH_BYTES];
    for (const [index, scratch] of this.#scratch.entries()) {
      if (this.#threads[index]?.isRunning === true) continue;
      this.#threads[index] = new VerifierThread({ memory, module, scratch, scratchBytes });
    }
    return this.#threads;
  }
}

interface Waiting {
  readonly count: number;
  readonly resolve: (answer: readonly (DatabaseError | undefined)[]) => void;
  readonly reject: (reason: unknown) => void;
}

class VerifierThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #batches = 0;
  /** Why it stopped. */
  #end: Error | undefined;

  constructor(parts: LeafHasherParts) {
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

  verify(commits: readonly Commit[]): Promise<readonly (DatabaseError | undefined)[]> {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    const batch = this.#batches;
    this.#batches += 1;
    const places = new Uint32Array(commits.length * 2);
    for (const [index, { bytes }] of commits.entries()) {
      places[index * 2] = bytes.byteOffset;
      places[index * 2 + 1] = bytes.length;
    }
    this.#worker.postMessage({ batch, places } satisfies VerifyRequest);
    return new Promise((resolve, reject) => {
      this.#waiting.set(batch, { count: commits.length, resolve, reject });
    });
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }

  #take({ batch, refusals }: VerifyAnswer): void {
    const waiting = this.#waiting.get(batch);
    assert(waiting !== undefined, 'a verifier answers what it was asked');
    this.#waiting.delete(batch);
    const answer = new Array<DatabaseError | undefined>(waiting.count).fill(undefined);
    for (const { index, code, message, facts } of refusals) {
      answer[index] = new DatabaseError(code, message, { facts });
    }
    waiting.resolve(answer);
  }

  #fail(reason: Error): void {
    this.#end ??= reason;
    for (const { reject } of this.#waiting.values()) reject(this.#end);
    this.#waiting.clear();
  }
}
