/**
 * The header of a commit: canonical DAG-CBOR, so that one header has one form and any CBOR reader
 * can read it. Its SHA-256 names the commit. Fields and rules are in schema/commit.md.
 */

import { decode, encode } from '@ipld/dag-cbor';
import { sameBytes } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { COMMIT_HEADER_BYTES_MAX, COMMIT_PARENTS_MAX } from '../base/limits.ts';
import { cidOf, hashOfCid } from '../crypto/identifier.ts';

export const HEADER_VERSION = 1;
/** Ed25519 over the domain-separated header hash. */
export const ALGORITHM_ED25519 = 1;
/** Transactions as plain leaves in the payload layout of assembly/delta/reader.ts. */
export const FORMAT_PLAIN = 1;

export interface CommitHeader {
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
  readonly payloadBytes: number;
  /** SHA-256 of the payload's dictionary. */
  readonly dictionary: Uint8Array;
  /** RFC 6962 root over the transactions. */
  readonly root: Uint8Array;
}

export function encodeHeader(header: CommitHeader): Uint8Array {
  return encode({
    version: HEADER_VERSION,
    algorithm: ALGORITHM_ED25519,
    format: FORMAT_PLAIN,
    space: header.space,
    epoch: header.epoch,
    author: header.author,
    sequence: header.sequence,
    previous: header.previous === undefined ? null : cidOf(header.previous),
    parents: header.parents.map(cidOf),
    authority: cidOf(header.authority),
    clock: header.clock,
    transactions: header.transactionCount,
    payload: header.payloadBytes,
    dictionary: header.dictionary,
    root: header.root,
  });
}

/** Reads a header; refuses unknown versions, missing or extra fields, and any second form. */
export function decodeHeader(bytes: Uint8Array): CommitHeader {
  if (bytes.length > COMMIT_HEADER_BYTES_MAX) {
    throw malformed(`at most ${COMMIT_HEADER_BYTES_MAX} bytes`, `${bytes.length}`);
  }
  const fields = decodeFields(bytes);
  expectVersion(fields, 'version', HEADER_VERSION);
  expectVersion(fields, 'algorithm', ALGORITHM_ED25519);
  expectVersion(fields, 'format', FORMAT_PLAIN);
  const header: CommitHeader = {
    space: bytes32(fields, 'space'),
    epoch: whole(fields, 'epoch', 0),
    author: bytes32(fields, 'author'),
    sequence: whole(fields, 'sequence', 1),
    previous: fields.get('previous') === null ? undefined : link(fields.get('previous')),
    parents: links(fields),
    authority: link(fields.get('authority')),
    clock: clock(fields),
    transactionCount: whole(fields, 'transactions', 1),
    payloadBytes: whole(fields, 'payload', 1),
    dictionary: bytes32(fields, 'dictionary'),
    root: bytes32(fields, 'root'),
  };
  if (!sameBytes(encodeHeader(header), bytes)) {
    throw malformed('the canonical form with the known fields', 'another form');
  }
  return header;
}

function decodeFields(bytes: Uint8Array): Map<string, unknown> {
  let value: unknown;
  try {
    value = decode(bytes);
  } catch (cause) {
    throw malformed('DAG-CBOR', 'other bytes', cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformed('a map', typeof value);
  }
  return new Map(Object.entries(value));
}

function expectVersion(fields: Map<string, unknown>, name: string, expected: number): void {
  const actual = fields.get(name);
  if (actual === expected) return;
  if (typeof actual !== 'number') throw malformed(`${name} to be a number`, typeof actual);
  throw new DatabaseError(
    ErrorCode.UNSUPPORTED,
    `a commit header expected ${name} ${expected}, got ${actual}`,
  );
}

function bytes32(fields: Map<string, unknown>, name: string): Uint8Array {
  const value = fields.get(name);
  if (value instanceof Uint8Array && value.length === 32) return value;
  throw malformed(`${name} to be 32 bytes`, describe(value));
}

function whole(fields: Map<string, unknown>, name: string, least: number): number {
  const value = fields.get(name);
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value;
  throw malformed(`${name} to be a whole number from ${least}`, describe(value));
}

function clock(fields: Map<string, unknown>): bigint {
  const value = fields.get('clock');
  const number = typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value;
  if (typeof number === 'bigint' && number > 0n && number < 1n << 63n) return number;
  throw malformed('clock to be a positive int64', describe(value));
}

function link(value: unknown): Uint8Array {
  const hash = hashOfCid(value);
  if (hash !== undefined) return hash;
  throw malformed('a CIDv1 of dag-cbor with sha2-256', describe(value));
}

/** Parents are a set: sorted by hash, none twice. */
function links(fields: Map<string, unknown>): Uint8Array[] {
  const value = fields.get('parents');
  if (!Array.isArray(value) || value.length > COMMIT_PARENTS_MAX) {
    throw malformed(`parents to be a list of at most ${COMMIT_PARENTS_MAX}`, describe(value));
  }
  const hashes = value.map(link);
  for (let index = 1; index < hashes.length; index++) {
    const order = Buffer.compare(hashes[index - 1] as Uint8Array, hashes[index] as Uint8Array);
    if (order >= 0) throw malformed('parents in ascending order', 'another order');
  }
  return hashes;
}

function describe(value: unknown): string {
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return value === undefined ? 'none' : typeof value;
}

function malformed(expected: string, actual: string, cause?: unknown): DatabaseError {
  const message = `a commit header expected ${expected}, got ${actual}`;
  return new DatabaseError(ErrorCode.MALFORMED, message, { cause });
}
