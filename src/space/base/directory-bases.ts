/**
 * The base of a data directory: made in a thread from the log and the snapshots on the disk, since
 * it takes an engine of its own, and kept in a file until the next seal or the end of the process.
 */

import { closeSync, openSync, readSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { AuthorityChain } from '../../authority/chain.ts';
import { assert } from '../../base/assert.ts';
import { DatabaseError, ErrorCode } from '../../base/errors.ts';
import { threadEntry } from '../../base/thread-entry.ts';
import type { AuthorKey } from '../../crypto/author-key.ts';
import type { Log } from '../../log/log.ts';
import { signSealedCheckpoint } from '../../log/sealed-checkpoint.ts';
import type { MadeBase } from './make-base.ts';
import type { Bases, OfferedBase } from './offered-base.ts';

const FILE = 'base.offered';

export interface DirectoryBasesParts {
  readonly directory: string;
  readonly chain: Pick<AuthorityChain, 'sealHeight'>;
  readonly log: Pick<Log, 'first'>;
  readonly key: AuthorKey;
  /** What the graph may take in memory at most, in the thread as in the space. */
  readonly memoryBytesMax: number;
  readonly note: (text: string) => void;
}

/** What the thread is to make. */
export interface BaseOrder {
  readonly directory: string;
  readonly file: string;
  readonly memoryBytesMax: number;
}

export type BaseReport =
  | { readonly kind: 'made'; readonly made: MadeBase | undefined }
  | { readonly kind: 'failed'; readonly code: ErrorCode | undefined; readonly message: string };

interface Offer {
  readonly height: number;
  readonly base: Promise<OfferedBase | undefined>;
  /** Undefined before the file is there, and once it is closed: it may be another's then. */
  descriptor: number | undefined;
}

export class DirectoryBases implements Bases {
  readonly #parts: DirectoryBasesParts;
  #offer: Offer | undefined;
  /** One runs at a time. */
  #worker: Worker | undefined;
  #hasEnded = false;

  constructor(parts: DirectoryBasesParts) {
    this.#parts = parts;
    try {
      // What a process that was killed has left.
      rmSync(join(parts.directory, FILE), { force: true });
    } catch {
      // Before the next one is made it is tried again, and that says why not.
    }
  }

  async offer(): Promise<OfferedBase | undefined> {
    const { chain, log } = this.#parts;
    const height = chain.sealHeight;
    if (height === 0 || log.first > 1 || this.#hasEnded) return undefined;
    if (this.#offer?.height !== height) {
      const before = this.#offer;
      const begun = Promise.withResolvers<OfferedBase | undefined>();
      const next: Offer = { height, base: begun.promise, descriptor: undefined };
      this.#offer = next;
      this.#make(next, before).then(begun.resolve, (error: unknown) => {
        // Whoever asks next has it tried again.
        if (this.#offer === next) this.#offer = undefined;
        begun.reject(error);
      });
    }
    return await this.#offer.base;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#hasEnded = true;
    const offer = this.#offer;
    await this.#worker?.terminate();
    await offer?.base.catch(() => undefined);
    if (offer !== undefined) close(offer);
    // A disk that is read-only keeps it until it is made good.
    await rm(join(this.#parts.directory, FILE), { force: true }).catch(() => undefined);
  }

  async #make(offer: Offer, before: Offer | undefined): Promise<OfferedBase | undefined> {
    const { directory, key, memoryBytesMax, note } = this.#parts;
    // One at a time: each takes as much memory as the graph.
    await before?.base.catch(() => undefined);
    if (before !== undefined) close(before);
    const file = join(directory, FILE);
    try {
      await rm(file, { force: true });
      if (this.#hasEnded) return undefined;
      const made = await this.#run({ directory, file, memoryBytesMax });
      if (made === undefined) return undefined;
      offer.descriptor = openSync(file, 'r');
      const checkpoint = signSealedCheckpoint({ ...made, author: key.publicKey }, key.seed);
      return {
        ...made,
        checkpoint,
        get isOver() {
          return offer.descriptor === undefined;
        },
        read: (from, bytes) => readPart(offer, from, bytes),
      };
    } catch (error) {
      if (!this.#hasEnded) note(`what is sealed was not made ready for a new replica: ${error}`);
      throw error;
    }
  }

  async #run(order: BaseOrder): Promise<MadeBase | undefined> {
    const worker = new Worker(threadEntry('base-thread', import.meta.url), { workerData: order });
    this.#worker = worker;
    try {
      return await new Promise<MadeBase | undefined>((resolve, reject) => {
        worker.once('error', reject);
        worker.once('exit', () => reject(failed('its thread ended', undefined)));
        worker.once('message', (report: BaseReport) => {
          if (report.kind === 'made') resolve(report.made);
          else reject(failed(report.message, report.code));
        });
      });
    } finally {
      this.#worker = undefined;
      await worker.terminate();
    }
  }
}

function close(offer: Offer): void {
  const { descriptor } = offer;
  offer.descriptor = undefined;
  if (descriptor !== undefined) closeSync(descriptor);
}

function readPart({ descriptor }: Offer, from: number, bytes: number): Uint8Array {
  assert(descriptor !== undefined, 'a part is read while its file is open');
  const part = new Uint8Array(bytes);
  for (let at = 0; at < bytes; ) {
    const count = readOrFail(() => readSync(descriptor, part, at, bytes - at, from + at));
    if (count === 0) throw failed('its file ended', undefined);
    at += count;
  }
  return part;
}

function readOrFail(read: () => number): number {
  try {
    return read();
  } catch (cause) {
    throw failed(`${(cause as Partial<NodeJS.ErrnoException>).code}`, undefined);
  }
}

function failed(reason: string, code: ErrorCode | undefined): DatabaseError {
  const message = `what is sealed expected to be made ready and read, got: ${reason}`;
  return new DatabaseError(code ?? ErrorCode.UNAVAILABLE, message);
}
