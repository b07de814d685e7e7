/**
 * Snapshot files in a data directory: their names, which of them are kept, and reading one, with
 * every block compared before it is served.
 */

import { type FileHandle, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { SNAPSHOT_READ_BYTES, SNAPSHOT_TURN_BYTES } from '../base/limits.ts';
import { snapshotNeeded } from './base-file.ts';
import {
  BLOCK_BYTES,
  damaged,
  decodeHead,
  EarlierForm,
  expectChecksum,
  FACTS_BYTES_MAX,
  HEAD_BYTES,
  imageOffset,
  type SnapshotHead,
  tableBytes,
} from './snapshot-format.ts';

const NAME = /^snapshot-(\d{10})\.image$/;
const UNFINISHED_NAME = /^snapshot-\d{10}\.image\.new$/;
/** The newest, and the one before in case it cannot be read. */
const SNAPSHOTS_KEPT = 2;

export function snapshotName(position: number): string {
  return `snapshot-${String(position).padStart(10, '0')}.image`;
}

/** Positions of the snapshots in a directory, the newest first. */
export async function snapshotPositions(directory: string): Promise<number[]> {
  const names = await readdir(directory);
  return names
    .flatMap((name) => NAME.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((left, right) => right - left);
}

/**
 * Snapshots beyond those that are kept, up to the newest of the log, and the one that stands for
 * history which has not come; those ahead of it, which are of another; and unfinished ones of a
 * process that was killed.
 */
export async function removeOldSnapshots(directory: string, newest: number): Promise<void> {
  const positions = await snapshotPositions(directory);
  const kept = positions.filter((position) => position <= newest).slice(0, SNAPSHOTS_KEPT);
  const needed = await snapshotNeeded(directory);
  const isOld = (position: number) => position !== needed && !kept.includes(position);
  const old = positions.filter(isOld).map(snapshotName);
  const unfinished = (await readdir(directory)).filter((name) => UNFINISHED_NAME.test(name));
  for (const name of [...old, ...unfinished]) await rm(join(directory, name), { force: true });
}

/** Whether a start can take a snapshot as it was written; throws UNSUPPORTED for a later form. */
export async function isWholeSnapshot(directory: string, position: number): Promise<boolean> {
  try {
    await using file = await SnapshotFile.open(directory, position);
    await file.check();
    return true;
  } catch (error) {
    if (isPassedOver(error)) return false;
    throw error;
  }
}

/** Whether the error of a snapshot is one for which a start takes another one, or the log. */
export function isPassedOver(error: unknown): error is DatabaseError {
  if (error instanceof EarlierForm) return true;
  return error instanceof DatabaseError && error.code === ErrorCode.CORRUPT;
}

/** A snapshot whose head, facts and table of checksums are as they were written. */
export class SnapshotFile<Facts> implements AsyncDisposable {
  readonly position: number;
  readonly facts: Facts;
  readonly imageBytes: number;
  readonly #name: string;
  readonly #file: FileHandle;
  readonly #offset: number;
  readonly #table: Buffer;

  private constructor(file: FileHandle, parts: Parts<Facts>) {
    this.#file = file;
    this.#name = parts.name;
    this.#offset = imageOffset(parts.head.factsBytes);
    this.#table = parts.table;
    this.position = parts.head.position;
    this.imageBytes = parts.head.imageBytes;
    this.facts = parts.facts;
  }

  /** Throws CORRUPT where bytes are not those that were written, UNSUPPORTED for another form. */
  static async open<Facts>(directory: string, position: number): Promise<SnapshotFile<Facts>> {
    const name = snapshotName(position);
    const file = await open(join(directory, name), 'r');
    try {
      return new SnapshotFile(file, await readParts<Facts>(file, name, position));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Reads the image into a target of its size. Throws CORRUPT at the first block that differs. */
  async readImage(target: Uint8Array): Promise<void> {
    await this.#read((from, to) => target.subarray(from, to));
  }

  /** Compares every block, and keeps none. */
  async check(): Promise<void> {
    const bytes = Math.min(this.imageBytes, SNAPSHOT_READ_BYTES);
    const [one, other] = [new Uint8Array(bytes), new Uint8Array(bytes)];
    await this.#read((from, to) => {
      const isOdd = (from / SNAPSHOT_READ_BYTES) % 2 === 1;
      return (isOdd ? other : one).subarray(0, to - from);
    });
  }

  /** Reads part after part, each into the bytes that `place` gives; checks one during the next. */
  async #read(place: (from: number, to: number) => Uint8Array): Promise<void> {
    let checked: Promise<void> = Promise.resolve();
    for (let at = 0; at < this.imageBytes; at += SNAPSHOT_READ_BYTES) {
      const part = place(at, Math.min(at + SNAPSHOT_READ_BYTES, this.imageBytes));
      const filled = fill(this.#file, part, { name: this.#name, position: this.#offset + at });
      await Promise.all([filled, checked]);
      checked = this.#check(part, at);
    }
    await checked;
  }

  /** Compares the blocks of a part of the image, once the next is asked for. */
  async #check(part: Uint8Array, at: number): Promise<void> {
    await Promise.resolve();
    for (let start = 0; start < part.length; start += BLOCK_BYTES) {
      if (start > 0 && start % SNAPSHOT_TURN_BYTES === 0) await setImmediate();
      const block = (at + start) / BLOCK_BYTES;
      expectChecksum(part.subarray(start, start + BLOCK_BYTES), {
        file: this.#name,
        what: `block ${block}, at byte ${this.#offset + at + start},`,
        checksum: this.#table.readUInt32LE(block * 4),
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}

interface Parts<Facts> {
  readonly name: string;
  readonly head: SnapshotHead;
  readonly facts: Facts;
  readonly table: Buffer;
}

async function readParts<Facts>(
  file: FileHandle,
  name: string,
  position: number,
): Promise<Parts<Facts>> {
  const { size } = await file.stat();
  const headBytes = Buffer.alloc(Math.min(HEAD_BYTES, size));
  await fill(file, headBytes, { name, position: 0 });
  const head = decodeHead(headBytes, name);
  if (head.position !== position) throw damaged(name, `position ${position}`, `${head.position}`);
  const { factsBytes, imageBytes, factsChecksum } = head;
  const offset = imageOffset(factsBytes);
  const bytes = offset + imageBytes + tableBytes(imageBytes);
  if (factsBytes > FACTS_BYTES_MAX || size !== bytes) {
    throw damaged(name, `${bytes} bytes`, `${size}`);
  }
  const facts = Buffer.alloc(offset - HEAD_BYTES);
  await fill(file, facts, { name, position: HEAD_BYTES });
  const checked = { file: name, what: `the facts, at byte ${HEAD_BYTES},` };
  expectChecksum(facts, { ...checked, checksum: factsChecksum });
  const table = Buffer.alloc(tableBytes(imageBytes));
  await fill(file, table, { name, position: offset + imageBytes });
  const end = table.length - 4;
  const what = `the table of checksums, at byte ${offset + imageBytes},`;
  expectChecksum(table.subarray(0, end), { file: name, what, checksum: table.readUInt32LE(end) });
  return { name, head, facts: JSON.parse(facts.toString('utf8', 0, factsBytes)) as Facts, table };
}

/** Reads as many bytes as the target takes. */
async function fill(
  file: FileHandle,
  target: Uint8Array,
  { name, position }: { readonly name: string; readonly position: number },
): Promise<void> {
  for (let at = 0; at < target.length; ) {
    const { bytesRead } = await file.read(target, at, target.length - at, position + at);
    if (bytesRead === 0) throw damaged(name, `bytes at ${position + at}`, 'its end');
    at += bytesRead;
  }
}
