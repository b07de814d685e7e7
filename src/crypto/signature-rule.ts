/**
 * The strict rule of Ed25519 as far as bytes alone decide it (schema/signatures.md): S < L, a
 * canonical A and R, and neither of small order. Every build asks this first, and then a platform
 * for the equation, because platforms disagree on exactly these bytes. Runs in browsers too.
 *
 * Everything here is public, so a comparison may end at the first byte that differs.
 */

export const PUBLIC_KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;
/** An encoded point, and a scalar, each half of a signature: R, then S. */
const HALF_BYTES = 32;

/** What a build of the rule is: whether the signature holds. Wrong lengths are no signature. */
export type Verify = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;
export type VerifyAsync = (...args: Parameters<Verify>) => Promise<boolean>;

/** p, of the field of the coordinates. */
const FIELD_PRIME = 2n ** 255n - 19n;
/** y of two of the points of order 8; the other two have p - y. */
const ORDER_8_Y = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;

const PRIME = littleEndian(FIELD_PRIME);
/** L, the order of the base point. */
const ORDER = littleEndian(2n ** 252n + 27742317777372353535851937790883648493n);
/**
 * y of the points of order 1, 2, 4 and 8. With either sign of x they are 10 encodings; the other
 * 4 of the 14 hold p or p + 1 for y, and are not canonical.
 */
const SMALL_ORDER = [1n, FIELD_PRIME - 1n, 0n, ORDER_8_Y, FIELD_PRIME - ORDER_8_Y].map(
  littleEndian,
);

/** The top bit of an encoded point is the sign of x. */
const Y_MASK = 0x7f;

/** Whether only the equation is left to ask: lengths, S, A and R are as the rule wants them. */
export function isSoundSignature(publicKey: Uint8Array, signature: Uint8Array): boolean {
  return (
    publicKey.length === PUBLIC_KEY_BYTES &&
    signature.length === SIGNATURE_BYTES &&
    isBelow(signature, HALF_BYTES, 0xff, ORDER) &&
    isSoundPoint(publicKey, 0) &&
    isSoundPoint(signature, 0)
  );
}

/**
 * Whether the 32 bytes at `at` encode a y below p that is not of small order. The only points
 * with x = 0, whose sign is no free choice, are of small order, so this is all of canonical.
 */
export function isSoundPoint(bytes: Uint8Array, at: number): boolean {
  if (!isBelow(bytes, at, Y_MASK, PRIME)) return false;
  for (const y of SMALL_ORDER) if (holds(bytes, at, y)) return false;
  return true;
}

/** Whether the little-endian number at `at`, its top byte masked, is less than the bound. */
function isBelow(bytes: Uint8Array, at: number, topMask: number, bound: Uint8Array): boolean {
  let mask = topMask;
  for (let index = HALF_BYTES - 1; index >= 0; index--) {
    const byte = (bytes[at + index] as number) & mask;
    const limit = bound[index] as number;
    if (byte !== limit) return byte < limit;
    mask = 0xff;
  }
  return false;
}

function holds(bytes: Uint8Array, at: number, y: Uint8Array): boolean {
  const top = HALF_BYTES - 1;
  for (let index = 0; index < top; index++) if (bytes[at + index] !== y[index]) return false;
  return ((bytes[at + top] as number) & Y_MASK) === y[top];
}

function littleEndian(number: bigint): Uint8Array {
  const byteAt = (index: number) => Number((number >> BigInt(8 * index)) & 0xffn);
  return Uint8Array.from({ length: HALF_BYTES }, (_, index) => byteAt(index));
}
