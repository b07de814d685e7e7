/**
 * Integers in decimal, eight digits at a time: the number is divided into two of four digits, these
 * into four of two, and these into digits, all side by side in the lanes of one word.
 */

const EIGHT_DIGITS: u64 = 100000000;
/** A digit in each byte, as text. */
const ZEROS: u64 = 0x3030303030303030;
const MINUS: u8 = 0x2d;

/** Writes an integer and returns the address behind it; as for a number, there is room for 32. */
export function writeInteger(to: usize, value: i64): usize {
  if (value >= 0) return writeDigits(to, <u64>value);
  store<u8>(to, MINUS);
  return writeDigits(to + 1, 0 - <u64>value);
}

export function writeDigits(to: usize, value: u64): usize {
  if (value < EIGHT_DIGITS) return writeFirst(to, value);
  const rest = value / EIGHT_DIGITS;
  let place = to;
  if (rest < EIGHT_DIGITS) place = writeFirst(place, rest);
  else {
    place = writeFirst(place, rest / EIGHT_DIGITS);
    store<u64>(place, digitsOf(rest % EIGHT_DIGITS) | ZEROS);
    place += 8;
  }
  store<u64>(place, digitsOf(value % EIGHT_DIGITS) | ZEROS);
  return place + 8;
}

/** Digits without zeros before them; at least one. */
function writeFirst(to: usize, value: u64): usize {
  const digits = digitsOf(value);
  const unused = ctz(digits | (1 << 56)) & 56;
  store<u64>(to, (digits | ZEROS) >>> unused);
  return to + 8 - <usize>(unused >>> 3);
}

/**
 * Writes a number of up to eight digits behind a point: it stands for so many hundred-millionths,
 * and zeros at its end are left out.
 */
export function writeFraction(to: usize, value: u64): usize {
  const digits = digitsOf(value);
  store<u64>(to, digits | ZEROS);
  return to + 8 - <usize>(clz(digits) >>> 3);
}

/** The digits of a number of up to eight, a byte each, the first one in the lowest byte. */
function digitsOf(value: u64): u64 {
  const high = value / 10000;
  const fours = high | ((value - high * 10000) << 32);
  const hundreds = ((fours * 10486) >>> 20) & 0x0000007f0000007f;
  const twos = hundreds | ((fours - hundreds * 100) << 16);
  const tens = ((twos * 103) >>> 10) & 0x000f000f000f000f;
  return tens | ((twos - tens * 10) << 8);
}
