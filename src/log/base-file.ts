/**
 * What a log begins with, in its data directory (schema/log.md): a file that is whole or not there.
 *
 *     file     head, checkpoint, outline
 *     head     0  magic 8 B               8  version u32          12  entries u32
 *             16  checkpoint bytes u32   20  outline bytes u32
 *             24  checksums of both u32, u32                      32  zero 28 B
 *             60  checksum u32 of all before it
 */

import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { assert } from '../base/assert.ts';
import { utf8 } from '../base/bytes.ts';
import { type Disk, systemDisk } from '../base/disk.ts';
import { UNFINISHED } from '../base/durable-file.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { NOTE_BYTES_MAX } from '../base/limits.ts';
import { readMark } from './acknowledgement.ts';
import { corrupt } from './damage.ts';
import { Outline } from './outline.ts';
import { expectHead } from './segment-format.ts';
import { segmentName, segmentPositions } from './segment-name.ts';
import { readAll, writeAll } from './transfer.ts';

export const BASE_FILE = 'base';
/** Where the history is, in the data directory. */
export const HISTORY_FOLDER = 'history';

const MAGIC = utf8('MGRAPHBS');
const VERSION = 1;
const HEAD_BYTES = 64;
const HEAD_CHECKSUM = 60;
const SIZES_AT = 16;
const CHECKSUMS_AT = 24;
const PARTS = ['checkpoint', 'outline'] as const;

export interface Base {
  readonly outline: Outline;
  /** The signed checkpoint that the outline has the root of (sealed-checkpoint.ts). */
  readonly checkpoint: string;
}

/** Whether a log begins with a base. */
export async function hasBase(directory: string, disk: Disk = systemDisk): Promise<boolean> {
  return (await disk.list(directory)).includes(BASE_FILE);
}

/**
 * Writes the base of a log; it is durable when this resolves. Throws CONFLICT where the directory
 * holds entries of a log: they would stand behind the base, or be taken for its history.
 */
export async function writeBase(
  directory: string,
  { outline, checkpoint }: Base,
  disk: Disk = systemDisk,
): Promise<void> {
  const parts = [utf8(checkpoint), outline.bytes];
  assert((parts[0]?.length ?? 0) <= NOTE_BYTES_MAX, 'a checkpoint is a note');
  await expectNoEntries(directory, disk);
  const head = new Uint8Array(HEAD_BYTES);
  const view = new DataView(head.buffer);
  head.set(MAGIC);
  view.setUint32(8, VERSION, true);
  view.setUint32(12, outline.length, true);
  for (const [index, part] of parts.entries()) {
    view.setUint32(SIZES_AT + 4 * index, part.length, true);
    view.setUint32(CHECKSUMS_AT + 4 * index, crc32(part), true);
  }
  view.setUint32(HEAD_CHECKSUM, crc32(head.subarray(0, HEAD_CHECKSUM)), true);
  const path = join(directory, BASE_FILE);
  const file = await disk.open(path + UNFINISHED, 'w', 0o600);
  try {
    await writeAll(file, [head, ...parts], 0);
    await file.sync();
  } finally {
    await file.close();
  }
  await disk.rename(path + UNFINISHED, path);
  await disk.syncDirectory(directory);
}

/** What an interrupted write has left. */
export async function removeUnfinishedBase(directory: string, disk: Disk): Promise<void> {
  const name = BASE_FILE + UNFINISHED;
  // A disk that is read-only refuses to remove even what is not there.
  if ((await disk.list(directory)).includes(name)) await disk.remove(join(directory, name));
}

/**
 * Reads the base of a log; undefined where it has none. Throws CORRUPT where bytes are not those
 * that were written, UNSUPPORTED for another version.
 */
export async function readBase(
  directory: string,
  disk: Disk = systemDisk,
): Promise<Base | undefined> {
  const bytes = await disk.readFile(join(directory, BASE_FILE)).catch(absent);
  if (bytes === undefined) return undefined;
  const head = decodeHead(bytes.subarray(0, HEAD_BYTES));
  const size = head.sizes.reduce((sum, part) => sum + part, HEAD_BYTES);
  if (bytes.length !== size) throw damaged(0, `${size} bytes`, `${bytes.length}`);
  let at = HEAD_BYTES;
  const [checkpoint, outline] = PARTS.map((name, index) => {
    const start = at;
    at += head.sizes[index] as number;
    const part = bytes.subarray(start, at);
    if (crc32(part) === head.checksums[index]) return part;
    throw damaged(start, `the checksum of its ${name}`, 'another');
  }) as [Uint8Array, Uint8Array];
  return {
    checkpoint: Buffer.from(checkpoint).toString(),
    outline: decodeOutline(outline, { at: at - outline.length, length: head.length }),
  };
}

/**
 * The position whose snapshot no start can do without, because entries before it are missing;
 * undefined where there is none such. Asked of a directory that another process may write.
 */
export async function snapshotNeeded(directory: string): Promise<number | undefined> {
  const length = readBaseLength(directory);
  if (length === undefined) return undefined;
  const history = await readMark(join(directory, HISTORY_FOLDER));
  return (history?.mark.length ?? 0) < length ? length : undefined;
}

/** How many entries the base of a log knows. */
function readBaseLength(directory: string): number | undefined {
  let descriptor: number;
  try {
    descriptor = systemDisk.openSync(join(directory, BASE_FILE));
  } catch (error) {
    return absent(error as NodeJS.ErrnoException);
  }
  try {
    const bytes = new Uint8Array(HEAD_BYTES);
    return decodeHead(bytes.subarray(0, readAll(descriptor, bytes, 0))).length;
  } finally {
    systemDisk.closeSync(descriptor);
  }
}

interface BaseHead {
  /** Entries of the outline. */
  readonly length: number;
  readonly sizes: readonly number[];
  readonly checksums: readonly number[];
}

function decodeHead(bytes: Uint8Array): BaseHead {
  const form = { file: BASE_FILE, magic: MAGIC, version: VERSION, checksumAt: HEAD_CHECKSUM };
  expectHead(bytes, form);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const words = (at: number) => PARTS.map((_, index) => view.getUint32(at + 4 * index, true));
  return {
    length: view.getUint32(12, true),
    sizes: words(SIZES_AT),
    checksums: words(CHECKSUMS_AT),
  };
}

/** Its checksum holds: what has no form, or another length, was written so. */
function decodeOutline(
  bytes: Uint8Array,
  { at, length }: { readonly at: number; readonly length: number },
): Outline {
  let outline: Outline;
  try {
    outline = Outline.decode(bytes);
  } catch (error) {
    const isForm = error instanceof DatabaseError && error.code === ErrorCode.MALFORMED;
    throw isForm ? damaged(at, 'an outline', error.message) : error;
  }
  if (outline.length === length) return outline;
  throw damaged(at, `an outline of ${length} entries`, `${outline.length}`);
}

async function expectNoEntries(directory: string, disk: Disk): Promise<void> {
  for (const folder of [directory, join(directory, HISTORY_FOLDER)]) {
    const [first] = await segmentPositions(folder, disk).catch(noSegments);
    if (first === undefined) continue;
    throw new DatabaseError(
      ErrorCode.CONFLICT,
      `a base expected no entries of a log in ${folder}, got ${segmentName(first)}`,
    );
  }
}

function noSegments(error: NodeJS.ErrnoException): number[] {
  if (error.code !== 'ENOENT') throw error;
  return [];
}

function damaged(offset: number, expected: string, actual: string): DatabaseError {
  return corrupt({ file: BASE_FILE, offset, expected, actual });
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
