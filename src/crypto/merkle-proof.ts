/**
 * Inclusion and consistency proofs over the tree of RFC 6962, section 2.1, made from the roots of
 * its parts and verified as RFC 9162, sections 2.1.3.2 and 2.1.4.2, say. Hashes go from the leaf
 * towards the root. Sizes are safe integers, so nothing is shifted as 32 bits.
 */

import { assert } from '../base/assert.ts';
import { sameBytes } from '../base/bytes.ts';
import { merkleRoot, nodeHash } from './merkle.ts';

/** Root over the leaves from `start` up to `end`, which is not included. */
export type PartRoot = (start: number, end: number) => Uint8Array;

/** The parts of a tree whose leaf hashes are all at hand. */
export function partsOf(leaves: readonly Uint8Array[]): PartRoot {
  return (start, end) => merkleRoot(leaves.slice(start, end));
}

export interface LeafPlace {
  readonly index: number;
  /** Leaves of the whole tree. */
  readonly size: number;
}

/** The siblings on the way from a leaf to the root. */
export function inclusionPath({ index, size }: LeafPlace, partRoot: PartRoot): Uint8Array[] {
  assert(isSize(size) && isSize(index) && index < size, 'a leaf is in its tree');
  const path: Uint8Array[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const split = start + leftSize(end - start);
    if (index < split) {
      path.push(partRoot(split, end));
      end = split;
    } else {
      path.push(partRoot(start, split));
      start = split;
    }
  }
  return path.reverse();
}

/** Where the path leads from a leaf hash; undefined when it is no path of this place. */
export function rootOfInclusion(
  leaf: Uint8Array,
  path: readonly Uint8Array[],
  { index, size }: LeafPlace,
): Uint8Array | undefined {
  if (!isSize(size) || !isSize(index) || index >= size) return undefined;
  let [at, last] = [index, size - 1];
  let root = leaf;
  for (const sibling of path) {
    if (last === 0) return undefined;
    if (isOdd(at) || at === last) {
      root = nodeHash(sibling, root);
      while (at !== 0 && !isOdd(at)) [at, last] = [half(at), half(last)];
    } else root = nodeHash(root, sibling);
    [at, last] = [half(at), half(last)];
  }
  return last === 0 ? root : undefined;
}

export interface TreeSizes {
  /** From 1. */
  readonly earlier: number;
  readonly later: number;
}

/** What shows that the earlier tree is the beginning of the later one. */
export function consistencyPath({ earlier, later }: TreeSizes, partRoot: PartRoot): Uint8Array[] {
  assert(isSize(later) && isSize(earlier) && earlier >= 1 && earlier <= later, 'a tree has grown');
  const path: Uint8Array[] = [];
  let [start, end] = [0, later];
  while (earlier !== end) {
    const split = start + leftSize(end - start);
    if (earlier <= split) {
      path.push(partRoot(split, end));
      end = split;
    } else {
      path.push(partRoot(start, split));
      start = split;
    }
  }
  // The earlier root itself is known to whoever verifies.
  if (start > 0) path.push(partRoot(start, end));
  return path.reverse();
}

export interface TreeRoots {
  readonly earlier: Uint8Array;
  readonly later: Uint8Array;
}

/** Whether a path shows that the tree of one size and root has grown to the other. */
export function isConsistent(
  roots: TreeRoots,
  path: readonly Uint8Array[],
  { earlier, later }: TreeSizes,
): boolean {
  if (!isSize(earlier) || !isSize(later) || earlier < 1 || earlier > later) return false;
  if (earlier === later) return path.length === 0 && sameBytes(roots.earlier, roots.later);
  const [first, ...rest] = isPowerOfTwo(earlier) ? [roots.earlier, ...path] : path;
  if (first === undefined) return false;
  let [at, last] = [earlier - 1, later - 1];
  while (isOdd(at)) [at, last] = [half(at), half(last)];
  let [before, after] = [first, first];
  for (const sibling of rest) {
    if (last === 0) return false;
    if (isOdd(at) || at === last) {
      before = nodeHash(sibling, before);
      after = nodeHash(sibling, after);
      while (at !== 0 && !isOdd(at)) [at, last] = [half(at), half(last)];
    } else after = nodeHash(after, sibling);
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && sameBytes(before, roots.earlier) && sameBytes(after, roots.later);
}

/** The greatest power of two below a size of at least 2. */
function leftSize(size: number): number {
  let left = 1;
  while (left * 2 < size) left *= 2;
  return left;
}

function isPowerOfTwo(size: number): boolean {
  return leftSize(size + 1) === size;
}

function isSize(size: number): boolean {
  return Number.isSafeInteger(size) && size >= 0;
}

function isOdd(value: number): boolean {
  return value % 2 === 1;
}

function half(value: number): number {
  return Math.floor(value / 2);
}
