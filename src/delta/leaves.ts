/**
 * The leaves of a commit's Merkle tree (schema/commit.md, "Leaves"). A plain leaf is a
 * transaction's bytes. A segmented one has, in place of each segment, its relation and hash, so
 * the leaf is the same whichever segments are withheld.
 *
 *     segment hash   SHA-256(0x02, salt 32 B, segment as it stands in the full form)
 *     salt           HMAC-SHA-256(secret, "massive-graph/salt/v1\0", transaction u32, segment u16)
 */

import { HASH_BYTES, LEAF_PLAIN } from '../../assembly/abi.ts';
import { assert } from '../base/assert.ts';
import { utf8 } from '../base/bytes.ts';
import { hmacSha256, sha256, sha256Joined } from '../crypto/hash.ts';
import { leafHash, merkleRoot } from '../crypto/merkle.ts';
import { type Payload, PayloadLayout, transactionEnd } from './payload-reader.ts';
import {
  SALT_BYTES,
  SEGMENT_LENGTH_BYTES,
  SEGMENT_NAME_BYTES,
  SEGMENTS_OFFSET,
  type SegmentPlace,
  segmentPlaces,
} from './segment-reader.ts';

const SEGMENT_PREFIX = Uint8Array.of(2);
const SALT_LABEL = utf8('massive-graph/salt/v1\0');
const RELATION_BYTES = 2;
const ENTRY_BYTES = RELATION_BYTES + HASH_BYTES;

/** What a header must say of its payload, as it was computed from the payload. */
export interface PayloadHashes {
  readonly transactionCount: number;
  readonly dictionary: Uint8Array;
  readonly root: Uint8Array;
}

/** Of a payload with at least one transaction. */
export function hashPayload(payload: Payload): PayloadHashes {
  return {
    transactionCount: payload.transactionCount,
    dictionary: sha256(payload.dictionary),
    root: merkleRoot(leafHashes(payload)),
  };
}

/** Hashes of the leaves, in the order of the transactions. */
export function leafHashes(payload: Payload): Uint8Array[] {
  const { bytes } = payload;
  const hashes: Uint8Array[] = [];
  for (let at = payload.transactionsStart; at < bytes.length; ) {
    const end = transactionEnd(bytes, at);
    if (bytes[at + 4] === LEAF_PLAIN) {
      // The last byte of the length word is 0, since a payload is far below 16 MiB, and it stands
      // before the transaction: it serves as the prefix of the leaf, and nothing is copied.
      hashes.push(sha256(bytes.subarray(at + 3, end)));
    } else hashes.push(leafHash(segmentedLeaf(payload, hashes.length, at + 4, end)));
    at = end;
  }
  return hashes;
}

/** The bytes of one leaf, as a proof shows them. */
export function leafBytes(payload: Payload, position: number): Uint8Array {
  const transaction = payload.transaction(position);
  if (transaction[0] === LEAF_PLAIN) return transaction;
  const start = transaction.byteOffset - payload.bytes.byteOffset;
  return segmentedLeaf(payload, position, start, start + transaction.length);
}

/** The salt of one segment, which its hash and the commit's secret give. */
export function saltOf(secret: Uint8Array, transaction: number, segment: number): Uint8Array {
  const message = new Uint8Array(SALT_LABEL.length + 6);
  message.set(SALT_LABEL);
  const view = new DataView(message.buffer);
  view.setUint32(SALT_LABEL.length, transaction, true);
  view.setUint16(SALT_LABEL.length + 4, segment, true);
  return hmacSha256(secret, message);
}

/** The salt of a disclosed segment, from the secret or from where it stands. */
export function segmentSalt(
  payload: Payload,
  place: SegmentPlace,
  position: { readonly transaction: number; readonly segment: number },
): Uint8Array {
  const { secret } = payload;
  if (secret !== undefined) return saltOf(secret, position.transaction, position.segment);
  return payload.bytes.subarray(place.proofAt, place.proofAt + SALT_BYTES);
}

/** The hash of a segment: computed where it is disclosed, as it stands where it is withheld. */
export function segmentHash(
  payload: Payload,
  place: SegmentPlace,
  position: { readonly transaction: number; readonly segment: number },
): Uint8Array {
  const { bytes } = payload;
  if (place.isWithheld) return bytes.subarray(place.proofAt, place.proofAt + HASH_BYTES);
  const salt = segmentSalt(payload, place, position);
  const name = bytes.subarray(place.start, place.start + SEGMENT_NAME_BYTES);
  const deltas = bytes.subarray(place.deltasAt - SEGMENT_LENGTH_BYTES, place.end);
  return sha256Joined(SEGMENT_PREFIX, salt, name, deltas);
}

function segmentedLeaf(
  payload: Payload,
  transaction: number,
  start: number,
  end: number,
): Uint8Array {
  const { bytes } = payload;
  const places = segmentPlaces(bytes, start, end, payload.layout === PayloadLayout.PARTIAL);
  assert(places.length > 0, 'a segmented transaction has segments');
  const leaf = new Uint8Array(SEGMENTS_OFFSET + places.length * ENTRY_BYTES);
  leaf.set(bytes.subarray(start, start + SEGMENTS_OFFSET));
  for (const [segment, place] of places.entries()) {
    const at = SEGMENTS_OFFSET + segment * ENTRY_BYTES;
    leaf.set(bytes.subarray(place.start, place.start + RELATION_BYTES), at);
    leaf.set(segmentHash(payload, place, { transaction, segment }), at + RELATION_BYTES);
  }
  return leaf;
}
