/**
 * Exact sums of floats and integers, rounded once at the end, so that their order does not matter:
 * a fixed-point number that has a place for every bit that a float can have (the small
 * superaccumulator of R. M. Neal, "Fast exact summation using small and large superaccumulators",
 * 2015). Limbs of 32 bits stand in 64, so that carries can wait.
 *
 *     sum   0  low u64, high i64: the integers   16  limbs i64 × 68, from 2^-1074 on
 */

const LIMBS: u32 = 68;
export const SUM_BYTES: u32 = 16 + LIMBS * 8;

const FRACTION_BITS: u64 = 52;
const FRACTION_MASK: u64 = (1 << 52) - 1;
const EXPONENT_MASK: u32 = 0x7ff;
const LIMB_MASK: u64 = 0xffffffff;
const LIMBS_AT: usize = 16;
/** The place of 1: bit 1074. */
const UNIT_LIMB: u32 = 33;
const UNIT_SHIFT: u64 = 18;
const ONE: u64 = 1;
const INFINITE_EXPONENT: u32 = 0x7ff;

export function addInteger(sum: usize, value: i64): void {
  const low = load<u64>(sum);
  const added = low + <u64>value;
  const high = load<i64>(sum, 8) + (value >> 63) + (added < low ? 1 : 0);
  store<u64>(sum, added);
  store<i64>(sum, high, 8);
}

/** A float that is finite. */
export function addFloat(sum: usize, bits: u64): void {
  const exponent = <u32>(bits >>> FRACTION_BITS) & EXPONENT_MASK;
  const fraction = bits & FRACTION_MASK;
  const whole = exponent == 0 ? fraction : fraction | (1 << FRACTION_BITS);
  const place = exponent == 0 ? 0 : exponent - 1;
  const shift = <u64>(place & 31);
  const limb = place >>> 5;
  const isNegative = bits >>> 63 != 0;
  addToLimb(sum, limb, (whole << shift) & LIMB_MASK, isNegative);
  addToLimb(sum, limb + 1, (whole >>> (32 - shift)) & LIMB_MASK, isNegative);
  if (shift != 0) addToLimb(sum, limb + 2, whole >>> (64 - shift), isNegative);
}

/** Whether the sum of the integers fits 64 bits; then `load<i64>(sum)` is it. */
export function isInt64(sum: usize): bool {
  return load<i64>(sum, 8) == load<i64>(sum) >> 63;
}

/** All of it, rounded to the nearest float, ties to even. Takes the integers into the limbs. */
export function roundSum(sum: usize): f64 {
  addIntegers(sum);
  const isNegative = carryOver(sum);
  if (isNegative) {
    for (let limb: u32 = 0; limb < LIMBS; limb++)
      store<i64>(limbAt(sum, limb), 0 - load<i64>(limbAt(sum, limb)));
    carryOver(sum);
  }
  const magnitude = reinterpret<f64>(roundedBits(sum));
  return isNegative ? -magnitude : magnitude;
}

function addIntegers(sum: usize): void {
  let low = load<u64>(sum);
  let high = load<u64>(sum, 8);
  const isNegative = high >>> 63 != 0;
  if (isNegative) {
    low = 0 - low;
    high = ~high + (low == 0 ? 1 : 0);
  }
  addWord(sum, UNIT_LIMB, low, isNegative);
  addWord(sum, UNIT_LIMB + 2, high, isNegative);
  store<u64>(sum, 0);
  store<u64>(sum, 0, 8);
}

function addWord(sum: usize, limb: u32, word: u64, isNegative: bool): void {
  const low = (word & LIMB_MASK) << UNIT_SHIFT;
  const high = (word >>> 32) << UNIT_SHIFT;
  addToLimb(sum, limb, low & LIMB_MASK, isNegative);
  addToLimb(sum, limb + 1, (low >>> 32) + (high & LIMB_MASK), isNegative);
  addToLimb(sum, limb + 2, high >>> 32, isNegative);
}

function addToLimb(sum: usize, limb: u32, value: u64, isNegative: bool): void {
  const place = limbAt(sum, limb);
  store<i64>(place, load<i64>(place) + (isNegative ? -(<i64>value) : <i64>value));
}

function limbAt(sum: usize, limb: u32): usize {
  return sum + LIMBS_AT + ((<usize>limb) << 3);
}

/** Brings every limb to 32 bits; true when the sum is negative, and the limbs are not its own. */
function carryOver(sum: usize): bool {
  let carry: i64 = 0;
  for (let limb: u32 = 0; limb < LIMBS; limb++) {
    const place = limbAt(sum, limb);
    const value = load<i64>(place) + carry;
    carry = value >> 32;
    store<u64>(place, <u64>value & LIMB_MASK);
  }
  if (carry >= 0) return false;
  // What is left over belongs to the last limb, so that its sign can be turned.
  const last = limbAt(sum, LIMBS - 1);
  store<i64>(last, load<i64>(last) + (carry << 32));
  return true;
}

function roundedBits(sum: usize): u64 {
  let top = LIMBS - 1;
  while (top > 0 && load<u64>(limbAt(sum, top)) == 0) top -= 1;
  const first = load<u64>(limbAt(sum, top));
  if (top < 2 && (top == 0 || first < 1 << 21)) {
    // Below 2^53 times the least float: exact.
    return top == 0 ? first : (first << 32) | load<u64>(limbAt(sum, 0));
  }
  // The highest bit, counted from that of the least float.
  const highest = (top << 5) + 31 - <u32>(clz(first) - 32);
  const whole = bitsBelow(sum, highest - <u32>FRACTION_BITS, 53);
  const isHalf = bitsBelow(sum, highest - <u32>FRACTION_BITS - 1, 1) != 0;
  const isUp = isHalf && ((whole & 1) != 0 || hasBitsBelow(sum, highest - <u32>FRACTION_BITS - 1));
  const bits = ((<u64>(highest - <u32>FRACTION_BITS)) << FRACTION_BITS) + whole + (isUp ? 1 : 0);
  const infinite = (<u64>INFINITE_EXPONENT) << FRACTION_BITS;
  return min(bits, infinite);
}

/** So many bits, up to 53, from a place on. */
function bitsBelow(sum: usize, place: u32, count: u64): u64 {
  const limb = place >>> 5;
  const shift = <u64>(place & 31);
  const low = load<u64>(limbAt(sum, limb)) | (load<u64>(limbAt(sum, limb + 1)) << 32);
  const high = load<u64>(limbAt(sum, limb + 2));
  const bits = shift == 0 ? low : (low >>> shift) | (high << (64 - shift));
  return bits & ((ONE << count) - 1);
}

/** Whether any bit stands before a place. */
function hasBitsBelow(sum: usize, place: u32): bool {
  const limb = place >>> 5;
  for (let below: u32 = 0; below < limb; below++) {
    if (load<u64>(limbAt(sum, below)) != 0) return true;
  }
  const rest: u64 = place & 31;
  return (load<u64>(limbAt(sum, limb)) & ((ONE << rest) - 1)) != 0;
}
