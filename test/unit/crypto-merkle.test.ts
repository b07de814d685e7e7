import { describe, expect, test } from 'vitest';
import { concatBytes, fromHex, toHex } from '../../src/base/bytes.ts';
import { sha256 } from '../../src/crypto/hash.ts';
import { leafHash, merkleRoot } from '../../src/crypto/merkle.ts';

/** Leaves and roots of the reference tree of Certificate Transparency. */
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657'].concat(
  '606162636465666768696a6b6c6d6e6f',
);
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

describe('the Merkle tree of RFC 6962', () => {
  test('the reference roots come out for 1 to 8 leaves', () => {
    for (const [index, root] of ROOTS.entries()) {
      const leaves = LEAVES.slice(0, index + 1).map((leaf) => leafHash(fromHex(leaf)));
      expect(toHex(merkleRoot(leaves))).toBe(root);
    }
  });

  test('levels give the same root as the recursive definition, for 1 to 70 leaves', () => {
    const leaves = Array.from({ length: 70 }, (_, index) => leafHash(Uint8Array.of(index)));
    for (let count = 1; count <= leaves.length; count++) {
      const some = leaves.slice(0, count);
      expect(toHex(merkleRoot(some)), `${count} leaves`).toBe(toHex(recursiveRoot(some)));
    }
  });

  test('a leaf and an inner node with the same bytes have different hashes', () => {
    const left = leafHash(Uint8Array.of(1));
    const right = leafHash(Uint8Array.of(2));
    expect(toHex(merkleRoot([left, right]))).not.toBe(toHex(leafHash(concatBytes(left, right))));
  });

  test('order and count are part of the root', () => {
    const [one, two] = [leafHash(Uint8Array.of(1)), leafHash(Uint8Array.of(2))];
    const roots = [[one, two], [two, one], [one], [one, two, two]].map((leaves) =>
      toHex(merkleRoot(leaves)),
    );
    expect(new Set(roots).size).toBe(roots.length);
  });

  test('a tree without leaves is a bug of the caller', () => {
    expect(() => merkleRoot([])).toThrow('assertion failed');
  });
});

/** Section 2.1, word for word: the left part holds the greatest power of two below the count. */
function recursiveRoot(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 1) return leaves[0] as Uint8Array;
  let left = 1;
  while (left * 2 < leaves.length) left *= 2;
  const parts = [leaves.slice(0, left), leaves.slice(left)].map(recursiveRoot);
  return sha256(concatBytes(Uint8Array.of(1), ...parts));
}
