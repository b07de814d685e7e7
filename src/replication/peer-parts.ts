/** What a connection between replicas is made of, and what it keeps of who breaks the rules. */

import type { DatabaseError } from '../base/errors.ts';
import type { ReplicatedSpace } from '../space/replicated-space.ts';
import type { PackedCommits } from './packing.ts';
import type { PeerRole } from './peer-proof.ts';

export interface PeerCarrier {
  send(frame: Uint8Array): unknown;
  /** Whether what was sent has left this process, but for little; `taken` is called when it has. */
  readonly isTaken: boolean;
  /** There may be room again for bytes that were not taken. */
  resume(): void;
  /** Milliseconds of the clock that `wake` is told, at which to call it. */
  wakeAt(time: number | undefined): void;
  /** The session is over: `error` says why, where this side ends it. */
  end(error: DatabaseError): void;
}

/** What is kept of a replica that broke the rules, or of an author. */
export interface Evidence {
  /** Of the replica that sent it. */
  readonly peer: Uint8Array;
  readonly error: DatabaseError;
  /** The commit or record as it came. */
  readonly bytes: Uint8Array;
}

export interface PeerOptions {
  readonly space: ReplicatedSpace;
  readonly role: PeerRole;
  /** The only key that is let in; where absent, `mayJoin` decides. */
  readonly expected?: Uint8Array | undefined;
  /** Whether a replica with this key may hold the space. */
  readonly mayJoin: (key: Uint8Array) => boolean;
  /** 32 random bytes. */
  readonly nonce: Uint8Array;
  /** What the carrier exports of its own keys; empty where it has none. */
  readonly binding?: Uint8Array;
  /** Commits that may be on their way here; PEER_WINDOW_BYTES where absent. */
  readonly windowBytes?: number;
  /** Shared by all connections of this replica. */
  readonly packed: PackedCommits;
  readonly now: () => number;
  readonly onEvidence?: (evidence: Evidence) => void;
  /** Called once, when the other side has proven its key; may end the session, or throw why. */
  readonly onProven?: (key: Uint8Array) => void;
}
