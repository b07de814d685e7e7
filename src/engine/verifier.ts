/**
 * Verification of commits, wherever it runs. All verifiers have one verdict for a commit: that of
 * `verifyCommit`, with the same error.
 */

import { sameBytes } from '../base/bytes.ts';
import { DatabaseError } from '../base/errors.ts';
import { type Commit, checkSignature, verifyCommit } from '../delta/commit.ts';
import { PayloadLayout } from '../delta/payload-reader.ts';
import type { PayloadExaminer, Place } from './payload-examiner.ts';

/**
 * Leaves of this mean length or more are hashed by the platform, one call for each. Measured beside
 * four lanes: 0.8 of their time for 64 leaves of 1,000 bytes, a tenth for a single one of 30,000,
 * where three lanes have nothing to do; 1.5 times as long for 64 of 250 bytes.
 */
const LONG_LEAF_BYTES = 1_024;

/** What a verifier says of a commit. */
export interface Verification {
  /** Why it is refused; undefined where it is not. */
  readonly refusal?: DatabaseError | undefined;
  /** Address of the check that was made of its payload ahead of the engine; none where absent. */
  readonly check?: number | undefined;
}

export interface Verifier extends AsyncDisposable {
  /** For each commit, in order. */
  verify(commits: readonly Commit[]): Promise<readonly Verification[]>;
}

/** Verifies where it is called, wherever the commits stand. */
export const inlineVerifier: Verifier = {
  verify: async (commits) => commits.map((commit) => ({ refusal: refusalOf(commit) })),
  [Symbol.asyncDispose]: async () => undefined,
};

/**
 * The verdict on a commit that stands in an engine's memory, with `room` behind it for the check of
 * its payload. Hashes that are computed there can only say that it holds; whatever else there is to
 * say, `verifyCommit` says.
 */
export function verifyInPlace(
  commit: Commit,
  examiner: PayloadExaminer,
  room: Place,
): Verification {
  try {
    if (holdsHashes(commit, examiner)) checkSignature(commit);
    else verifyCommit(commit);
    const { header, layout } = commit;
    if (layout !== PayloadLayout.PLAIN) return {};
    return examiner.check(placeOf(commit), header.author, room) ? { check: room.address } : {};
  } catch {
    return { refusal: refusalOf(commit) };
  }
}

/** Of short leaves that are plain; what the same bytes come to in another layout is not asked. */
function holdsHashes(commit: Commit, examiner: PayloadExaminer): boolean {
  const { header, layout, payloadBytes } = commit;
  if (layout !== PayloadLayout.PLAIN) return false;
  if (payloadBytes.length >= header.transactionCount * LONG_LEAF_BYTES) return false;
  const hashes = examiner.hash(placeOf(commit));
  return (
    hashes !== undefined &&
    hashes.transactionCount === header.transactionCount &&
    sameBytes(hashes.dictionary, header.dictionary) &&
    sameBytes(hashes.root, header.root)
  );
}

function refusalOf(commit: Commit): DatabaseError | undefined {
  try {
    verifyCommit(commit);
    return undefined;
  } catch (error) {
    if (error instanceof DatabaseError) return error;
    throw error;
  }
}

function placeOf({ payloadBytes }: Commit): Place {
  return { address: payloadBytes.byteOffset, bytes: payloadBytes.length };
}
