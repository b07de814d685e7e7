/**
 * What is known of the entries of one segment: where each begins, the hash that names it, and
 * which are authority records. Of the segment that is written it grows in memory, 36 bytes an
 * entry; of a full one it is a file beside the segment, so that a start need not read that.
 *
 *     index    0  magic 8 B         8  version u32      12  first position u32
 *             16  entries u32      20  authority records u32
 *             24  segment bytes u32                     28  checksum u32
 *             32  offsets u32 ...      authority positions u32 ...      hashes 32 B ...
 *            end  checksum u32 of all before it
 */

import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { utf8 } from '../base/bytes.ts';
import { type Disk, systemDisk } from '../base/disk.ts';
import { replaceFile } from '../base/durable-file.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { corrupt } from './damage.ts';
import { EntryKind, type NewEntry } from './log.ts';
import { expectHead } from './segment-format.ts';
import { indexName } from './segment-name.ts';

const MAGIC = utf8('MGRAPHLI');
const VERSION = 1;
const HEAD_BYTES = 32;
const HEAD_CHECKSUM = 28;
const HASH_BYTES = 32;
const ENTRIES_FIRST = 64;

export class SegmentIndex {
  readonly first: number;
  #count = 0;
  #offsets = new Uint32Array(ENTRIES_FIRST);
  #hashes = new Uint8Array(ENTRIES_FIRST * HASH_BYTES);
  readonly #authority: number[] = [];
  #end: number;

  /** Of a segment whose first record, if there is one, begins at `start`. */
  constructor(first: number, start: number) {
    this.first = first;
    this.#end = start;
  }

  get count(): number {
    return this.#count;
  }

  /** Where the record after the last one begins. */
  get end(): number {
    return this.#end;
  }

  /** Positions of the authority records, ascending. */
  get authority(): readonly number[] {
    return this.#authority;
  }

  add({ kind, hash }: Pick<NewEntry, 'kind' | 'hash'>, end: number): void {
    if (this.#count === this.#offsets.length) this.#grow();
    this.#offsets[this.#count] = this.#end;
    this.#hashes.set(hash, this.#count * HASH_BYTES);
    if (kind === EntryKind.AUTHORITY) this.#authority.push(this.first + this.#count);
    this.#count += 1;
    this.#end = end;
  }

  /** Where the record of a position that is here begins, and where it ends. */
  rangeOf(position: number): { readonly offset: number; readonly end: number } {
    const at = position - this.first;
    const end = at + 1 < this.#count ? (this.#offsets[at + 1] as number) : this.#end;
    return { offset: this.#offsets[at] as number, end };
  }

  /** The hash of the entry at a position that is here, as a copy. */
  hashOf(position: number): Uint8Array {
    const at = (position - this.first) * HASH_BYTES;
    return this.#hashes.slice(at, at + HASH_BYTES);
  }

  encode(): Uint8Array {
    const words = this.#count + this.#authority.length;
    const hashesAt = HEAD_BYTES + 4 * words;
    const bytes = new Uint8Array(hashesAt + HASH_BYTES * this.#count + 4);
    const view = new DataView(bytes.buffer);
    bytes.set(MAGIC);
    const head = [VERSION, this.first, this.#count, this.#authority.length, this.#end];
    for (const [index, word] of head.entries()) view.setUint32(8 + 4 * index, word, true);
    view.setUint32(HEAD_CHECKSUM, crc32(bytes.subarray(0, HEAD_CHECKSUM)), true);
    const body = [...this.#offsets.subarray(0, this.#count), ...this.#authority];
    for (const [index, word] of body.entries()) {
      view.setUint32(HEAD_BYTES + 4 * index, word, true);
    }
    bytes.set(this.#hashes.subarray(0, HASH_BYTES * this.#count), hashesAt);
    view.setUint32(bytes.length - 4, crc32(bytes.subarray(0, -4)), true);
    return bytes;
  }

  /** Reads an index file; throws CORRUPT, or UNSUPPORTED for a newer version. */
  static decode(bytes: Uint8Array, file: string): SegmentIndex {
    const form = { file, magic: MAGIC, version: VERSION, checksumAt: HEAD_CHECKSUM };
    expectHead(bytes, form);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const [first, count, authority, end] = [12, 16, 20, 24].map((at) => view.getUint32(at, true));
    const index = new SegmentIndex(first as number, end as number);
    index.#read(view, { count: count as number, authority: authority as number, file });
    return index;
  }

  #read(
    view: DataView,
    stated: { readonly count: number; readonly authority: number; readonly file: string },
  ): void {
    const { count, authority, file } = stated;
    const hashesAt = HEAD_BYTES + 4 * (count + authority);
    const expected = hashesAt + HASH_BYTES * count + 4;
    if (view.byteLength !== expected) {
      const actual = `${view.byteLength}`;
      throw corrupt({ file, offset: 0, expected: `${expected} bytes`, actual });
    }
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    if (view.getUint32(expected - 4, true) !== crc32(bytes.subarray(0, -4))) {
      throw corrupt({ file, offset: HEAD_BYTES, expected: 'its checksum', actual: 'another' });
    }
    const word = (index: number) => view.getUint32(HEAD_BYTES + 4 * index, true);
    this.#count = count;
    this.#offsets = Uint32Array.from({ length: count }, (_, index) => word(index));
    this.#hashes = bytes.slice(hashesAt, expected - 4);
    for (let index = 0; index < authority; index++) this.#authority.push(word(count + index));
  }

  #grow(): void {
    const offsets = new Uint32Array(this.#count * 2);
    const hashes = new Uint8Array(this.#count * 2 * HASH_BYTES);
    offsets.set(this.#offsets);
    hashes.set(this.#hashes);
    this.#offsets = offsets;
    this.#hashes = hashes;
  }
}

export async function writeIndex(
  directory: string,
  index: SegmentIndex,
  disk: Disk = systemDisk,
): Promise<void> {
  await replaceFile(join(directory, indexName(index.first)), index.encode(), disk);
}

/** The index file of a segment, or why there is none that can be used. */
export function readIndex(
  directory: string,
  first: number,
  disk: Disk = systemDisk,
): SegmentIndex | DatabaseError {
  const file = indexName(first);
  try {
    const bytes = new Uint8Array(disk.readFileSync(join(directory, file)));
    const index = SegmentIndex.decode(bytes, file);
    if (index.first === first) return index;
    return corrupt({ file, offset: 12, expected: `position ${first}`, actual: `${index.first}` });
  } catch (error) {
    if (error instanceof DatabaseError && error.code === ErrorCode.CORRUPT) return error;
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return corrupt({ file, offset: 0, expected: 'a file', actual: 'none' });
  }
}
