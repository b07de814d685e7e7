/**
 * Records of the authority chain, signed by the space's owner (schema/authority.md). The hash of
 * the first, the genesis, is the space's id.
 *
 *     record   format u8, 0 u8, body bytes u32 LE, body, signature 64 B
 */

import { concatBytes, sameBytes, utf8 } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { AUTHORITY_NAME_BYTES_MAX } from '../base/identity-limits.ts';
import { AUTHORITY_RECORD_BYTES_MAX } from '../base/limits.ts';
import { signEd25519, verifyEd25519 } from '../crypto/ed25519.ts';
import { sha256 } from '../crypto/hash.ts';
import { SIGNATURE_BYTES } from '../crypto/signature-rule.ts';
import { decodeBody, encodeBody, type RecordBody } from './body.ts';
import { isName, malformed } from './body-fields.ts';

/** First byte of a record's envelope; commits have another. */
export const AUTHORITY_ENVELOPE = 2;
const ENVELOPE_BYTES = 6;
const SIGNING_DOMAIN = utf8('massive-graph/authority/v1\0');

export interface AuthorityRecord {
  readonly bytes: Uint8Array;
  readonly hash: Uint8Array;
  readonly body: RecordBody;
  readonly signature: Uint8Array;
}

/** Signs a body. Throws INVALID_INPUT for one that no record may have. */
export function signRecord(body: RecordBody, seed: Uint8Array): AuthorityRecord {
  expectNames(body);
  const bodyBytes = encodeBody(body);
  const hash = sha256(bodyBytes);
  const signature = signEd25519(seed, concatBytes(SIGNING_DOMAIN, hash));
  const head = new Uint8Array(ENVELOPE_BYTES);
  head[0] = AUTHORITY_ENVELOPE;
  new DataView(head.buffer).setUint32(2, bodyBytes.length, true);
  const bytes = concatBytes(head, bodyBytes, signature);
  expectReadable(bytes);
  return { bytes, hash, body, signature };
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

/**
 * The key that signed a record, as far as it was found out: a start asks of each more than once.
 */
const signers = new WeakMap<AuthorityRecord, Uint8Array>();

/** Whether the record is signed by this key. */
export function isSignedBy(record: AuthorityRecord, owner: Uint8Array): boolean {
  const known = signers.get(record);
  if (known !== undefined && sameBytes(known, owner)) return true;
  const signed = concatBytes(SIGNING_DOMAIN, record.hash);
  const isSigned = verifyEd25519(owner, signed, record.signature);
  if (isSigned) signers.set(record, owner);
  return isSigned;
}

/** What is signed is appended: a start that could not read it would find the log corrupt. */
function expectReadable(bytes: Uint8Array): void {
  try {
    decodeRecord(bytes);
  } catch (error) {
    throw error instanceof DatabaseError ? unreadable(error) : error;
  }
}

function unreadable(cause: DatabaseError): DatabaseError {
  return new DatabaseError(ErrorCode.INVALID_INPUT, cause.message, { cause });
}

function expectNames(body: RecordBody): void {
  if (body.kind === 'genesis') expectName(body.name);
  if (body.kind === 'author') expectName(body.label);
  if (body.kind === 'member') expectName(body.name);
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
