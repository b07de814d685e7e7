/**
 * Whether a text is a number as JavaScript writes it: whether there is a float of which that is the
 * text. It need not be read exactly for that: a float near it is worked out, and those around it
 * are written.
 */

import { sameBytes } from '../memory/bytes.ts';
import { digitsEnd, isDigit } from './ascii-digits.ts';
import { NUMBER_BYTES_MAX, writeFloat } from './decimal.ts';
import { scratchText } from './run.ts';

const MINUS: u8 = 0x2d;
const PLUS: u8 = 0x2b;
const POINT: u8 = 0x2e;
const LETTER_E: u8 = 0x65;
const DIGIT_0: u8 = 0x30;

/** Integers of so many digits are floats, and are written so. */
const SHORT_DIGITS: usize = 15;
/** The longest text of a number. */
const TEXT_BYTES_MAX: usize = 25;
/** Digits that are looked at; others have to be zeros. */
const DIGITS_MAX: i32 = 19;
/** Powers of ten beyond it lead out of all floats. */
const POWER_MAX: i32 = 400;
/** The greatest power of ten that is a float. */
const STEP: i32 = 22;
const STEP_VALUE: f64 = 1e22;
/** Each step is off by half a place at most, and there are no more than 19. */
const PLACES_OFF: u64 = 16;
const GREATEST: u64 = 0x7fefffffffffffff;

/** Of ASCII text; what can stand in a number is all that it has. */
export function isNumber(text: usize, end: usize): bool {
  const isNegative = text < end && load<u8>(text) == MINUS;
  const first = isNegative ? text + 1 : text;
  const length = end - first;
  if (length == 0 || length > TEXT_BYTES_MAX || !isDigitAt(first, end)) return false;
  if (length == 1 && load<u8>(first) == DIGIT_0) return !isNegative;
  if (load<u8>(first) != DIGIT_0 && length <= SHORT_DIGITS && digitsEnd(first, end) == end)
    return true;
  const near = nearFloat(first, end);
  if (near == 0) return false;
  for (let off: u64 = 0; off <= PLACES_OFF; off++) {
    if (near + off <= GREATEST && isWritten(near + off, first, end)) return true;
    if (near > off && isWritten(near - off, first, end)) return true;
  }
  return false;
}

/** Whether a float above 0 is written so. */
function isWritten(bits: u64, text: usize, end: usize): bool {
  const written = scratchText(NUMBER_BYTES_MAX);
  const length = writeFloat(written, reinterpret<f64>(bits)) - written;
  return length == end - text && sameBytes(written, text, <u32>length);
}

/** The bits of a float near a number of the right form, or 0. */
function nearFloat(first: usize, end: usize): u64 {
  const point = digitsEnd(first, end);
  let digits: u64 = 0;
  let count: i32 = 0;
  let power: i32 = 0;
  let at = first;
  for (; at < end && load<u8>(at) != LETTER_E; at++) {
    const byte = load<u8>(at);
    if (at == point && byte == POINT && isDigitAt(at + 1, end)) continue;
    if (!isDigit(byte)) return 0;
    if (count < DIGITS_MAX) {
      digits = digits * 10 + (byte - DIGIT_0);
      if (digits != 0) count += 1;
      if (at > point) power -= 1;
    } else if (byte != DIGIT_0) return 0;
    else if (at < point) power += 1;
  }
  if (at < end) {
    const sign = at + 1 < end ? load<u8>(at, 1) : 0;
    if (sign != MINUS && sign != PLUS) return 0;
    if (at + 2 >= end || at + 5 < end || digitsEnd(at + 2, end) != end) return 0;
    const exponent = smallNumber(at + 2, end);
    power += sign == MINUS ? -exponent : exponent;
  }
  if (digits == 0 || abs(power) > POWER_MAX) return 0;
  return min(reinterpret<u64>(scaled(<f64>digits, power)), GREATEST);
}

function scaled(value: f64, power: i32): f64 {
  let scaled = value;
  let rest = abs(power);
  for (; rest >= STEP; rest -= STEP) scaled = power < 0 ? scaled / STEP_VALUE : scaled * STEP_VALUE;
  let factor: f64 = 1;
  for (; rest > 0; rest--) factor *= 10;
  return power < 0 ? scaled / factor : scaled * factor;
}

function isDigitAt(at: usize, end: usize): bool {
  return at < end && isDigit(load<u8>(at));
}

/** Of three digits at most. */
function smallNumber(first: usize, end: usize): i32 {
  let number: i32 = 0;
  for (let at = first; at < end; at++) number = number * 10 + (load<u8>(at) - DIGIT_0);
  return number;
}
