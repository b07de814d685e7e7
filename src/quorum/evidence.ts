/**
 * Proof that a member has voted twice where it may vote once, which anybody can verify
 * (schema/quorum.md, QC17 to QC19).
 *
 *     evidence   format u8 = 1, 0 u8, vote 152 B, shown vote, vote 152 B, shown vote
 *
 * The votes are in the order of their bytes: two members find the same evidence.
 */

import { ByteReader } from '../base/byte-reader.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { compareBytes, sameBytes } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { type CastVote, castVote } from './certificate.ts';
import { isShown, readShown, type ShownVote, showVote, writeShown } from './shown-vote.ts';
import { slotOf } from './slot.ts';
import { decodeVote, encodeVote, VOTE_BYTES, type Vote } from './vote.ts';

const EVIDENCE_FORMAT = 1;

export interface Evidence {
  readonly bytes: Uint8Array;
  /** Ed25519 key of the member that has voted twice. */
  readonly voter: Uint8Array;
  readonly votes: readonly [Vote, Vote];
}

interface Side {
  readonly bytes: Uint8Array;
  readonly vote: Vote;
  readonly shown: ShownVote;
}

/** The evidence that two votes are; undefined where each may stand beside the other. */
export function evidenceOf(one: CastVote, other: CastVote): Evidence | undefined {
  const [left, right] = [sideOf(one), sideOf(other)];
  return isTwice(left, right) ? evidence(left, right) : undefined;
}

/** Reads evidence; throws MALFORMED, UNSUPPORTED, or REFUSED where it proves nothing. */
export function readEvidence(bytes: Uint8Array): Evidence {
  const reader = new ByteReader('evidence of two votes', bytes);
  const [format, zero] = [reader.u8(), reader.u8()];
  if (format !== EVIDENCE_FORMAT) {
    throw new DatabaseError(
      ErrorCode.UNSUPPORTED,
      `evidence expected format ${EVIDENCE_FORMAT}, got ${format}`,
    );
  }
  const read = (): Side => {
    const vote = reader.bytes(VOTE_BYTES);
    return { bytes: vote, vote: decodeVote(vote), shown: readShown(reader) };
  };
  const [left, right] = [read(), read()];
  if (zero !== 0 || reader.left > 0) throw reader.malformed('0, two votes and the end', 'more');
  const holds = [left, right].every((side) => isShown(side.bytes, side.shown));
  const isOrdered = compareBytes(left.bytes, right.bytes) < 0;
  if (holds && isOrdered && isTwice(left, right)) return evidence(left, right);
  throw new DatabaseError(
    ErrorCode.REFUSED,
    'evidence expected two votes that one member has signed for one slot, got others',
  );
}

function sideOf(cast: CastVote): Side {
  const vote = castVote(cast);
  return { bytes: encodeVote(vote), vote, shown: showVote(cast.batch, cast.index) };
}

function isTwice(left: Side, right: Side): boolean {
  const isOneVoter = sameBytes(left.shown.voter, right.shown.voter);
  return (
    isOneVoter && slotOf(left.vote) === slotOf(right.vote) && !sameBytes(left.bytes, right.bytes)
  );
}

function evidence(one: Side, other: Side): Evidence {
  const isFirst = compareBytes(one.bytes, other.bytes) < 0;
  const [left, right] = isFirst ? [one, other] : [other, one];
  const writer = new ByteWriter();
  writer.u8(EVIDENCE_FORMAT);
  writer.u8(0);
  for (const { bytes, shown } of [left, right]) {
    writer.bytes(bytes);
    writeShown(writer, shown);
  }
  return { bytes: writer.written(), voter: left.shown.voter, votes: [left.vote, right.vote] };
}
