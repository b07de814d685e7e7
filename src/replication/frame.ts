/**
 * Frames of the sync protocol (schema/sync.md): how their bytes are laid out. What they mean is
 * in session.ts.
 *
 *     frame   type u8, 0 u8, 0 u16, request u32, body bytes u32, body
 */

import { concatBytes, utf8 } from '../base/bytes.ts';
import { type DatabaseError, ErrorCode } from '../base/errors.ts';
import { putU16, putU32, putU64, u16At, u32At, u64At } from '../base/little-endian.ts';

export const SYNC_VERSION = 1;
export const FRAME_HEAD_BYTES = 12;
/** Of a frame whose body is packed. */
export const PACKED_HEAD_BYTES = 16;
/** How a body stands in its frame. */
const Packing = { NONE: 0, ZSTD: 1 } as const;
const HASH_BYTES = 32;
export const HELLO_BYTES = 4 + HASH_BYTES;
const WELCOME_BYTES = 8 + 3 * HASH_BYTES;
const APPLIED_BYTES = 8;
const WRITTEN_BYTES = 12;
/** A message beyond this is cut: it is for people. */
const MESSAGE_BYTES_MAX = 1024;

export const FrameType = {
  HELLO: 1,
  COMMIT: 2,
  TRANSACTION: 3,
  SUBSCRIBE: 4,
  UNSUBSCRIBE: 5,
  WELCOME: 65,
  APPLIED: 66,
  KNOWN: 67,
  REFUSED: 68,
  FAILED: 69,
  WRITTEN: 70,
  NEXT: 71,
  COMPLETE: 72,
} as const;
export type FrameType = (typeof FrameType)[keyof typeof FrameType];

/** What a server may do beside taking commits, as bits of its WELCOME. */
const Feature = { OPERATIONS: 1, UNPACKS: 2 } as const;

export interface FrameHead {
  readonly type: number;
  readonly request: number;
  readonly bodyBytes: number;
  /** That stand for the body; undefined where it stands as it is. */
  readonly packedBytes?: number;
}

/** A body, and what may stand for it. */
export interface EntryBody {
  readonly body: Uint8Array;
  readonly packed?: Uint8Array | undefined;
}

export interface Hello {
  readonly version: number;
  /** What stands between the version and the space; zero in this version. */
  readonly reserved: number;
  /** Undefined: whichever it is. */
  readonly space: Uint8Array | undefined;
}

export interface Welcome {
  readonly version: number;
  /** Whether it runs operations of GraphQL. */
  readonly runsOperations: boolean;
  /** Whether the bodies of commits may come packed. */
  readonly unpacks: boolean;
  readonly inFlightBytesMax: number;
  readonly space: Uint8Array;
  /** Hash of the newest authority record. */
  readonly authority: Uint8Array;
  /** The key that signs transactions of clients: ids of the nodes they create derive from it. */
  readonly author: Uint8Array;
}

/** Where a transaction of a client went. */
export interface WrittenPlace {
  /** Of the commit in the server's log; 0 where the transaction changed nothing. */
  readonly position: number;
  /** Of the transaction in the commit. */
  readonly index: number;
}

/** A refusal as it travels. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
}

/** How many bytes the head has that begins with these `FRAME_HEAD_BYTES`. */
export function headBytesOf(begin: Uint8Array): number {
  return begin[1] === Packing.ZSTD ? PACKED_HEAD_BYTES : FRAME_HEAD_BYTES;
}

/**
 * The head at the begin of these bytes; undefined of a packing that is not known, and when a byte
 * that must be zero is not.
 */
export function readFrameHead(bytes: Uint8Array): FrameHead | undefined {
  const [type = 0, packing = 0] = bytes;
  if (packing > Packing.ZSTD || u16At(bytes, 2) !== 0) return undefined;
  const [request, followingBytes] = [u32At(bytes, 4), u32At(bytes, 8)];
  if (packing === Packing.NONE) return { type, request, bodyBytes: followingBytes };
  const bodyBytes = u32At(bytes, FRAME_HEAD_BYTES);
  return { type, request, bodyBytes, packedBytes: followingBytes };
}

export function encodeHello(space?: Uint8Array): Uint8Array {
  const frame = frameOf(FrameType.HELLO, 0, HELLO_BYTES);
  putU16(frame, FRAME_HEAD_BYTES, SYNC_VERSION);
  if (space !== undefined) frame.set(space, FRAME_HEAD_BYTES + 4);
  return frame;
}

export function decodeHello(body: Uint8Array): Hello {
  const space = body.slice(4, HELLO_BYTES);
  const isNamed = space.some((byte) => byte !== 0);
  const [version, reserved] = [u16At(body, 0), u16At(body, 2)];
  return { version, reserved, space: isNamed ? space : undefined };
}

/** A commit's frame; its body is the envelope, which `packed` may stand for. */
export function encodeCommitFrame(
  request: number,
  envelope: Uint8Array,
  packed?: Uint8Array,
): Uint8Array {
  return entryFrame(FrameType.COMMIT, request, { body: envelope, packed });
}

/** A transaction's frame; its body is a payload of one transaction. */
export function encodeTransactionFrame(request: number, payload: Uint8Array): Uint8Array {
  return frameAround(FrameType.TRANSACTION, request, payload);
}

/** Asks for an operation; the body is JSON as GraphQL over HTTP has it. */
export function encodeSubscribe(request: number, body: Uint8Array): Uint8Array {
  return frameAround(FrameType.SUBSCRIBE, request, body);
}

export function encodeUnsubscribe(request: number): Uint8Array {
  return frameOf(FrameType.UNSUBSCRIBE, request, 0);
}

export function encodeWelcome(welcome: Welcome): Uint8Array {
  const frame = frameOf(FrameType.WELCOME, 0, WELCOME_BYTES);
  putU16(frame, FRAME_HEAD_BYTES, welcome.version);
  const operations = welcome.runsOperations ? Feature.OPERATIONS : 0;
  const unpacks = welcome.unpacks ? Feature.UNPACKS : 0;
  putU16(frame, FRAME_HEAD_BYTES + 2, operations + unpacks);
  putU32(frame, FRAME_HEAD_BYTES + 4, welcome.inFlightBytesMax);
  frame.set(welcome.space, FRAME_HEAD_BYTES + 8);
  frame.set(welcome.authority, FRAME_HEAD_BYTES + 8 + HASH_BYTES);
  frame.set(welcome.author, FRAME_HEAD_BYTES + 8 + 2 * HASH_BYTES);
  return frame;
}

export function decodeWelcome(body: Uint8Array): Welcome {
  return {
    version: u16At(body, 0),
    runsOperations: (u16At(body, 2) & Feature.OPERATIONS) !== 0,
    unpacks: (u16At(body, 2) & Feature.UNPACKS) !== 0,
    inFlightBytesMax: u32At(body, 4),
    space: body.slice(8, 8 + HASH_BYTES),
    authority: body.slice(8 + HASH_BYTES, 8 + 2 * HASH_BYTES),
    author: body.slice(8 + 2 * HASH_BYTES, WELCOME_BYTES),
  };
}

export function encodeApplied(request: number, position: number): Uint8Array {
  const frame = frameOf(FrameType.APPLIED, request, APPLIED_BYTES);
  putU64(frame, FRAME_HEAD_BYTES, position);
  return frame;
}

export function decodeApplied(body: Uint8Array): { readonly position: number } {
  return { position: u64At(body, 0) };
}

export function encodeWritten(request: number, { position, index }: WrittenPlace): Uint8Array {
  const frame = frameOf(FrameType.WRITTEN, request, WRITTEN_BYTES);
  putU64(frame, FRAME_HEAD_BYTES, position);
  putU32(frame, FRAME_HEAD_BYTES + 8, index);
  return frame;
}

export function decodeWritten(body: Uint8Array): WrittenPlace {
  return { position: u64At(body, 0), index: u32At(body, 8) };
}

export function encodeKnown(request: number): Uint8Array {
  return frameOf(FrameType.KNOWN, request, 0);
}

/** The head of a NEXT; the JSON of the result follows, where it is. */
export function encodeNextHead(request: number, resultBytes: number): Uint8Array {
  const head = new Uint8Array(FRAME_HEAD_BYTES);
  putHead(head, { type: FrameType.NEXT, request, bodyBytes: resultBytes });
  return head;
}

export function encodeComplete(request: number): Uint8Array {
  return frameOf(FrameType.COMPLETE, request, 0);
}

export function encodeRefused(request: number, error: DatabaseError): Uint8Array {
  return refusalFrame(FrameType.REFUSED, request, error);
}

/** The last frame: why the connection ends. */
export function encodeFailed(error: DatabaseError): Uint8Array {
  return refusalFrame(FrameType.FAILED, 0, error);
}

export function decodeRefusal(body: Uint8Array): Refusal {
  const codeEnd = 1 + (body[0] ?? 0);
  const text = new TextDecoder();
  const code = text.decode(body.subarray(1, codeEnd));
  const known = Object.values(ErrorCode).find((each) => each === code);
  return { code: known ?? ErrorCode.UNAVAILABLE, message: text.decode(body.subarray(codeEnd)) };
}

/** Why something is not taken, as it travels; `decodeRefusal` reads its body. */
export function refusalFrame(type: number, request: number, error: DatabaseError): Uint8Array {
  const code = utf8(error.code);
  const message = new Uint8Array(MESSAGE_BYTES_MAX);
  // Writes whole characters only.
  const { written } = new TextEncoder().encodeInto(error.message, message);
  const frame = frameOf(type, request, 1 + code.length + written);
  const text = message.subarray(0, written);
  frame.set(concatBytes(Uint8Array.of(code.length), code, text), FRAME_HEAD_BYTES);
  return frame;
}

export function frameAround(type: number, request: number, body: Uint8Array): Uint8Array {
  const frame = frameOf(type, request, body.length);
  frame.set(body, FRAME_HEAD_BYTES);
  return frame;
}

/** A frame around a body, or around what stands for it. */
export function entryFrame(type: number, request: number, { body, packed }: EntryBody): Uint8Array {
  if (packed === undefined) return frameAround(type, request, body);
  const frame = new Uint8Array(PACKED_HEAD_BYTES + packed.length);
  putHead(frame, { type, request, bodyBytes: packed.length });
  frame[1] = Packing.ZSTD;
  putU32(frame, FRAME_HEAD_BYTES, body.length);
  frame.set(packed, PACKED_HEAD_BYTES);
  return frame;
}

/** A frame whose body is zero. */
export function frameOf(type: number, request: number, bodyBytes: number): Uint8Array {
  const frame = new Uint8Array(FRAME_HEAD_BYTES + bodyBytes);
  putHead(frame, { type, request, bodyBytes });
  return frame;
}

function putHead(bytes: Uint8Array, { type, request, bodyBytes }: FrameHead): void {
  bytes[0] = type;
  putU32(bytes, 4, request);
  putU32(bytes, 8, bodyBytes);
}
