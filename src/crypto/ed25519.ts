/**
 * Ed25519 with one verdict everywhere: the cofactorless equation, S < L, canonical A and R, and
 * neither of small order. The platform checks the equation and S; what platforms disagree on is
 * compared here first. Batch verification is left out, because its verdicts may differ.
 */

import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { ed25519 } from '@noble/curves/ed25519.js';
import { compareBytes, concatBytes, fromHex, toHex } from '../base/bytes.ts';

export const PUBLIC_KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;
export const SEED_BYTES = 32;

/** DER wrappers of RFC 8410 around a raw seed and a raw key. */
const PKCS8_PREFIX = fromHex('302e020100300506032b657004220420');
const SPKI_PREFIX = fromHex('302a300506032b6570032100');

/** y of p = 2^255 - 19, little-endian: a greater or equal y is no canonical encoding. */
const FIELD_PRIME = fromHex(`ed${'ff'.repeat(30)}7f`);

/** y coordinates of the points of order 1, 2, 4 and 8, without the sign of x. */
const SMALL_ORDER = new Set([
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0000000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
]);

/** Public keys whose objects are kept: parsing one costs half of a verification. */
const KEYS_KEPT_MAX = 1024;
const keptKeys = new Map<string, KeyObject>();

/** Signs with the key of a 32-byte seed. */
export function signEd25519(seed: Uint8Array, message: Uint8Array): Uint8Array {
  return new Uint8Array(sign(null, message, privateKey(seed)));
}

export function publicKeyOf(seed: Uint8Array): Uint8Array {
  const spki = createPublicKey(privateKey(seed)).export({ format: 'der', type: 'spki' });
  return new Uint8Array(spki.subarray(SPKI_PREFIX.length));
}

/** Whether the signature holds. Wrong lengths are no signature. */
export function verifyEd25519(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (publicKey.length !== PUBLIC_KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
  if (!isSound(publicKey) || !isSound(signature.subarray(0, PUBLIC_KEY_BYTES))) return false;
  return verify(null, message, publicKeyObject(publicKey), signature);
}

/**
 * Whether a key may be registered as somebody's: canonical, and on the prime-order subgroup, so
 * that no two keys stand for one signer. Signatures alone do not ask for this.
 */
export function isRegistrableKey(publicKey: Uint8Array): boolean {
  if (publicKey.length !== PUBLIC_KEY_BYTES || !isSound(publicKey)) return false;
  try {
    return ed25519.Point.fromBytes(publicKey).isTorsionFree();
  } catch {
    return false;
  }
}

/** Whether an encoded point is canonical in y and not of small order. */
function isSound(encoded: Uint8Array): boolean {
  const y = Uint8Array.from(encoded);
  y[31] = (y[31] as number) & 0x7f;
  if (compareBytes(y.toReversed(), FIELD_PRIME.toReversed()) >= 0) return false;
  return !SMALL_ORDER.has(toHex(y));
}

function privateKey(seed: Uint8Array): KeyObject {
  return createPrivateKey({
    key: Buffer.from(concatBytes(PKCS8_PREFIX, seed)),
    format: 'der',
    type: 'pkcs8',
  });
}

function publicKeyObject(publicKey: Uint8Array): KeyObject {
  const name = toHex(publicKey);
  const kept = keptKeys.get(name);
  if (kept !== undefined) return kept;
  const key = createPublicKey({
    key: Buffer.from(concatBytes(SPKI_PREFIX, publicKey)),
    format: 'der',
    type: 'spki',
  });
  if (keptKeys.size >= KEYS_KEPT_MAX) keptKeys.clear();
  keptKeys.set(name, key);
  return key;
}
