/**
 * Commits and the stages they pass: bytes become a Commit when they decode, a VerifiedCommit when
 * their hashes and signature hold. Only this file makes either.
 *
 *     commit   format u8, 0 u8, header bytes u16 LE, header, signature 64 B, payload
 */

import { PAYLOAD_BYTES_MAX } from '../../assembly/abi.ts';
import { concatBytes, sameBytes, utf8 } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { COMMIT_HEADER_BYTES_MAX } from '../base/limits.ts';
import { signEd25519, verifyEd25519 } from '../crypto/ed25519.ts';
import { sha256 } from '../crypto/hash.ts';
import { leafHash, merkleRoot } from '../crypto/merkle.ts';
import { SIGNATURE_BYTES } from '../crypto/signature-rule.ts';
import { type CommitHeader, decodeHeader, encodeHeader } from './header.ts';
import { type Payload, readPayload } from './payload-reader.ts';

/** First byte of a commit's envelope; authority records have another. */
export const COMMIT_ENVELOPE = 1;
const ENVELOPE_BYTES = 4;
export const COMMIT_BYTES_MAX =
  ENVELOPE_BYTES + COMMIT_HEADER_BYTES_MAX + SIGNATURE_BYTES + PAYLOAD_BYTES_MAX;

const SIGNING_DOMAIN = utf8('massive-graph/commit/v1\0');

declare const stage: unique symbol;

export interface Commit {
  readonly [stage]: 'decoded' | 'verified';
  /** The whole envelope, as received. */
  readonly bytes: Uint8Array;
  /** SHA-256 of the header's bytes: the commit's name. */
  readonly hash: Uint8Array;
  readonly header: CommitHeader;
  readonly signature: Uint8Array;
  readonly payloadBytes: Uint8Array;
}

export interface VerifiedCommit extends Commit {
  readonly [stage]: 'verified';
  readonly payload: Payload;
}

/** Header fields that the payload gives. */
type PayloadFields = 'transactionCount' | 'payloadBytes' | 'dictionary' | 'root';

/** Signs a payload as the next commit of the key in `seed`. */
export function signCommit(
  header: Omit<CommitHeader, PayloadFields>,
  payload: Uint8Array,
  seed: Uint8Array,
): VerifiedCommit {
  const parts = readPayload(payload);
  const full: CommitHeader = { ...header, ...payloadFields(payload, parts) };
  const headerBytes = encodeHeader(full);
  const hash = sha256(headerBytes);
  const signature = signEd25519(seed, concatBytes(SIGNING_DOMAIN, hash));
  const head = Uint8Array.of(
    COMMIT_ENVELOPE,
    0,
    headerBytes.length & 0xff,
    headerBytes.length >> 8,
  );
  const bytes = concatBytes(head, headerBytes, signature, payload);
  return {
    bytes,
    hash,
    header: full,
    signature,
    payloadBytes: bytes.subarray(bytes.length - payload.length),
    payload: parts,
  } as VerifiedCommit;
}

/** Reads an envelope. Throws MALFORMED or UNSUPPORTED; nothing is verified yet. */
export function decodeCommit(bytes: Uint8Array): Commit {
  if (bytes.length > COMMIT_BYTES_MAX) {
    throw malformed(`at most ${COMMIT_BYTES_MAX} bytes`, `${bytes.length}`);
  }
  if (bytes.length < ENVELOPE_BYTES) throw malformed('an envelope', `${bytes.length} bytes`);
  if (bytes[0] !== COMMIT_ENVELOPE || bytes[1] !== 0) {
    throw new DatabaseError(
      ErrorCode.UNSUPPORTED,
      `a commit expected envelope ${COMMIT_ENVELOPE} 0, got ${bytes[0]} ${bytes[1]}`,
    );
  }
  const headerEnd = ENVELOPE_BYTES + ((bytes[2] as number) | ((bytes[3] as number) << 8));
  const payloadStart = headerEnd + SIGNATURE_BYTES;
  if (bytes.length < payloadStart) {
    throw malformed(`${payloadStart} bytes before the payload`, `${bytes.length}`);
  }
  const headerBytes = bytes.subarray(ENVELOPE_BYTES, headerEnd);
  const header = decodeHeader(headerBytes);
  const payloadBytes = bytes.subarray(payloadStart);
  if (payloadBytes.length !== header.payloadBytes) {
    throw malformed(`a payload of ${header.payloadBytes} bytes`, `${payloadBytes.length}`);
  }
  return {
    bytes,
    hash: sha256(headerBytes),
    header,
    signature: bytes.subarray(headerEnd, payloadStart),
    payloadBytes,
  } as Commit;
}

/** The header as it was signed, of an envelope that `decodeCommit` has read. */
export function commitHeaderBytes({ bytes }: Commit): Uint8Array {
  const length = (bytes[2] as number) | ((bytes[3] as number) << 8);
  return bytes.subarray(ENVELOPE_BYTES, ENVELOPE_BYTES + length);
}

/** Checks hashes, counts and the signature. Throws MALFORMED or REFUSED. */
export function verifyCommit(commit: Commit): VerifiedCommit {
  const payload = readPayload(commit.payloadBytes);
  const { header } = commit;
  if (payload.transactions.length !== header.transactionCount) {
    const actual = `${payload.transactions.length}`;
    throw malformed(`${header.transactionCount} transactions`, actual);
  }
  checkSignature(commit);
  const fields = payloadFields(commit.payloadBytes, payload);
  if (!sameBytes(fields.dictionary, header.dictionary)) {
    throw refused('the dictionary that its header hashes', 'another');
  }
  if (!sameBytes(fields.root, header.root)) {
    throw refused('the transactions that its header hashes', 'others');
  }
  return markVerified(commit, payload);
}

/** Who calls it has made the checks of `verifyCommit`, here or in a worker, or has just signed. */
export function markVerified(commit: Commit, payload: Payload): VerifiedCommit {
  return { ...commit, payload } as VerifiedCommit;
}

/** Throws REFUSED unless the header is signed by its author. */
export function checkSignature(commit: Pick<Commit, 'hash' | 'header' | 'signature'>): void {
  const { hash, header, signature } = commit;
  if (verifyEd25519(header.author, concatBytes(SIGNING_DOMAIN, hash), signature)) return;
  throw refused('a valid signature of its author', 'one that does not verify');
}

function payloadFields(bytes: Uint8Array, payload: Payload): Pick<CommitHeader, PayloadFields> {
  if (payload.transactions.length === 0) throw malformed('a transaction', 'none');
  return {
    transactionCount: payload.transactions.length,
    payloadBytes: bytes.length,
    dictionary: sha256(payload.dictionary),
    root: merkleRoot(payload.transactions.map(leafHash)),
  };
}

function malformed(expected: string, actual: string): DatabaseError {
  return new DatabaseError(ErrorCode.MALFORMED, `a commit expected ${expected}, got ${actual}`);
}

function refused(expected: string, actual: string): DatabaseError {
  return new DatabaseError(ErrorCode.REFUSED, `a commit expected ${expected}, got ${actual}`);
}
