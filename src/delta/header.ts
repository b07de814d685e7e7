/**
 * The header of a commit: canonical DAG-CBOR, so that one header has one form and any CBOR reader
 * can read it. Its SHA-256 names the commit. Fields and rules are in schema/commit.md.
 *
 * It is read and written by a template: fifteen keys in canonical order (shorter ones first), each
 * with a value of one type. Whatever does not follow the template is refused, so no second form
 * can pass. Runs anywhere: no Node API.
 */

import { PAYLOAD_BYTES_MAX, TRANSACTIONS_MAX } from '../../assembly/abi.ts';
import { assert } from '../base/assert.ts';
import { CborReader, CborWriter, cborText } from '../base/cbor.ts';
import type { DatabaseError } from '../base/errors.ts';
import { COMMIT_HEADER_BYTES_MAX, COMMIT_PARENTS_MAX } from '../base/limits.ts';
import { commitError, Reason } from './reason.ts';

export const HEADER_VERSION = 1;
/** Ed25519 over the domain-separated header hash. */
export const ALGORITHM_ED25519 = 1;

/** What the payload's leaves are. */
export const CommitFormat = {
  /** Every transaction is a plain leaf: its own bytes. */
  PLAIN: 1,
  /** Transactions are plain or segmented, as each one's leaf byte says. */
  SEGMENTED: 2,
} as const;
export type CommitFormat = (typeof CommitFormat)[keyof typeof CommitFormat];

export interface CommitHeader {
  readonly format: CommitFormat;
  /** SHA-256 of the genesis record. */
  readonly space: Uint8Array;
  readonly epoch: number;
  /** Ed25519 public key. */
  readonly author: Uint8Array;
  /** From 1, without gaps, for each author. */
  readonly sequence: number;
  /** Hash of the author's commit before; undefined for the first. */
  readonly previous: Uint8Array | undefined;
  /** Hashes of the heads that the author held, sorted; `previous` is not repeated. */
  readonly parents: readonly Uint8Array[];
  /** Hash of the newest authority record that the author held. */
  readonly authority: Uint8Array;
  /** Hybrid logical clock: milliseconds × 65,536 + counter. */
  readonly clock: bigint;
  readonly transactionCount: number;
  /** Bytes of the payload in its full form. */
  readonly payloadBytes: number;
  /** SHA-256 of the payload's dictionary. */
  readonly dictionary: Uint8Array;
  /** RFC 6962 root over the transactions. */
  readonly root: Uint8Array;
}

const HASH_BYTES = 32;
const CLOCK_MAX = 2n ** 63n - 1n;
const FIELDS = 15;

const ROOT = cborText('root');
const CLOCK = cborText('clock');
const EPOCH = cborText('epoch');
const SPACE = cborText('space');
const AUTHOR = cborText('author');
const FORMAT = cborText('format');
const PARENTS = cborText('parents');
const PAYLOAD = cborText('payload');
const VERSION = cborText('version');
const PREVIOUS = cborText('previous');
const SEQUENCE = cborText('sequence');
const ALGORITHM = cborText('algorithm');
const AUTHORITY = cborText('authority');
const DICTIONARY = cborText('dictionary');
const TRANSACTIONS = cborText('transactions');

const NULL = 0xf6;
const NULL_ITEM = Uint8Array.of(NULL);
/** Tag 42, 37 bytes: the prefix of a binary CID, then CIDv1, dag-cbor, sha2-256, 32 bytes. */
const LINK = Uint8Array.of(0xd8, 42, 0x58, 37, 0, 1, 0x71, 0x12, HASH_BYTES);
const LINK_BYTES = LINK.length + HASH_BYTES;
/** All but the links of parents, with every number in 9 bytes. */
const REST_BYTES_MAX = 512;

/** Values beyond the rules are written too: what a header says is the reader's to refuse. */
export function encodeHeader(header: CommitHeader): Uint8Array {
  const writer = new CborWriter(REST_BYTES_MAX + header.parents.length * LINK_BYTES);
  writer.map(FIELDS);
  writeHash(writer, ROOT, header.root);
  writer.literal(CLOCK);
  writer.unsigned64(header.clock);
  writeNumber(writer, EPOCH, header.epoch);
  writeHash(writer, SPACE, header.space);
  writeHash(writer, AUTHOR, header.author);
  writeNumber(writer, FORMAT, header.format);
  writer.literal(PARENTS);
  writer.list(header.parents.length);
  for (const parent of header.parents) writeLink(writer, parent);
  writeNumber(writer, PAYLOAD, header.payloadBytes);
  writeNumber(writer, VERSION, HEADER_VERSION);
  writer.literal(PREVIOUS);
  if (header.previous === undefined) writer.literal(NULL_ITEM);
  else writeLink(writer, header.previous);
  writeNumber(writer, SEQUENCE, header.sequence);
  writeNumber(writer, ALGORITHM, ALGORITHM_ED25519);
  writer.literal(AUTHORITY);
  writeLink(writer, header.authority);
  writeHash(writer, DICTIONARY, header.dictionary);
  writeNumber(writer, TRANSACTIONS, header.transactionCount);
  return writer.written();
}

/** Reads a header; its hashes are views on `bytes`. Throws MALFORMED or UNSUPPORTED. */
export function decodeHeader(bytes: Uint8Array): CommitHeader {
  if (bytes.length > COMMIT_HEADER_BYTES_MAX) {
    const expected = `at most ${COMMIT_HEADER_BYTES_MAX} bytes`;
    throw headerError(Reason.HEADER_LENGTH, expected, `${bytes.length}`);
  }
  const reader = new CborReader(bytes);
  reader.map(FIELDS);
  const root = readHash(reader, ROOT);
  reader.literal(CLOCK);
  const clock = reader.unsigned64();
  const epoch = readNumber(reader, EPOCH);
  const space = readHash(reader, SPACE);
  const author = readHash(reader, AUTHOR);
  const format = readNumber(reader, FORMAT);
  const parents = readParents(reader);
  const payloadBytes = readNumber(reader, PAYLOAD);
  const version = readNumber(reader, VERSION);
  const previous = readPrevious(reader);
  const sequence = readNumber(reader, SEQUENCE);
  const algorithm = readNumber(reader, ALGORITHM);
  reader.literal(AUTHORITY);
  const authority = readLink(reader);
  const dictionary = readHash(reader, DICTIONARY);
  const transactionCount = readNumber(reader, TRANSACTIONS);
  reader.end();
  if (!reader.isSound) {
    const actual = `other bytes (header byte ${reader.at})`;
    throw headerError(Reason.HEADER_NONCANONICAL, 'its fields in the canonical form', actual);
  }
  expectVersions(version, algorithm, format);
  const header: CommitHeader = {
    format: format as CommitFormat,
    space,
    epoch,
    author,
    sequence,
    previous,
    parents,
    authority,
    clock,
    transactionCount,
    payloadBytes,
    dictionary,
    root,
  };
  expectValues(header);
  return header;
}

function writeNumber(writer: CborWriter, key: Uint8Array, value: number): void {
  writer.literal(key);
  writer.unsigned(value);
}

function writeHash(writer: CborWriter, key: Uint8Array, hash: Uint8Array): void {
  assert(hash.length === HASH_BYTES, 'a hash or key in a header has 32 bytes');
  writer.literal(key);
  writer.bytes(hash);
}

function writeLink(writer: CborWriter, hash: Uint8Array): void {
  assert(hash.length === HASH_BYTES, 'a link in a header has 32 bytes');
  writer.literal(LINK);
  writer.literal(hash);
}

function readNumber(reader: CborReader, key: Uint8Array): number {
  reader.literal(key);
  return reader.unsigned();
}

function readHash(reader: CborReader, key: Uint8Array): Uint8Array {
  reader.literal(key);
  return reader.bytes(HASH_BYTES);
}

function readLink(reader: CborReader): Uint8Array {
  reader.literal(LINK);
  return reader.raw(HASH_BYTES);
}

/** A count that the bytes do not hold ends with the first link that is not there. */
function readParents(reader: CborReader): Uint8Array[] {
  reader.literal(PARENTS);
  const count = reader.list();
  const parents: Uint8Array[] = [];
  while (parents.length < count && reader.isSound) parents.push(readLink(reader));
  return parents;
}

function readPrevious(reader: CborReader): Uint8Array | undefined {
  reader.literal(PREVIOUS);
  if (!reader.isNext(NULL)) return readLink(reader);
  reader.literal(NULL_ITEM);
  return undefined;
}

/** What another version would mean is not known here: unsupported, not wrong. */
function expectVersions(version: number, algorithm: number, format: number): void {
  if (version !== HEADER_VERSION) {
    throw headerError(Reason.VERSION_UNSUPPORTED, `version ${HEADER_VERSION}`, `${version}`);
  }
  if (algorithm !== ALGORITHM_ED25519) {
    const expected = `algorithm ${ALGORITHM_ED25519}`;
    throw headerError(Reason.ALGORITHM_UNSUPPORTED, expected, `${algorithm}`);
  }
  if (format !== CommitFormat.PLAIN && format !== CommitFormat.SEGMENTED) {
    const expected = `format ${CommitFormat.PLAIN} or ${CommitFormat.SEGMENTED}`;
    throw headerError(Reason.FORMAT_UNSUPPORTED, expected, `${format}`);
  }
}

function expectValues(header: CommitHeader): void {
  expectNumber('epoch', header.epoch, 0, Number.MAX_SAFE_INTEGER);
  expectNumber('sequence', header.sequence, 1, Number.MAX_SAFE_INTEGER);
  const { parents, clock } = header;
  expectNumber('parents', parents.length, 0, COMMIT_PARENTS_MAX);
  for (let index = 1; index < parents.length; index++) {
    if (isAscending(parents[index - 1] as Uint8Array, parents[index] as Uint8Array)) continue;
    throw valueError('parents', 'in ascending order', 'another order');
  }
  if (clock < 1n || clock > CLOCK_MAX) throw valueError('clock', 'a positive int64', `${clock}`);
  expectNumber('transactions', header.transactionCount, 1, TRANSACTIONS_MAX);
  expectNumber('payload', header.payloadBytes, 1, PAYLOAD_BYTES_MAX);
}

function expectNumber(field: string, value: number, least: number, most: number): void {
  if (value >= least && value <= most) return;
  throw valueError(field, `from ${least} to ${most}`, `${value}`);
}

/** Whether two hashes differ and the left one comes first. */
function isAscending(left: Uint8Array, right: Uint8Array): boolean {
  for (let index = 0; index < HASH_BYTES; index++) {
    const difference = (left[index] as number) - (right[index] as number);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

function valueError(field: string, expected: string, actual: string): DatabaseError {
  return headerError(Reason.HEADER_VALUE, `${field} ${expected}`, actual, { field });
}

function headerError(
  reason: Reason,
  expected: string,
  actual: string,
  facts: Readonly<Record<string, string>> = {},
): DatabaseError {
  return commitError(reason, { what: 'a commit header', expected, actual }, facts);
}
