/** What a pool of verifiers and its threads say to one another. */

import type { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { Place } from './payload-examiner.ts';

/** Address and bytes of a commit, then of the room behind it for the check of its payload. */
export const WORDS_PER_COMMIT = 4;

/** A batch of commits, by their places. */
export interface VerifyRequest {
  readonly batch: number;
  readonly places: Uint32Array;
}

export interface VerifyAnswer {
  readonly batch: number;
  /** What was refused, with its place in the batch. */
  readonly refusals: readonly Refusal[];
  /** For each commit, 1 when the check of its payload stands in its room. */
  readonly checked: Uint8Array;
}

export interface Refusal {
  readonly index: number;
  readonly code: ErrorCode;
  readonly message: string;
  readonly facts: DatabaseError['facts'];
}

/** The places of one commit of a batch. */
export function placesOf(places: Uint32Array, index: number): { commit: Place; room: Place } {
  const at = index * WORDS_PER_COMMIT;
  const [address = 0, bytes = 0, roomAddress = 0, roomBytes = 0] = places.subarray(
    at,
    at + WORDS_PER_COMMIT,
  );
  return { commit: { address, bytes }, room: { address: roomAddress, bytes: roomBytes } };
}
