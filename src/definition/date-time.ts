/**
 * DateTime as text: RFC 3339 with an offset, at most microseconds. The form is strict, because a
 * guessed offset or a rounded fraction would store another moment than the one that was written.
 */

import { Timestamp } from '../delta/value.ts';

const FORM =
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?:Z|([+-])(\d\d):(\d\d))$/;

const FIRST_SECOND = BigInt(Date.parse('0000-01-01T00:00:00Z') / 1000);
const LAST_SECOND = BigInt(Date.parse('9999-12-31T23:59:59Z') / 1000);

/** The moment that `text` names, or undefined where it is not of the form or no such day is. */
export function parseDateTime(text: string): Timestamp | undefined {
  const match = FORM.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number);
  const [offsetHour, offsetMinute] = [Number(match[9] ?? 0), Number(match[10] ?? 0)];
  if (hour === undefined || minute === undefined || second === undefined) return undefined;
  if (year === undefined || month === undefined || day === undefined) return undefined;
  if (hour > 23 || minute > 59 || second > 59 || offsetHour > 23 || offsetMinute > 59) {
    return undefined;
  }
  // Date.UTC would read the years 0 to 99 as 1900 to 1999.
  const midnight = new Date(0);
  midnight.setUTCFullYear(year, month - 1, day);
  if (midnight.getUTCMonth() !== month - 1 || midnight.getUTCDate() !== day) return undefined;

  const sign = match[8] === '-' ? -1 : 1;
  const minutes = hour * 60 + minute - sign * (offsetHour * 60 + offsetMinute);
  const seconds = BigInt(midnight.getTime() / 1000 + minutes * 60 + second);
  // An offset can lead out of the years that four digits write.
  if (seconds < FIRST_SECOND || seconds > LAST_SECOND) return undefined;
  const fraction = BigInt((match[7] ?? '').padEnd(6, '0'));
  return new Timestamp(seconds * 1_000_000n + fraction);
}
