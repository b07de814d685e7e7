/**
 * Copies what a data directory has acknowledged, while its process goes on writing: what the log
 * begins with; the log up to its mark, record by record, each compared with its checksum; the
 * newest snapshot that is whole and not ahead of it; and the organisation's files. The author's key
 * stays behind: a copy is another author, or one key would sign two commits of one number. A
 * restore is the same copy.
 */

import { copyFile, type FileHandle, open, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeDirectory, syncDirectory } from '../base/durable-file.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { LOG_READ_BYTES } from '../base/limits.ts';
import { MARK_NONE, type Mark, readMark, writeMark } from './acknowledgement.ts';
import { type Base, HISTORY_FOLDER, readBase, writeBase } from './base-file.ts';
import { tellingHistory } from './based-log.ts';
import { corrupt } from './damage.ts';
import { readHead } from './recover.ts';
import { encodeSegmentHead, RECORD_HEAD_BYTES, SEGMENT_HEAD_BYTES } from './segment-format.ts';
import { SegmentIndex, writeIndex } from './segment-index.ts';
import { segmentName, segmentPositions } from './segment-name.ts';
import { type WalkedRecord, walkRecords } from './segment-walk.ts';
import { isWholeSnapshot, snapshotName, snapshotPositions } from './snapshot-file.ts';
import { writeAll } from './transfer.ts';

const COPIED_NAME = /^organisation\./;

export interface Copied {
  /** Position of the last entry in the copy. */
  readonly position: number;
  /** Length of the log that was copied, when the copy was complete. */
  readonly length: number;
  /** Position of the snapshot in the copy. */
  readonly snapshot: number | undefined;
}

/**
 * Copies a data directory into one that is empty or absent. Throws NOT_FOUND where there is no
 * log, CONFLICT where the target holds something, CORRUPT where bytes are not those written.
 */
export async function copyDataDirectory(from: string, to: string): Promise<Copied> {
  const base = await readBase(from);
  const mark = base === undefined ? await expectMark(from) : await markOf(from);
  await expectEmpty(to);
  if (base !== undefined) await writeBase(to, base);
  await copySegments({ from, to, mark });
  if (base !== undefined) await tellingHistory(() => copyHistory(from, to));
  const before = base?.outline.length ?? 0;
  const position = before + mark.length;
  const snapshot = await copySnapshots(from, { to, position, base });
  for (const name of (await readdir(from)).filter((found) => COPIED_NAME.test(found))) {
    await copyDurably(join(from, name), join(to, name));
  }
  // Segments without it are seen to be damaged: a copy that was cut short is taken for none.
  if (mark.length > 0) await writeMark(to, mark);
  await syncDirectory(dirname(to));
  return { position, length: before + (await markOf(from)).length, snapshot };
}

/** Copies the segments up to the mark, which the copy does not have yet. */
async function copySegments(copy: {
  readonly from: string;
  readonly to: string;
  readonly mark: Mark;
}): Promise<void> {
  const { from, to, mark } = copy;
  const firsts = (await segmentPositions(from)).filter((first) => first <= mark.segment);
  for (const [at, first] of firsts.entries()) {
    const length = (firsts[at + 1] ?? mark.length + 1) - 1;
    const index = await copySegment({ from, to, first, length });
    if (first !== mark.segment) await writeIndex(to, index);
    else if (index.end !== mark.offset) throw endsElsewhere(index, mark);
  }
}

/** As far as it has come when it is copied. */
async function copyHistory(from: string, to: string): Promise<void> {
  const [source, target] = [join(from, HISTORY_FOLDER), join(to, HISTORY_FOLDER)];
  const mark = await markOf(source);
  await makeDirectory(target);
  if (mark.length === 0) return;
  await copySegments({ from: source, to: target, mark });
  await writeMark(target, mark);
}

interface SegmentCopy {
  readonly from: string;
  readonly to: string;
  readonly first: number;
  /** Position of the last entry that is copied. */
  readonly length: number;
}

async function copySegment({ from, to, first, length }: SegmentCopy): Promise<SegmentIndex> {
  const name = segmentName(first);
  const head = readHead(from, first);
  await using source = await open(join(from, name), 'r');
  await using target = await open(join(to, name), 'wx', 0o600);
  await writeAll(target, [encodeSegmentHead(head)], 0);
  const index = new SegmentIndex(first, SEGMENT_HEAD_BYTES);
  const range = { descriptor: source.fd, file: name, offset: index.end, position: first };
  const walk = walkRecords({ ...range, end: (await source.stat()).size });
  const batch = new RecordBatch(target, SEGMENT_HEAD_BYTES);
  for (let position = first; position <= length; position++) {
    const step = walk.next();
    if (step.done === true) {
      const missing = { file: name, offset: index.end, position };
      throw corrupt(step.value.damage ?? { ...missing, expected: 'a record', actual: 'none' });
    }
    index.add(step.value, step.value.end);
    await batch.add(step.value);
  }
  await batch.flush();
  await target.sync();
  return index;
}

/** Gathers records into large writes. */
class RecordBatch {
  readonly #file: FileHandle;
  #offset: number;
  #records: Uint8Array[] = [];
  #bytes = 0;

  constructor(file: FileHandle, offset: number) {
    this.#file = file;
    this.#offset = offset;
  }

  /** Takes a record with its head, which stands before its bytes in the buffer of the walk. */
  async add({ bytes, offset, end }: WalkedRecord): Promise<void> {
    const start = bytes.byteOffset - RECORD_HEAD_BYTES;
    this.#records.push(new Uint8Array(bytes.buffer, start, end - offset));
    this.#bytes += end - offset;
    if (this.#bytes >= LOG_READ_BYTES) await this.flush();
  }

  async flush(): Promise<void> {
    await writeAll(this.#file, this.#records, this.#offset);
    this.#offset += this.#bytes;
    this.#records = [];
    this.#bytes = 0;
  }
}

/**
 * The newest snapshot that is whole and not ahead, and where the copy lacks history the one at the
 * base, too: one of the two must be there. Answers the position of the newest.
 */
async function copySnapshots(
  from: string,
  copy: { readonly to: string; readonly position: number; readonly base: Base | undefined },
): Promise<number | undefined> {
  const { to, position, base } = copy;
  let newest: number | undefined;
  for (const at of await snapshotPositions(from)) {
    if (at > position || !(await copySnapshot(from, to, at))) continue;
    newest = at;
    break;
  }
  if (base === undefined) return newest;
  const { length } = base.outline;
  if ((await markOf(join(to, HISTORY_FOLDER))).length === length) return newest;
  if (newest !== undefined && newest > length) await copySnapshot(from, to, length);
  if (newest !== undefined && newest >= length) return newest;
  throw new DatabaseError(
    ErrorCode.CORRUPT,
    `a copy without all history expected a whole snapshot from entry ${length} on, got none`,
  );
}

/** Whether it is there, and whole; it may go while it is copied. */
async function copySnapshot(from: string, to: string, position: number): Promise<boolean> {
  const name = snapshotName(position);
  const isThere = await copyDurably(join(from, name), join(to, name)).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
  if (isThere && (await isWholeSnapshot(to, position))) return true;
  await rm(join(to, name), { force: true });
  return false;
}

async function copyDurably(from: string, to: string): Promise<void> {
  await copyFile(from, to);
  await using file = await open(to, 'r+');
  await file.sync();
}

async function markOf(directory: string): Promise<Mark> {
  return (await readMark(directory))?.mark ?? MARK_NONE;
}

async function expectMark(directory: string): Promise<Mark> {
  const mark = await markOf(directory);
  if (mark.length > 0) return mark;
  throw new DatabaseError(
    ErrorCode.NOT_FOUND,
    `a copy expected the log of a data directory, got none at ${directory}`,
  );
}

async function expectEmpty(directory: string): Promise<void> {
  await makeDirectory(directory);
  const [first] = await readdir(directory);
  if (first === undefined) return;
  throw new DatabaseError(
    ErrorCode.CONFLICT,
    `a copy expected ${directory} to be empty or absent, got a directory that holds ${first}`,
  );
}

function endsElsewhere(index: SegmentIndex, mark: Mark): DatabaseError {
  const file = segmentName(index.first);
  const [expected, actual] = [`entry ${mark.length} to end here`, `its end at ${index.end}`];
  return corrupt({ file, offset: mark.offset, position: mark.length, expected, actual });
}
