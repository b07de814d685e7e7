import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { concatBytes, fromHex, toHex, utf8 } from '../../src/base/bytes.ts';
import { publicKeyOf, signEd25519, verifyEd25519 } from '../../src/crypto/ed25519.ts';
import { verifyOnNoble } from '../../src/crypto/ed25519-noble.ts';
import { webCryptoVerifier } from '../../src/crypto/ed25519-web.ts';
import { isRegistrableKey } from '../../src/crypto/registrable-key.ts';
import {
  isSoundPoint,
  isSoundSignature,
  type Verify,
  type VerifyAsync,
} from '../../src/crypto/signature-rule.ts';
import { EdgePoints, LARGE_Y, SMALL_ORDER } from '../fixture/edge-points.ts';
import { Seeded } from '../seeded.ts';

const VECTORS = new URL('../../../shared/vectors/ed25519/', import.meta.url);
const hasVectors = existsSync(VECTORS);
if (!hasVectors) process.stdout.write('no ../shared/vectors/ed25519: its cases are not run\n');
const vector = test.runIf(hasVectors);

const BUILDS: readonly [string, Verify | VerifyAsync][] = [
  ['node:crypto', verifyEd25519],
  ['WebCrypto', webCryptoVerifier(crypto.subtle)],
  ['noble', verifyOnNoble],
];

/** RFC 8032, section 7.1. */
const RFC_CASES = [
  {
    seed: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    key: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    message: '',
    signature:
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555' +
      'fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  },
  {
    seed: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    key: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    message: '72',
    signature:
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
      '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  },
];

describe('signing', () => {
  test.each(RFC_CASES)('the vector of RFC 8032 with message "$message" comes out', (given) => {
    expect(toHex(publicKeyOf(fromHex(given.seed)))).toBe(given.key);
    const signature = signEd25519(fromHex(given.seed), fromHex(given.message));
    expect(toHex(signature)).toBe(given.signature);
    expect(verifyEd25519(fromHex(given.key), fromHex(given.message), signature)).toBe(true);
  });
});

describe.each(BUILDS)('verifying with %s', (_, verify) => {
  const seed = new Uint8Array(32).fill(7);
  const key = publicKeyOf(seed);
  const message = utf8('a message');
  const signature = signEd25519(seed, message);

  test('[G1] a changed bit anywhere in message, key or signature fails', async () => {
    for (const [name, bytes] of Object.entries({ message, key, signature })) {
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const changed = { message, key, signature, [name]: flipped(bytes, bit) };
        const isValid = await verify(changed.key, changed.message, changed.signature);
        expect(isValid, `${name} with bit ${bit} flipped`).toBe(false);
      }
    }
  });

  test('[G1] another length is no key and no signature', async () => {
    for (const length of [0, 31, 33, 63, 65]) {
      expect(await verify(new Uint8Array(length), message, signature)).toBe(false);
      expect(await verify(key, message, new Uint8Array(length))).toBe(false);
    }
  });

  test('[G1] S with the order added fails, although the equation holds', async () => {
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    const larger = Uint8Array.from(signature);
    larger.set(littleEndian(numberOf(signature.subarray(32)) + order), 32);
    expect(await verify(key, message, larger)).toBe(false);
  });

  test('[G1] a key that is no point fails without throwing', async () => {
    // y = 2 is on no point of the curve.
    const noPoint = littleEndian(2n);
    expect(await verify(noPoint, message, signature)).toBe(false);
  });

  test('[G1] a key kept from an earlier verification gives the same verdict', async () => {
    // Their first bits are the same, so that one takes the place of the other.
    const [first, second] = keysOfOnePlace();
    for (let round = 0; round < 3; round++) {
      for (const { seed: own, key: ownKey } of [first, second]) {
        const ownSignature = signEd25519(own, message);
        expect(await verify(ownKey, message, ownSignature)).toBe(true);
        expect(await verify(ownKey, utf8('another'), ownSignature)).toBe(false);
      }
      expect(await verify(second.key, message, signEd25519(first.seed, message))).toBe(false);
    }
  });

  test('[G1] bytes in memory that threads share are verified where they are', async () => {
    const shared = [key, message, signature].map((bytes) => {
      const copy = new Uint8Array(new SharedArrayBuffer(bytes.length + 3), 3);
      copy.set(bytes);
      return copy;
    }) as unknown as Parameters<Verify>;
    expect(await verify(...shared)).toBe(true);
    shared[1][0] = 0;
    expect(await verify(...shared)).toBe(false);
  });

  test('[G10] bytes that change while a build answers change no verdict', async () => {
    const [ownKey, ownMessage, own] = [key.slice(), message.slice(), signature.slice()];
    const answer = verify(ownKey, ownMessage, own);
    for (const bytes of [ownKey, ownMessage, own]) bytes.fill(0);
    expect(await answer).toBe(true);
  });

  vector('[G1] the 12 edge cases give exactly the expected verdicts', async () => {
    const verdicts: string[] = [];
    for (const given of readVectors<readonly Record<string, string>[]>('cases.json')) {
      const { pub_key = '', message: text = '', signature: sig = '' } = given;
      verdicts.push((await verify(fromHex(pub_key), fromHex(text), fromHex(sig))) ? 'V' : 'X');
    }
    expect(verdicts.join(' ')).toBe('X X X V X X X X X X X X');
  });

  test('[G1] each of the 14 encodings of small order fails, as a key and as R', async () => {
    expect(SMALL_ORDER).toHaveLength(14);
    for (const { bytes } of SMALL_ORDER) {
      const verdicts = [
        await verify(bytes, message, signature),
        await verify(key, message, concatBytes(bytes, signature.subarray(32))),
        await verify(bytes, message, concatBytes(bytes, new Uint8Array(32))),
      ];
      expect(verdicts, toHex(bytes)).toEqual([false, false, false]);
    }
  });
});

describe('points', () => {
  vector('[G1] the 14 encodings of small order are those of the vectors', () => {
    const { encodings } = readVectors<{
      encodings: readonly { hex: string; canonicalForm: string }[];
    }>('low-order-encodings.json');
    const theirs = encodings.map(({ hex, canonicalForm }) => [hex, canonicalForm]);
    const ours = SMALL_ORDER.map(({ bytes, canonical }) => [toHex(bytes), toHex(canonical)]);
    expect(ours.sort()).toEqual(theirs.sort());
  });

  test('[G1] y from p on is not canonical, and p - 1 and less is', () => {
    const prime = 2n ** 255n - 19n;
    for (const top of [0, 0x80]) {
      const encoded = (y: bigint) => withTop(littleEndian(y), top);
      for (let above = 0n; above < 19n; above++) {
        expect(isSoundPoint(encoded(prime + above), 0), `p + ${above}`).toBe(false);
      }
      for (const y of [2n, 3n, prime - 2n, prime - 3n, 2n ** 254n, 0xedn, prime - (1n << 248n)]) {
        expect(isSoundPoint(encoded(y), 0), `${y}`).toBe(true);
      }
    }
    expect(LARGE_Y.length).toBeGreaterThan(8);
    for (const bytes of LARGE_Y) expect(isSoundPoint(bytes, 0)).toBe(false);
  });

  test('[G1] S ends below L', () => {
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    const key = publicKeyOf(new Uint8Array(32).fill(7));
    const isSound = (s: bigint) => isSoundSignature(key, concatBytes(key, littleEndian(s)));
    const verdicts = [0n, 1n, order - 1n, order, order + 1n, 2n ** 256n - 1n].map(isSound);
    expect(verdicts).toEqual([true, true, true, false, false, false]);
  });

  test('[G5] a key that may be registered has prime order', () => {
    const points = new EdgePoints(new Seeded(1), 4);
    for (let torsion = 0; torsion < 8; torsion++) {
      const { bytes } = points.withTorsion(torsion);
      expect(isRegistrableKey(bytes), `torsion ${torsion}`).toBe(torsion === 0);
    }
    for (const { bytes } of SMALL_ORDER) expect(isRegistrableKey(bytes)).toBe(false);
    for (const bytes of LARGE_Y) expect(isRegistrableKey(bytes)).toBe(false);
    const { bytes } = points.withTorsion(0);
    expect(isRegistrableKey(littleEndian(2n))).toBe(false);
    expect(isRegistrableKey(bytes.subarray(1))).toBe(false);
    expect(isRegistrableKey(concatBytes(bytes, bytes))).toBe(false);
  });

  vector('[G5] the key of the valid edge case verifies, and may not be registered', () => {
    const cases = readVectors<readonly Record<string, string>[]>('cases.json');
    expect(isRegistrableKey(fromHex(cases[3]?.pub_key ?? ''))).toBe(false);
  });
});

interface KeyPair {
  readonly seed: Uint8Array;
  readonly key: Uint8Array;
}

/** Two keys that a KeptKeys has one place for. */
function keysOfOnePlace(): readonly [KeyPair, KeyPair] {
  const places = new Map<number, KeyPair>();
  for (let number = 0n; ; number++) {
    const seed = littleEndian(number);
    const key = publicKeyOf(seed);
    const place = (key[0] as number) | ((key[1] as number) << 8);
    const earlier = places.get(place);
    if (earlier !== undefined) return [earlier, { seed, key }];
    places.set(place, { seed, key });
  }
}

function withTop(bytes: Uint8Array, top: number): Uint8Array {
  bytes[31] = (bytes[31] as number) | top;
  return bytes;
}

function readVectors<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(name, VECTORS), 'utf8')) as T;
}

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const changed = Uint8Array.from(bytes);
  changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
  return changed;
}

function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes.toReversed())}`);
}

function littleEndian(number: bigint): Uint8Array {
  return fromHex(number.toString(16).padStart(64, '0')).toReversed();
}
