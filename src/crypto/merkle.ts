/** The Merkle tree of RFC 6962, section 2.1: leaves and nodes hash with different prefixes. */

import { createHash } from 'node:crypto';

const LEAF_PREFIX = Uint8Array.of(0);
const NODE_PREFIX = Uint8Array.of(1);

/** Hash of a leaf's bytes. */
export function leafHash(leaf: Uint8Array): Uint8Array {
  return createHash('sha256').update(LEAF_PREFIX).update(leaf).digest();
}

/** Root over leaf hashes, of which there is at least one. */
export function merkleRoot(leaves: readonly Uint8Array[]): Uint8Array {
  // A level at a time: an odd node at the end moves up unchanged, which is RFC 6962's split.
  let level = leaves;
  while (level.length > 1) {
    const above: Uint8Array[] = [];
    for (let index = 0; index < level.length; index += 2) {
      const left = level[index] as Uint8Array;
      const right = level[index + 1];
      above.push(right === undefined ? left : nodeHash(left, right));
    }
    level = above;
  }
  const root = level[0];
  if (root === undefined) throw new Error('assertion failed: a Merkle tree has at least one leaf');
  return root;
}

function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return createHash('sha256').update(NODE_PREFIX).update(left).update(right).digest();
}
