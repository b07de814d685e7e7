import { fileURLToPath } from 'node:url';
import { ed25519 } from '@noble/curves/ed25519.js';
import { describe, expect, test } from 'vitest';
import { toHex } from '../../src/base/bytes.ts';
import { verifyEd25519 } from '../../src/crypto/ed25519.ts';
import { Build, chooseVerifier } from '../../src/crypto/ed25519-browser.ts';
import { verifyOnNoble } from '../../src/crypto/ed25519-noble.ts';
import { webCryptoVerifier } from '../../src/crypto/ed25519-web.ts';
import { runSelfTest, runSelfTestAsync } from '../../src/crypto/self-test.ts';
import { SELF_TEST_SIGNATURES } from '../../src/crypto/self-test-signatures.ts';
import type { Verify } from '../../src/crypto/signature-rule.ts';
import { type Mistakes, verifierWith } from '../fixture/lax-verifier.ts';
import { selfTestSource } from '../fixture/self-test-recipes.ts';

const SOURCE = new URL('../../src/crypto/self-test-signatures.ts', import.meta.url);
const NAMES = SELF_TEST_SIGNATURES.map(({ name }) => name);

describe('the self-test', () => {
  test('[G7] its signatures are those that the generator makes from its seed', async () => {
    await expect(selfTestSource()).toMatchFileSnapshot(fileURLToPath(SOURCE));
    expect(SELF_TEST_SIGNATURES).toHaveLength(14);
    const verdicts = SELF_TEST_SIGNATURES.map(({ isValid }) => (isValid ? 'V' : 'X'));
    expect(verdicts.join(' ')).toBe('X X X V X X X X X X X X V X');
  });

  test('[G7] every build passes', async () => {
    runSelfTest(verifyEd25519);
    runSelfTest(verifyOnNoble);
    runSelfTest(verifierWith({}));
    await runSelfTestAsync(webCryptoVerifier(crypto.subtle));
  });

  test.each(NAMES)(
    '[G7] a build that is wrong about one signature is refused: %s',
    async (name) => {
      const given = SELF_TEST_SIGNATURES.find((signature) => signature.name === name);
      const wrong: Verify = (key, message, signature) => {
        const isGiven = toHex(key) === given?.key && toHex(message) === given.message;
        return verifyEd25519(key, message, signature) !== isGiven;
      };
      const [expected, actual] = given?.isValid ? ['accepted', 'refused'] : ['refused', 'accepted'];
      const error = {
        code: 'UNSUPPORTED',
        message: `this platform's Ed25519 expected ${name} to be ${expected}, got it ${actual}`,
      };
      expect(() => runSelfTest(wrong)).toThrow(expect.objectContaining(error));
      await expect(runSelfTestAsync(async (...signed) => wrong(...signed))).rejects.toMatchObject(
        error,
      );
    },
  );

  test.each<[string, Mistakes, string]>([
    [
      'takes A and R of small order',
      { takesKeysOfSmallOrder: true, takesRsOfSmallOrder: true },
      'A and R of small order to be refused',
    ],
    ['takes A of small order', { takesKeysOfSmallOrder: true }, 'A of small order to be refused'],
    ['takes R of small order', { takesRsOfSmallOrder: true }, 'R of small order to be refused'],
    ['wants prime order', { wantsPrimeOrder: true }, 'A and R of mixed order to be accepted'],
    [
      'multiplies by the cofactor',
      { multipliesByCofactor: true },
      'A and R of mixed order, equal only with cofactor to be refused',
    ],
    ['takes any S below 2^253', { bitsOfS: 253 }, 'S + L, below 2^253 to be refused'],
    ['takes any S', { bitsOfS: 256 }, 'S + L, below 2^253 to be refused'],
    [
      'takes encodings that are not canonical',
      { takesOtherEncodings: true },
      'R not canonical to be refused',
    ],
    [
      'hashes the canonical encodings of those that are not',
      { takesOtherEncodings: true, hashesCanonical: true },
      'R not canonical, hashed as canonical to be refused',
    ],
  ])('[G7] a verifier that %s is refused', (_, mistakes, expected) => {
    expect(() => runSelfTest(verifierWith(mistakes))).toThrow(expected);
  });

  test.each<[string, Verify]>([
    ['as it comes', (key, message, signature) => ed25519.verify(signature, message, key)],
    [
      'without ZIP 215',
      (key, message, signature) => ed25519.verify(signature, message, key, { zip215: false }),
    ],
  ])('[G3] the verify of @noble/curves is refused %s', (_, verify) => {
    expect(() => runSelfTest(verify)).toThrow(/expected (?:A|R) .*refused, got it accepted/);
  });

  test('[G7] a verifier that throws is refused, and the error is its cause', async () => {
    const cause = new Error('no such algorithm');
    const refusal = { code: 'UNSUPPORTED', cause };
    const broken = () => {
      throw cause;
    };
    expect(() => runSelfTest(broken)).toThrow(expect.objectContaining(refusal));
    await expect(runSelfTestAsync(() => Promise.reject(cause))).rejects.toMatchObject(refusal);
  });
});

describe("a browser's choice", () => {
  test('[G8] it is WebCrypto where that passes', async () => {
    const { build, reason } = await chooseVerifier(crypto.subtle);
    expect([build, reason]).toEqual([Build.WEBCRYPTO, undefined]);
  });

  test('[G8] it is noble where there is no WebCrypto, and it says why', async () => {
    const { build, reason } = await chooseVerifier(undefined);
    expect([build, reason]).toEqual([Build.NOBLE, 'WebCrypto is not on this page']);
  });

  test('[G8] it is noble where WebCrypto is lax, or has no Ed25519', async () => {
    const { subtle } = crypto;
    const importKey: SubtleCrypto['importKey'] = subtle.importKey.bind(subtle);
    const lax = { importKey, verify: async () => true } as unknown as SubtleCrypto;
    const without = {
      importKey: async () => {
        throw new DOMException('Unrecognized name.', 'NotSupportedError');
      },
    } as unknown as SubtleCrypto;
    expect(await chooseVerifier(lax)).toMatchObject({
      build: Build.NOBLE,
      reason: expect.stringContaining('equal only with cofactor to be refused, got it accepted'),
    });
    expect(await chooseVerifier(without)).toMatchObject({
      build: Build.NOBLE,
      reason: expect.stringContaining('A and R of mixed order to be accepted, got an error'),
    });
  });
});
