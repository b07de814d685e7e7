/**
 * The votes of a quorum that prove a decision, or that a proposal is ready for one
 * (schema/quorum.md, QC13 to QC16).
 *
 *     certificate   format u8 = 1, 0 u8, voters u16, vote 152 B, shown vote ...
 *
 * All have cast the one vote that stands at the front; they are in the order of their keys. It
 * verifies with the voters of its epoch and nothing else.
 */

import { assert } from '../base/assert.ts';
import { ByteReader } from '../base/byte-reader.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { compareBytes, toHex } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { VOTERS_MAX } from '../base/quorum-limits.ts';
import {
  isShown,
  readShown,
  SHOWN_BYTES_MAX,
  type ShownVote,
  showVote,
  writeShown,
} from './shown-vote.ts';
import { decodeVote, encodeVote, VOTE_BYTES, type Vote, type VoteBatch } from './vote.ts';
import type { Voters } from './voters.ts';

const CERTIFICATE_FORMAT = 1;
export const CERTIFICATE_BYTES_MAX = 4 + VOTE_BYTES + VOTERS_MAX * SHOWN_BYTES_MAX;

export interface Certificate {
  readonly bytes: Uint8Array;
  readonly vote: Vote;
  /** Ascending by voter. */
  readonly shown: readonly ShownVote[];
}

/** A vote of a batch, by its place there. */
export interface CastVote {
  readonly batch: VoteBatch;
  readonly index: number;
}

/** The vote itself. */
export function castVote({ batch, index }: CastVote): Vote {
  const vote = batch.votes[index];
  assert(vote !== undefined, 'a batch holds the vote');
  return vote;
}

/** Puts votes together that are the same; whether they are a quorum the caller knows. */
export function makeCertificate(vote: Vote, cast: readonly CastVote[]): Certificate {
  const shown = cast
    .map(({ batch, index }) => showVote(batch, index))
    .sort((left, right) => compareBytes(left.voter, right.voter));
  const writer = new ByteWriter();
  writer.u8(CERTIFICATE_FORMAT);
  writer.u8(0);
  writer.u16(shown.length);
  writer.bytes(encodeVote(vote));
  for (const each of shown) writeShown(writer, each);
  return { bytes: writer.written(), vote, shown };
}

/** Reads the form; throws MALFORMED or UNSUPPORTED. Who has voted is not looked at. */
export function decodeCertificate(bytes: Uint8Array): Certificate {
  const reader = new ByteReader('a certificate', bytes);
  const [format, zero, count] = [reader.u8(), reader.u8(), reader.u16()];
  if (format !== CERTIFICATE_FORMAT) {
    throw new DatabaseError(
      ErrorCode.UNSUPPORTED,
      `a certificate expected format ${CERTIFICATE_FORMAT}, got ${format}`,
    );
  }
  const isCount = count >= 1 && count <= VOTERS_MAX;
  if (zero !== 0 || !isCount) throw reader.malformed(`0 and 1 to ${VOTERS_MAX} voters`, count);
  const vote = decodeVote(reader.bytes(VOTE_BYTES));
  const shown = Array.from({ length: count }, () => readShown(reader));
  if (reader.left > 0) throw reader.malformed('the end', `${reader.left} bytes more`);
  return { bytes, vote, shown };
}

/** Throws REFUSED unless a quorum of the voters of its epoch has cast the vote. */
export function expectQuorum({ vote, shown }: Certificate, voters: Voters): void {
  if (vote.epoch !== voters.epoch) throw refused(`epoch ${voters.epoch}`, `${vote.epoch}`);
  const bytes = encodeVote(vote);
  let weight = 0;
  let before: Uint8Array | undefined;
  for (const each of shown) {
    const its = voters.weightOf(toHex(each.voter));
    if (its === 0) throw refused('voters of its epoch', toHex(each.voter));
    if (before !== undefined && compareBytes(before, each.voter) >= 0) {
      throw refused('voters in the order of their keys, each once', toHex(each.voter));
    }
    if (!isShown(bytes, each)) throw refused(`a signature of ${toHex(each.voter)}`, 'none');
    weight += its;
    before = each.voter;
  }
  if (weight < voters.quorum) throw refused(`a weight of ${voters.quorum}`, `${weight}`);
}

function refused(expected: string, actual: string): DatabaseError {
  return new DatabaseError(ErrorCode.REFUSED, `a certificate expected ${expected}, got ${actual}`);
}
