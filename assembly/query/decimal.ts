/**
 * Floats as JavaScript writes them: the shortest decimal that reads back the same and is the
 * nearest of those (R. Giulietti, "The Schubfach way to render doubles", 2020). Its table of powers
 * of ten, of 126 bits each, is put together from every 27th one, a power of five, and a bit where
 * that comes out one too low.
 */

import { writeDigits, writeFraction } from './digits.ts';

/** Bytes that a number takes at most, and that must be free where one is written. */
export const NUMBER_BYTES_MAX: u32 = 32;

const FRACTION_BITS: i32 = 52;
const FRACTION_MASK: u64 = (1 << 52) - 1;
/** A float is an integer of 53 bits times a power of two from this one on. */
const EXPONENT_MIN: i32 = -1074;
const MASK_63: u64 = (1 << 63) - 1;
const MILLION: f64 = 1e6;
/** Integers below it have 15 digits at most, and are exact. */
const SHORT_END: f64 = 1e15;
/** Decimal places to the left of which no exponent is written, and zeros behind the point. */
const PLACES_MAX: i32 = 21;
const ZEROS_MAX: i32 = 6;

const DIGIT_0: u8 = 0x30;
const MINUS: u8 = 0x2d;
const PLUS: u8 = 0x2b;
const POINT: u8 = 0x2e;
const LETTER_E: u8 = 0x65;

const POWER_MIN: i32 = -292;
const BASE_FIRST: i32 = -297;
const BASE_STEP: i32 = 27;
/** 10^-297, 10^-270, …: high and low word of the first 128 bits. */
// biome-ignore format: a table
const BASES = memory.data<u64>([
  0xa76c582338ed2621, 0xaf2af2b80af6f24e, 0x873e4f75e2224e68, 0x5a7744a6e804a291,
  0xda7f5bf590966848, 0xaf39a475506a899e, 0xb080392cc4349dec, 0xbd8d794d96aacfb3,
  0x8e938662882af53e, 0x547eb47b7282ee9c, 0xe65829b3046b0afa, 0x0cb4a5a3112a5112,
  0xba121a4650e4ddeb, 0x92f34d62616ce413, 0x964e858c91ba2655, 0x3a6a07f8d510f86f,
  0xf2d56790ab41c2a2, 0xfae27299423fb9c3, 0xc428d05aa4751e4c, 0xaa97e14c3c26b886,
  0x9e74d1b791e07e48, 0x775ea264cf55347d, 0x8000000000000000, 0x0000000000000000,
  0xcecb8f27f4200f3a, 0x0000000000000000, 0xa70c3c40a64e6c51, 0x999090b65f67d924,
  0x86f0ac99b4e8dafd, 0x69a028bb3ded71a3, 0xda01ee641a708de9, 0xe80e6f4820cc9495,
  0xb01ae745b101e9e4, 0x5ec05dcff72e7f8f, 0x8e41ade9fbebc27d, 0x14588f13be847307,
  0xe5d3ef282a242e81, 0x8f1668c8a86da5fa, 0xb9a74a0637ce2ee1, 0x6d953e2bd7173692,
  0x95f83d0a1fb69cd9, 0x4abdaf101564f98e, 0xf24a01a73cf2dccf, 0xbc633b39673c8cec,
  0xc3b8358109e84f07, 0x0a862f80ec4700c8, 0x9e19db92b4e31ba9, 0x6c07a2c26a8346d1,
]);
/** 5^0 to 5^26. */
// biome-ignore format: a table
const FIVES = memory.data<u64>([
  1, 5, 25, 125,
  625, 3125, 15625, 78125,
  390625, 1953125, 9765625, 48828125,
  244140625, 1220703125, 6103515625, 30517578125,
  152587890625, 762939453125, 3814697265625, 19073486328125,
  95367431640625, 476837158203125, 2384185791015625, 11920928955078125,
  59604644775390625, 298023223876953125, 1490116119384765625,
]);
/** A bit for each power from 10^-292 on. */
// biome-ignore format: a table
const CORRECTIONS = memory.data<u64>([
  0x0901b114e0008000, 0x002042013d246410, 0x9000000010002020, 0x084c800012042410,
  0x0000000920634982, 0x0ac0000000000000, 0x8088200650306a83, 0x0a09840800000002,
  0x0000000000400000, 0x0000000000000000,
]);

/** Writes a float that is finite; -0 is 0. */
export function writeFloat(to: usize, value: f64): usize {
  let place = to;
  if (value < 0) {
    store<u8>(place, MINUS);
    place += 1;
  }
  const size = abs(value);
  const millionths = nearest(size * MILLION);
  // Of 15 digits at most, so that no other decimal as short reads back the same.
  if (millionths < SHORT_END && millionths / MILLION == size) {
    return writeMillionths(place, <u64>millionths);
  }
  return writeLong(place, reinterpret<u64>(size));
}

function writeMillionths(to: usize, millionths: u64): usize {
  const integer = millionths / 1000000;
  const fraction = millionths - integer * 1000000;
  const point = writeDigits(to, integer);
  if (fraction == 0) return point;
  store<u8>(point, POINT);
  return writeFraction(point + 1, fraction * 100);
}

/** The same for what has more digits than that. */
function writeLong(to: usize, bits: u64): usize {
  const fraction = bits & FRACTION_MASK;
  const exponent = <i32>(bits >>> FRACTION_BITS);
  if (exponent == 0) return writeShortest(to, EXPONENT_MIN, fraction);
  const whole = fraction | (1 << FRACTION_BITS);
  const shift = 1 - EXPONENT_MIN - exponent;
  if (shift >= 0 && shift <= FRACTION_BITS) {
    const integer = whole >>> shift;
    if (integer << shift == whole) return writeDigits(to, integer);
  }
  return writeShortest(to, -shift, whole);
}

/** Writes `integer` times 2^`exponent`, which is no integer below 2^53. */
function writeShortest(to: usize, exponent: i32, integer: u64): usize {
  const isOdd = integer & 1;
  const middle = integer << 2;
  const isRegular = integer != 1 << FRACTION_BITS || exponent == EXPONENT_MIN;
  const power = isRegular ? floorLog10Power2(exponent) : floorLog10ThreeQuarters(exponent);
  const shift = <u64>(exponent + floorLog2Power10(-power) + 2);
  putPower(to, -power);
  const high = load<u64>(to);
  const low = load<u64>(to, 8);
  const value = roundedProduct(high, low, middle << shift);
  const below = roundedProduct(high, low, (middle - (isRegular ? 2 : 1)) << shift) + isOdd;
  const above = roundedProduct(high, low, (middle + 2) << shift) - isOdd;
  const digits = value >>> 2;
  if (digits >= 10) {
    const shorter = 10 * (digits / 10);
    const isLowIn = below <= shorter << 2;
    if (isLowIn != (shorter + 10) << 2 <= above) {
      return writeDecimal(to, isLowIn ? shorter : shorter + 10, power);
    }
  }
  const isLowIn = below <= digits << 2;
  if (isLowIn != (digits + 1) << 2 <= above) {
    return writeDecimal(to, isLowIn ? digits : digits + 1, power);
  }
  const half = ((digits << 1) + 1) << 1;
  const isLow = value < half || (value == half && (digits & 1) == 0);
  return writeDecimal(to, isLow ? digits : digits + 1, power);
}

/** Writes a decimal of 17 digits at most, times 10^`power`, in the form that ECMA-262 gives it. */
function writeDecimal(to: usize, digits: u64, power: i32): usize {
  let integer = digits;
  let zeros = power;
  while (integer % 10 == 0) {
    integer /= 10;
    zeros += 1;
  }
  const end = writeDigits(to, integer);
  const places = <i32>(end - to) + zeros;
  if (places > PLACES_MAX || places <= -ZEROS_MAX) return writeExponent(to, end, places - 1);
  if (zeros >= 0) return writeZeros(end, zeros);
  if (places > 0) return insertPoint(to + places, end);
  const behind = moveBehind(to, end, 2 - places);
  store<u16>(to, 0x2e30);
  writeZeros(to + 2, -places);
  return behind;
}

/** Makes room for a point before the digits of an address. */
function insertPoint(at: usize, end: usize): usize {
  v128.store(at + 1, v128.load(at));
  store<u8>(at, POINT);
  return end + 1;
}

/** Moves 17 digits at most by up to 7 bytes. */
function moveBehind(to: usize, end: usize, bytes: i32): usize {
  const last = load<u8>(to + 16);
  v128.store(to + bytes, v128.load(to));
  store<u8>(to + 16 + bytes, last);
  return end + bytes;
}

function writeZeros(to: usize, count: i32): usize {
  for (let index = 0; index < count; index++) store<u8>(to + index, DIGIT_0);
  return to + count;
}

/** Turns digits into a number from 1 on and below 10, and writes the power of ten behind it. */
function writeExponent(to: usize, end: usize, exponent: i32): usize {
  const behind = end == to + 1 ? end : insertPoint(to + 1, end);
  store<u8>(behind, LETTER_E);
  store<u8>(behind + 1, exponent < 0 ? MINUS : PLUS);
  return writeDigits(behind + 2, abs(exponent));
}

/** A power of ten times `factor`, without its fraction; the last bit says whether it had one. */
function roundedProduct(high: u64, low: u64, factor: u64): u64 {
  const middle = ((high * factor) >>> 1) + highProduct(low, factor);
  const top = highProduct(high, factor) + (middle >>> 63);
  return top | (((middle & MASK_63) + MASK_63) >>> 63);
}

/** Puts the first 63 of the 126 bits of a power of ten, rounded up, and the last 63. */
function putPower(to: usize, power: i32): void {
  const index = (power - BASE_FIRST) / BASE_STEP;
  const base = BASE_FIRST + index * BASE_STEP;
  const offset = power - base;
  const words = BASES + ((<usize>index) << 4);
  const five = load<u64>(FIVES + ((<usize>offset) << 3));
  // 192 bits: the base times the power of five.
  const last = load<u64>(words, 8) * five;
  const highLow = load<u64>(words) * five;
  const middle = highLow + highProduct(load<u64>(words, 8), five);
  const top = highProduct(load<u64>(words), five) + (middle < highLow ? 1 : 0);
  const shift = <u64>(floorLog2Power10(power) - floorLog2Power10(base) - offset + 2);
  const bit = <u64>(power - POWER_MIN);
  const correction = (load<u64>(CORRECTIONS + ((<usize>(bit >>> 6)) << 3)) >>> (bit & 63)) & 1;
  const low = shiftRight(middle, last, shift);
  const rounded = low + correction + 1;
  const high = shiftRight(top, middle, shift) + (rounded < low ? 1 : 0);
  store<u64>(to, (high << 1) | (rounded >>> 63));
  store<u64>(to, rounded & MASK_63, 8);
}

/** The low word of two words, moved to the right by up to 64 bits. */
function shiftRight(high: u64, low: u64, shift: u64): u64 {
  if (shift == 0) return low;
  return shift == 64 ? high : (high << (64 - shift)) | (low >>> shift);
}

/** The upper half of a product. */
function highProduct(left: u64, right: u64): u64 {
  const left0 = left & 0xffffffff;
  const left1 = left >>> 32;
  const right0 = right & 0xffffffff;
  const right1 = right >>> 32;
  const middle = left1 * right0 + ((left0 * right0) >>> 32);
  const other = left0 * right1 + (middle & 0xffffffff);
  return left1 * right1 + (middle >>> 32) + (other >>> 32);
}

function floorLog10Power2(exponent: i32): i32 {
  return <i32>((<i64>exponent * 661971961083) >> 41);
}

function floorLog10ThreeQuarters(exponent: i32): i32 {
  return <i32>((<i64>exponent * 661971961083 - 274743187321) >> 41);
}

function floorLog2Power10(exponent: i32): i32 {
  return <i32>((<i64>exponent * 913124641741) >> 38);
}
