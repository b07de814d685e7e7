/**
 * Frames by which a new replica receives what is sealed (schema/sync.md, Q36 to Q40): the base that
 * it begins with, in parts, and the commits which that stands for.
 */

import { concatBytes, utf8 } from '../base/bytes.ts';
import { putU32, putU64, u32At, u64At } from '../base/little-endian.ts';
import { entryFrame, FRAME_HEAD_BYTES, frameAround, frameOf } from './frame.ts';
import { PeerFrame } from './peer-frame.ts';

const HASH_BYTES = 32;
const BASE_HEAD_BYTES = 16 + HASH_BYTES;
export const GET_PART_BYTES = HASH_BYTES + 12;

/** What a replica offers to begin with. */
export interface BaseOffer {
  /** The signed note (sealed-checkpoint.ts). */
  readonly checkpoint: string;
  readonly outlineBytes: number;
  readonly stateBytes: number;
  /** SHA-256 of the outline and the state behind it, as bytes: it names them. */
  readonly digest: Uint8Array;
}

/** A part of the outline and the state behind it. */
export interface PartAsk {
  /** That of the offer. */
  readonly digest: Uint8Array;
  readonly offset: number;
  readonly bytes: number;
}

export function encodeGetBase(request: number): Uint8Array {
  return frameOf(PeerFrame.GET_BASE, request, 0);
}

/** Without an offer where nothing is sealed. */
export function encodeBase(request: number, offer: BaseOffer | undefined): Uint8Array {
  if (offer === undefined) return frameOf(PeerFrame.BASE, request, 0);
  const head = new Uint8Array(BASE_HEAD_BYTES);
  putU64(head, 0, offer.outlineBytes);
  putU64(head, 8, offer.stateBytes);
  head.set(offer.digest, 16);
  return frameAround(PeerFrame.BASE, request, concatBytes(head, utf8(offer.checkpoint)));
}

/** Undefined for a body that is none, and is not empty. */
export function decodeBase(body: Uint8Array): BaseOffer | undefined {
  if (body.length < BASE_HEAD_BYTES) return undefined;
  return {
    checkpoint: new TextDecoder().decode(body.subarray(BASE_HEAD_BYTES)),
    outlineBytes: u64At(body, 0),
    stateBytes: u64At(body, 8),
    digest: body.slice(16, BASE_HEAD_BYTES),
  };
}

export function encodeGetPart(request: number, { digest, offset, bytes }: PartAsk): Uint8Array {
  const frame = frameOf(PeerFrame.GET_PART, request, GET_PART_BYTES);
  frame.set(digest, FRAME_HEAD_BYTES);
  putU64(frame, FRAME_HEAD_BYTES + HASH_BYTES, offset);
  putU32(frame, FRAME_HEAD_BYTES + HASH_BYTES + 8, bytes);
  return frame;
}

export function decodeGetPart(body: Uint8Array): PartAsk {
  const digest = body.slice(0, HASH_BYTES);
  return { digest, offset: u64At(body, HASH_BYTES), bytes: u32At(body, HASH_BYTES + 8) };
}

/** `packed` may stand for the bytes. */
export function encodePart(request: number, body: Uint8Array, packed?: Uint8Array): Uint8Array {
  return entryFrame(PeerFrame.PART, request, { body, packed });
}

export function encodeGetCommits(request: number, hashes: readonly Uint8Array[]): Uint8Array {
  return frameAround(PeerFrame.GET_COMMITS, request, concatBytes(...hashes));
}

export function decodeGetCommits(body: Uint8Array): Uint8Array[] {
  const count = Math.floor(body.length / HASH_BYTES);
  return Array.from({ length: count }, (_, at) => {
    return body.slice(at * HASH_BYTES, (at + 1) * HASH_BYTES);
  });
}

/**
 * The envelope of a commit, which `packed` may stand for; empty where it, and those that were asked
 * for behind it, do not come.
 */
export function encodePast(request: number, body: Uint8Array, packed?: Uint8Array): Uint8Array {
  return entryFrame(PeerFrame.PAST, request, { body, packed });
}
