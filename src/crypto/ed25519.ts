/**
 * Ed25519 on the server: keys, signing, and the strict rule with the platform's equation behind
 * the byte checks. Batch verification is left out, because its verdicts may differ.
 */

import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { concatBytes, fromHex } from '../base/bytes.ts';
import { KeptKeys } from './kept-keys.ts';
import { isSoundSignature } from './signature-rule.ts';

export const SEED_BYTES = 32;

/** DER wrappers of RFC 8410 around a raw seed and a raw key. */
const PKCS8_PREFIX = fromHex('302e020100300506032b657004220420');
const SPKI_PREFIX = fromHex('302a300506032b6570032100');

const keptKeys = new KeptKeys<KeyObject>();
/** By the array that holds the seed, which nobody changes. */
const privateKeys = new WeakMap<Uint8Array, KeyObject>();

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
  if (!isSoundSignature(publicKey, signature)) return false;
  return verify(null, message, publicKeyObject(publicKey), signature);
}

/** Made once for each seed in memory: parsing costs as much as a signature. */
function privateKey(seed: Uint8Array): KeyObject {
  const kept = privateKeys.get(seed);
  if (kept !== undefined) return kept;
  const key = createPrivateKey({
    key: Buffer.from(concatBytes(PKCS8_PREFIX, seed)),
    format: 'der',
    type: 'pkcs8',
  });
  privateKeys.set(seed, key);
  return key;
}

function publicKeyObject(publicKey: Uint8Array): KeyObject {
  const kept = keptKeys.find(publicKey);
  if (kept !== undefined) return kept;
  const key = createPublicKey({
    key: Buffer.from(concatBytes(SPKI_PREFIX, publicKey)),
    format: 'der',
    type: 'spki',
  });
  keptKeys.keep(publicKey, key);
  return key;
}
