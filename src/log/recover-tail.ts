/**
 * The last segment at a start: it is read whole, and what an append that did not end has left is
 * cut off. What was acknowledged is never cut: a record that is not as it was written is torn only
 * if it ends above the mark, and if no append that came after it has left a record behind it.
 */

import { join } from 'node:path';
import type { Disk, DiskFile } from '../base/disk.ts';
import { LOG_READ_BYTES } from '../base/limits.ts';
import { ACKNOWLEDGEMENT_FILE, type Mark } from './acknowledgement.ts';
import { corrupt, type Damage } from './damage.ts';
import { lastNonzero, lengthAt } from './file-bytes.ts';
import {
  decodeRecord,
  isMismatch,
  RECORD_BYTES_MAX,
  RECORD_HEAD_BYTES,
  SEGMENT_HEAD_BYTES,
} from './segment-format.ts';
import { SegmentIndex } from './segment-index.ts';
import { segmentName } from './segment-name.ts';
import { walkRecords } from './segment-walk.ts';
import { readAll, writeAll } from './transfer.ts';

export interface RecoveredTail {
  readonly index: SegmentIndex;
  /** Bytes of the file; all after the index's end are zero. */
  readonly size: number;
}

export interface TailPlace {
  readonly directory: string;
  /** Position of the segment's first record. */
  readonly first: number;
  readonly mark: Mark;
  readonly note: (text: string) => void;
  readonly disk: Disk;
}

/** Throws CORRUPT, having changed nothing, where something acknowledged is missing or damaged. */
export async function recoverTail(place: TailPlace): Promise<RecoveredTail> {
  const { directory, first, mark, note, disk } = place;
  const name = segmentName(first);
  const file = await disk.open(join(directory, name), 'r+');
  try {
    const { size } = await file.stat();
    const { index, damage } = readTail(file.fd, { name, first, size, disk });
    expectAcknowledged(index, damage, mark);
    if (damage !== undefined && hasLaterAppend({ descriptor: file.fd, damage, size, disk }))
      throw corrupt(damage);
    const dirtyEnd = lastNonzero(file.fd, index.end, size, disk);
    if (dirtyEnd > index.end) {
      const last = first + index.count - 1;
      note(`${name}: ${dirtyEnd - index.end} bytes of no whole append after entry ${last} are cut`);
      await writeAll(file, [new Uint8Array(dirtyEnd - index.end)], index.end);
    }
    const acknowledged = mark.segment === first ? mark.offset : SEGMENT_HEAD_BYTES;
    await rewrite(file, { from: acknowledged, to: index.end, disk });
    if (dirtyEnd > index.end || acknowledged < index.end) await file.datasync();
    return { index, size };
  } finally {
    await file.close();
  }
}

interface ReadTail {
  readonly index: SegmentIndex;
  readonly damage: Damage | undefined;
}

/** The entries of all appends that are whole. */
function readTail(
  descriptor: number,
  segment: {
    readonly name: string;
    readonly first: number;
    readonly size: number;
    readonly disk: Disk;
  },
): ReadTail {
  const { name, first, size, disk } = segment;
  const index = new SegmentIndex(first, SEGMENT_HEAD_BYTES);
  const place = { file: name, offset: index.end, position: first, end: size };
  const range = { descriptor, disk, ...place };
  const walk = walkRecords(range);
  const append: Parameters<SegmentIndex['add']>[] = [];
  for (let step = walk.next(); ; step = walk.next()) {
    if (step.done === true) return { index, damage: step.value.damage };
    append.push([step.value, step.value.end]);
    if (!step.value.isLast) continue;
    for (const entry of append.splice(0)) index.add(...entry);
  }
}

function expectAcknowledged(index: SegmentIndex, damage: Damage | undefined, mark: Mark): void {
  const { first, count, end } = index;
  if (mark.segment < first) return;
  const position = first + count;
  const missing = { expected: `entries up to ${mark.length}`, actual: `${position - 1}` };
  if (mark.segment > first) {
    throw corrupt({ file: segmentName(mark.segment), offset: 0, ...missing });
  }
  if (end < mark.offset) {
    throw corrupt(damage ?? { file: segmentName(first), offset: end, position, ...missing });
  }
  const isThere = mark.length >= first && mark.length < position;
  if (isThere && index.rangeOf(mark.length).end === mark.offset) return;
  const expected = `the end of entry ${mark.length}`;
  throw corrupt({ file: ACKNOWLEDGEMENT_FILE, offset: 0, expected, actual: 'another place' });
}

/**
 * Whether a whole record of a later append follows the damaged one. An append begins when the one
 * before is on disk: then that was acknowledged, whatever an older mark says.
 */
function hasLaterAppend(tail: {
  readonly descriptor: number;
  readonly damage: Damage;
  readonly size: number;
  readonly disk: Disk;
}): boolean {
  const { descriptor, damage, size, disk } = tail;
  const { offset, position = 0 } = damage;
  const next = offset + lengthAt(descriptor, offset, disk);
  const length = lengthAt(descriptor, next, disk);
  if (next < offset + RECORD_HEAD_BYTES || length < RECORD_HEAD_BYTES) return false;
  if (length > RECORD_BYTES_MAX || next + length > size) return false;
  const bytes = new Uint8Array(length);
  readAll(descriptor, bytes, next, disk);
  const found = decodeRecord(bytes, position + 1);
  return !isMismatch(found) && found.index === 0;
}

/**
 * Writes the same bytes again, so that they are synced before anybody is shown them: after a sync
 * that failed the system may show bytes that never came to the disk, and take them for written.
 */
async function rewrite(
  file: DiskFile,
  range: { readonly from: number; readonly to: number; readonly disk: Disk },
): Promise<void> {
  const { from, to, disk } = range;
  for (let at = from; at < to; at += LOG_READ_BYTES) {
    const bytes = new Uint8Array(Math.min(LOG_READ_BYTES, to - at));
    readAll(file.fd, bytes, at, disk);
    await writeAll(file, [bytes], at);
  }
}
