/**
 * Ed25519 on the points of @noble/curves, for browsers without it in WebCrypto: R' = sB - kA,
 * whose bytes are R's. The library's own `verify` is no build of the rule: it multiplies by the
 * cofactor, and takes keys and R of small order.
 */

import { ed25519 } from '@noble/curves/ed25519.js';
import { bytesToNumberLE } from '@noble/curves/utils.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { KeptKeys } from './kept-keys.ts';
import { isSoundSignature } from './signature-rule.ts';

const { Point } = ed25519;
type CurvePoint = InstanceType<typeof Point>;

/** -A of each key. */
const keptKeys = new KeptKeys<CurvePoint>();

/** Whether the signature holds. Wrong lengths are no signature. */
export function verifyOnNoble(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (!isSoundSignature(publicKey, signature)) return false;
  const negatedKey = negatedPoint(publicKey);
  if (negatedKey === undefined) return false;
  const encodedR = signature.subarray(0, 32);
  // k is hashed from the bytes as they came, and taken modulo L before it multiplies a key that
  // may have a part of small order: other builds do so, and another k gives another verdict.
  const digest = sha512.create().update(encodedR).update(publicKey).update(message).digest();
  const k = Point.Fn.create(bytesToNumberLE(digest));
  const s = bytesToNumberLE(signature.subarray(32));
  const r = Point.BASE.multiplyUnsafe(s).add(negatedKey.multiplyUnsafe(k)).toBytes();
  return r.every((byte, index) => byte === encodedR[index]);
}

/** Undefined for bytes that are no point of the curve. */
function negatedPoint(publicKey: Uint8Array): CurvePoint | undefined {
  const kept = keptKeys.find(publicKey);
  if (kept !== undefined) return kept;
  try {
    const negated = Point.fromBytes(publicKey).negate();
    keptKeys.keep(publicKey, negated);
    return negated;
  } catch {
    return undefined;
  }
}
