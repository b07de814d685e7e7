/**
 * How far the log was acknowledged: what tells a torn append, which nobody was told of, from
 * stored bytes that have changed. A slot is written after the sync of what it stands for, is not
 * synced itself and is never waited for; so it may lag behind what is durable, but never leads.
 *
 *     file     slot at 0, slot at 4,096, zeros between them
 *     slot     0  magic 8 B          8  version u32      12  length u32
 *             16  segment u32       20  offset u32       24  number u64
 *             32  zero 28 B         60  checksum u32
 *
 * Writes go to the two slots in turn, each within one sector: a crash spoils the older one at most.
 */

import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { utf8 } from '../base/bytes.ts';
import { type Disk, type DiskFile, systemDisk } from '../base/disk.ts';
import { replaceFile } from '../base/durable-file.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { corrupt, type Damage } from './damage.ts';
import { expectHead } from './segment-format.ts';
import { writeAll } from './transfer.ts';

export const ACKNOWLEDGEMENT_FILE = 'log.acknowledged';

const MAGIC = utf8('MGRAPHLA');
const VERSION = 1;
const SLOT_BYTES = 64;
const SLOT_CHECKSUM = 60;
const SLOT_OFFSETS = [0, 4_096] as const;
const FILE_BYTES = SLOT_OFFSETS[1] + SLOT_BYTES;

/** A point of the log: so many entries, the last of which ends here. */
export interface Mark {
  readonly length: number;
  /** First position of the segment that the entry is in; 0 for an empty log. */
  readonly segment: number;
  readonly offset: number;
}

export const MARK_NONE: Mark = { length: 0, segment: 0, offset: 0 };

export interface ReadMark {
  readonly mark: Mark;
  readonly number: bigint;
  /** What is wrong with the file although the mark could be read. */
  readonly problems: readonly Damage[];
}

/** Writes a new file that holds one mark in both slots. */
export async function writeMark(
  directory: string,
  mark: Mark,
  disk: Disk = systemDisk,
): Promise<void> {
  const bytes = new Uint8Array(FILE_BYTES);
  for (const at of SLOT_OFFSETS) bytes.set(encodeSlot(mark, 1n), at);
  await replaceFile(join(directory, ACKNOWLEDGEMENT_FILE), bytes, disk);
}

/**
 * Reads the newest mark. Undefined where there is no file; throws CORRUPT when no slot can be read.
 */
export async function readMark(
  directory: string,
  disk: Disk = systemDisk,
): Promise<ReadMark | undefined> {
  const bytes = await disk.readFile(join(directory, ACKNOWLEDGEMENT_FILE)).catch(absent);
  if (bytes === undefined) return undefined;
  const problems: Damage[] = [];
  const file = ACKNOWLEDGEMENT_FILE;
  let newest: { readonly mark: Mark; readonly number: bigint } | undefined;
  for (const at of SLOT_OFFSETS) {
    try {
      const slot = decodeSlot(new Uint8Array(bytes.subarray(at, at + SLOT_BYTES)));
      if (newest === undefined || slot.number > newest.number) newest = slot;
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.code !== ErrorCode.CORRUPT) throw error;
      problems.push({ file, offset: at, expected: 'a whole slot', actual: 'other bytes' });
    }
  }
  if (newest === undefined) throw noMark('one slot that is whole', 'none');
  const between = bytes.subarray(SLOT_BYTES, SLOT_OFFSETS[1]);
  if (bytes.length !== FILE_BYTES || between.some((byte) => byte !== 0)) {
    const actual = 'other bytes';
    problems.push({ file, offset: SLOT_BYTES, expected: 'zeros between two slots', actual });
  }
  return { ...newest, problems };
}

export function noMark(expected: string, actual: string): DatabaseError {
  return corrupt({ file: ACKNOWLEDGEMENT_FILE, offset: 0, expected, actual });
}

/** Keeps the mark of a log that is open. */
export class Acknowledgement {
  readonly #file: DiskFile;
  #number: bigint;
  #next: Mark | undefined;
  #writing: Promise<void> | undefined;

  private constructor(file: DiskFile, number: bigint) {
    this.#file = file;
    this.#number = number;
  }

  /** The file must exist. */
  static async open(
    directory: string,
    number: bigint,
    disk: Disk = systemDisk,
  ): Promise<Acknowledgement> {
    const file = await disk.open(join(directory, ACKNOWLEDGEMENT_FILE), 'r+');
    return new Acknowledgement(file, number);
  }

  /** Writes a mark when the one before is written; of several that wait, the newest. */
  advance(mark: Mark): void {
    this.#next = mark;
    this.#writing ??= this.#drain();
  }

  /** Writes a mark to both slots, durably, and zeros between them. */
  async settle(mark: Mark): Promise<void> {
    await this.#writing;
    await writeAll(this.#file, [new Uint8Array(SLOT_OFFSETS[1] - SLOT_BYTES)], SLOT_BYTES);
    for (const _ of SLOT_OFFSETS) await this.#write(mark);
    await this.#file.datasync();
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#file.close();
  }

  async #drain(): Promise<void> {
    while (this.#next !== undefined) {
      const mark = this.#next;
      this.#next = undefined;
      // A mark that lags is as good: the next one, or the close, says the same.
      await this.#write(mark).catch(() => undefined);
    }
    this.#writing = undefined;
  }

  async #write(mark: Mark): Promise<void> {
    const number = this.#number + 1n;
    const at = SLOT_OFFSETS[Number(number % 2n)] as number;
    await writeAll(this.#file, [encodeSlot(mark, number)], at);
    // A slot that could not be written is written again before the one that is whole.
    this.#number = number;
  }
}

function encodeSlot(mark: Mark, number: bigint): Uint8Array {
  const bytes = new Uint8Array(SLOT_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  view.setUint32(8, VERSION, true);
  view.setUint32(12, mark.length, true);
  view.setUint32(16, mark.segment, true);
  view.setUint32(20, mark.offset, true);
  view.setBigUint64(24, number, true);
  view.setUint32(SLOT_CHECKSUM, crc32(bytes.subarray(0, SLOT_CHECKSUM)), true);
  return bytes;
}

function decodeSlot(bytes: Uint8Array): { readonly mark: Mark; readonly number: bigint } {
  const file = ACKNOWLEDGEMENT_FILE;
  expectHead(bytes, { file, magic: MAGIC, version: VERSION, checksumAt: SLOT_CHECKSUM });
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const [length, segment, offset] = [12, 16, 20].map((at) => view.getUint32(at, true));
  const mark = { length: length as number, segment: segment as number, offset: offset as number };
  return { mark, number: view.getBigUint64(24, true) };
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
