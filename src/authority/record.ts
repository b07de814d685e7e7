/**
 * Records of the authority chain: the genesis record, whose hash is the space's id, versions of
 * the data definition, certified authors, rotations of the owner's key, and seals. Canonical
 * DAG-CBOR, hash-linked, signed by the space's owner (schema/authority.md).
 *
 *     record   format u8, 0 u8, body bytes u32 LE, body, signature 64 B
 */

import { decode, encode } from '@ipld/dag-cbor';
import { compareBytes, concatBytes, sameBytes, utf8 } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import {
  AUTHORITY_NAME_BYTES_MAX,
  AUTHORITY_RECORD_BYTES_MAX,
  SEAL_AUTHORS_MAX,
} from '../base/limits.ts';
import { signEd25519, verifyEd25519 } from '../crypto/ed25519.ts';
import { sha256 } from '../crypto/hash.ts';
import { cidOf, hashOfCid } from '../crypto/identifier.ts';
import { SIGNATURE_BYTES } from '../crypto/signature-rule.ts';

/** First byte of a record's envelope; commits have another. */
export const AUTHORITY_ENVELOPE = 2;
const ENVELOPE_BYTES = 6;
const RECORD_VERSION = 1;
const CLOCK_MAX = 2n ** 63n - 1n;
const SIGNING_DOMAIN = utf8('massive-graph/authority/v1\0');

export interface GenesisBody {
  readonly kind: 'genesis';
  /** Ed25519 key of the organisation, which signs the chain and no commit. */
  readonly owner: Uint8Array;
  /** SHA-256 of the key that may follow it. */
  readonly next: Uint8Array;
  /** Of the organisation. */
  readonly name: string;
  /** 32 random bytes: two spaces of one owner differ. */
  readonly nonce: Uint8Array;
}

/** What every record after the genesis says of its place. */
export interface RecordPlace {
  readonly space: Uint8Array;
  /** 1 for the record after genesis. */
  readonly height: number;
  /** Hash of the record before. */
  readonly previous: Uint8Array;
}

export interface DefinitionBody extends RecordPlace {
  readonly kind: 'definition';
  readonly sdl: string;
}

export interface AuthorBody extends RecordPlace {
  readonly kind: 'author';
  /** Ed25519 key that may sign commits from here on. */
  readonly author: Uint8Array;
  readonly label: string;
}

export interface RotationBody extends RecordPlace {
  readonly kind: 'rotation';
  /** The key whose hash was committed to; it signs this record and those after it. */
  readonly owner: Uint8Array;
  /** SHA-256 of the key that may follow it. */
  readonly next: Uint8Array;
}

/** The last commit of an author that a seal covers. */
export interface SealedAuthor {
  readonly key: Uint8Array;
  readonly sequence: number;
}

export interface SealBody extends RecordPlace {
  readonly kind: 'seal';
  /** Greatest clock of all sealed commits: later ones exceed it. */
  readonly clock: bigint;
  /** Authors of whom it covers more than the seals before, ascending by key. */
  readonly authors: readonly SealedAuthor[];
}

export type RecordBody = GenesisBody | DefinitionBody | AuthorBody | RotationBody | SealBody;

export interface AuthorityRecord {
  readonly bytes: Uint8Array;
  readonly hash: Uint8Array;
  readonly body: RecordBody;
  readonly signature: Uint8Array;
}

/** Signs a body. Throws INVALID_INPUT for a name or a label that no record may have. */
export function signRecord(body: RecordBody, seed: Uint8Array): AuthorityRecord {
  expectNames(body);
  const bodyBytes = encodeBody(body);
  const hash = sha256(bodyBytes);
  const signature = signEd25519(seed, concatBytes(SIGNING_DOMAIN, hash));
  const head = new Uint8Array(ENVELOPE_BYTES);
  head[0] = AUTHORITY_ENVELOPE;
  new DataView(head.buffer).setUint32(2, bodyBytes.length, true);
  return { bytes: concatBytes(head, bodyBytes, signature), hash, body, signature };
}

/** Reads a record; throws MALFORMED or UNSUPPORTED. The signature is not looked at. */
export function decodeRecord(bytes: Uint8Array): AuthorityRecord {
  if (bytes.length > AUTHORITY_RECORD_BYTES_MAX || bytes.length < ENVELOPE_BYTES) {
    throw malformed(`6 to ${AUTHORITY_RECORD_BYTES_MAX} bytes`, `${bytes.length}`);
  }
  if (bytes[0] !== AUTHORITY_ENVELOPE || bytes[1] !== 0) {
    throw new DatabaseError(
      ErrorCode.UNSUPPORTED,
      `an authority record expected envelope ${AUTHORITY_ENVELOPE} 0, got ${bytes[0]} ${bytes[1]}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const bodyEnd = ENVELOPE_BYTES + view.getUint32(2, true);
  if (bytes.length !== bodyEnd + SIGNATURE_BYTES) {
    throw malformed(`${bodyEnd + SIGNATURE_BYTES} bytes`, `${bytes.length}`);
  }
  const bodyBytes = bytes.subarray(ENVELOPE_BYTES, bodyEnd);
  const body = decodeBody(bodyBytes);
  return { bytes, hash: sha256(bodyBytes), body, signature: bytes.subarray(bodyEnd) };
}

/** The body as it was hashed and signed. */
export function recordBodyBytes({ bytes }: AuthorityRecord): Uint8Array {
  return bytes.subarray(ENVELOPE_BYTES, bytes.length - SIGNATURE_BYTES);
}

/** Whether the record is signed by this key. */
export function isSignedBy(record: AuthorityRecord, owner: Uint8Array): boolean {
  return verifyEd25519(owner, concatBytes(SIGNING_DOMAIN, record.hash), record.signature);
}

function expectNames(body: RecordBody): void {
  if (body.kind === 'genesis') expectName(body.name);
  if (body.kind === 'author') expectName(body.label);
}

/** Throws INVALID_INPUT for a name or a label that no record may have. */
export function expectName(name: string): void {
  if (isName(name)) return;
  throw new DatabaseError(
    ErrorCode.INVALID_INPUT,
    `a name expected at most ${AUTHORITY_NAME_BYTES_MAX} bytes without control characters, ` +
      `got ${JSON.stringify(name.slice(0, AUTHORITY_NAME_BYTES_MAX))}`,
  );
}

/** Names are printed on terminals of others: nothing in one may steer these. */
function isName(text: string): boolean {
  if (!text.isWellFormed() || /\p{Cc}/u.test(text)) return false;
  return utf8(text).length <= AUTHORITY_NAME_BYTES_MAX;
}

function encodeBody(body: RecordBody): Uint8Array {
  const { kind } = body;
  const head = { version: RECORD_VERSION, kind };
  switch (kind) {
    case 'genesis': {
      const { owner, next, name, nonce } = body;
      return encode({ ...head, owner, next, name, nonce });
    }
    case 'definition':
      return encode({ ...head, ...placeFields(body), sdl: body.sdl });
    case 'author':
      return encode({ ...head, ...placeFields(body), author: body.author, label: body.label });
    case 'rotation':
      return encode({ ...head, ...placeFields(body), owner: body.owner, next: body.next });
    case 'seal': {
      const authors = body.authors.map(({ key, sequence }) => [key, sequence]);
      return encode({ ...head, ...placeFields(body), clock: body.clock, authors });
    }
  }
}

function placeFields({ space, height, previous }: RecordPlace): Record<string, unknown> {
  return { space, height, previous: cidOf(previous) };
}

function decodeBody(bytes: Uint8Array): RecordBody {
  const fields = decodeFields(bytes);
  const version = fields.get('version');
  if (typeof version !== 'number') throw malformed('version to be a number', typeof version);
  if (version !== RECORD_VERSION) {
    throw new DatabaseError(
      ErrorCode.UNSUPPORTED,
      `an authority record expected version ${RECORD_VERSION}, got ${version}`,
    );
  }
  const body = bodyOf(fields);
  if (!sameBytes(encodeBody(body), bytes)) {
    throw malformed('the canonical form with the known fields', 'another form');
  }
  return body;
}

function bodyOf(fields: Map<string, unknown>): RecordBody {
  const kind = fields.get('kind');
  switch (kind) {
    case 'genesis': {
      const [owner, next] = [bytes32(fields, 'owner'), bytes32(fields, 'next')];
      return { kind, owner, next, name: name(fields, 'name'), nonce: bytes32(fields, 'nonce') };
    }
    case 'definition': {
      const sdl = fields.get('sdl');
      if (typeof sdl !== 'string') throw malformed('sdl to be a text', typeof sdl);
      return { kind, ...placeOf(fields), sdl };
    }
    case 'author': {
      const [author, label] = [bytes32(fields, 'author'), name(fields, 'label')];
      return { kind, ...placeOf(fields), author, label };
    }
    case 'rotation': {
      const [owner, next] = [bytes32(fields, 'owner'), bytes32(fields, 'next')];
      return { kind, ...placeOf(fields), owner, next };
    }
    case 'seal':
      return { kind, ...placeOf(fields), clock: clockOf(fields), authors: sealedAuthors(fields) };
    default:
      throw malformed('kind genesis, definition, author, rotation or seal', 'another');
  }
}

function clockOf(fields: Map<string, unknown>): bigint {
  const value = fields.get('clock');
  const clock = typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value;
  if (typeof clock === 'bigint' && clock > 0n && clock <= CLOCK_MAX) return clock;
  throw malformed('clock to be a positive int64', typeof value);
}

function sealedAuthors(fields: Map<string, unknown>): SealedAuthor[] {
  const list = fields.get('authors');
  if (!Array.isArray(list) || list.length === 0 || list.length > SEAL_AUTHORS_MAX) {
    throw malformed(`authors to be a list of 1 to ${SEAL_AUTHORS_MAX}`, typeof list);
  }
  const authors = list.map(sealedAuthor);
  for (const [index, { key }] of authors.entries()) {
    const before = authors[index - 1];
    if (before === undefined || compareBytes(before.key, key) < 0) continue;
    throw malformed('authors to ascend by their keys', 'another order');
  }
  return authors;
}

function sealedAuthor(entry: unknown): SealedAuthor {
  const [key, sequence, ...rest] = Array.isArray(entry) ? (entry as unknown[]) : [];
  const isKey = key instanceof Uint8Array && key.length === 32;
  if (isKey && rest.length === 0 && Number.isSafeInteger(sequence) && Number(sequence) >= 1) {
    return { key, sequence: Number(sequence) };
  }
  throw malformed('an author to be a key of 32 bytes and a number from 1', 'another entry');
}

function placeOf(fields: Map<string, unknown>): RecordPlace {
  const previous = hashOfCid(fields.get('previous'));
  const height = fields.get('height');
  if (previous === undefined) throw malformed('previous to be a link', 'another value');
  if (typeof height !== 'number' || !Number.isSafeInteger(height) || height < 1) {
    throw malformed('height to be a whole number from 1', typeof height);
  }
  return { space: bytes32(fields, 'space'), height, previous };
}

function name(fields: Map<string, unknown>, field: string): string {
  const value = fields.get(field);
  if (typeof value === 'string' && isName(value)) return value;
  throw malformed(
    `${field} to be a text of at most ${AUTHORITY_NAME_BYTES_MAX} bytes without control characters`,
    'another value',
  );
}

function decodeFields(bytes: Uint8Array): Map<string, unknown> {
  let value: unknown;
  try {
    value = decode(bytes);
  } catch (cause) {
    throw malformed('DAG-CBOR', 'other bytes', cause);
  }
  if (typeof value !== 'object' || value === null) throw malformed('a map', typeof value);
  return new Map(Object.entries(value));
}

function bytes32(fields: Map<string, unknown>, name: string): Uint8Array {
  const value = fields.get(name);
  if (value instanceof Uint8Array && value.length === 32) return value;
  throw malformed(`${name} to be 32 bytes`, typeof value);
}

function malformed(expected: string, actual: string, cause?: unknown): DatabaseError {
  const message = `an authority record expected ${expected}, got ${actual}`;
  return new DatabaseError(ErrorCode.MALFORMED, message, { cause });
}
