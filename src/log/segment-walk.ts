/** Walks the records of a segment in large reads, each compared with its checksum. */

import type { Disk } from '../base/disk.ts';
import { LOG_READ_BYTES } from '../base/limits.ts';
import type { Damage } from './damage.ts';
import {
  decodeRecord,
  isMismatch,
  type LogRecord,
  RECORD_BYTES_MAX,
  RECORD_HEAD_BYTES,
} from './segment-format.ts';
import { readAll } from './transfer.ts';

export interface WalkedRecord extends LogRecord {
  readonly offset: number;
  /** Where the next one begins. */
  readonly end: number;
}

export interface WalkRange {
  readonly descriptor: number;
  /** For damage. */
  readonly file: string;
  readonly offset: number;
  /** Position of the record at `offset`. */
  readonly position: number;
  /** Nothing is read from here on. */
  readonly end: number;
  /** Where reads go, one over the other; to new memory when absent, or for a larger record. */
  readonly buffer?: Uint8Array | undefined;
  /** That the file is on; the system's when absent. */
  readonly disk?: Disk | undefined;
}

/** Where a walk stopped: at a zero length, at `end`, or at bytes that are no such record. */
export interface WalkEnd {
  readonly offset: number;
  readonly position: number;
  readonly damage: Damage | undefined;
}

/**
 * The bytes of the records are views of buffers that are not written again, or of the range's own:
 * those stand until the next record is asked for.
 */
export function* walkRecords(range: WalkRange): Generator<WalkedRecord, WalkEnd> {
  const window = new ReadWindow(range);
  let { offset, position } = range;
  for (;;) {
    const head = window.bytes(offset, 4);
    const length = head.length < 4 ? 0 : lengthAt(head);
    if (length === 0) return { offset, position, damage: undefined };
    const bytes = isLength(length) ? window.bytes(offset, length) : undefined;
    const found =
      bytes?.length === length
        ? decodeRecord(bytes, position)
        : { expected: 'the length of a whole record', actual: `${length}` };
    if (isMismatch(found)) {
      return { offset, position, damage: { file: range.file, offset, position, ...found } };
    }
    yield { ...found, offset, end: offset + length };
    offset += length;
    position += 1;
  }
}

function isLength(length: number): boolean {
  return length >= RECORD_HEAD_BYTES && length <= RECORD_BYTES_MAX;
}

function lengthAt(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
}

/** A part of the file in memory, replaced by a later one when more is asked for. */
class ReadWindow {
  readonly #range: WalkRange;
  #start = 0;
  #bytes: Uint8Array = new Uint8Array();

  constructor(range: WalkRange) {
    this.#range = range;
  }

  /** Fewer bytes than asked for at the end of the range or of the file. */
  bytes(offset: number, count: number): Uint8Array {
    if (offset >= this.#range.end) return new Uint8Array();
    const end = Math.min(offset + count, this.#range.end);
    if (end > this.#start + this.#bytes.length) this.#read(offset, end - offset);
    const from = offset - this.#start;
    return this.#bytes.subarray(from, Math.min(from + count, this.#bytes.length));
  }

  #read(offset: number, least: number): void {
    const { descriptor, end, buffer, disk } = this.#range;
    const most = Math.max(buffer?.length ?? LOG_READ_BYTES, least);
    const size = Math.min(most, end - offset);
    const isFitting = buffer !== undefined && size <= buffer.length;
    const bytes = isFitting ? buffer.subarray(0, size) : new Uint8Array(size);
    const count = readAll(descriptor, bytes, offset, disk);
    this.#bytes = bytes.subarray(0, count);
    this.#start = offset;
  }
}
