/**
 * One vote of a batch with what shows that its voter has signed it: the path to the root that the
 * signature is over (schema/quorum.md, QC13).
 *
 *     shown   voter 32 B, signature 64 B, index u16, size u16, hash 32 B ...
 */

import { assert } from '../base/assert.ts';
import type { ByteReader } from '../base/byte-reader.ts';
import type { ByteWriter } from '../base/byte-writer.ts';
import { BATCH_VOTES_MAX } from '../base/quorum-limits.ts';
import { leafHash } from '../crypto/merkle.ts';
import { inclusionPath, partsOf, rootOfInclusion } from '../crypto/merkle-proof.ts';
import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES } from '../crypto/signature-rule.ts';
import { isSignedRoot, type VoteBatch } from './vote.ts';

const HASH_BYTES = 32;
/** With the path of the largest batch. */
export const SHOWN_BYTES_MAX =
  PUBLIC_KEY_BYTES + SIGNATURE_BYTES + 4 + Math.ceil(Math.log2(BATCH_VOTES_MAX)) * HASH_BYTES;

export interface ShownVote {
  /** Ed25519 key. */
  readonly voter: Uint8Array;
  readonly signature: Uint8Array;
  /** Place of the vote among those that the signature covers. */
  readonly index: number;
  readonly size: number;
  /** Hashes from the vote towards the root. */
  readonly path: readonly Uint8Array[];
}

/** Shows the vote at a place of a batch. */
export function showVote({ voter, signature, leaves }: VoteBatch, index: number): ShownVote {
  const size = leaves.length;
  const path = inclusionPath({ index, size }, partsOf(leaves));
  return { voter, signature, index, size, path };
}

/** Whether the voter has signed the vote with these bytes. */
export function isShown(vote: Uint8Array, shown: ShownVote): boolean {
  const { voter, signature, path, index, size } = shown;
  const root = rootOfInclusion(leafHash(vote), path, { index, size });
  return root !== undefined && isSignedRoot(root, voter, signature);
}

export function writeShown(writer: ByteWriter, shown: ShownVote): void {
  const { voter, signature, index, size, path } = shown;
  assert(path.length === pathLength(index, size), 'a path leads to the root');
  writer.bytes(voter);
  writer.bytes(signature);
  writer.u16(index);
  writer.u16(size);
  for (const hash of path) writer.bytes(hash);
}

/** Throws MALFORMED. */
export function readShown(reader: ByteReader): ShownVote {
  const [voter, signature] = [reader.bytes(PUBLIC_KEY_BYTES), reader.bytes(SIGNATURE_BYTES)];
  const [index, size] = [reader.u16(), reader.u16()];
  if (index >= size || size > BATCH_VOTES_MAX) {
    throw reader.malformed(
      `a place in a batch of at most ${BATCH_VOTES_MAX}`,
      `${index} of ${size}`,
    );
  }
  const path = Array.from({ length: pathLength(index, size) }, () => reader.bytes(HASH_BYTES));
  return { voter, signature, index, size, path };
}

/** Siblings on the way from a leaf to the root of a tree (RFC 9162, section 2.1.3.1). */
function pathLength(index: number, size: number): number {
  let length = 0;
  for (let [at, last] = [index, size - 1]; last > 0; [at, last] = [at >>> 1, last >>> 1]) {
    // A node without a sibling moves up as it is.
    if (at % 2 === 1 || at < last) length += 1;
  }
  return length;
}
