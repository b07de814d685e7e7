/**
 * Writes a snapshot from an image that is copied while it changes: strictly from its first byte to
 * its last, under another name, which it changes for its own when everything is on disk.
 */

import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { syncDirectory, UNFINISHED } from '../base/durable-file.ts';
import { FaultPoint } from '../base/fault.ts';
import type { ImageCopier } from '../engine/image-copier.ts';
import { removeOldSnapshots, snapshotName } from './snapshot-file.ts';
import { BLOCK_BYTES, blockChecksums, encodeFront, encodeTable } from './snapshot-format.ts';
import { writeAll } from './transfer.ts';

/** What is copied at a time; whole blocks. */
export const CHUNK_BYTES = 16 * BLOCK_BYTES;
/** Chunks that are copied or on their way to the disk: more would take processors from writes. */
const CHUNKS_IN_FLIGHT_MAX = 2;
/** How often pieces are taken from the ring while no chunk can be written. */
const COLLECT_MILLISECONDS = 1;

export interface SnapshotPlan {
  readonly directory: string;
  readonly position: number;
  /** As JSON. */
  readonly facts: string;
}

/** Waits until a step that a test may have armed is passed. */
export type Reach = (point: FaultPoint) => Promise<void>;

export async function writeSnapshotFile(
  copier: ImageCopier,
  { directory, position, facts }: SnapshotPlan,
  reach: Reach,
): Promise<void> {
  const name = join(directory, snapshotName(position));
  try {
    const file = await open(name + UNFINISHED, 'w', 0o600);
    try {
      await reach(FaultPoint.SNAPSHOT_BEGUN);
      const front = encodeFront({ imageBytes: copier.imageBytes, position, facts });
      await writeAll(file, [front], 0);
      const checksums = await writeImage(copier, { file, offset: front.length }, reach);
      const table = encodeTable(checksums);
      await writeAll(file, [table], front.length + copier.imageBytes);
      await reach(FaultPoint.SNAPSHOT_WRITTEN);
      await file.sync();
    } finally {
      await file.close();
    }
    await reach(FaultPoint.SNAPSHOT_SYNCED);
    await rename(name + UNFINISHED, name);
    await syncDirectory(directory);
  } catch (error) {
    // Half a file takes room that a full disk does not have.
    await rm(name + UNFINISHED, { force: true });
    throw error;
  }
  await reach(FaultPoint.SNAPSHOT_RENAMED);
  await removeOldSnapshots(directory, position);
  await reach(FaultPoint.SNAPSHOT_DONE);
}

/** Writes chunk after chunk; answers the checksums of the blocks. */
async function writeImage(
  copier: ImageCopier,
  { file, offset }: { readonly file: FileHandle; readonly offset: number },
  reach: Reach,
): Promise<number[]> {
  const checksums: number[] = [];
  const buffers = new Buffers();
  let isHalfPassed = false;
  for (let at = 0; !copier.isDone; ) {
    const buffer = await buffers.take(() => copier.collect());
    const chunk = buffer.subarray(0, copier.copyNext(buffer));
    checksums.push(...blockChecksums(chunk));
    buffers.giveAfter(buffer, writeAll(file, [chunk], offset + at));
    at += chunk.length;
    if (isHalfPassed || at * 2 < copier.imageBytes) continue;
    isHalfPassed = true;
    await buffers.idle();
    await reach(FaultPoint.SNAPSHOT_TORN);
  }
  await buffers.idle();
  return checksums;
}

/** Buffers of chunks, each free or on its way to the disk. */
class Buffers {
  readonly #free: Uint8Array[] = [];
  readonly #writes = new Set<Promise<void>>();
  #failure: { readonly reason: unknown } | undefined;

  constructor() {
    for (let count = 0; count < CHUNKS_IN_FLIGHT_MAX; count++) {
      this.#free.push(new Uint8Array(CHUNK_BYTES));
    }
  }

  /** A free buffer; `meanwhile` is called again and again while there is none. */
  async take(meanwhile: () => void): Promise<Uint8Array> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure.reason;
      const buffer = this.#free.pop();
      if (buffer !== undefined) return buffer;
      meanwhile();
      await Promise.race([...this.#writes, setTimeout(COLLECT_MILLISECONDS)]);
    }
  }

  /** The buffer is free again when its bytes are written. */
  giveAfter(buffer: Uint8Array, written: Promise<void>): void {
    const write = written
      .catch((reason: unknown) => {
        this.#failure ??= { reason };
      })
      .then(() => {
        this.#free.push(buffer);
        this.#writes.delete(write);
      });
    this.#writes.add(write);
  }

  /** Waits for all writes; throws what one of them did. */
  async idle(): Promise<void> {
    await Promise.all(this.#writes);
    if (this.#failure !== undefined) throw this.#failure.reason;
  }
}
