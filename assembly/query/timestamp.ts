/**
 * Points in time as RFC 3339 text in UTC. Days become dates by the eras of 400 years that begin
 * with March (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", 2013).
 */

/** `"0000-01-01T00:00:00.000000Z"` with its quotes. */
export const TIMESTAMP_BYTES_MAX: u32 = 32;

const MICROSECONDS_PER_DAY: i64 = 86400000000;
/** Of the first microsecond of the year 0, and of the year 10,000. */
const TIMESTAMP_MIN: i64 = -62167219200000000;
const TIMESTAMP_END: i64 = 253402300800000000;
/** From 0000-03-01 to 1970-01-01. */
const DAYS_TO_EPOCH: i64 = 719468;
const DAYS_PER_ERA: i64 = 146097;

const QUOTE: u8 = 0x22;
const DASH: u8 = 0x2d;
const COLON: u8 = 0x3a;

/** Whether a year of four digits says it. */
export function isWritableTime(microseconds: i64): bool {
  return microseconds >= TIMESTAMP_MIN && microseconds < TIMESTAMP_END;
}

/** Writes it in quotes, with 3 decimals or 6, and returns the address behind it. */
export function writeTimestamp(to: usize, microseconds: i64): usize {
  let days = microseconds / MICROSECONDS_PER_DAY;
  let rest = microseconds % MICROSECONDS_PER_DAY;
  if (rest < 0) {
    rest += MICROSECONDS_PER_DAY;
    days -= 1;
  }
  store<u8>(to, QUOTE);
  writeDate(to + 1, days);
  store<u8>(to + 11, 0x54);
  const seconds = <u32>(rest / 1000000);
  writeTwo(to + 12, seconds / 3600);
  store<u8>(to + 14, COLON);
  writeTwo(to + 15, (seconds / 60) % 60);
  store<u8>(to + 17, COLON);
  writeTwo(to + 18, seconds % 60);
  store<u8>(to + 20, 0x2e);
  const fraction = <u32>(rest % 1000000);
  writeThree(to + 21, fraction / 1000);
  let end = to + 24;
  if (fraction % 1000 != 0) {
    writeThree(end, fraction % 1000);
    end += 3;
  }
  store<u8>(end, 0x5a);
  store<u8>(end + 1, QUOTE);
  return end + 2;
}

/** The year 0 is the least, so no day is before the era. */
function writeDate(to: usize, days: i64): void {
  const shifted = days + DAYS_TO_EPOCH;
  const era = (shifted >= 0 ? shifted : shifted - (DAYS_PER_ERA - 1)) / DAYS_PER_ERA;
  const dayOfEra = <u32>(shifted - era * DAYS_PER_ERA);
  const yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365;
  const dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
  const shiftedMonth = (5 * dayOfYear + 2) / 153;
  const day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const year = <u32>(<i64>yearOfEra + era * 400 + (month <= 2 ? 1 : 0));
  writeTwo(to, year / 100);
  writeTwo(to + 2, year % 100);
  store<u8>(to + 4, DASH);
  writeTwo(to + 5, month);
  store<u8>(to + 7, DASH);
  writeTwo(to + 8, day);
}

function writeTwo(to: usize, value: u32): void {
  store<u8>(to, 0x30 + <u8>(value / 10));
  store<u8>(to + 1, 0x30 + <u8>(value % 10));
}

function writeThree(to: usize, value: u32): void {
  store<u8>(to, 0x30 + <u8>(value / 100));
  writeTwo(to + 1, value % 100);
}
