/** Which keys may stand for somebody. Runs in browsers too. */

import { ed25519 } from '@noble/curves/ed25519.js';
import { KeptKeys } from './kept-keys.ts';
import { isSoundPoint, PUBLIC_KEY_BYTES } from './signature-rule.ts';

/**
 * Whether a key may be registered as somebody's: canonical, and on the prime-order subgroup, so
 * that no two keys stand for one signer. Signatures alone do not ask for this.
 */
export function isRegistrableKey(publicKey: Uint8Array): boolean {
  if (publicKey.length !== PUBLIC_KEY_BYTES || !isSoundPoint(publicKey, 0)) return false;
  const known = kept.find(publicKey);
  if (known !== undefined) return known;
  const isRegistrable = isOfPrimeOrder(publicKey);
  kept.keep(publicKey, isRegistrable);
  return isRegistrable;
}

/** A start asks twice, and a state that is made again does: each time costs about a millisecond. */
const kept = new KeptKeys<boolean>();

function isOfPrimeOrder(publicKey: Uint8Array): boolean {
  try {
    return ed25519.Point.fromBytes(publicKey).isTorsionFree();
  } catch {
    // The bytes are no point of the curve.
    return false;
  }
}
