/**
 * The bytes of a segment of the log (schema/log.md): a head, then records without a gap, then
 * zeros. Numbers are little-endian, checksums are CRC-32 (zlib).
 *
 *     head     0  magic 8 B          8  version u32      12  first position u32
 *             16  space 32 B        48  previous 32 B    80  zero 12 B    92  checksum u32
 *     record   0  bytes u32          4  checksum u32      8  position u32
 *             12  kind u8           13  is last u8       14  index u16
 *             16  hash 32 B         48  the entry's bytes
 */

import { crc32 } from 'node:zlib';
import { sameBytes, utf8 } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { LOG_ENTRY_BYTES_MAX } from '../base/limits.ts';
import { corrupt } from './damage.ts';
import { type EntryKind, isEntryKind } from './entry-kind.ts';
import type { NewEntry } from './log.ts';

export const SEGMENT_HEAD_BYTES = 96;
export const RECORD_HEAD_BYTES = 48;
export const RECORD_BYTES_MAX = RECORD_HEAD_BYTES + LOG_ENTRY_BYTES_MAX;

const MAGIC = utf8('MGRAPHLG');
const VERSION = 1;
const HEAD_CHECKSUM = 92;

export interface SegmentHead {
  /** Position of the first record. */
  readonly first: number;
  /** Hash of the log's first entry, which names the space. */
  readonly space: Uint8Array;
  /** Hash of the entry before the first; zeros where there is none. */
  readonly previous: Uint8Array;
}

export function encodeSegmentHead(head: SegmentHead): Uint8Array {
  const bytes = new Uint8Array(SEGMENT_HEAD_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  view.setUint32(8, VERSION, true);
  view.setUint32(12, head.first, true);
  bytes.set(head.space, 16);
  bytes.set(head.previous, 48);
  view.setUint32(HEAD_CHECKSUM, crc32(bytes.subarray(0, HEAD_CHECKSUM)), true);
  return bytes;
}

/** Reads a head; throws CORRUPT, or UNSUPPORTED for a whole head of a newer version. */
export function decodeSegmentHead(bytes: Uint8Array, file: string): SegmentHead {
  expectHead(bytes, { file, magic: MAGIC, version: VERSION, checksumAt: HEAD_CHECKSUM });
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return {
    first: view.getUint32(12, true),
    space: bytes.slice(16, 48),
    previous: bytes.slice(48, 80),
  };
}

export interface HeadForm {
  readonly file: string;
  readonly magic: Uint8Array;
  readonly version: number;
  /** Where the checksum of all before it stands, in every version. */
  readonly checksumAt: number;
}

/** Magic, checksum, then version: a flipped bit in the version is no newer format. */
export function expectHead(bytes: Uint8Array, form: HeadForm): void {
  const { file, magic, version, checksumAt } = form;
  const isWhole = bytes.length >= checksumAt + 4 && sameBytes(bytes.subarray(0, 8), magic);
  if (!isWhole) throw corrupt({ file, offset: 0, expected: 'its head', actual: 'other bytes' });
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const stated = view.getUint32(checksumAt, true);
  const actual = crc32(bytes.subarray(0, checksumAt));
  if (stated !== actual) {
    throw corrupt({ file, offset: 0, expected: checksumText(stated), actual: hex(actual) });
  }
  const found = view.getUint32(8, true);
  if (found === version) return;
  throw new DatabaseError(
    ErrorCode.UNSUPPORTED,
    `${file} expected version ${version}, got ${found}: use the version of this program ` +
      'that wrote it, or a newer one',
  );
}

export interface RecordPlace {
  readonly position: number;
  /** Where the entry stands among those of its append, from 0. */
  readonly index: number;
  readonly isLast: boolean;
}

/** Writes the head of an entry's record. */
export function encodeRecordHead(head: Uint8Array, entry: NewEntry, place: RecordPlace): void {
  const view = new DataView(head.buffer, head.byteOffset);
  view.setUint32(0, RECORD_HEAD_BYTES + entry.bytes.length, true);
  view.setUint32(8, place.position, true);
  head[12] = entry.kind;
  head[13] = place.isLast ? 1 : 0;
  view.setUint16(14, place.index, true);
  head.set(entry.hash, 16);
  view.setUint32(4, recordChecksum(head, entry.bytes), true);
}

export interface LogRecord extends RecordPlace {
  readonly kind: EntryKind;
  readonly hash: Uint8Array;
  readonly bytes: Uint8Array;
}

/** How a record differs from what its checksum says, or from what must stand at its place. */
export interface Mismatch {
  readonly expected: string;
  readonly actual: string;
}

/** Reads the record that these bytes are, head and all; its parts are views of them. */
export function decodeRecord(bytes: Uint8Array, position: number): LogRecord | Mismatch {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const entryBytes = bytes.subarray(RECORD_HEAD_BYTES);
  const stated = view.getUint32(4, true);
  const actual = recordChecksum(bytes.subarray(0, RECORD_HEAD_BYTES), entryBytes);
  if (stated !== actual) return { expected: checksumText(stated), actual: hex(actual) };
  const found = view.getUint32(8, true);
  if (found !== position) return { expected: `position ${position}`, actual: `${found}` };
  const kind = bytes[12];
  if (!isEntryKind(kind)) {
    return { expected: 'kind 1 to 5', actual: `${kind}` };
  }
  return {
    position,
    kind,
    isLast: bytes[13] === 1,
    index: view.getUint16(14, true),
    hash: bytes.subarray(16, RECORD_HEAD_BYTES),
    bytes: entryBytes,
  };
}

export function isMismatch(found: LogRecord | Mismatch): found is Mismatch {
  return 'expected' in found;
}

/** Over the length, all after the checksum, and the entry: a flip anywhere in a record shows. */
function recordChecksum(head: Uint8Array, entryBytes: Uint8Array): number {
  const checksum = crc32(head.subarray(8, RECORD_HEAD_BYTES), crc32(head.subarray(0, 4)));
  return crc32(entryBytes, checksum);
}

function checksumText(checksum: number): string {
  return `checksum ${hex(checksum)}`;
}

function hex(checksum: number): string {
  return checksum.toString(16).padStart(8, '0');
}
