/**
 * Votes and the batches that one signature covers (schema/quorum.md, QC5 to QC12).
 *
 *     batch   format u8 = 1, 0 u8, votes u16, voter 32 B, signature 64 B, vote ...
 *     vote    version u8 = 1, phase u8, verdict u8, 0 u8, round u32, epoch u64, position u64,
 *             space 32 B, key 32 B, previous 32 B, subject 32 B                       152 B
 *
 * The signature is over the RFC 6962 root of the votes, so that each can be shown without the
 * others. Numbers are little-endian.
 */

import { assert } from '../base/assert.ts';
import { ByteReader } from '../base/byte-reader.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { concatBytes, utf8 } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { BATCH_VOTES_MAX, ROUNDS_MAX } from '../base/quorum-limits.ts';
import { signEd25519, verifyEd25519 } from '../crypto/ed25519.ts';
import { leafHash, merkleRoot } from '../crypto/merkle.ts';
import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES } from '../crypto/signature-rule.ts';

const VOTE_VERSION = 1;
export const VOTE_BYTES = 152;
const BATCH_FORMAT = 1;
const BATCH_HEAD_BYTES = 4 + PUBLIC_KEY_BYTES + SIGNATURE_BYTES;
export const BATCH_BYTES_MAX = BATCH_HEAD_BYTES + BATCH_VOTES_MAX * VOTE_BYTES;
const HASH_BYTES = 32;
const SIGNING_DOMAIN = utf8('massive-graph/votes/v1\0');
const POSITION_MAX = 2 ** 53 - 1;

/** What a vote is for; the numbers are those of the format. */
export const Phase = {
  /** Of a thing with one owner: a quorum of these decides. */
  CONSENT: 1,
  /** What a member makes of a proposal; a quorum of these makes it ready to be decided. */
  OPINION: 2,
  PREVOTE: 3,
  /** A quorum of these of one round decides. */
  PRECOMMIT: 4,
} as const;
export type Phase = (typeof Phase)[keyof typeof Phase];

export const Verdict = {
  /** An abstention; of a round, a vote for nothing. */
  NONE: 0,
  APPROVED: 1,
  REFUSED: 2,
  LAPSED: 3,
} as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];

export interface Vote {
  readonly phase: Phase;
  readonly verdict: Verdict;
  /** From 0; of consents and opinions always 0. */
  readonly round: number;
  readonly epoch: number;
  /** Which decision on the key it is, from 1; of an opinion always 1. */
  readonly position: number;
  readonly space: Uint8Array;
  /** SHA-256 of the name of what is decided on. */
  readonly key: Uint8Array;
  /** Subject of the decision before it on the key; zeros of the first, and of an opinion. */
  readonly previous: Uint8Array;
  /** Hash of the proposal; zeros of a round's vote for nothing. */
  readonly subject: Uint8Array;
}

/** Votes of one member under one signature that holds. */
export interface VoteBatch {
  readonly bytes: Uint8Array;
  /** Ed25519 key. */
  readonly voter: Uint8Array;
  readonly signature: Uint8Array;
  readonly votes: readonly Vote[];
  /** RFC 6962 hashes of the votes, in their order. */
  readonly leaves: readonly Uint8Array[];
}

export interface VotingKey {
  readonly seed: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** Signs 1 to 4,096 votes. */
export function signVotes(
  votes: readonly Vote[],
  { seed, publicKey: voter }: VotingKey,
): VoteBatch {
  assert(votes.length >= 1 && votes.length <= BATCH_VOTES_MAX, 'a batch holds 1 to 4,096 votes');
  const encoded = votes.map(encodeVote);
  const leaves = encoded.map(leafHash);
  const signature = signEd25519(seed, signedBytes(merkleRoot(leaves)));
  const writer = new ByteWriter(BATCH_HEAD_BYTES + votes.length * VOTE_BYTES);
  writer.u8(BATCH_FORMAT);
  writer.u8(0);
  writer.u16(votes.length);
  writer.bytes(voter);
  writer.bytes(signature);
  for (const vote of encoded) writer.bytes(vote);
  return { bytes: writer.written(), voter, signature, votes, leaves };
}

/** Reads a batch; throws MALFORMED, UNSUPPORTED, or REFUSED where the signature does not hold. */
export function readVotes(bytes: Uint8Array): VoteBatch {
  const reader = new ByteReader('a batch of votes', bytes);
  const [format, zero, count] = [reader.u8(), reader.u8(), reader.u16()];
  if (format !== BATCH_FORMAT) throw unsupported(`format ${BATCH_FORMAT}`, format);
  const isCount = count >= 1 && count <= BATCH_VOTES_MAX;
  if (zero !== 0 || !isCount) throw reader.malformed(`0 and 1 to ${BATCH_VOTES_MAX} votes`, count);
  const [voter, signature] = [reader.bytes(PUBLIC_KEY_BYTES), reader.bytes(SIGNATURE_BYTES)];
  if (reader.left !== count * VOTE_BYTES) {
    throw reader.malformed(`${count * VOTE_BYTES} bytes of votes`, reader.left);
  }
  const encoded = Array.from({ length: count }, () => reader.bytes(VOTE_BYTES));
  const votes = encoded.map(decodeVote);
  const leaves = encoded.map(leafHash);
  if (!isSignedRoot(merkleRoot(leaves), voter, signature)) {
    throw new DatabaseError(
      ErrorCode.REFUSED,
      'a batch of votes expected the signature of its voter, got one that does not hold',
    );
  }
  return { bytes, voter, signature, votes, leaves };
}

/** Who has signed a batch, as its bytes say; none where they are too few. */
export function voterOf(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(4, 4 + PUBLIC_KEY_BYTES);
}

/** Whether a voter has signed votes with this root. */
export function isSignedRoot(root: Uint8Array, voter: Uint8Array, signature: Uint8Array): boolean {
  return verifyEd25519(voter, signedBytes(root), signature);
}

/** The 152 bytes of a vote. Throws INVALID_INPUT for one that nobody may cast. */
export function encodeVote(vote: Vote): Uint8Array {
  const wrong = whatIsWrong(vote);
  if (wrong !== undefined) {
    throw new DatabaseError(ErrorCode.INVALID_INPUT, `a vote expected ${wrong}, got another`);
  }
  const writer = new ByteWriter(VOTE_BYTES);
  writer.u8(VOTE_VERSION);
  writer.u8(vote.phase);
  writer.u8(vote.verdict);
  writer.u8(0);
  writer.u32(vote.round);
  writer.i64(BigInt(vote.epoch));
  writer.i64(BigInt(vote.position));
  for (const hash of [vote.space, vote.key, vote.previous, vote.subject]) writer.bytes(hash);
  return writer.written();
}

/** Throws MALFORMED, or UNSUPPORTED for another version. */
export function decodeVote(bytes: Uint8Array): Vote {
  const reader = new ByteReader('a vote', bytes);
  const [version, phase, verdict, zero] = [reader.u8(), reader.u8(), reader.u8(), reader.u8()];
  if (version !== VOTE_VERSION) throw unsupported(`version ${VOTE_VERSION}`, version);
  const [round, epoch, position] = [reader.u32(), Number(reader.u64()), Number(reader.u64())];
  const space = reader.bytes(HASH_BYTES);
  const [key, previous, subject] = [
    reader.bytes(HASH_BYTES),
    reader.bytes(HASH_BYTES),
    reader.bytes(HASH_BYTES),
  ];
  const vote = { phase, verdict, round, epoch, position, space, key, previous, subject };
  const wrong = zero === 0 && reader.left === 0 ? whatIsWrong(vote) : '152 bytes, the fourth 0';
  if (wrong !== undefined) throw reader.malformed(wrong, 'another');
  return vote as Vote;
}

/** What a vote of these numbers would have to be, where it is not; undefined where it may be. */
function whatIsWrong(
  vote: Omit<Vote, 'phase' | 'verdict'> & { readonly phase: number; readonly verdict: number },
): string | undefined {
  const { phase, verdict, round, epoch, position, previous, subject } = vote;
  if (!(phase >= Phase.CONSENT && phase <= Phase.PRECOMMIT)) return 'a phase from 1 to 4';
  if (!(verdict >= Verdict.NONE && verdict <= Verdict.LAPSED)) return 'a verdict from 0 to 3';
  if (!isCount(epoch) || epoch === 0) return 'an epoch from 1 to 2^53 - 1';
  if (!isCount(position) || position === 0) return 'a position from 1 to 2^53 - 1';
  const isNothing = isZero(subject);
  if (phase === Phase.PREVOTE || phase === Phase.PRECOMMIT) {
    if (!isCount(round) || round >= ROUNDS_MAX) return `a round below ${ROUNDS_MAX}`;
    return isNothing === (verdict === Verdict.NONE) ? undefined : 'a subject, or verdict 0';
  }
  if (round !== 0) return 'round 0, since the phase has none';
  if (verdict === Verdict.LAPSED) return 'a verdict from 0 to 2, since nobody asks for a lapse';
  const isAnywhere = position === 1 && isZero(previous);
  if (phase === Phase.OPINION && !isAnywhere) return 'position 1 after nothing, as of opinions';
  return isNothing ? 'a subject' : undefined;
}

function isZero(hash: Uint8Array): boolean {
  return hash.every((byte) => byte === 0);
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= POSITION_MAX;
}

function signedBytes(root: Uint8Array): Uint8Array {
  return concatBytes(SIGNING_DOMAIN, root);
}

function unsupported(expected: string, actual: number): DatabaseError {
  return new DatabaseError(ErrorCode.UNSUPPORTED, `votes expected ${expected}, got ${actual}`);
}
