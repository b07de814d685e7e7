/** What a council is told, and what it says. */

import type { PlacedBody } from '../authority/body.ts';
import type { DatabaseError } from '../base/errors.ts';
import type { Certificate } from '../quorum/certificate.ts';
import type { Evidence } from '../quorum/evidence.ts';
import type { VoteBatch, VotingKey } from '../quorum/vote.ts';
import type { Voters } from '../quorum/voters.ts';
import type { Proposal } from './proposal.ts';

/** What the council asks of the chain. */
export interface Chamber {
  readonly space: Uint8Array;
  votersAt(position: number): Voters | undefined;
  /** Which decision of the members the head was. */
  readonly position: number;
  /** Whether a record is in the chain, and whether one has come of a proposal. */
  has(record: Uint8Array): boolean;
  hasDecided(proposal: Uint8Array): boolean;
  /**
   * The body that a proposal would be after the head, with its hash; why it cannot be one there;
   * or that what it needs is not here yet.
   */
  place(proposal: Proposal): Placed | DatabaseError | 'waits';
}

export interface Placed {
  readonly body: PlacedBody;
  readonly hash: Uint8Array;
}

export type CouncilMessage =
  | { readonly kind: 'proposal'; readonly proposal: Proposal }
  | { readonly kind: 'votes'; readonly batch: VoteBatch }
  | { readonly kind: 'certificate'; readonly certificate: Certificate };

export interface Decided {
  readonly certificate: Certificate;
  /** What was decided on; undefined where it has not come here. */
  readonly proposal: Proposal | undefined;
}

/** What was approved, and is not in the chain yet. */
export interface Approved {
  readonly certificate: Certificate;
  readonly body: PlacedBody;
}

/** What is to be done, in this order. */
export interface CouncilTurn {
  /** To be on disk before anything is sent. */
  readonly keep: readonly CouncilMessage[];
  readonly send: readonly CouncilMessage[];
  readonly decided: readonly Decided[];
  /** Belongs in the chain; then `follow` is to be called. */
  readonly approved: Approved | undefined;
  readonly evidence: readonly Evidence[];
  /** Milliseconds of the time of day, at which to call `wake`. */
  readonly wakeAt: number | undefined;
}

export interface CouncilParts {
  readonly chamber: Chamber;
  /** Undefined where the replica's organisation does not vote here. */
  readonly key: VotingKey | undefined;
  /** What was kept before, in its order. */
  readonly kept: readonly CouncilMessage[];
}
