/**
 * Takes snapshots while writing goes on: a thread copies the image out of shared memory, and is
 * waited for by nobody but the next snapshot.
 */

import { Worker } from 'node:worker_threads';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { type FaultPoint, type Faults, noFaults } from '../base/fault.ts';
import { threadEntry } from '../base/thread-entry.ts';
import type { Engine } from '../engine/engine.ts';
import { ImageCopier } from '../engine/image-copier.ts';
import { CHUNK_BYTES, type SnapshotPlan, writeSnapshotFile } from './snapshot-write.ts';

/** What the thread is to copy and where it writes it. */
export interface SnapshotOrder {
  /** Of the engine's memory; the thread got one when it started, but the memory may have grown. */
  readonly buffer: ArrayBufferLike;
  readonly plan: SnapshotPlan;
}

export interface SnapshotResult {
  readonly imageBytes: number;
  /** Pieces of 256 bytes that were put aside, and the most that waited at once. */
  readonly piecesAside: number;
  readonly piecesKept: number;
  /** How often the engine waited for the copy. */
  readonly waits: number;
}

/** What the thread says; a step that it reached waits for an answer. */
export type SnapshotReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'reached'; readonly point: FaultPoint }
  | { readonly kind: 'done'; readonly result: SnapshotResult }
  | { readonly kind: 'failed'; readonly code: ErrorCode | undefined; readonly message: string };

export interface SnapshotRequest<Facts> {
  readonly engine: Engine;
  readonly directory: string;
  /** Log position up to which the image holds the log. */
  readonly position: number;
  readonly facts: Facts;
  readonly faults?: Faults;
}

/** A thread that is ready for one snapshot. */
export class SnapshotThread implements AsyncDisposable {
  readonly #worker: Worker;
  /** Rejects when the thread is no more, whether somebody waits for it or not. */
  readonly #ended: Promise<never>;

  private constructor(worker: Worker) {
    this.#worker = worker;
    this.#ended = new Promise((_, reject) => {
      worker.on('error', (cause) => reject(failure('its thread failed', undefined, cause)));
      worker.on('exit', () => reject(failure('its thread ended')));
    });
    this.#ended.catch(() => undefined);
  }

  /** Started first, so that nothing need be put aside while it loads. */
  static async start({ memory }: Engine): Promise<SnapshotThread> {
    const { buffer } = memory.memory;
    const entry = threadEntry('snapshot-thread', import.meta.url);
    const worker = new Worker(entry, { workerData: buffer });
    const thread = new SnapshotThread(worker);
    const ready = new Promise<void>((resolve) => worker.once('message', () => resolve()));
    await Promise.race([ready, thread.#ended]);
    return thread;
  }

  /**
   * Begins at once, at the state that the engine has now; resolves when the snapshot is durable.
   * Throws UNAVAILABLE where the disk or the copy could not keep up.
   */
  take<Facts>(request: SnapshotRequest<Facts>): Promise<SnapshotResult> {
    const { engine, directory, position, faults = noFaults } = request;
    const facts = JSON.stringify(request.facts);
    const buffer = engine.beginSnapshot();
    const worker = this.#worker;
    const written = new Promise<SnapshotResult>((resolve, reject) => {
      worker.on('message', (report: SnapshotReport) => {
        if (report.kind === 'reached') {
          faults.reach(report.point);
          worker.postMessage('passed');
        } else if (report.kind === 'done') resolve(report.result);
        else if (report.kind === 'failed') reject(failure(report.message, report.code));
      });
    });
    worker.postMessage({ buffer, plan: { directory, position, facts } } satisfies SnapshotOrder);
    return Promise.race([written, this.#ended]).finally(() => engine.endSnapshot());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }
}

/** Takes a snapshot in this thread: where nothing else is left to do, it is there sooner. */
export async function takeSnapshotHere<Facts>(
  request: SnapshotRequest<Facts>,
): Promise<SnapshotResult> {
  const { engine, directory, position, faults = noFaults } = request;
  const facts = JSON.stringify(request.facts);
  const copier = new ImageCopier(engine.beginSnapshot(), { chunkBytes: CHUNK_BYTES });
  try {
    const plan = { directory, position, facts };
    await writeSnapshotFile(copier, plan, async (point) => faults.reach(point));
    return resultOf(copier);
  } finally {
    engine.endSnapshot();
  }
}

export function resultOf(copier: ImageCopier): SnapshotResult {
  const { imageBytes, piecesAside, keptMost, waits } = copier;
  return { imageBytes, piecesAside, piecesKept: keptMost, waits };
}

function failure(message: string, code?: ErrorCode, cause?: unknown): DatabaseError {
  return new DatabaseError(
    code ?? ErrorCode.UNAVAILABLE,
    `a snapshot expected to be written, got: ${message}`,
    { cause },
  );
}
