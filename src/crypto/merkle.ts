/** The Merkle tree of RFC 6962, section 2.1: leaves and nodes hash with different prefixes. */

import { assert } from '../base/assert.ts';
import { concatBytes } from '../base/bytes.ts';
import { SHA256_BYTES, sha256 } from './hash.ts';

const LEAF_PREFIX = Uint8Array.of(0);
const NODE_PREFIX = 1;

/** Prefix and two hashes; one buffer for all, because the hash of so few bytes is a short call. */
const node = new Uint8Array(1 + 2 * SHA256_BYTES);
const SHORT_LEAF_BYTES = 64;
/** Its first byte is the prefix of leaves. */
const short = new Uint8Array(SHORT_LEAF_BYTES);

/** Hash of a leaf's bytes. */
export function leafHash(leaf: Uint8Array): Uint8Array {
  if (leaf.length >= SHORT_LEAF_BYTES) return sha256(concatBytes(LEAF_PREFIX, leaf));
  short.set(leaf, 1);
  return sha256(short.subarray(0, 1 + leaf.length));
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  assert(left.length === SHA256_BYTES && right.length === SHA256_BYTES, 'a node joins two hashes');
  node[0] = NODE_PREFIX;
  node.set(left, 1);
  node.set(right, 1 + SHA256_BYTES);
  return sha256(node);
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
