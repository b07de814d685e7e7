/**
 * The exact sum of E19 of schema/plan.md: every finite float64 is a whole number of the least one
 * above 0, which is 2^-1074.
 */

const LEAST_EXPONENT = -1074;
/** Bits that a float64 holds of a number. */
const MANTISSA_BITS = 53;
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/** An int64 of int64 values alone, undefined beyond its range; otherwise a float64. */
export function exactSum(values: readonly (bigint | number)[]): bigint | number | undefined {
  const whole = values.filter((value) => typeof value === 'bigint');
  if (whole.length < values.length) return roundedSum(values);
  const sum = whole.reduce((total, value) => total + value, 0n);
  return sum < INT64_MIN || sum > INT64_MAX ? undefined : sum;
}

/** The exact sum as a float64. */
export function roundedSum(values: readonly (bigint | number)[]): number {
  const special = values.filter((value) => typeof value === 'number' && !Number.isFinite(value));
  if (special.length > 0) {
    if (special.every((value) => value === Number.POSITIVE_INFINITY)) return Infinity;
    return special.every((value) => value === Number.NEGATIVE_INFINITY) ? -Infinity : Number.NaN;
  }
  return rounded(values.reduce<bigint>((total, value) => total + scaled(value), 0n));
}

/** How many times 2^-1074 a value is. */
function scaled(value: bigint | number): bigint {
  if (typeof value === 'bigint') return value << BigInt(-LEAST_EXPONENT);
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const exponent = (bits >> 52n) & 0x7ffn;
  const fraction = bits & 0xf_ffff_ffff_ffffn;
  const magnitude = exponent === 0n ? fraction : (fraction + 2n ** 52n) << (exponent - 1n);
  return value < 0 ? -magnitude : magnitude;
}

/** To the nearest float64, and to the even one of two that are as near. */
function rounded(sum: bigint): number {
  const magnitude = sum < 0n ? -sum : sum;
  const dropped = Math.max(0, magnitude.toString(2).length - MANTISSA_BITS);
  const unit = 1n << BigInt(dropped);
  const floor = magnitude / unit;
  const twice = 2n * (magnitude % unit);
  const isUp = twice > unit || (twice === unit && floor % 2n === 1n);
  // The product is exact, or beyond the range: the first factor has at most 53 bits.
  const result = Number(isUp ? floor + 1n : floor) * 2 ** (dropped + LEAST_EXPONENT);
  return sum < 0n ? -result : result;
}
