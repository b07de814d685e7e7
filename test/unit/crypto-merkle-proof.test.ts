import { describe, expect, test } from 'vitest';
import { concatBytes, toHex, utf8 } from '../../src/base/bytes.ts';
import { sha256 } from '../../src/crypto/hash.ts';
import { leafHash, merkleRoot } from '../../src/crypto/merkle.ts';
import {
  consistencyPath,
  inclusionPath,
  isConsistent,
  partsOf,
  rootOfInclusion,
} from '../../src/crypto/merkle-proof.ts';

const SIZE_MAX = 65;
const LEAVES = Array.from({ length: SIZE_MAX + 1 }, (_, index) => leafHash(utf8(`leaf ${index}`)));

describe('inclusion proofs of RFC 9162, section 2.1.3', () => {
  test('every leaf of every tree of 1 to 65 leaves has the path of the definition', () => {
    let count = 0;
    for (let size = 1; size <= SIZE_MAX; size++) {
      const leaves = LEAVES.slice(0, size);
      const root = toHex(merkleRoot(leaves));
      for (let index = 0; index < size; index++) {
        const path = inclusionPath({ index, size }, partsOf(leaves));
        expect(path.map(toHex)).toEqual(definedPath(index, leaves).map(toHex));
        const reached = rootOfInclusion(LEAVES[index] as Uint8Array, path, { index, size });
        expect(reached === undefined ? 'none' : toHex(reached)).toBe(root);
        count += 1;
      }
    }
    expect(count).toBe((SIZE_MAX * (SIZE_MAX + 1)) / 2);
  });

  test('no path leads to the root from another leaf, place or size, or with another hash', () => {
    let refused = 0;
    for (let size = 2; size <= SIZE_MAX; size++) {
      const parts = partsOf(LEAVES.slice(0, size));
      const root = toHex(parts(0, size));
      for (let index = 0; index < size; index++) {
        const path = inclusionPath({ index, size }, parts);
        const leaf = LEAVES[index] as Uint8Array;
        const wrong = [
          rootOfInclusion(LEAVES[size] as Uint8Array, path, { index, size }),
          rootOfInclusion(leaf, path, { index: (index + 1) % size, size }),
          rootOfInclusion(leaf, path, { index: size, size }),
          rootOfInclusion(leaf, path, { index: -1, size }),
          rootOfInclusion(leaf, path, { index: 0.5, size }),
          rootOfInclusion(leaf, path.slice(1), { index, size }),
          rootOfInclusion(leaf, path.slice(0, -1), { index, size }),
          rootOfInclusion(leaf, [...path, leaf], { index, size }),
          ...path.map((_, place) => rootOfInclusion(leaf, flipped(path, place), { index, size })),
        ];
        for (const reached of wrong) {
          if (reached !== undefined && toHex(reached) === root) throw new Error(`${index} ${size}`);
        }
        refused += wrong.length;
      }
    }
    expect(refused).toBeGreaterThan(25_000);
  });

  test('a size that has other levels is refused, though its path is as long', () => {
    const path = inclusionPath({ index: 4, size: 5 }, partsOf(LEAVES.slice(0, 5)));
    expect(path).toHaveLength(1);
    expect(rootOfInclusion(LEAVES[4] as Uint8Array, path, { index: 4, size: 7 })).toBeUndefined();
  });
});

describe('consistency proofs of RFC 9162, section 2.1.4', () => {
  test('every pair of trees of 1 to 65 leaves is consistent, by the path of the definition', () => {
    let count = 0;
    for (let later = 1; later <= SIZE_MAX; later++) {
      const parts = partsOf(LEAVES.slice(0, later));
      for (let earlier = 1; earlier <= later; earlier++) {
        const path = consistencyPath({ earlier, later }, parts);
        const defined = definedConsistency(earlier, LEAVES.slice(0, later), true);
        expect(path.map(toHex)).toEqual(defined.map(toHex));
        const roots = { earlier: parts(0, earlier), later: parts(0, later) };
        expect(isConsistent(roots, path, { earlier, later }), `${earlier} ${later}`).toBe(true);
        count += 1;
      }
    }
    expect(count).toBe((SIZE_MAX * (SIZE_MAX + 1)) / 2);
  });

  test('other roots, sizes and hashes are refused', () => {
    let refused = 0;
    for (let later = 2; later <= SIZE_MAX; later++) {
      const parts = partsOf(LEAVES.slice(0, later));
      for (let earlier = 1; earlier < later; earlier++) {
        const roots = { earlier: parts(0, earlier), later: parts(0, later) };
        const path = consistencyPath({ earlier, later }, parts);
        const other = leafHash(utf8('other'));
        const verdicts = [
          isConsistent({ ...roots, earlier: other }, path, { earlier, later }),
          isConsistent({ ...roots, later: other }, path, { earlier, later }),
          isConsistent(roots, path.slice(1), { earlier, later }),
          isConsistent(roots, [...path, other], { earlier, later }),
          isConsistent(roots, path, { earlier: later, later: earlier }),
          isConsistent(roots, path, { earlier: 0, later }),
          ...path.map((_, place) => isConsistent(roots, flipped(path, place), { earlier, later })),
        ];
        expect(verdicts.filter((verdict) => verdict)).toEqual([]);
        refused += verdicts.length;
      }
    }
    expect(refused).toBeGreaterThan(20_000);
  });

  test('a tree that was rewritten before its end is not consistent with the one before', () => {
    const rewritten = [leafHash(utf8('rewritten')), ...LEAVES.slice(1, 20)];
    for (let earlier = 1; earlier < 20; earlier++) {
      const roots = {
        earlier: merkleRoot(LEAVES.slice(0, earlier)),
        later: merkleRoot(rewritten),
      };
      const path = consistencyPath({ earlier, later: 20 }, partsOf(rewritten));
      expect(isConsistent(roots, path, { earlier, later: 20 })).toBe(false);
    }
  });
});

function flipped(path: readonly Uint8Array[], place: number): Uint8Array[] {
  return path.map((hash, index) => {
    if (index !== place) return hash;
    const other = Uint8Array.from(hash);
    other[place % 32] = (other[place % 32] as number) ^ (1 << (place % 8));
    return other;
  });
}

/** PATH(m, D[n]) of RFC 6962, section 2.1.1, word for word. */
function definedPath(index: number, leaves: readonly Uint8Array[]): Uint8Array[] {
  if (leaves.length === 1) return [];
  const left = split(leaves.length);
  return index < left
    ? [...definedPath(index, leaves.slice(0, left)), definedRoot(leaves.slice(left))]
    : [...definedPath(index - left, leaves.slice(left)), definedRoot(leaves.slice(0, left))];
}

/** SUBPROOF(m, D[n], b) of RFC 6962, section 2.1.2, word for word. */
function definedConsistency(
  earlier: number,
  leaves: readonly Uint8Array[],
  isKnown: boolean,
): Uint8Array[] {
  if (earlier === leaves.length) return isKnown ? [] : [definedRoot(leaves)];
  const left = split(leaves.length);
  return earlier <= left
    ? [
        ...definedConsistency(earlier, leaves.slice(0, left), isKnown),
        definedRoot(leaves.slice(left)),
      ]
    : [
        ...definedConsistency(earlier - left, leaves.slice(left), false),
        definedRoot(leaves.slice(0, left)),
      ];
}

function definedRoot(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 1) return leaves[0] as Uint8Array;
  const left = split(leaves.length);
  const parts = [leaves.slice(0, left), leaves.slice(left)].map(definedRoot);
  return sha256(concatBytes(Uint8Array.of(1), ...parts));
}

function split(count: number): number {
  let left = 1;
  while (left * 2 < count) left *= 2;
  return left;
}
