/**
 * Frames between replicas (schema/sync.md): how their bytes are laid out. Both sides send the same
 * ones. What they mean is in peer-session.ts.
 */

import { concatBytes } from '../base/bytes.ts';
import { PEER_STATE_AUTHORS_MAX } from '../base/connection-limits.ts';
import type { DatabaseError } from '../base/errors.ts';
import type { KeySet } from '../base/key-set.ts';
import { putU16, putU32, putU64, u16At, u32At, u64At } from '../base/little-endian.ts';
import type { AuthorTip } from '../space/frontier.ts';
import {
  type EntryBody,
  entryFrame,
  FRAME_HEAD_BYTES,
  frameAround,
  frameOf,
  refusalFrame,
} from './frame.ts';

export const PEER_VERSION = 1;
const HASH_BYTES = 32;
export const PEER_HELLO_BYTES = 8 + 3 * HASH_BYTES;
export const PEER_PROOF_BYTES = 64;
export const PEER_COUNCIL_BYTES = 16;
/** Of the authors of a replica (peer-ranges.ts). */
export const FINGERPRINT_BYTES = 16;
const STATE_HEAD_BYTES = 8 + HASH_BYTES + FINGERPRINT_BYTES;
const AUTHOR_HEAD_BYTES = 2 * HASH_BYTES + 8;
const HAVE_HEAD_BYTES = 8;

const StateFlag = {
  AUTHORS_NOT_TOLD: 1,
} as const;

export const PeerFrame = {
  HELLO: 129,
  PROOF: 130,
  STATE: 131,
  RECORD: 132,
  COMMIT: 133,
  HAVE: 134,
  TAKEN: 135,
  NOT_TAKEN: 136,
  FAILED: 137,
  RANGES: 138,
  GET_BASE: 139,
  BASE: 140,
  GET_PART: 141,
  PART: 142,
  GET_COMMITS: 143,
  PAST: 144,
  COUNCIL: 145,
  PROPOSAL: 146,
  VOTES: 147,
  CERTIFICATE: 148,
} as const;
export type PeerFrame = (typeof PeerFrame)[keyof typeof PeerFrame];
export type EntryType = typeof PeerFrame.RECORD | typeof PeerFrame.COMMIT;

const Feature = { TAKES_COMMITS: 1, UNPACKS: 2, GIVES_BASE: 4, SITS: 8 } as const;

export interface PeerHello {
  readonly version: number;
  /** Whether it takes commits, not records of the authority chain alone. */
  readonly takesCommits: boolean;
  /** Whether the bodies of commits may come to it packed. */
  readonly unpacks: boolean;
  /** Whether it answers who asks for what is sealed (base-frame.ts). */
  readonly givesBase: boolean;
  /** Whether it takes part in what members decide, or follows it (council-exchange.ts). */
  readonly sits: boolean;
  /** Bytes of commits that may be on their way to it without an answer. */
  readonly windowBytes: number;
  readonly space: Uint8Array;
  /** The key that signs its proof. */
  readonly key: Uint8Array;
  /** 32 random bytes, of this connection alone. */
  readonly nonce: Uint8Array;
}

/** What a replica holds. */
export interface PeerState {
  /** Records of the authority chain. */
  readonly height: number;
  /** Hash of the last of them; zeros where there is none. */
  readonly head: Uint8Array;
  /** Of all authors that have a commit here (peer-ranges.ts). */
  readonly fingerprint: Uint8Array;
  /** The last commits of these; undefined where they are too many. */
  readonly authors: readonly AuthorTip[] | undefined;
}

/** What a replica has taken since, from others. */
export interface PeerHave {
  readonly height: number;
  readonly authors: readonly AuthorTip[];
}

export function encodePeerHello(hello: PeerHello): Uint8Array {
  const frame = frameOf(PeerFrame.HELLO, 0, PEER_HELLO_BYTES);
  const body = frame.subarray(FRAME_HEAD_BYTES);
  putU16(body, 0, hello.version);
  const takesCommits = hello.takesCommits ? Feature.TAKES_COMMITS : 0;
  const unpacks = hello.unpacks ? Feature.UNPACKS : 0;
  const givesBase = hello.givesBase ? Feature.GIVES_BASE : 0;
  putU16(body, 2, takesCommits + unpacks + givesBase + (hello.sits ? Feature.SITS : 0));
  putU32(body, 4, hello.windowBytes);
  body.set(concatBytes(hello.space, hello.key, hello.nonce), 8);
  return frame;
}

export function decodePeerHello(body: Uint8Array): PeerHello {
  const hashAt = (index: number) =>
    body.slice(8 + index * HASH_BYTES, 8 + (index + 1) * HASH_BYTES);
  return {
    version: u16At(body, 0),
    takesCommits: (u16At(body, 2) & Feature.TAKES_COMMITS) !== 0,
    unpacks: (u16At(body, 2) & Feature.UNPACKS) !== 0,
    givesBase: (u16At(body, 2) & Feature.GIVES_BASE) !== 0,
    sits: (u16At(body, 2) & Feature.SITS) !== 0,
    windowBytes: u32At(body, 4),
    space: hashAt(0),
    key: hashAt(1),
    nonce: hashAt(2),
  };
}

export function encodePeerProof(signature: Uint8Array): Uint8Array {
  return frameAround(PeerFrame.PROOF, 0, signature);
}

export function encodePeerState(state: PeerState): Uint8Array {
  const { height, head, fingerprint, authors = [] } = state;
  const frame = frameOf(PeerFrame.STATE, 0, STATE_HEAD_BYTES + authors.length * AUTHOR_HEAD_BYTES);
  const body = frame.subarray(FRAME_HEAD_BYTES);
  putU32(body, 0, height);
  putU32(body, 4, state.authors === undefined ? StateFlag.AUTHORS_NOT_TOLD : 0);
  body.set(head, 8);
  body.set(fingerprint, 8 + HASH_BYTES);
  putTips(body, STATE_HEAD_BYTES, authors);
  return frame;
}

/**
 * Those of its authors that are known here; undefined for a body that does not end with an author,
 * or has more of these than may be told.
 */
export function decodePeerState(body: Uint8Array, known: KeySet): PeerState | undefined {
  if (!endsWithAuthor(body, STATE_HEAD_BYTES)) return undefined;
  const flags = u32At(body, 4);
  if (flags > StateFlag.AUTHORS_NOT_TOLD) return undefined;
  const authors = tipsAt(body, STATE_HEAD_BYTES, { known, most: PEER_STATE_AUTHORS_MAX });
  if (authors === undefined) return undefined;
  const head = body.slice(8, 8 + HASH_BYTES);
  const fingerprint = body.slice(8 + HASH_BYTES, STATE_HEAD_BYTES);
  const facts = { height: u32At(body, 0), head, fingerprint };
  if (flags === 0) return { ...facts, authors };
  return body.length === STATE_HEAD_BYTES ? { ...facts, authors: undefined } : undefined;
}

/** Ranges of authors (peer-ranges.ts). */
export function encodePeerRanges(body: Uint8Array): Uint8Array {
  return frameAround(PeerFrame.RANGES, 0, body);
}

export function encodePeerHave({ height, authors }: PeerHave): Uint8Array {
  const frame = frameOf(PeerFrame.HAVE, 0, HAVE_HEAD_BYTES + authors.length * AUTHOR_HEAD_BYTES);
  const body = frame.subarray(FRAME_HEAD_BYTES);
  putU32(body, 0, height);
  putTips(body, HAVE_HEAD_BYTES, authors);
  return frame;
}

/** As `decodePeerState` does; each author is told of once. */
export function decodePeerHave(body: Uint8Array, known: KeySet): PeerHave | undefined {
  if (!endsWithAuthor(body, HAVE_HEAD_BYTES)) return undefined;
  const authors = tipsAt(body, HAVE_HEAD_BYTES, { known, most: known.size });
  return authors && { height: u32At(body, 0), authors };
}

function endsWithAuthor({ length }: Uint8Array, headBytes: number): boolean {
  return length >= headBytes && (length - headBytes) % AUTHOR_HEAD_BYTES === 0;
}

function putTips(body: Uint8Array, from: number, tips: readonly AuthorTip[]): void {
  let at = from;
  for (const { author, sequence, hash } of tips) {
    body.set(author, at);
    body.set(hash, at + HASH_BYTES);
    putU64(body, at + 2 * HASH_BYTES, sequence);
    at += AUTHOR_HEAD_BYTES;
  }
}

/** Those of authors that are known; undefined where they are too many. */
function tipsAt(
  body: Uint8Array,
  from: number,
  { known, most }: { readonly known: KeySet; readonly most: number },
): AuthorTip[] | undefined {
  const tips: AuthorTip[] = [];
  for (let at = from; at < body.length; at += AUTHOR_HEAD_BYTES) {
    if (!known.has(body, at)) continue;
    if (tips.length === most) return undefined;
    tips.push({
      author: body.slice(at, at + HASH_BYTES),
      hash: body.slice(at + HASH_BYTES, at + 2 * HASH_BYTES),
      sequence: u64At(body, at + 2 * HASH_BYTES),
    });
  }
  return tips;
}

/** A record of the authority chain, or a commit; its body is the envelope, or is packed. */
export function encodePeerEntry(type: EntryType, request: number, entry: EntryBody): Uint8Array {
  return entryFrame(type, request, entry);
}

export function encodeTaken(request: number): Uint8Array {
  return frameOf(PeerFrame.TAKEN, request, 0);
}

export function encodeNotTaken(request: number, error: DatabaseError): Uint8Array {
  return refusalFrame(PeerFrame.NOT_TAKEN, request, error);
}

/** The last frame: why the connection ends. */
export function encodePeerFailed(error: DatabaseError): Uint8Array {
  return refusalFrame(PeerFrame.FAILED, 0, error);
}
