/** Reads the fields of a record's body, each of its form or a MALFORMED error. */

import { decode } from '@ipld/dag-cbor';
import { compareBytes, concatBytes, utf8 } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import {
  AUTHORITY_NAME_BYTES_MAX,
  FRONTIER_AUTHORS_MAX,
  SEAL_TIPS_MAX,
} from '../base/identity-limits.ts';
import { hashOfCid } from '../crypto/identifier.ts';

const KEY_BYTES = 32;

/** What every record after the genesis says of its place. */
export interface RecordPlace {
  readonly space: Uint8Array;
  /** 1 for the record after genesis. */
  readonly height: number;
  /** Hash of the record before. */
  readonly previous: Uint8Array;
  /** Hash of the proposal that members have decided; absent where the owner signs. */
  readonly proposal?: Uint8Array;
}

/** An author, and the last of its commits that something is said of. */
export interface AuthorSequence {
  readonly key: Uint8Array;
  readonly sequence: number;
}

/** The last commit of an author, or of one of several branches that the author has signed. */
export interface SealedTip extends AuthorSequence {
  readonly hash: Uint8Array;
}

export class BodyFields {
  readonly #fields: ReadonlyMap<string, unknown>;

  constructor(bytes: Uint8Array) {
    this.#fields = decodeFields(bytes);
  }

  entries(): Iterable<readonly [field: string, value: unknown]> {
    return this.#fields;
  }

  value(field: string): unknown {
    return this.#fields.get(field);
  }

  has(field: string): boolean {
    return this.#fields.has(field);
  }

  place(): RecordPlace {
    const previous = hashOfCid(this.value('previous'));
    const height = this.value('height');
    if (previous === undefined) throw malformed('previous to be a link', 'another value');
    if (typeof height !== 'number' || !Number.isSafeInteger(height) || height < 1) {
      throw malformed('height to be a whole number from 1', typeof height);
    }
    const place = { space: this.bytes('space', KEY_BYTES), height, previous };
    return this.has('proposal') ? { ...place, proposal: this.bytes('proposal', KEY_BYTES) } : place;
  }

  text(field: string): string {
    const value = this.value(field);
    if (typeof value !== 'string') throw malformed(`${field} to be a text`, typeof value);
    return value;
  }

  name(field: string): string {
    const value = this.value(field);
    if (typeof value === 'string' && isName(value)) return value;
    const expected = `${field} to be a text of at most ${AUTHORITY_NAME_BYTES_MAX} bytes`;
    throw malformed(`${expected} without control characters`, 'another value');
  }

  bytes(field: string, length: number): Uint8Array {
    const value = this.value(field);
    if (value instanceof Uint8Array && value.length === length) return value;
    throw malformed(`${field} to be ${length} bytes`, typeof value);
  }

  list(field: string, max: number): readonly unknown[] {
    const value = this.value(field);
    if (Array.isArray(value) && value.length <= max) return value as unknown[];
    throw malformed(`${field} to be a list of at most ${max}`, typeof value);
  }

  /** Pairs of an author's key and a sequence number, ascending by key. */
  authors(field: string): AuthorSequence[] {
    const authors = this.list(field, FRONTIER_AUTHORS_MAX).map(authorSequence);
    expectAscending(authors.map(({ key }) => key));
    return authors;
  }

  /** The same with the hash of the commit, ascending by key and hash. */
  tips(field: string): SealedTip[] {
    const tips = this.list(field, SEAL_TIPS_MAX).map(sealedTip);
    expectAscending(tips.map(({ key, hash }) => concatBytes(key, hash)));
    return tips;
  }

  keys(field: string, max: number): Uint8Array[] {
    const keys = this.list(field, max).map((key) => {
      if (key instanceof Uint8Array && key.length === KEY_BYTES) return key;
      throw malformed(`${field} to be keys of ${KEY_BYTES} bytes`, 'another entry');
    });
    expectAscending(keys);
    return keys;
  }
}

/** Whether a text may be the name of an organisation or the label of an author. */
export function isName(text: string): boolean {
  if (!text.isWellFormed() || /\p{Cc}/u.test(text)) return false;
  return utf8(text).length <= AUTHORITY_NAME_BYTES_MAX;
}

/** As a record lists them. */
export function sequencePairs(authors: readonly AuthorSequence[]): unknown[] {
  return authors.map(({ key, sequence }) => [key, sequence]);
}

export function tipTriples(tips: readonly SealedTip[]): unknown[] {
  return tips.map(({ key, sequence, hash }) => [key, sequence, hash]);
}

export function malformed(expected: string, actual: string, cause?: unknown): DatabaseError {
  const message = `an authority record expected ${expected}, got ${actual}`;
  return new DatabaseError(ErrorCode.MALFORMED, message, { cause });
}

function authorSequence(entry: unknown): AuthorSequence {
  const [key, sequence, ...rest] = Array.isArray(entry) ? (entry as unknown[]) : [];
  const isKey = key instanceof Uint8Array && key.length === KEY_BYTES;
  if (isKey && rest.length === 0 && Number.isSafeInteger(sequence) && Number(sequence) >= 1) {
    return { key, sequence: Number(sequence) };
  }
  throw malformed('an author to be a key of 32 bytes and a number from 1', 'another entry');
}

function sealedTip(entry: unknown): SealedTip {
  const [key, sequence, hash, ...rest] = Array.isArray(entry) ? (entry as unknown[]) : [];
  if (hash instanceof Uint8Array && hash.length === KEY_BYTES && rest.length === 0) {
    return { ...authorSequence([key, sequence]), hash };
  }
  throw malformed('a tip to be an author, a number and a hash of 32 bytes', 'another entry');
}

export function expectAscending(keys: readonly Uint8Array[]): void {
  for (const [index, key] of keys.entries()) {
    const before = keys[index - 1];
    if (before === undefined || compareBytes(before, key) < 0) continue;
    throw malformed('keys to ascend', 'another order');
  }
}

function decodeFields(bytes: Uint8Array): ReadonlyMap<string, unknown> {
  let value: unknown;
  try {
    value = decode(bytes);
  } catch (cause) {
    throw malformed('DAG-CBOR', 'other bytes', cause);
  }
  if (typeof value !== 'object' || value === null) throw malformed('a map', typeof value);
  return new Map(Object.entries(value));
}
