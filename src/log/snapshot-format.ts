/**
 * The bytes of a snapshot file (schema/snapshot.md): a head, facts, the image, and a checksum for
 * each of its blocks.
 *
 *     head    0  magic 8 B            8  version u32        12  image version u32
 *            16  image bytes u64     24  position u64       32  facts bytes u32
 *            36  CRC-32 of the facts and the zeros after them u32
 *            40  block bytes u32     44  zeros              60  CRC-32 of all before it u32
 */

import { crc32 } from 'node:zlib';
import { IMAGE_VERSION } from '../../assembly/abi.ts';
import { sameBytes, utf8 } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';

export const HEAD_BYTES = 64;
export const BLOCK_BYTES = 65_536;
export const FACTS_BYTES_MAX = 16_777_216;
const MAGIC = utf8('MGRAPHSN');
const VERSION = 2;
const CHECKSUM_OFFSET = 60;
/** What the image's offset in the file is a multiple of. */
const ALIGNMENT = 4_096;

export interface SnapshotHead {
  readonly imageBytes: number;
  /** Log position up to which the image holds the log. */
  readonly position: number;
  readonly factsBytes: number;
  readonly factsChecksum: number;
}

/** Where the image begins: after the facts, at a multiple of a page. */
export function imageOffset(factsBytes: number): number {
  return Math.ceil((HEAD_BYTES + factsBytes) / ALIGNMENT) * ALIGNMENT;
}

/** Of the checksums, with the one of themselves. */
export function tableBytes(imageBytes: number): number {
  return (Math.ceil(imageBytes / BLOCK_BYTES) + 1) * 4;
}

/** What stands before the image: head, facts, zeros. */
export function encodeFront({
  imageBytes,
  position,
  facts,
}: Pick<SnapshotHead, 'imageBytes' | 'position'> & { readonly facts: string }): Buffer {
  const text = utf8(facts);
  const front = Buffer.alloc(imageOffset(text.length));
  front.set(text, HEAD_BYTES);
  front.set(MAGIC);
  front.writeUInt32LE(VERSION, 8);
  front.writeUInt32LE(IMAGE_VERSION, 12);
  front.writeBigUInt64LE(BigInt(imageBytes), 16);
  front.writeBigUInt64LE(BigInt(position), 24);
  front.writeUInt32LE(text.length, 32);
  front.writeUInt32LE(crc32(front.subarray(HEAD_BYTES)), 36);
  front.writeUInt32LE(BLOCK_BYTES, 40);
  front.writeUInt32LE(crc32(front.subarray(0, CHECKSUM_OFFSET)), CHECKSUM_OFFSET);
  return front;
}

/** A snapshot that an earlier program wrote: what it holds is in the log. */
export class EarlierForm extends DatabaseError {
  constructor(message: string) {
    super(ErrorCode.UNSUPPORTED, `${message}: an earlier program wrote it`);
  }
}

/** Reads a head; throws CORRUPT where it is damaged and UNSUPPORTED where it has another form. */
export function decodeHead(bytes: Buffer, file: string): SnapshotHead {
  const isWhole = bytes.length === HEAD_BYTES && sameBytes(bytes.subarray(0, 8), MAGIC);
  if (!isWhole) throw damaged(file, 'a head of a snapshot', `${bytes.length} other bytes`);
  expectChecksum(bytes.subarray(0, CHECKSUM_OFFSET), {
    file,
    what: 'the head, at byte 0,',
    checksum: bytes.readUInt32LE(CHECKSUM_OFFSET),
  });
  expectVersion(file, { what: 'version', expected: VERSION, actual: bytes.readUInt32LE(8) });
  const actual = bytes.readUInt32LE(12);
  expectVersion(file, { what: 'an image of version', expected: IMAGE_VERSION, actual });
  return {
    imageBytes: Number(bytes.readBigUInt64LE(16)),
    position: Number(bytes.readBigUInt64LE(24)),
    factsBytes: bytes.readUInt32LE(32),
    factsChecksum: bytes.readUInt32LE(36),
  };
}

/** Checksums of the blocks of a chunk of the image. */
export function blockChecksums(chunk: Uint8Array): number[] {
  const checksums: number[] = [];
  for (let at = 0; at < chunk.length; at += BLOCK_BYTES) {
    checksums.push(crc32(chunk.subarray(at, at + BLOCK_BYTES)));
  }
  return checksums;
}

export function encodeTable(checksums: readonly number[]): Buffer {
  const table = Buffer.alloc(checksums.length * 4 + 4);
  for (const [block, checksum] of checksums.entries()) table.writeUInt32LE(checksum, block * 4);
  const end = checksums.length * 4;
  table.writeUInt32LE(crc32(table.subarray(0, end)), end);
  return table;
}

/** Throws CORRUPT, with the file and the place, where bytes have another checksum. */
export function expectChecksum(
  bytes: Uint8Array,
  { file, what, checksum }: { file: string; what: string; checksum: number },
): void {
  const actual = crc32(bytes);
  if (actual === checksum) return;
  throw damaged(file, `${what} to have checksum ${hex(checksum)}`, hex(actual));
}

export function damaged(file: string, expected: string, actual: string): DatabaseError {
  return new DatabaseError(
    ErrorCode.CORRUPT,
    `the snapshot ${file} expected ${expected}, got ${actual}`,
  );
}

function expectVersion(
  file: string,
  { what, expected, actual }: { what: string; expected: number; actual: number },
): void {
  if (actual === expected) return;
  const message = `the snapshot ${file} expected ${what} ${expected}, got ${actual}`;
  if (actual < expected) throw new EarlierForm(message);
  throw new DatabaseError(ErrorCode.UNSUPPORTED, `${message}: another program wrote it`);
}

function hex(checksum: number): string {
  return checksum.toString(16).padStart(8, '0');
}
