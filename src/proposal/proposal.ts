/**
 * What a member asks the others to decide: a record of the chain, wherever it will stand
 * (schema/quorum.md, QC31 to QC34).
 *
 *     proposal   format u8 = 1, 0 u8, body bytes u32 LE, body, signature 64 B
 *
 * The body is a DAG-CBOR map in its one form; its SHA-256 names the proposal.
 */

import { decode, encode } from '@ipld/dag-cbor';
import { encodeContent, type RecordContent } from '../authority/body.ts';
import { concatBytes, fitsUtf8, sameBytes, utf8 } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { putU32, u32At } from '../base/little-endian.ts';
import { PROPOSAL_BYTES_MAX, REASON_BYTES_MAX } from '../base/quorum-limits.ts';
import { signEd25519, verifyEd25519 } from '../crypto/ed25519.ts';
import { sha256 } from '../crypto/hash.ts';
import { SIGNATURE_BYTES } from '../crypto/signature-rule.ts';
import type { VotingKey } from '../quorum/vote.ts';

const FORMAT = 1;
const VERSION = 1;
const HEAD_BYTES = 6;
const KEY_BYTES = 32;
const NONCE_BYTES = 16;
const SIGNING_DOMAIN = utf8('massive-graph/proposal/v1\0');

export interface ProposalBody {
  readonly space: Uint8Array;
  /** In which it is proposed. */
  readonly epoch: number;
  /** Voting key of the member that proposes. */
  readonly proposer: Uint8Array;
  /** What a record would say: `encodeContent` of it. */
  readonly content: Uint8Array;
  /** For people, who are to judge it. */
  readonly reason: string;
  /** Milliseconds of the time of day from which on it may lapse. */
  readonly expiry: number;
  /** 16 random bytes: one thing may be proposed more than once. */
  readonly nonce: Uint8Array;
}

export interface Proposal {
  readonly bytes: Uint8Array;
  /** SHA-256 of the body. */
  readonly hash: Uint8Array;
  readonly body: ProposalBody;
}

/** Signs a proposal of a member. Throws INVALID_INPUT for one that nobody may make. */
export function signProposal(
  asked: Omit<ProposalBody, 'proposer' | 'content'> & { readonly content: RecordContent },
  { seed, publicKey: proposer }: VotingKey,
): Proposal {
  const body = { ...asked, proposer, content: encodeContent(asked.content) };
  const wrong = whatIsWrong(body);
  if (wrong !== undefined) throw invalid(wrong);
  const encoded = encodeBody(body);
  const hash = sha256(encoded);
  const head = new Uint8Array(HEAD_BYTES);
  head[0] = FORMAT;
  putU32(head, 2, encoded.length);
  const bytes = concatBytes(head, encoded, signEd25519(seed, concatBytes(SIGNING_DOMAIN, hash)));
  if (bytes.length > PROPOSAL_BYTES_MAX) throw invalid(`${PROPOSAL_BYTES_MAX} bytes at most`);
  return { bytes, hash, body };
}

/** Reads a proposal; throws MALFORMED, UNSUPPORTED, or REFUSED where its signature fails. */
export function readProposal(bytes: Uint8Array): Proposal {
  const isLength = bytes.length >= HEAD_BYTES && bytes.length <= PROPOSAL_BYTES_MAX;
  if (!isLength) throw malformed(`${HEAD_BYTES} to ${PROPOSAL_BYTES_MAX} bytes`, bytes.length);
  if (bytes[0] !== FORMAT || bytes[1] !== 0) throw unsupported(`${FORMAT} 0`, bytes[0]);
  const end = HEAD_BYTES + u32At(bytes, 2);
  if (bytes.length !== end + SIGNATURE_BYTES) {
    throw malformed(`${end + SIGNATURE_BYTES} bytes`, bytes.length);
  }
  const encoded = bytes.subarray(HEAD_BYTES, end);
  const body = decodeBody(encoded);
  const hash = sha256(encoded);
  const signed = concatBytes(SIGNING_DOMAIN, hash);
  if (verifyEd25519(body.proposer, signed, bytes.subarray(end))) return { bytes, hash, body };
  throw new DatabaseError(
    ErrorCode.REFUSED,
    'a proposal expected the signature of its proposer, got one that does not hold',
  );
}

function encodeBody(body: ProposalBody): Uint8Array {
  const { space, epoch, proposer, content, reason, expiry, nonce } = body;
  const asked = { space, epoch, proposer, content, reason, expiry, nonce };
  return encode({ version: VERSION, ...asked });
}

function decodeBody(bytes: Uint8Array): ProposalBody {
  const { version, ...fields } = fieldsOf(bytes);
  if (version !== VERSION) throw unsupported(`version ${VERSION}`, version);
  const body = fields as unknown as ProposalBody;
  const wrong = whatIsWrong(body);
  if (wrong !== undefined) throw malformed(wrong, 'another value');
  if (sameBytes(encodeBody(body), bytes)) return body;
  throw malformed('the canonical form with the known fields', 'another form');
}

function fieldsOf(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = decode(bytes);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch (cause) {
    throw malformed('DAG-CBOR', 'other bytes', cause);
  }
  throw malformed('a map', 'another value');
}

/** What the fields of a proposal would have to be, where they are not. */
function whatIsWrong(body: ProposalBody): string | undefined {
  const { space, epoch, proposer, content, reason, expiry, nonce } = body;
  if (!isBytes(space, KEY_BYTES)) return 'a space of 32 bytes';
  if (!isBytes(proposer, KEY_BYTES)) return 'a proposer of 32 bytes';
  if (!isBytes(nonce, NONCE_BYTES)) return 'a nonce of 16 bytes';
  if (!(content instanceof Uint8Array)) return 'content in bytes';
  if (!isCount(epoch)) return 'an epoch from 1';
  if (!isCount(expiry)) return 'an expiry in milliseconds';
  const isReason = typeof reason === 'string' && reason.isWellFormed();
  if (isReason && fitsUtf8(reason, REASON_BYTES_MAX)) return undefined;
  return `a reason of at most ${REASON_BYTES_MAX} bytes`;
}

function isBytes(value: unknown, length: number): boolean {
  return value instanceof Uint8Array && value.length === length;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 1;
}

function invalid(expected: string): DatabaseError {
  return new DatabaseError(ErrorCode.INVALID_INPUT, `a proposal expected ${expected}, got another`);
}

function malformed(expected: string, actual: string | number, cause?: unknown): DatabaseError {
  const message = `a proposal expected ${expected}, got ${actual}`;
  return new DatabaseError(ErrorCode.MALFORMED, message, { cause });
}

function unsupported(expected: string, actual: unknown): DatabaseError {
  const message = `a proposal expected format ${expected}, got ${String(actual)}`;
  return new DatabaseError(ErrorCode.UNSUPPORTED, message);
}
