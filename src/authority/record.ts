/**
 * Records of the authority chain (schema/authority.md), signed by the space's owner, or certified
 * by a quorum of the members that vote. The hash of the first, the genesis, is the space's id.
 *
 *     signed      format u8 = 2, form u8 = 0, body bytes u32 LE, body, signature 64 B
 *     certified   format u8 = 2, form u8 = 1, body bytes u32 LE, body, certificate
 */

import { concatBytes, sameBytes, utf8 } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { AUTHORITY_NAME_BYTES_MAX } from '../base/identity-limits.ts';
import { AUTHORITY_RECORD_BYTES_MAX } from '../base/limits.ts';
import { putU32, u32At } from '../base/little-endian.ts';
import { signEd25519, verifyEd25519 } from '../crypto/ed25519.ts';
import { sha256 } from '../crypto/hash.ts';
import { SIGNATURE_BYTES } from '../crypto/signature-rule.ts';
import { type Certificate, decodeCertificate } from '../quorum/certificate.ts';
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
  /** What stands behind the body: by what right the record is one. */
  readonly proof: RecordProof;
}

export type RecordProof =
  | { readonly kind: 'signature'; readonly signature: Uint8Array }
  | { readonly kind: 'certificate'; readonly certificate: Certificate };

/** The second byte of an envelope. */
export const RecordForm = { SIGNED: 0, CERTIFIED: 1 } as const;

/** Signs a body. Throws INVALID_INPUT for one that no record may have. */
export function signRecord(body: RecordBody, seed: Uint8Array): AuthorityRecord {
  expectNames(body);
  const bodyBytes = encodeBody(body);
  const hash = sha256(bodyBytes);
  const signature = signEd25519(seed, concatBytes(SIGNING_DOMAIN, hash));
  const bytes = recordBytes(RecordForm.SIGNED, bodyBytes, signature);
  return { bytes, hash, body, proof: { kind: 'signature', signature } };
}

/**
 * A record that members have decided: `certificate` approves the hash of the body. Throws
 * INVALID_INPUT for one that no record may have.
 */
export function certifyRecord(body: RecordBody, certificate: Certificate): AuthorityRecord {
  expectNames(body);
  const bodyBytes = encodeBody(body);
  const bytes = recordBytes(RecordForm.CERTIFIED, bodyBytes, certificate.bytes);
  return { bytes, hash: sha256(bodyBytes), body, proof: { kind: 'certificate', certificate } };
}

/** The hash that names the record of a body, before anybody has signed it. */
export function recordHash(body: RecordBody): Uint8Array {
  return sha256(encodeBody(body));
}

/** Reads a record; throws MALFORMED or UNSUPPORTED. Whether its proof holds is not looked at. */
export function decodeRecord(bytes: Uint8Array): AuthorityRecord {
  if (bytes.length > AUTHORITY_RECORD_BYTES_MAX || bytes.length < ENVELOPE_BYTES) {
    throw malformed(`6 to ${AUTHORITY_RECORD_BYTES_MAX} bytes`, `${bytes.length}`);
  }
  const [format, form = 0] = bytes;
  if (format !== AUTHORITY_ENVELOPE || form > RecordForm.CERTIFIED) {
    throw new DatabaseError(
      ErrorCode.UNSUPPORTED,
      `an authority record expected envelope ${AUTHORITY_ENVELOPE} 0 or 1, got ${format} ${form}`,
    );
  }
  const bodyEnd = bodyEndOf(bytes);
  const isSigned = form === RecordForm.SIGNED;
  if (isSigned && bytes.length !== bodyEnd + SIGNATURE_BYTES) {
    throw malformed(`${bodyEnd + SIGNATURE_BYTES} bytes`, `${bytes.length}`);
  }
  if (bytes.length < bodyEnd) throw malformed(`${bodyEnd} bytes at least`, `${bytes.length}`);
  const bodyBytes = bytes.subarray(ENVELOPE_BYTES, bodyEnd);
  const body = decodeBody(bodyBytes);
  const rest = bytes.subarray(bodyEnd);
  const proof: RecordProof = isSigned
    ? { kind: 'signature', signature: rest }
    : { kind: 'certificate', certificate: decodeCertificate(rest) };
  return { bytes, hash: sha256(bodyBytes), body, proof };
}

/** The body as it was hashed, and what stands behind it. */
export function recordParts({ bytes }: AuthorityRecord): {
  readonly form: number;
  readonly body: Uint8Array;
  readonly proof: Uint8Array;
} {
  const bodyEnd = bodyEndOf(bytes);
  const [, form = 0] = bytes;
  return { form, body: bytes.subarray(ENVELOPE_BYTES, bodyEnd), proof: bytes.subarray(bodyEnd) };
}

/** Puts a record together from its parts; whether they are one, `decodeRecord` says. */
export function joinRecord(form: number, body: Uint8Array, proof: Uint8Array): Uint8Array {
  const head = new Uint8Array(ENVELOPE_BYTES);
  head[0] = AUTHORITY_ENVELOPE;
  head[1] = form;
  putU32(head, 2, body.length);
  return concatBytes(head, body, proof);
}

function bodyEndOf(bytes: Uint8Array): number {
  return ENVELOPE_BYTES + u32At(bytes, 2);
}

function recordBytes(form: number, body: Uint8Array, proof: Uint8Array): Uint8Array {
  const bytes = joinRecord(form, body, proof);
  expectReadable(bytes);
  return bytes;
}

/**
 * The key that signed a record, as far as it was found out: a start asks of each more than once.
 */
const signers = new WeakMap<AuthorityRecord, Uint8Array>();

/** Whether the record is signed by this key. */
export function isSignedBy(record: AuthorityRecord, owner: Uint8Array): boolean {
  const { proof } = record;
  if (proof.kind !== 'signature') return false;
  const known = signers.get(record);
  if (known !== undefined && sameBytes(known, owner)) return true;
  const signed = concatBytes(SIGNING_DOMAIN, record.hash);
  const isSigned = verifyEd25519(owner, signed, proof.signature);
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
