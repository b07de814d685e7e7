import { describe, expect, test } from 'vitest';
import { toHex, utf8 } from '../../src/base/bytes.ts';
import { sha256 } from '../../src/crypto/hash.ts';
import { cidBytes, cidOf } from '../../src/crypto/identifier.ts';
import { leafHash, merkleRoot } from '../../src/crypto/merkle.ts';
import {
  consistencyPath,
  inclusionPath,
  isConsistent,
  partsOf,
  rootOfInclusion,
} from '../../src/crypto/merkle-proof.ts';
import { entryLeaf, LogTree } from '../../src/log/log-tree.ts';

const BLOCK = 4;
const SIZE_MAX = 70;

const hashOf = (position: number) => sha256(utf8(`entry ${position}`));
const LEAVES = Array.from({ length: SIZE_MAX }, (_, index) => entryLeaf(hashOf(index + 1)));

describe('the tree over a log', () => {
  test('[T1] a leaf is the 36 bytes of the CID of an entry', () => {
    expect(toHex(cidBytes(hashOf(1)))).toBe(toHex(cidOf(hashOf(1)).bytes));
    expect(toHex(entryLeaf(hashOf(1)))).toBe(toHex(leafHash(cidOf(hashOf(1)).bytes)));
  });

  test('[T2] roots of all earlier sizes and all proofs are those of a tree without blocks', () => {
    const tree = new LogTree(hashOf, BLOCK);
    let proofs = 0;
    for (let size = 1; size <= SIZE_MAX; size++) {
      tree.grow(size);
      const parts = partsOf(LEAVES.slice(0, size));
      expect(toHex(tree.root())).toBe(toHex(parts(0, size)));
    }
    for (let size = 1; size <= SIZE_MAX; size++) {
      const parts = partsOf(LEAVES.slice(0, size));
      expect(toHex(tree.root(size))).toBe(toHex(parts(0, size)));
      for (let index = 0; index < size; index++) {
        const path = tree.inclusion({ index, size });
        expect(path.map(toHex)).toEqual(inclusionPath({ index, size }, parts).map(toHex));
        const sizes = { earlier: index + 1, later: size };
        expect(tree.consistency(sizes).map(toHex)).toEqual(
          consistencyPath(sizes, parts).map(toHex),
        );
        proofs += 2;
      }
    }
    expect(proofs).toBe(SIZE_MAX * (SIZE_MAX + 1));
  });

  test('[T2] the empty tree has the root that RFC 6962 gives it', () => {
    expect(toHex(new LogTree(hashOf).root())).toBe(toHex(sha256(new Uint8Array())));
  });

  test('a proof asks the log for the leaves of two blocks at most, however long it is', () => {
    let asked = 0;
    const counted = (position: number) => {
      asked += 1;
      return hashOf(position);
    };
    const tree = new LogTree(counted, 64);
    tree.grow(10_000);
    expect(asked).toBe(10_000);
    asked = 0;
    const [index, size] = [777, 9_999];
    const path = tree.inclusion({ index, size });
    expect(asked).toBeGreaterThan(0);
    expect(asked).toBeLessThanOrEqual(2 * 64);
    const root = rootOfInclusion(entryLeaf(hashOf(index + 1)), path, { index, size });
    expect(root === undefined ? '' : toHex(root)).toBe(toHex(tree.root(size)));
  });

  test('a log that was rewritten gives no tree that has grown from the one before', () => {
    const tree = new LogTree(hashOf, BLOCK);
    tree.grow(20);
    const earlier = tree.root();
    const other = new LogTree((position) => hashOf(position === 3 ? 300 : position), BLOCK);
    other.grow(40);
    const sizes = { earlier: 20, later: 40 };
    const roots = { earlier, later: other.root() };
    expect(isConsistent(roots, other.consistency(sizes), sizes)).toBe(false);
    tree.grow(40);
    expect(isConsistent({ ...roots, later: tree.root() }, tree.consistency(sizes), sizes)).toBe(
      true,
    );
    expect(merkleRoot(LEAVES.slice(0, 20)).length).toBe(32);
  });
});
