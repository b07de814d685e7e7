/**
 * Numbers as JavaScript writes them: integers with all digits, floats as the shortest decimal that
 * reads back the same and is the nearest of those (R. Giulietti, "The Schubfach way to render
 * doubles", 2020). Its table of powers of ten, of 126 bits each, is put together from every 27th
 * one, a power of five, and a bit where that comes out one too low.
 */

/** Bytes that a number takes at most, and that must be free where one is written. */
export const NUMBER_BYTES_MAX: u32 = 32;

const FRACTION_BITS: i32 = 52;
const FRACTION_MASK: u64 = (1 << 52) - 1;
const EXPONENT_MASK: i32 = 0x7ff;
/** A float is an integer of 53 bits times a power of two from this one on. */
const EXPONENT_MIN: i32 = -1074;
const MASK_63: u64 = (1 << 63) - 1;
/** Below it, thousandths have 15 digits. */
const SHORT_MAX: f64 = 1e15;
/** Decimal places to the left of which no exponent is written, and zeros behind the point. */
const PLACES_MAX: i32 = 21;
const ZEROS_MAX: i32 = 6;
const DIGITS_MAX: u32 = 20;
const EIGHT_DIGITS: u64 = 100000000;

const DIGIT_0: u8 = 0x30;
const MINUS: u8 = 0x2d;
const PLUS: u8 = 0x2b;
const POINT: u8 = 0x2e;
const LETTER_E: u8 = 0x65;

const POWER_MIN: i32 = -292;
const BASE_FIRST: i32 = -297;
const BASE_STEP: i32 = 27;
/** The digits of 00 to 99. */
// biome-ignore format: a table
const PAIRS = memory.data<u8>([
  48, 48, 48, 49, 48, 50, 48, 51, 48, 52, 48, 53, 48, 54, 48, 55, 48, 56, 48, 57,
  49, 48, 49, 49, 49, 50, 49, 51, 49, 52, 49, 53, 49, 54, 49, 55, 49, 56, 49, 57,
  50, 48, 50, 49, 50, 50, 50, 51, 50, 52, 50, 53, 50, 54, 50, 55, 50, 56, 50, 57,
  51, 48, 51, 49, 51, 50, 51, 51, 51, 52, 51, 53, 51, 54, 51, 55, 51, 56, 51, 57,
  52, 48, 52, 49, 52, 50, 52, 51, 52, 52, 52, 53, 52, 54, 52, 55, 52, 56, 52, 57,
  53, 48, 53, 49, 53, 50, 53, 51, 53, 52, 53, 53, 53, 54, 53, 55, 53, 56, 53, 57,
  54, 48, 54, 49, 54, 50, 54, 51, 54, 52, 54, 53, 54, 54, 54, 55, 54, 56, 54, 57,
  55, 48, 55, 49, 55, 50, 55, 51, 55, 52, 55, 53, 55, 54, 55, 55, 55, 56, 55, 57,
  56, 48, 56, 49, 56, 50, 56, 51, 56, 52, 56, 53, 56, 54, 56, 55, 56, 56, 56, 57,
  57, 48, 57, 49, 57, 50, 57, 51, 57, 52, 57, 53, 57, 54, 57, 55, 57, 56, 57, 57,
]);
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

/** Writes an integer and returns the address behind it. */
export function writeInteger(to: usize, value: i64): usize {
  if (value >= 0) return writeDigits(to, <u64>value);
  store<u8>(to, MINUS);
  return writeDigits(to + 1, 0 - <u64>value);
}

/** Writes a float that is finite; -0 is 0. */
export function writeFloat(to: usize, value: f64): usize {
  const bits = reinterpret<u64>(value);
  let place = to;
  if (bits >>> 63 != 0 && value != 0) {
    store<u8>(place, MINUS);
    place += 1;
  }
  const fraction = bits & FRACTION_MASK;
  const exponent = <i32>(bits >>> FRACTION_BITS) & EXPONENT_MASK;
  if (exponent == 0) {
    if (fraction != 0) return writeShortest(place, EXPONENT_MIN, fraction);
    store<u8>(place, DIGIT_0);
    return place + 1;
  }
  const whole = fraction | (1 << FRACTION_BITS);
  const shift = 1 - EXPONENT_MIN - exponent;
  if (shift >= 0 && shift <= FRACTION_BITS) {
    const integer = whole >>> shift;
    if (integer << shift == whole) return writeDigits(place, integer);
  }
  const thousandths = abs(value) * 1000;
  if (thousandths < SHORT_MAX && thousandths == floor(thousandths)) {
    // Of 15 digits at most, so that no other decimal as short reads back the same.
    if (thousandths / 1000 == abs(value)) return writeThousandths(place, <u64>thousandths);
  }
  return writeShortest(place, -shift, whole);
}

/** Writes a number of thousandths, of which 1000 do not divide it. */
function writeThousandths(to: usize, thousandths: u64): usize {
  const point = writeDigits(to, thousandths / 1000);
  let fraction = <u32>(thousandths % 1000);
  let count = 3;
  while (fraction % 10 == 0) {
    fraction /= 10;
    count -= 1;
  }
  store<u8>(point, POINT);
  writeShort(point + 1, fraction, count);
  return point + 1 + count;
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

/** Writes `digits` times 10^`power` in the form that ECMA-262 gives to numbers. */
function writeDecimal(to: usize, digits: u64, power: i32): usize {
  let integer = digits;
  let zeros = power;
  while (integer % 10 == 0) {
    integer /= 10;
    zeros += 1;
  }
  const count = <i32>digitCount(integer);
  const places = count + zeros;
  if (places > PLACES_MAX || places <= -ZEROS_MAX) return writeExponential(to, integer, places - 1);
  if (zeros >= 0) return writeZeros(writeDigits(to, integer), zeros);
  if (places > 0) {
    const unit = powerOfTen(-zeros);
    const point = writeDigits(to, integer / unit);
    store<u8>(point, POINT);
    return writeFixed(point + 1, integer % unit, -zeros);
  }
  store<u16>(to, 0x2e30);
  return writeDigits(writeZeros(to + 2, -places), integer);
}

function writeZeros(to: usize, count: i32): usize {
  for (let index = 0; index < count; index++) store<u8>(to + index, DIGIT_0);
  return to + count;
}

/** So many digits, with zeros before a smaller number. */
function writeFixed(to: usize, value: u64, count: i32): usize {
  let rest = value;
  let at = to + count;
  for (; at > to + 8; at -= 8) {
    writeShort(at - 8, <u32>(rest % EIGHT_DIGITS), 8);
    rest /= EIGHT_DIGITS;
  }
  writeShort(to, <u32>rest, <i32>(at - to));
  return to + count;
}

/** The same, for up to 9 digits. */
function writeShort(to: usize, value: u32, count: i32): void {
  let rest = value;
  let at = to + count;
  for (; at >= to + 2; rest /= 100) {
    at -= 2;
    store<u16>(at, load<u16>(PAIRS + ((rest % 100) << 1)));
  }
  if (at > to) store<u8>(to, DIGIT_0 + <u8>(rest % 10));
}

function powerOfTen(power: i32): u64 {
  let value: u64 = 1;
  for (let index = 0; index < power; index++) value *= 10;
  return value;
}

function writeExponential(to: usize, integer: u64, exponent: i32): usize {
  let end = writeDigits(to + 1, integer);
  store<u8>(to, load<u8>(to + 1));
  if (end == to + 2) end = to + 1;
  else store<u8>(to + 1, POINT);
  store<u8>(end, LETTER_E);
  store<u8>(end + 1, exponent < 0 ? MINUS : PLUS);
  return writeDigits(end + 2, abs(exponent));
}

function writeDigits(to: usize, value: u64): usize {
  const end = to + digitCount(value);
  let at = end;
  let rest = value;
  // Division of 64 bits takes several times as long as that of 32: eight digits go at once.
  while (rest > 0xffffffff) {
    at -= 8;
    writeShort(at, <u32>(rest % EIGHT_DIGITS), 8);
    rest /= EIGHT_DIGITS;
  }
  let short = <u32>rest;
  while (short >= 100) {
    at -= 2;
    store<u16>(at, load<u16>(PAIRS + ((short % 100) << 1)));
    short /= 100;
  }
  if (short >= 10) store<u16>(at - 2, load<u16>(PAIRS + (short << 1)));
  else store<u8>(at - 1, DIGIT_0 + <u8>short);
  return end;
}

function digitCount(value: u64): u32 {
  if (value < 10000) return value < 100 ? (value < 10 ? 1 : 2) : value < 1000 ? 3 : 4;
  let count: u32 = 5;
  for (let bound: u64 = 100000; count < DIGITS_MAX && value >= bound; bound *= 10) count += 1;
  return count;
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
