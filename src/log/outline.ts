/**
 * What is known of the first entries of a log before they are here: the order in which another
 * replica has them, the authority records whole, of each commit its hash and what a start asks of
 * it. It comes from outside. It is kept in the form in which it is sent: 53 bytes a commit.
 *
 *     outline     0  version u32     4  authors u32     8  entries u32
 *                12  author keys 32 B each, ascending
 *                    entries
 *     record      0  1 u8            1  hash 32 B      33  bytes u32        37  the record's bytes
 *     commit      0  2 u8            1  hash 32 B      33  author u32
 *                37  sequence u64   45  clock u64
 */

import { assert } from '../base/assert.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { compareBytes, concatBytes, toHex } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { firstIndex } from '../base/first-index.ts';
import { AUTHORITY_RECORD_BYTES_MAX, LOG_READ_BYTES, OUTLINE_BYTES_MAX } from '../base/limits.ts';
import { u32At, u64At } from '../base/little-endian.ts';
import { AuthorityPositions } from './authority-positions.ts';
import { EntryKind } from './entry-kind.ts';

const VERSION = 1;
const HEAD_BYTES = 12;
const KEY_BYTES = 32;
const HASH_AT = 1;
const HASH_BYTES = 32;
/** In a record: how many bytes it has. In a commit: which author signed it. */
const WORD_AT = HASH_AT + HASH_BYTES;
const RECORD_BYTES_AT = WORD_AT + 4;
const SEQUENCE_AT = WORD_AT + 4;
const CLOCK_AT = SEQUENCE_AT + 8;
const COMMIT_BYTES = CLOCK_AT + 8;

export interface OutlineRecord {
  readonly kind: typeof EntryKind.AUTHORITY;
  readonly hash: Uint8Array;
  /** The record, whole. */
  readonly bytes: Uint8Array;
}

export interface OutlineCommit {
  readonly kind: typeof EntryKind.COMMIT;
  readonly hash: Uint8Array;
  /** Public key of whoever signed it. */
  readonly author: Uint8Array;
  /** From 1. */
  readonly sequence: number;
  /** Above 0, in 63 bits. */
  readonly clock: bigint;
}

export type OutlineEntry = OutlineRecord | OutlineCommit;

export interface OutlineContent {
  /** Keys of all authors of the commits, ascending. */
  readonly authors: readonly Uint8Array[];
  /** How many entries there are. */
  readonly length: number;
  /** In the order of the log. */
  readonly entries: Iterable<OutlineEntry>;
}

/** The hashes, keys and records that it gives out are views of its bytes: they are not written. */
export class Outline {
  /** The form in which it is sent and kept. */
  readonly bytes: Uint8Array;
  /** Position of its last entry. */
  readonly length: number;
  readonly #authorCount: number;
  readonly #authority: AuthorityPositions;
  /** Where the entry after each authority record begins. */
  readonly #ends: readonly number[];

  private constructor(bytes: Uint8Array, { length, authorCount, authority, ends }: ReadOutline) {
    this.bytes = bytes;
    this.length = length;
    this.#authorCount = authorCount;
    this.#authority = authority;
    this.#ends = ends;
  }

  /**
   * Reads what another has sent, and keeps the bytes. Throws MALFORMED, UNSUPPORTED for another
   * version, LIMIT_EXCEEDED beyond OUTLINE_BYTES_MAX. That the hash of a record is that of its
   * body, and that the entries have the root that somebody has signed, is for the caller to find.
   */
  static decode(bytes: Uint8Array): Outline {
    // A Buffer would copy nothing where it is asked for a slice.
    const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    return new Outline(plain, readOutline(plain));
  }

  /** Keys of the authors, ascending. */
  get authors(): Uint8Array[] {
    return Array.from({ length: this.#authorCount }, (_, index) => keyAt(this.bytes, index));
  }

  /** Positions of the authority records, ascending. */
  get authorityPositions(): readonly number[] {
    return this.#authority.all;
  }

  kindOf(position: number): EntryKind | undefined {
    const at = this.#offsetOf(position);
    return at === undefined ? undefined : (this.bytes[at] as EntryKind);
  }

  hashOf(position: number): Uint8Array | undefined {
    const at = this.#offsetOf(position);
    return at === undefined ? undefined : this.#hashAt(at);
  }

  /** The bytes of the authority record at a position; undefined where none stands. */
  recordAt(position: number): Uint8Array | undefined {
    const at = this.#offsetOf(position);
    if (at === undefined || this.bytes[at] !== EntryKind.AUTHORITY) return undefined;
    const start = at + RECORD_BYTES_AT;
    return this.bytes.subarray(start, start + u32At(this.bytes, at + WORD_AT));
  }

  /** What is known of the commit at a position; undefined where none stands. */
  commitAt(position: number): OutlineCommit | undefined {
    const at = this.#offsetOf(position);
    return at === undefined || this.bytes[at] !== EntryKind.COMMIT ? undefined : this.#commit(at);
  }

  /** Position of the n-th commit, n from 1; undefined where there are fewer. */
  commitPosition(ordinal: number): number | undefined {
    return this.#authority.positionOfCommit(ordinal, this.length);
  }

  /** Authority records up to a position. */
  recordsUpTo(position: number): number {
    const positions = this.authorityPositions;
    return firstIndex(positions.length, (at) => (positions[at] as number) > position);
  }

  get commitCount(): number {
    return this.length - this.authorityPositions.length;
  }

  /** All commits, in order. */
  *commits(): Iterable<OutlineCommit & { readonly position: number }> {
    let records = 0;
    for (let position = 1; position <= this.length; position++) {
      if (this.authorityPositions[records] === position) records += 1;
      else yield { position, ...this.#commit(this.#offsetAfter(records, position)) };
    }
  }

  /** All entries, in order. */
  *entries(): Iterable<OutlineEntry> {
    for (let position = 1; position <= this.length; position++) {
      const bytes = this.recordAt(position);
      const hash = this.hashOf(position) as Uint8Array;
      if (bytes !== undefined) yield { kind: EntryKind.AUTHORITY, hash, bytes };
      else yield this.commitAt(position) as OutlineCommit;
    }
  }

  #commit(at: number): OutlineCommit {
    const { bytes } = this;
    return {
      kind: EntryKind.COMMIT,
      hash: this.#hashAt(at),
      author: keyAt(bytes, u32At(bytes, at + WORD_AT)),
      sequence: u64At(bytes, at + SEQUENCE_AT),
      clock: exactU64At(bytes, at + CLOCK_AT),
    };
  }

  #hashAt(at: number): Uint8Array {
    return this.bytes.subarray(at + HASH_AT, at + HASH_AT + HASH_BYTES);
  }

  #offsetOf(position: number): number | undefined {
    if (!Number.isInteger(position) || position < 1 || position > this.length) return undefined;
    const positions = this.authorityPositions;
    const records = firstIndex(positions.length, (at) => (positions[at] as number) >= position);
    return this.#offsetAfter(records, position);
  }

  /** Where an entry begins before which so many records stand: behind the last are commits. */
  #offsetAfter(records: number, position: number): number {
    const start = HEAD_BYTES + KEY_BYTES * this.#authorCount;
    const end = records === 0 ? start : (this.#ends[records - 1] as number);
    const last = records === 0 ? 0 : (this.authorityPositions[records - 1] as number);
    return end + COMMIT_BYTES * (position - last - 1);
  }
}

/** The encoded form of an outline, whole. Throws LIMIT_EXCEEDED as its parts do. */
export function encodeOutline(content: OutlineContent): Uint8Array {
  return concatBytes(...outlineParts(content));
}

/**
 * The encoded form in parts of about 1 MiB, so that others may run in between. Throws
 * LIMIT_EXCEEDED where it comes to more than OUTLINE_BYTES_MAX.
 */
export function* outlineParts({ authors, length, entries }: OutlineContent): Generator<Uint8Array> {
  const numbers = new Map(authors.map((key, index) => [toHex(key), index]));
  const writer = new ByteWriter(LOG_READ_BYTES);
  writer.u32(VERSION);
  writer.u32(authors.length);
  writer.u32(length);
  for (const [index, key] of authors.entries()) {
    const isNext = index === 0 || compareBytes(authors[index - 1] as Uint8Array, key) < 0;
    assert(isNext && key.length === KEY_BYTES, 'authors are in the order of their keys');
    writer.bytes(key);
  }
  let [count, total] = [0, 0];
  for (const entry of entries) {
    writeEntry(writer, entry, numbers);
    count += 1;
    if (writer.length < LOG_READ_BYTES) continue;
    total += writer.length;
    expectFitting(total);
    yield writer.written().slice();
    writer.truncate(0);
  }
  assert(count === length, 'an outline has as many entries as it says');
  expectFitting(total + writer.length);
  yield writer.written().slice();
}

function writeEntry(
  writer: ByteWriter,
  entry: OutlineEntry,
  authors: ReadonlyMap<string, number>,
): void {
  assert(entry.hash.length === HASH_BYTES, 'an entry is named by 32 bytes');
  writer.u8(entry.kind);
  writer.bytes(entry.hash);
  if (entry.kind === EntryKind.AUTHORITY) {
    assert(entry.bytes.length <= AUTHORITY_RECORD_BYTES_MAX, 'a record fits its limit');
    writer.u32(entry.bytes.length);
    writer.bytes(entry.bytes);
    return;
  }
  const author = authors.get(toHex(entry.author));
  assert(author !== undefined, 'the author of each commit is among those of the outline');
  assert(Number.isSafeInteger(entry.sequence) && entry.sequence > 0, 'sequences count from 1');
  assert(entry.clock > 0n && entry.clock < 2n ** 63n, 'a clock is a positive int64');
  writer.u32(author);
  writer.i64(BigInt(entry.sequence));
  writer.i64(entry.clock);
}

interface ReadOutline {
  readonly authorCount: number;
  readonly length: number;
  readonly authority: AuthorityPositions;
  readonly ends: readonly number[];
}

function readOutline(bytes: Uint8Array): ReadOutline {
  expectFitting(bytes.length);
  if (bytes.length < HEAD_BYTES) throw malformed(`${HEAD_BYTES} bytes`, `${bytes.length}`);
  const version = u32At(bytes, 0);
  if (version !== VERSION) throw otherVersion(version);
  const authorCount = u32At(bytes, 4);
  expectAuthors(bytes, authorCount);
  const start = HEAD_BYTES + KEY_BYTES * authorCount;
  const length = u32At(bytes, 8);
  // The shortest entry is a record without bytes.
  const most = Math.floor((bytes.length - start) / RECORD_BYTES_AT);
  if (length < 1 || length > most) throw malformed(`1 to ${most} entries`, `${length}`);
  const authority = new AuthorityPositions();
  const ends: number[] = [];
  let at = start;
  for (let position = 1; position <= length; position++) {
    const kind = bytes[at];
    if (kind === EntryKind.COMMIT) at = commitEnd(bytes, at, { position, authorCount });
    else {
      at = recordEnd(bytes, at, position);
      authority.add(position);
      ends.push(at);
    }
  }
  if (at === bytes.length) return { authorCount, length, authority, ends };
  throw malformed(`its end after entry ${length}`, `${bytes.length - at} bytes more`);
}

function expectAuthors(bytes: Uint8Array, count: number): void {
  const most = Math.floor((bytes.length - HEAD_BYTES) / KEY_BYTES);
  if (count > most) throw malformed(`at most ${most} authors`, `${count}`);
  for (let index = 1; index < count; index++) {
    const [before, key] = [keyAt(bytes, index - 1), keyAt(bytes, index)];
    if (compareBytes(before, key) < 0) continue;
    throw malformed(`author ${index} after ${toHex(before)}`, toHex(key));
  }
}

/** The key of an author that is there, by its number from 0. */
function keyAt(bytes: Uint8Array, index: number): Uint8Array {
  const at = HEAD_BYTES + KEY_BYTES * index;
  return bytes.subarray(at, at + KEY_BYTES);
}

function commitEnd(
  bytes: Uint8Array,
  at: number,
  { position, authorCount }: { readonly position: number; readonly authorCount: number },
): number {
  const left = bytes.length - at;
  if (left < COMMIT_BYTES) throw wrongEntry(position, `${COMMIT_BYTES} bytes`, `${left}`);
  const author = u32At(bytes, at + WORD_AT);
  if (author >= authorCount) {
    throw wrongEntry(position, `one of ${authorCount} authors`, `author ${author}`);
  }
  expectNumber(bytes, at + SEQUENCE_AT, { position, name: 'sequence number', bits: 53 });
  expectNumber(bytes, at + CLOCK_AT, { position, name: 'clock', bits: 63 });
  return at + COMMIT_BYTES;
}

/** A number above 0 of so many bits. */
function expectNumber(
  bytes: Uint8Array,
  at: number,
  { position, name, bits }: { readonly position: number; readonly name: string; bits: number },
): void {
  if (u32At(bytes, at + 4) < 2 ** (bits - 32) && u64At(bytes, at) > 0) return;
  const expected = `a ${name} from 1 to 2^${bits} - 1`;
  throw wrongEntry(position, expected, `${exactU64At(bytes, at)}`);
}

function exactU64At(bytes: Uint8Array, at: number): bigint {
  return (BigInt(u32At(bytes, at + 4)) << 32n) | BigInt(u32At(bytes, at));
}

function recordEnd(bytes: Uint8Array, at: number, position: number): number {
  const left = bytes.length - at;
  if (left < RECORD_BYTES_AT) throw wrongEntry(position, `${RECORD_BYTES_AT} bytes`, `${left}`);
  const kind = bytes[at];
  if (kind !== EntryKind.AUTHORITY) throw wrongEntry(position, 'kind 1 or 2', `${kind}`);
  const count = u32At(bytes, at + WORD_AT);
  const most = Math.min(AUTHORITY_RECORD_BYTES_MAX, left - RECORD_BYTES_AT);
  if (count > most) throw wrongEntry(position, `a record of at most ${most} bytes`, `${count}`);
  return at + RECORD_BYTES_AT + count;
}

function expectFitting(bytes: number): void {
  if (bytes <= OUTLINE_BYTES_MAX) return;
  throw new DatabaseError(
    ErrorCode.LIMIT_EXCEEDED,
    `an outline expected at most ${OUTLINE_BYTES_MAX} bytes, got ${bytes}`,
    { facts: { limit: OUTLINE_BYTES_MAX } },
  );
}

function otherVersion(version: number): DatabaseError {
  return new DatabaseError(
    ErrorCode.UNSUPPORTED,
    `an outline expected version ${VERSION}, got ${version}`,
  );
}

function wrongEntry(position: number, expected: string, actual: string): DatabaseError {
  return malformed(`entry ${position} to have ${expected}`, actual);
}

function malformed(expected: string, actual: string): DatabaseError {
  return new DatabaseError(ErrorCode.MALFORMED, `an outline expected ${expected}, got ${actual}`);
}
