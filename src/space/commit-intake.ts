/** The door for signed commits from outside, and what becomes of them there. */

import type { DatabaseError } from '../base/errors.ts';
import type { Commit } from '../delta/commit.ts';

/** What happened to a commit that the door took, or why it did not. */
export type Verdict =
  | {
      readonly kind: 'applied';
      readonly position: number;
      /** Positions of transactions without effect, if any: their actors had no right to them. */
      readonly masked?: readonly number[];
    }
  /** It was here, and on disk, before. */
  | { readonly kind: 'known' }
  | { readonly kind: 'refused'; readonly error: DatabaseError };

/** A verdict, or why there will be none: writing has stopped. */
export type CommitOutcome = Verdict | DatabaseError;

/**
 * Who hands a commit in. A replica may have another one in the place of one that is here; an author
 * who has is told so, and signs another number.
 */
export type CommitOrigin = 'author' | 'replica';

/** What is known of a commit that is handed in. */
export interface Submitted {
  readonly origin?: CommitOrigin | undefined;
  /** As it was decoded from its place, where it was. */
  readonly commit?: Commit | undefined;
}

/** Takes signed commits from outside, where their bytes are written once. */
export interface CommitIntake {
  /** A place for a commit of this length; undefined while there is no room. */
  room(bytes: number): Uint8Array | undefined;
  /** Takes the commit in a place, and the place with it. `settle` is called once, later. */
  submit(place: Uint8Array, settle: (outcome: CommitOutcome) => void, known?: Submitted): void;
  /** Gives back a place that no commit came to. */
  give(place: Uint8Array): void;
  /** Calls `listener` once, when there may be room again. */
  whenRoom(listener: () => void): void;
}
