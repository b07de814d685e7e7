/**
 * The Merkle tree over a log: leaf n is the CID of entry n + 1, 36 bytes. Kept are the roots of
 * complete aligned blocks and the leaves after the last of them; the leaves within a block are
 * asked from the log again when a proof needs them.
 */

import { assert } from '../base/assert.ts';
import { sameBytes } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { TREE_BLOCK_LEAVES } from '../base/limits.ts';
import { sha256 } from '../crypto/hash.ts';
import { cidBytes } from '../crypto/identifier.ts';
import { leafHash, merkleRoot } from '../crypto/merkle.ts';
import {
  consistencyPath,
  inclusionPath,
  type LeafPlace,
  type TreeSizes,
} from '../crypto/merkle-proof.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { Log } from './log.ts';

/** The hash that names the entry at a position of the log, from 1. */
export type HashOf = (position: number) => Uint8Array;

export class LogTree {
  readonly #hashOf: HashOf;
  readonly #blockLeaves: number;
  readonly #blocks: Uint8Array[] = [];
  /** Leaf hashes after the last complete block. */
  #tail: Uint8Array[] = [];

  /** A tree without leaves. Leaves per block are a power of two. */
  constructor(hashOf: HashOf, blockLeaves = TREE_BLOCK_LEAVES) {
    this.#hashOf = hashOf;
    this.#blockLeaves = blockLeaves;
  }

  get size(): number {
    return this.#blocks.length * this.#blockLeaves + this.#tail.length;
  }

  /** Takes the entries of the log up to a length. */
  grow(length: number): void {
    for (let position = this.size + 1; position <= length; position++) {
      this.#tail.push(this.#leaf(position - 1));
      if (this.#tail.length < this.#blockLeaves) continue;
      this.#blocks.push(merkleRoot(this.#tail));
      this.#tail = [];
    }
  }

  /** The root when the log had as many entries; that of an empty tree is SHA-256 of nothing. */
  root(size = this.size): Uint8Array {
    return size === 0 ? sha256(new Uint8Array()) : this.#partRoot(0, size);
  }

  inclusion(place: LeafPlace): Uint8Array[] {
    return inclusionPath(place, (start, end) => this.#partRoot(start, end));
  }

  consistency(sizes: TreeSizes): Uint8Array[] {
    return consistencyPath(sizes, (start, end) => this.#partRoot(start, end));
  }

  /** Parts begin where a subtree does, so whole blocks of a part are whole subtrees of it. */
  #partRoot(start: number, end: number): Uint8Array {
    assert(start < end && end <= this.size, 'a part lies in the tree');
    const [first, last] = [start / this.#blockLeaves, Math.floor(end / this.#blockLeaves)];
    const isWithinBlock = !Number.isInteger(first) || last === first;
    if (isWithinBlock) return merkleRoot(this.#leaves(start, end));
    const roots = this.#blocks.slice(first, last);
    const rest = last * this.#blockLeaves;
    if (rest < end) roots.push(merkleRoot(this.#leaves(rest, end)));
    return merkleRoot(roots);
  }

  #leaves(start: number, end: number): Uint8Array[] {
    const tailStart = this.#blocks.length * this.#blockLeaves;
    if (start >= tailStart) return this.#tail.slice(start - tailStart, end - tailStart);
    return Array.from({ length: end - start }, (_, index) => this.#leaf(start + index));
  }

  #leaf(index: number): Uint8Array {
    return entryLeaf(this.#hashOf(index + 1));
  }
}

/** The leaf hash of the entry that a hash names. */
export function entryLeaf(hash: Uint8Array): Uint8Array {
  return leafHash(cidBytes(hash));
}

/** The tree over a log, which grows when it is told to. */
export function treeOf(log: Pick<Log, 'hashOf'>): LogTree {
  return new LogTree((position) => {
    const hash = log.hashOf(position);
    if (hash !== undefined) return hash;
    throw new DatabaseError(ErrorCode.CORRUPT, `the log expected entry ${position}, got none`);
  });
}

/** In what way a log is not what a checkpoint of it says; undefined when it is. */
export function differenceFrom(
  tree: LogTree,
  { size, root }: Pick<Checkpoint, 'size' | 'root'>,
): string | undefined {
  if (size > tree.size) return `a log that was cut from ${size} to ${tree.size} entries`;
  if (sameBytes(tree.root(size), root)) return undefined;
  return `a log that was rewritten within its first ${size} entries`;
}
