/**
 * The texts of Yjs documents, each made of its updates in a thread: updates can be made so that
 * this takes very long, so one that is late is given up, with its thread. What was made is kept by
 * what it was made of, as is that it came too late.
 */

import { createHash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import {
  TEXT_MEMORY_MEBIBYTES_MAX,
  TEXT_MILLISECONDS_MAX,
  TEXTS_KEPT_LENGTH_MAX,
  TEXTS_KEPT_MAX,
  TEXTS_WAITING_BYTES_MAX,
  TEXTS_WAITING_MAX,
} from '../base/collection-limits.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { threadEntry } from '../base/thread-entry.ts';
import type { TextAnswer, TextRequest } from './text-message.ts';
import { textOfUpdates } from './yjs-updates.ts';

export interface Texts {
  /**
   * The text of the root type of that name, of a document with these updates. Throws
   * LIMIT_EXCEEDED where it takes too long, or where too many wait.
   */
  textOf(updates: readonly Uint8Array[], root: string): Promise<string>;
}

/** In the thread that asks: for those that trust what has written the updates. */
export const textsHere: Texts = {
  textOf: async (updates, root) => textOfUpdates(updates, root),
};

interface Waiting {
  readonly request: TextRequest;
  readonly settle: (text: string | Error) => void;
}

export class TextFolds implements Texts, AsyncDisposable {
  readonly #milliseconds: number;
  /** By what they are made of; the one that was asked for last is the last one. */
  readonly #kept = new Map<string, Promise<string | Error>>();
  readonly #lengths = new Map<string, number>();
  #keptLength = 0;
  readonly #queue: Waiting[] = [];
  #waitingBytes = 0;
  #worker: Worker | undefined;
  /** Ends what is made now, if anything is. */
  #cancel: ((reason: Error) => void) | undefined;
  #hasEnded = false;

  constructor({ milliseconds = TEXT_MILLISECONDS_MAX } = {}) {
    this.#milliseconds = milliseconds;
  }

  async textOf(updates: readonly Uint8Array[], root: string): Promise<string> {
    if (updates.length === 0) return '';
    const key = keyOf(updates, root);
    const known = this.#kept.get(key) ?? this.#begin({ updates, root });
    this.#kept.delete(key);
    this.#kept.set(key, known);
    const made = await known;
    const isMade = typeof made === 'string';
    // Another try may come to something where this one had no room.
    if (!isMade && !isLate(made)) this.#forget(key);
    else this.#keep(key, isMade ? made.length : 0);
    if (!isMade) throw made;
    return made;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#hasEnded = true;
    for (const { settle } of this.#queue.splice(0)) settle(ended());
    const worker = this.#worker;
    this.#cancel?.(ended());
    await worker?.terminate();
  }

  #begin(request: TextRequest): Promise<string | Error> {
    if (this.#hasEnded) return Promise.resolve(ended());
    const bytes = bytesOf(request);
    if (this.#queue.length >= TEXTS_WAITING_MAX) {
      return Promise.resolve(tooMany('TEXTS_WAITING_MAX', TEXTS_WAITING_MAX));
    }
    if (this.#waitingBytes + bytes > TEXTS_WAITING_BYTES_MAX) {
      return Promise.resolve(tooMany('TEXTS_WAITING_BYTES_MAX', TEXTS_WAITING_BYTES_MAX));
    }
    this.#waitingBytes += bytes;
    const { promise, resolve } = Promise.withResolvers<string | Error>();
    this.#queue.push({ request, settle: resolve });
    this.#next();
    return promise;
  }

  /** One after the other: which of them is late is known then. */
  #next(): void {
    if (this.#cancel !== undefined) return;
    const waiting = this.#queue.shift();
    if (waiting === undefined) return;
    this.#waitingBytes -= bytesOf(waiting.request);
    const worker = this.#running();
    const timer = setTimeout(() => end(late(this.#milliseconds)), this.#milliseconds);
    const answered = ({ text }: TextAnswer) => done(text);
    const failed = (cause: Error) => end(failure(cause));
    const done = (result: string | Error) => {
      clearTimeout(timer);
      worker.off('message', answered).off('error', failed);
      this.#cancel = undefined;
      waiting.settle(result);
      this.#next();
    };
    const end = (reason: Error) => {
      worker.off('message', answered).off('error', failed);
      this.#worker = undefined;
      void worker.terminate();
      done(reason);
    };
    this.#cancel = end;
    worker.on('message', answered).on('error', failed);
    worker.postMessage(waiting.request);
  }

  #running(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const resourceLimits = { maxOldGenerationSizeMb: TEXT_MEMORY_MEBIBYTES_MAX };
    const worker = new Worker(threadEntry('text-thread', import.meta.url), { resourceLimits });
    worker.on('error', () => {
      if (this.#worker === worker) this.#worker = undefined;
    });
    // A process whose other work is done does not wait for it.
    worker.unref();
    this.#worker = worker;
    return worker;
  }

  #keep(key: string, length: number): void {
    if (!this.#lengths.has(key) && this.#kept.has(key)) {
      this.#lengths.set(key, length);
      this.#keptLength += length;
    }
    for (const oldest of this.#kept.keys()) {
      const isFull = this.#kept.size > TEXTS_KEPT_MAX || this.#keptLength > TEXTS_KEPT_LENGTH_MAX;
      if (!isFull) return;
      this.#forget(oldest);
    }
  }

  #forget(key: string): void {
    this.#kept.delete(key);
    this.#keptLength -= this.#lengths.get(key) ?? 0;
    this.#lengths.delete(key);
  }
}

const LATE = 'TEXT_MILLISECONDS_MAX';

function keyOf(updates: readonly Uint8Array[], root: string): string {
  const hash = createHash('sha256').update(`${updates.length} ${root}\0`);
  for (const update of updates) {
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, update.length);
    hash.update(length).update(update);
  }
  return hash.digest('base64');
}

function late(max: number): DatabaseError {
  const message = `a text expected at most ${max} milliseconds to be made, got more`;
  return new DatabaseError(ErrorCode.LIMIT_EXCEEDED, message, { facts: { limit: LATE, max } });
}

function isLate(reason: Error): boolean {
  return reason instanceof DatabaseError && reason.facts.limit === LATE;
}

function failure(cause: Error): Error {
  const isOfMemory = 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY';
  return isOfMemory ? outOfMemory(cause) : new Error('a thread of texts failed', { cause });
}

function outOfMemory(cause: Error): DatabaseError {
  const max = TEXT_MEMORY_MEBIBYTES_MAX;
  const message = `a text expected at most ${max} MiB of memory to be made, got an end`;
  const facts = { limit: 'TEXT_MEMORY_MEBIBYTES_MAX', max };
  return new DatabaseError(ErrorCode.LIMIT_EXCEEDED, message, { facts, cause });
}

function tooMany(limit: string, max: number): DatabaseError {
  const unit = limit === 'TEXTS_WAITING_MAX' ? 'that wait' : 'bytes that wait';
  const message = `texts to be made expected at most ${max} ${unit}, got more`;
  return new DatabaseError(ErrorCode.LIMIT_EXCEEDED, message, { facts: { limit, max } });
}

function bytesOf({ updates }: TextRequest): number {
  return updates.reduce((sum, { length }) => sum + length, 0);
}

function ended(): DatabaseError {
  return new DatabaseError(
    ErrorCode.UNAVAILABLE,
    'a text expected a server that runs, got its end',
  );
}
