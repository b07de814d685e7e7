/** One signed commit from outside, whose bytes its sender may change again. */

import { DatabaseError } from '../base/errors.ts';
import { COMMIT_BYTES_MAX, decodeCommit } from '../delta/commit.ts';
import type { CommitIntake, CommitOrigin, CommitOutcome, Verdict } from './commit-intake.ts';

/** Copies a commit to where there is room for it, and answers what became of it. */
export async function receiveCommit(
  intake: CommitIntake,
  bytes: Uint8Array,
  origin?: CommitOrigin,
): Promise<Verdict> {
  const tooLong = refusalOfLength(bytes);
  if (tooLong !== undefined) return { kind: 'refused', error: tooLong };
  const commit = Uint8Array.from(bytes);
  let place = intake.room(commit.length);
  while (place === undefined) {
    await new Promise<void>((resolve) => intake.whenRoom(resolve));
    place = intake.room(commit.length);
  }
  const room = place;
  room.set(commit);
  const outcome = await new Promise<CommitOutcome>((resolve) => {
    intake.submit(room, resolve, { origin });
  });
  if (outcome instanceof DatabaseError) throw outcome;
  return outcome;
}

/** What no place is large enough for is refused as decoding refuses it. */
function refusalOfLength(bytes: Uint8Array): DatabaseError | undefined {
  if (bytes.length <= COMMIT_BYTES_MAX) return undefined;
  try {
    decodeCommit(bytes);
  } catch (error) {
    if (error instanceof DatabaseError) return error;
    throw error;
  }
  throw new Error('assertion failed: a commit that is too long decodes to nothing');
}
