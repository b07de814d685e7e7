import { ed25519 } from '@noble/curves/ed25519.js';
import { describe, expect, test } from 'vitest';
import { verifyEd25519 } from '../../src/crypto/ed25519.ts';
import { verifyOnNoble } from '../../src/crypto/ed25519-noble.ts';
import { webCryptoVerifier } from '../../src/crypto/ed25519-web.ts';
import type { Verify } from '../../src/crypto/signature-rule.ts';
import { type Mistakes, verifierWith } from '../fixture/lax-verifier.ts';
import { EDGES, Edge, PAIRS_THAT_FAIL, PAIRS_THAT_HOLD } from './edge-signatures.ts';
import { checkSignatures } from './signature-check.ts';

const SEED = 20_261_101;
/** Each class 200 times: A and R of small order have 14 x 14 combinations. */
const COUNT = EDGES.length * 200;
/** A planted bug that this many signatures do not find out would get by. */
const COUNT_TO_BITE = EDGES.length * 40;

describe('edge signatures', () => {
  test(`[G1] all builds agree on ${COUNT} from seed ${SEED} on`, async () => {
    const builds = {
      node: verifyEd25519,
      webCrypto: webCryptoVerifier(crypto.subtle),
      noble: verifyOnNoble,
    };
    const tally = await checkSignatures({ seed: SEED, count: COUNT, builds });
    for (const edge of EDGES) expect(tally.of(edge).count).toBe(200);
    const combinations = (edge: Edge) => tally.of(edge).combinations.size;
    expect(combinations(Edge.SMALL_KEY_AND_R)).toBe(14 * 14);
    expect(combinations(Edge.SMALL_KEY)).toBe(14 * 8);
    expect(combinations(Edge.SMALL_R)).toBe(14 * 8);
    expect(combinations(Edge.MIXED)).toBe(PAIRS_THAT_HOLD.length);
    expect(combinations(Edge.MIXED_COFACTOR)).toBe(PAIRS_THAT_FAIL.length);
    expect([PAIRS_THAT_HOLD.length, PAIRS_THAT_FAIL.length]).toEqual([43, 63]);
    expect(combinations(Edge.LARGE_S)).toBe(15);
    for (const edge of EDGES) {
      const isValid = edge === Edge.MIXED || edge === Edge.PRIME;
      expect(tally.of(edge).valid, edge).toBe(isValid ? 200 : 0);
    }
  }, 120_000);

  test.each<[string, Edge, Mistakes]>([
    [
      '[G1] a verifier that takes A and R of small order',
      Edge.SMALL_KEY_AND_R,
      { takesKeysOfSmallOrder: true, takesRsOfSmallOrder: true },
    ],
    [
      '[G1] a verifier that takes A of small order',
      Edge.SMALL_KEY,
      { takesKeysOfSmallOrder: true },
    ],
    ['[G1] a verifier that takes R of small order', Edge.SMALL_R, { takesRsOfSmallOrder: true }],
    ['[G1] a verifier that wants prime order of A and R', Edge.MIXED, { wantsPrimeOrder: true }],
    [
      '[G2] a verifier that multiplies by the cofactor',
      Edge.MIXED_COFACTOR,
      { multipliesByCofactor: true },
    ],
    ['[G1] a verifier that takes S of 253 bits', Edge.LARGE_S, { bitsOfS: 253 }],
    ['[G1] a verifier that takes other encodings', Edge.SMALL_KEY, { takesOtherEncodings: true }],
    [
      '[G2] a verifier that hashes what is canonical',
      Edge.HASHED_CANONICAL,
      { takesOtherEncodings: true, hashesCanonical: true },
    ],
  ])('%s is found out', async (_, edge, mistakes) => {
    const builds = { planted: verifierWith(mistakes) };
    const checked = checkSignatures({ seed: SEED, count: COUNT_TO_BITE, builds });
    await expect(checked).rejects.toThrow(new RegExp(`seed ${SEED} \\(${edge}, .*planted says`));
  });

  test('[G3] the verify of @noble/curves is found out', async () => {
    const verify: Verify = (key, message, signature) => ed25519.verify(signature, message, key);
    const checked = checkSignatures({ seed: SEED, count: 1, builds: { verify } });
    await expect(checked).rejects.toThrow('(A and R of small order, 0 0) is invalid, verify says');
  });
});
