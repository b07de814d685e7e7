/**
 * Commits and the stages they pass: bytes become a Commit when they decode, a VerifiedCommit when
 * their hashes and signature hold. Only this file makes either. The order of the checks is that of
 * schema/commit.md, so that every replica gives the same reason.
 *
 *     commit   format u8, form u8, header bytes u16 LE, header, signature 64 B, payload
 */

import { PAYLOAD_BYTES_MAX } from '../../assembly/abi.ts';
import { concatBytes, sameBytes, utf8 } from '../base/bytes.ts';
import type { DatabaseError } from '../base/errors.ts';
import { COMMIT_HEADER_BYTES_MAX } from '../base/limits.ts';
import { u16At } from '../base/little-endian.ts';
import { signEd25519, verifyEd25519 } from '../crypto/ed25519.ts';
import { sha256 } from '../crypto/hash.ts';
import { SIGNATURE_BYTES } from '../crypto/signature-rule.ts';
import { CommitFormat, type CommitHeader, decodeHeader, encodeHeader } from './header.ts';
import { hashPayload, type PayloadHashes } from './leaves.ts';
import { checkedPayload, type Payload, PayloadLayout, readPayload } from './payload-reader.ts';
import { commitError, Reason } from './reason.ts';
import { checkSegments } from './segment-check.ts';

/** First byte of a commit's envelope; authority records have another. */
export const COMMIT_ENVELOPE = 1;
const ENVELOPE_BYTES = 4;
export const COMMIT_BYTES_MAX =
  ENVELOPE_BYTES + COMMIT_HEADER_BYTES_MAX + SIGNATURE_BYTES + PAYLOAD_BYTES_MAX;

/** Second byte of the envelope: whether the payload is whole. */
export const CommitForm = {
  FULL: 0,
  /** Segments carry their salts, or are withheld. */
  PARTIAL: 1,
} as const;
export type CommitForm = (typeof CommitForm)[keyof typeof CommitForm];

const SIGNING_DOMAIN = utf8('massive-graph/commit/v1\0');

declare const stage: unique symbol;

export interface Commit {
  readonly [stage]: 'decoded' | 'verified';
  /** The whole envelope, as received. */
  readonly bytes: Uint8Array;
  /** SHA-256 of the header's bytes: the commit's name. */
  readonly hash: Uint8Array;
  readonly header: CommitHeader;
  readonly headerBytes: Uint8Array;
  readonly signature: Uint8Array;
  readonly payloadBytes: Uint8Array;
  /** What the header's format and the envelope's form make of the payload. */
  readonly layout: PayloadLayout;
}

export interface VerifiedCommit extends Commit {
  readonly [stage]: 'verified';
  readonly payload: Payload;
  /** Where the check of the payload stands in the engine's memory, as long as the payload does. */
  readonly check: number | undefined;
}

/** Header fields that the payload gives. */
type PayloadFields = 'transactionCount' | 'payloadBytes' | 'dictionary' | 'root';

/** A header before its payload is known; its format is plain where none is given. */
export type UnsignedHeader = Omit<CommitHeader, PayloadFields | 'format'> & {
  readonly format?: CommitFormat;
};

/** Signs a payload, in its full form, as the next commit of the key in `seed`. */
export function signCommit(
  header: UnsignedHeader,
  payload: Uint8Array,
  seed: Uint8Array,
): VerifiedCommit {
  const { format = CommitFormat.PLAIN } = header;
  const cut = readPayload(payload, layoutOf(format, CommitForm.FULL));
  if (cut.transactionCount === 0) {
    const message = { expected: 'a transaction', actual: 'none' };
    throw commitError(Reason.COUNT_MISMATCH, message);
  }
  const payloadBytes = payload.length;
  const full: CommitHeader = { ...header, format, payloadBytes, ...hashPayload(cut) };
  if (format === CommitFormat.SEGMENTED) checkSegments(cut, full);
  const headerBytes = encodeHeader(full);
  const signature = signEd25519(seed, signedBytes(sha256(headerBytes)));
  const bytes = envelopeOf(CommitForm.FULL, { header: headerBytes, signature, payload });
  return markVerified(decodeCommit(bytes));
}

/** Reads an envelope. Throws MALFORMED or UNSUPPORTED; nothing is verified yet. */
export function decodeCommit(bytes: Uint8Array): Commit {
  const form = readForm(bytes);
  const headerLength = u16At(bytes, 2);
  const headerEnd = ENVELOPE_BYTES + headerLength;
  const payloadStart = headerEnd + SIGNATURE_BYTES;
  if (headerLength > COMMIT_HEADER_BYTES_MAX || bytes.length < payloadStart) {
    const expected = `at most ${COMMIT_HEADER_BYTES_MAX} bytes of header, then a signature`;
    const actual = `${headerLength} bytes of header in ${bytes.length}`;
    throw commitError(Reason.HEADER_LENGTH, { expected, actual });
  }
  const headerBytes = bytes.subarray(ENVELOPE_BYTES, headerEnd);
  const header = decodeHeader(headerBytes);
  if (form === CommitForm.PARTIAL && header.format === CommitFormat.PLAIN) {
    const expected = 'the full form, since its leaves are plain';
    throw commitError(Reason.FORM_MISMATCH, { expected, actual: 'a partial one' });
  }
  const payloadBytes = bytes.subarray(payloadStart);
  expectPayloadLength(form, header.payloadBytes, payloadBytes.length);
  return {
    bytes,
    hash: sha256(headerBytes),
    header,
    headerBytes,
    signature: bytes.subarray(headerEnd, payloadStart),
    payloadBytes,
    layout: layoutOf(header.format, form),
  } as Commit;
}

/** Checks the signature, what the header says of the payload, and what is in segments. */
export function verifyCommit(commit: Commit): VerifiedCommit {
  checkSignature(commit);
  const payload = readPayload(commit.payloadBytes, commit.layout);
  if (payload.transactionCount === 0) throw countMismatch(commit.header, 0);
  checkHashes(commit.header, hashPayload(payload));
  if (commit.layout !== PayloadLayout.PLAIN) checkSegments(payload, commit.header);
  return markVerified(commit);
}

/** Throws REFUSED unless the header is signed by its author. */
export function checkSignature(commit: Pick<Commit, 'hash' | 'header' | 'signature'>): void {
  const { hash, header, signature } = commit;
  if (verifyEd25519(header.author, signedBytes(hash), signature)) return;
  const expected = 'a valid signature of its author';
  throw commitError(Reason.SIGNATURE_INVALID, { expected, actual: 'one that does not verify' });
}

/** Throws unless the header says of the payload what was computed from it, wherever it was. */
export function checkHashes(header: CommitHeader, hashes: PayloadHashes): void {
  if (hashes.transactionCount !== header.transactionCount) {
    throw countMismatch(header, hashes.transactionCount);
  }
  if (!sameBytes(hashes.dictionary, header.dictionary)) {
    const expected = 'the dictionary that its header hashes';
    throw commitError(Reason.DICTIONARY_MISMATCH, { expected, actual: 'another' });
  }
  if (!sameBytes(hashes.root, header.root)) {
    const expected = 'the transactions that its header hashes';
    throw commitError(Reason.ROOT_MISMATCH, { expected, actual: 'others' });
  }
}

/** Joins the parts of an envelope. */
export function envelopeOf(
  form: CommitForm,
  parts: Readonly<Record<'header' | 'signature' | 'payload', Uint8Array>>,
): Uint8Array {
  const { header, signature, payload } = parts;
  const head = Uint8Array.of(COMMIT_ENVELOPE, form, header.length & 0xff, header.length >> 8);
  return concatBytes(head, header, signature, payload);
}

/**
 * Who calls it has made the checks of `verifyCommit`, here or in a worker, or has just signed.
 * `check` is the address of the check that the worker made of the payload.
 */
export function markVerified(commit: Commit, check?: number): VerifiedCommit {
  const { header, layout, payloadBytes } = commit;
  const payload = checkedPayload(payloadBytes, layout, header.transactionCount);
  return { ...commit, payload, check } as VerifiedCommit;
}

/** What an author signs for a header with this hash. */
function signedBytes(hash: Uint8Array): Uint8Array {
  return concatBytes(SIGNING_DOMAIN, hash);
}

function readForm(bytes: Uint8Array): CommitForm {
  if (bytes.length < ENVELOPE_BYTES || bytes.length > COMMIT_BYTES_MAX) {
    const expected = `${ENVELOPE_BYTES} to ${COMMIT_BYTES_MAX} bytes`;
    throw commitError(Reason.ENVELOPE_LENGTH, { expected, actual: `${bytes.length}` });
  }
  const [envelope, form] = bytes;
  if (envelope !== COMMIT_ENVELOPE) {
    const expected = `envelope ${COMMIT_ENVELOPE}`;
    throw commitError(Reason.ENVELOPE_UNSUPPORTED, { expected, actual: `${envelope}` });
  }
  if (form === CommitForm.FULL || form === CommitForm.PARTIAL) return form;
  const expected = `form ${CommitForm.FULL} or ${CommitForm.PARTIAL}`;
  throw commitError(Reason.FORM_UNSUPPORTED, { expected, actual: `${form}` });
}

/** What a partial form comes to is asked once its segments are known. */
function expectPayloadLength(form: CommitForm, claimed: number, actual: number): void {
  const isFull = form === CommitForm.FULL;
  if (isFull ? actual === claimed : actual <= PAYLOAD_BYTES_MAX) return;
  const expected = `a payload of ${isFull ? claimed : `at most ${PAYLOAD_BYTES_MAX}`} bytes`;
  throw commitError(Reason.PAYLOAD_LENGTH, { expected, actual: `${actual}` });
}

function layoutOf(format: CommitFormat, form: CommitForm): PayloadLayout {
  if (format === CommitFormat.PLAIN) return PayloadLayout.PLAIN;
  return form === CommitForm.FULL ? PayloadLayout.FULL : PayloadLayout.PARTIAL;
}

function countMismatch(header: CommitHeader, actual: number): DatabaseError {
  const expected = `${header.transactionCount} transactions`;
  return commitError(Reason.COUNT_MISMATCH, { expected, actual: `${actual}` });
}
