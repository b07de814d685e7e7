/**
 * Whether a text is a duration in its one form (schema/definition.md): years and months, days, and
 * hours, minutes and seconds, of which months, minutes and seconds are below the next greater unit,
 * and none that is 0 stands there.
 *
 *     -P1Y2M10DT36H5M0.25S
 */

import { DURATION_PART_MAX } from '../abi-texts.ts';
import { blobData, blobLength } from '../memory/blobs.ts';
import { digitsEnd, isDigit } from './ascii-digits.ts';

const MINUS: u8 = 0x2d;
const POINT: u8 = 0x2e;
const DIGIT_0: u8 = 0x30;
const LETTER_D: u8 = 0x44;
const LETTER_H: u8 = 0x48;
const LETTER_M: u8 = 0x4d;
const LETTER_P: u8 = 0x50;
const LETTER_S: u8 = 0x53;
const LETTER_T: u8 = 0x54;
const LETTER_Y: u8 = 0x59;
/** `PT0S`, the one that has a 0. */
const ZERO: u32 = 0x53305450;
const DIGITS_MAX: usize = 10;
const DECIMALS_MAX: usize = 6;

/** Of UTF-8 text in a blob. */
export function isDuration(blob: u32): bool {
  const text = blobData(blob);
  const end = text + blobLength(blob);
  if (blobLength(blob) == 4 && load<u32>(text) == ZERO) return true;
  let at = text;
  if (at < end && load<u8>(at) == MINUS) at += 1;
  if (at >= end || load<u8>(at) != LETTER_P) return false;
  const dateEnd = daysEnd(at + 1, end);
  if (dateEnd == 0) return false;
  if (dateEnd == end) return dateEnd > at + 1;
  if (load<u8>(dateEnd) != LETTER_T) return false;
  return timeEnd(dateEnd + 1, end) == end && dateEnd + 1 < end;
}

/** Behind years, months and days, as far as they are there; 0 where one is not as it should be. */
function daysEnd(first: usize, end: usize): usize {
  let at = first;
  const years = partEnd(at, end, LETTER_Y);
  const yearCount = years == at ? 0 : partValue(at);
  at = years;
  const months = partEnd(at, end, LETTER_M);
  const monthCount = months == at ? 0 : partValue(at);
  if (monthCount > 11 || yearCount * 12 + monthCount > DURATION_PART_MAX) return 0;
  at = months;
  const days = partEnd(at, end, LETTER_D);
  return days != at && partValue(at) > DURATION_PART_MAX ? 0 : days;
}

function timeEnd(first: usize, end: usize): usize {
  let at = first;
  const hours = partEnd(at, end, LETTER_H);
  let seconds: u64 = hours == at ? 0 : partValue(at) * 3600;
  at = hours;
  const minutes = partEnd(at, end, LETTER_M);
  if (minutes != at) {
    if (partValue(at) > 59) return 0;
    seconds += partValue(at) * 60;
  }
  at = minutes;
  const last = secondsEnd(at, end);
  if (last != at) {
    if (partValue(at) > 59) return 0;
    seconds += partValue(at);
  }
  return seconds > DURATION_PART_MAX ? 0 : last;
}

/** Behind a number from 1 on and its letter; where it began if there is none. */
function partEnd(first: usize, end: usize, letter: u8): usize {
  const last = digitsEnd(first, end);
  if (last == first || last - first > DIGITS_MAX || load<u8>(first) == DIGIT_0) return first;
  return last < end && load<u8>(last) == letter ? last + 1 : first;
}

/** Seconds may have decimals, of which the last is not 0, and then be 0 themselves. */
function secondsEnd(first: usize, end: usize): usize {
  const point = digitsEnd(first, end);
  if (point == first || point >= end || load<u8>(point) != POINT) {
    return partEnd(first, end, LETTER_S);
  }
  if (point - first > (load<u8>(first) == DIGIT_0 ? 1 : DIGITS_MAX)) return first;
  const last = digitsEnd(point + 1, end);
  const decimals = last - point - 1;
  if (decimals == 0 || decimals > DECIMALS_MAX || load<u8>(last - 1) == DIGIT_0) return first;
  return last < end && load<u8>(last) == LETTER_S ? last + 1 : first;
}

/** Of the digits that begin there. */
function partValue(first: usize): u64 {
  let value: u64 = 0;
  let at = first;
  for (; isDigit(load<u8>(at)); at++) {
    value = value * 10 + (load<u8>(at) - DIGIT_0);
  }
  return value;
}
