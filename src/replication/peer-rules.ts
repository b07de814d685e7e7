/** What one replica expects of another, and what it makes of what came instead. */

import { sameBytes, toHex } from '../base/bytes.ts';
import {
  BASE_OFFER_BYTES_MAX,
  BASE_PART_BYTES_MAX,
  PAST_ASKED_MAX,
  PEER_FRUITLESS_MAX,
  PEER_STATE_BYTES_MAX,
  PEER_WINDOW_BYTES,
} from '../base/connection-limits.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { AUTHORITY_RECORD_BYTES_MAX } from '../base/limits.ts';
import { PROPOSAL_BYTES_MAX } from '../base/quorum-limits.ts';
import { COMMIT_BYTES_MAX, type Commit, decodeCommit } from '../delta/commit.ts';
import { Reason } from '../delta/reason.ts';
import { CERTIFICATE_BYTES_MAX } from '../quorum/certificate.ts';
import { BATCH_BYTES_MAX } from '../quorum/vote.ts';
import type { CommitOutcome } from '../space/commit-intake.ts';
import { SEAL_CLOCK } from '../space/sealing.ts';
import { GET_PART_BYTES } from './base-frame.ts';
import { decodeRefusal, type FrameHead } from './frame.ts';
import { expectPacking } from './packing.ts';
import {
  PEER_COUNCIL_BYTES,
  PEER_HELLO_BYTES,
  PEER_PROOF_BYTES,
  PEER_VERSION,
  PeerFrame,
  type PeerHello,
} from './peer-frame.ts';

/** Bytes, signatures and histories that no honest replica hands on. */
const FAULTS: ReadonlySet<ErrorCode> = new Set([
  ErrorCode.MALFORMED,
  ErrorCode.REFUSED,
  ErrorCode.INVALID_INPUT,
  ErrorCode.FORBIDDEN,
]);

/** What is refused here may not be elsewhere: it depends on how far a replica has come. */
const NOT_BLAMED: ReadonlySet<unknown> = new Set([
  Reason.AUTHORITY_BEHIND,
  Reason.SEQUENCE_TAKEN,
  Reason.PREVIOUS_OTHER,
  Reason.BRANCHES_LIMIT,
  Reason.CLOCK_BEHIND,
  SEAL_CLOCK,
]);

/** Whether what was refused is kept: a replica that was cut off may have what a seal left out. */
export function isEvidence({ code, facts }: DatabaseError): boolean {
  return FAULTS.has(code) && facts.reason !== Reason.AUTHORITY_BEHIND;
}

/** Whether the replica that handed an entry on is to blame for it. */
export function isBlamed(error: DatabaseError): boolean {
  return FAULTS.has(error.code) && !NOT_BLAMED.has(error.facts.reason);
}

/** Why an entry was not taken; undefined where it is here. */
export function errorOf(outcome: CommitOutcome): DatabaseError | undefined {
  if (outcome instanceof DatabaseError) return outcome;
  return outcome.kind === 'refused' ? outcome.error : undefined;
}

/** Whether a commit was here before it came. */
export function isKnown(outcome: CommitOutcome): boolean {
  return !(outcome instanceof DatabaseError) && outcome.kind === 'known';
}

/** What ends a connection so that it is held against the other side. */
const BREACHES: ReadonlySet<ErrorCode> = new Set([
  ...FAULTS,
  ErrorCode.LIMIT_EXCEEDED,
  ErrorCode.RATE_LIMITED,
]);

export function isBreach({ code }: DatabaseError): boolean {
  return BREACHES.has(code);
}

interface Stage {
  readonly hasHello: boolean;
  readonly isProven: boolean;
  /** Authors are compared by ranges. */
  readonly isComparing: boolean;
  /** Both sides have told what they hold. */
  readonly isOpen: boolean;
}

/** A frame has a body that its type allows, and comes when it may. */
export function expectFrame(head: FrameHead, stage: Stage): void {
  const { type, bodyBytes } = head;
  const rule = RULES.get(type);
  if (rule === undefined) throw malformed('a frame of a replica', `type ${type}`);
  const { name, least, most, comesIn } = rule;
  if (!comesIn(stage)) throw malformed(`${name} in its turn`, 'it at another time');
  expectPacking(head, PACKABLE, malformed);
  if (bodyBytes >= least && bodyBytes <= most) return;
  throw new DatabaseError(
    ErrorCode.LIMIT_EXCEEDED,
    `${name} between replicas expected ${least} to ${most} bytes, got ${bodyBytes}`,
  );
}

interface Rule {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  readonly comesIn: (stage: Stage) => boolean;
}

const whenOpen = ({ isOpen }: Stage) => isOpen;
/** Bodies that are large, and full of what repeats. */
const PACKABLE = [PeerFrame.COMMIT, PeerFrame.PART, PeerFrame.PAST] as const;
const REFUSAL_BYTES_MAX = 2_048;
const HASH_BYTES = 32;

const RULES: ReadonlyMap<number, Rule> = new Map<number, Rule>([
  [PeerFrame.HELLO, exactly('a HELLO', PEER_HELLO_BYTES, ({ hasHello }) => !hasHello)],
  [
    PeerFrame.PROOF,
    exactly('a PROOF', PEER_PROOF_BYTES, ({ hasHello, isProven }) => hasHello && !isProven),
  ],
  [
    PeerFrame.STATE,
    upTo('a STATE', PEER_STATE_BYTES_MAX, (stage) => {
      return stage.isProven && !stage.isOpen && !stage.isComparing;
    }),
  ],
  [
    PeerFrame.RANGES,
    { ...upTo('RANGES', PEER_STATE_BYTES_MAX, ({ isComparing }) => isComparing), least: 0 },
  ],
  [PeerFrame.RECORD, upTo('a RECORD', AUTHORITY_RECORD_BYTES_MAX, whenOpen)],
  [PeerFrame.COMMIT, upTo('a COMMIT', COMMIT_BYTES_MAX, whenOpen)],
  [PeerFrame.HAVE, upTo('a HAVE', PEER_STATE_BYTES_MAX, whenOpen)],
  [PeerFrame.TAKEN, exactly('a TAKEN', 0, whenOpen)],
  [PeerFrame.NOT_TAKEN, upTo('a NOT_TAKEN', REFUSAL_BYTES_MAX, whenOpen)],
  [PeerFrame.GET_BASE, exactly('a GET_BASE', 0, whenOpen)],
  [PeerFrame.BASE, { ...upTo('a BASE', BASE_OFFER_BYTES_MAX, whenOpen), least: 0 }],
  [PeerFrame.GET_PART, exactly('a GET_PART', GET_PART_BYTES, whenOpen)],
  [PeerFrame.PART, upTo('a PART', BASE_PART_BYTES_MAX, whenOpen)],
  [PeerFrame.GET_COMMITS, upTo('a GET_COMMITS', PAST_ASKED_MAX * HASH_BYTES, whenOpen)],
  [PeerFrame.PAST, { ...upTo('a PAST', COMMIT_BYTES_MAX, whenOpen), least: 0 }],
  [PeerFrame.COUNCIL, exactly('a COUNCIL', PEER_COUNCIL_BYTES, whenOpen)],
  [PeerFrame.PROPOSAL, upTo('a PROPOSAL', PROPOSAL_BYTES_MAX, whenOpen)],
  [PeerFrame.VOTES, upTo('VOTES', BATCH_BYTES_MAX, whenOpen)],
  [PeerFrame.CERTIFICATE, upTo('a CERTIFICATE', CERTIFICATE_BYTES_MAX, whenOpen)],
  [PeerFrame.FAILED, upTo('a FAILED', REFUSAL_BYTES_MAX, () => true)],
]);

function exactly(name: string, bytes: number, comesIn: Rule['comesIn']): Rule {
  return { name, least: bytes, most: bytes, comesIn };
}

function upTo(name: string, most: number, comesIn: Rule['comesIn']): Rule {
  return { name, least: 1, most, comesIn };
}

/** Whether the other side speaks this version, and of this space. */
export function expectHello({ version, space }: PeerHello, own: Uint8Array): void {
  if (version !== PEER_VERSION) {
    throw failure(ErrorCode.UNSUPPORTED, `version ${PEER_VERSION}`, `${version}`);
  }
  if (sameBytes(space, own)) return;
  throw failure(ErrorCode.NOT_FOUND, `space ${toHex(own)}`, toHex(space));
}

/** Whether a replica with a key is let in: the expected one, or else one that may join. */
export function expectKey(
  key: Uint8Array,
  own: Uint8Array,
  {
    expected,
    mayJoin,
  }: {
    readonly expected?: Uint8Array | undefined;
    readonly mayJoin: (key: Uint8Array) => boolean;
  },
): void {
  if (sameBytes(key, own)) {
    throw failure(ErrorCode.CONFLICT, 'the key of another replica', 'its own');
  }
  if (expected === undefined ? mayJoin(key) : sameBytes(key, expected)) return;
  const wanted = expected === undefined ? 'a key that may join' : `key ${toHex(expected)}`;
  throw failure(ErrorCode.FORBIDDEN, wanted, toHex(key));
}

export function expectProof(isProof: boolean): void {
  if (!isProof) throw failure(ErrorCode.FORBIDDEN, 'a proof that holds', 'one that does not');
}

export function malformed(expected: string, actual: string): DatabaseError {
  return failure(ErrorCode.MALFORMED, expected, actual);
}

export function failure(code: ErrorCode, expected: string, actual: string): DatabaseError {
  const message = `a connection between replicas expected ${expected}, got ${actual}`;
  return new DatabaseError(code, message);
}

/** What the other side has ended the connection with. */
export function failedThere(body: Uint8Array): DatabaseError {
  const { code, message } = decodeRefusal(body);
  return new DatabaseError(code, `the other replica ended the connection: ${message}`);
}

/** Commits that were told of are here no more. */
export function begunAnew(): DatabaseError {
  return failure(
    ErrorCode.CONFLICT,
    'the commits that it began with',
    'some that have no effect any more',
  );
}

/** So many entries have brought nothing: that cannot be taken, or came from this side before. */
export function fruitless(): DatabaseError {
  const expected = `at most ${PEER_FRUITLESS_MAX} entries in a row that bring nothing`;
  return failure(ErrorCode.RATE_LIMITED, expected, 'one more');
}

/** What is on its way is remembered, so that nobody may have more of it than is usual. */
export function windowOf({ takesCommits, windowBytes }: PeerHello): number {
  return takesCommits ? Math.min(windowBytes, PEER_WINDOW_BYTES) : 0;
}

/** Of a commit; one that cannot be read is refused by the door, with its reason. */
export function commitOf(bytes: Uint8Array): Commit | undefined {
  try {
    return decodeCommit(bytes);
  } catch (error) {
    if (error instanceof DatabaseError) return undefined;
    throw error;
  }
}

/** The earlier of two times, each of which may be none. */
export function earliest(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.min(one, other);
}
