import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex, utf8 } from '../../src/base/bytes.ts';
import {
  isRegistrableKey,
  publicKeyOf,
  signEd25519,
  verifyEd25519,
} from '../../src/crypto/ed25519.ts';

const VECTORS = new URL('../../../shared/vectors/ed25519/', import.meta.url);
const hasVectors = existsSync(VECTORS);
if (!hasVectors) process.stdout.write('no ../shared/vectors/ed25519: its cases are not run\n');
const vector = test.runIf(hasVectors);

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

describe('[C6] verifying', () => {
  const seed = new Uint8Array(32).fill(7);
  const key = publicKeyOf(seed);
  const message = utf8('a message');
  const signature = signEd25519(seed, message);

  test('a changed bit anywhere in message, key or signature fails', () => {
    for (const [name, bytes] of Object.entries({ message, key, signature })) {
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const changed = { message, key, signature, [name]: flipped(bytes, bit) };
        const isValid = verifyEd25519(changed.key, changed.message, changed.signature);
        expect(isValid, `${name} with bit ${bit} flipped`).toBe(false);
      }
    }
  });

  test('another length is no key and no signature', () => {
    for (const length of [0, 31, 33, 63, 65]) {
      expect(verifyEd25519(new Uint8Array(length), message, signature)).toBe(false);
      expect(verifyEd25519(key, message, new Uint8Array(length))).toBe(false);
    }
  });

  test('S with the order added fails, although the equation holds', () => {
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    const larger = Uint8Array.from(signature);
    larger.set(littleEndian(numberOf(signature.subarray(32)) + order), 32);
    expect(verifyEd25519(key, message, larger)).toBe(false);
  });

  test('a key that is no point fails without throwing', () => {
    // y = 2 is on no point of the curve.
    const noPoint = littleEndian(2n);
    expect(verifyEd25519(noPoint, message, signature)).toBe(false);
  });

  test('a key kept from an earlier verification gives the same verdict', () => {
    for (let round = 0; round < 3; round++) {
      expect(verifyEd25519(key, message, signature)).toBe(true);
      expect(verifyEd25519(key, utf8('another'), signature)).toBe(false);
    }
  });

  vector('the 12 edge cases give exactly the expected verdicts', () => {
    const cases = readVectors<readonly Record<string, string>[]>('cases.json');
    const verdicts = cases.map(({ pub_key = '', message: text = '', signature: sig = '' }) =>
      verifyEd25519(fromHex(pub_key), fromHex(text), fromHex(sig)) ? 'V' : 'X',
    );
    expect(verdicts.join(' ')).toBe('X X X V X X X X X X X X');
  });

  vector('each of the 14 encodings of small order fails, as a key and as R', () => {
    for (const encoding of smallOrder()) {
      const asKey = verifyEd25519(encoding, message, signature);
      const asR = verifyEd25519(key, message, joined(encoding, signature.subarray(32)));
      const withZero = verifyEd25519(encoding, message, joined(encoding, new Uint8Array(32)));
      expect([toHex(encoding), asKey, asR, withZero]).toEqual([
        toHex(encoding),
        false,
        false,
        false,
      ]);
    }
  });

  vector('a key that may be registered has prime order', () => {
    expect(isRegistrableKey(key)).toBe(true);
    for (const encoding of smallOrder()) expect(isRegistrableKey(encoding)).toBe(false);
    // Vector 3 verifies, but its key has a torsion component.
    const cases = readVectors<readonly Record<string, string>[]>('cases.json');
    expect(isRegistrableKey(fromHex(cases[3]?.pub_key ?? ''))).toBe(false);
    expect(isRegistrableKey(littleEndian(2n))).toBe(false);
    expect(isRegistrableKey(key.subarray(1))).toBe(false);
  });
});

function smallOrder(): Uint8Array[] {
  const { encodings } = readVectors<{ encodings: readonly { hex: string }[] }>(
    'low-order-encodings.json',
  );
  expect(encodings).toHaveLength(14);
  return encodings.map(({ hex }) => fromHex(hex));
}

function readVectors<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(name, VECTORS), 'utf8')) as T;
}

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const changed = Uint8Array.from(bytes);
  changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
  return changed;
}

function joined(left: Uint8Array, right: Uint8Array): Uint8Array {
  return Uint8Array.from([...left, ...right]);
}

function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes.toReversed())}`);
}

function littleEndian(number: bigint): Uint8Array {
  return fromHex(number.toString(16).padStart(64, '0')).toReversed();
}
