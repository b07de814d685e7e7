/** Sums of numbers that are rounded once, whatever the order of their terms. */

/** Every finite double is a whole multiple of 2 to the power of minus this. */
const FRACTION_BITS = 1074;
const MANTISSA_BITS = 52n;
const MANTISSA_MASK = (1n << MANTISSA_BITS) - 1n;
const EXPONENT_MASK = 0x7ffn;
/** Bits that decide how a number is rounded: those of a double, the next, and one for the rest. */
const ROUNDED_BITS = 55;

const float = new Float64Array(1);
const bits = new BigUint64Array(float.buffer);

/** The double next to the exact sum; infinite beyond their range, and 0 for no terms or for -0. */
export function exactSum(terms: Iterable<bigint | number>): number {
  let sum = 0n;
  let special = 0;
  for (const term of terms) {
    if (typeof term === 'bigint') sum += term << BigInt(FRACTION_BITS);
    else if (Number.isFinite(term)) sum += multiples(term);
    else special += term;
  }
  return special === 0 ? rounded(sum) : special;
}

/** How often a finite double holds the smallest one. */
function multiples(term: number): bigint {
  float[0] = term;
  const word = bits[0] ?? 0n;
  const exponent = (word >> MANTISSA_BITS) & EXPONENT_MASK;
  const mantissa = word & MANTISSA_MASK;
  const size = exponent === 0n ? mantissa : (mantissa | (1n << MANTISSA_BITS)) << (exponent - 1n);
  return word >> 63n === 1n ? -size : size;
}

function rounded(sum: bigint): number {
  const size = sum < 0n ? -sum : sum;
  const cut = Math.max(0, size.toString(2).length - ROUNDED_BITS);
  const head = size >> BigInt(cut);
  const isExact = head << BigInt(cut) === size;
  // What was cut off counts as one bit more, so that nothing looks halfway that is not.
  const value = scaled(Number(isExact ? head : head | 1n), cut - FRACTION_BITS);
  return sum < 0n ? -value : value;
}

/** In two steps, since neither power of two need be a double. */
function scaled(value: number, exponent: number): number {
  const half = Math.trunc(exponent / 2);
  return value * 2 ** half * 2 ** (exponent - half);
}
