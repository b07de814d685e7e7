/**
 * Durations as text: ISO 8601, whose months, days and seconds are no fixed number of one another,
 * and so are kept apart. In its one form, 14 months are `P1Y2M`, 90 minutes `PT1H30M`, 36 hours
 * `PT36H`, two weeks `P14D`, and nothing is `PT0S`. assembly/query/duration-check.ts reads it too.
 */

import { DURATION_PART_MAX } from '../../assembly/abi-texts.ts';

/** Of the digits of a part, as many as the greatest has. */
const DATE = String.raw`(?:(\d{1,10})Y)?(?:(\d{1,10})M)?(?:(\d{1,10})W)?(?:(\d{1,10})D)?`;
const TIME = String.raw`(?:(\d{1,10})H)?(?:(\d{1,10})M)?(?:(\d{1,10})(?:\.(\d{1,6}))?S)?`;
const FORM = new RegExp(`^([+-])?P(?!$)${DATE}(?:T(?!$)${TIME})?$`);

/** The one form of a duration; undefined of text that is none, or too long a time. */
export function parseDuration(text: string): string | undefined {
  const match = FORM.exec(text);
  if (match === null) return undefined;
  const [years, months, weeks, days, hours, minutes, seconds] = match
    .slice(2, 9)
    .map((digits = '0') => BigInt(digits));
  if (years === undefined || months === undefined || weeks === undefined) return undefined;
  if (days === undefined || hours === undefined || minutes === undefined) return undefined;
  const parts = {
    months: years * 12n + months,
    days: weeks * 7n + days,
    seconds: hours * 3600n + minutes * 60n + (seconds ?? 0n),
    decimals: (match[9] ?? '').replace(/0+$/, ''),
  };
  const counts = [parts.months, parts.days, parts.seconds];
  if (counts.some((count) => count > DURATION_PART_MAX)) return undefined;
  const written = durationText(parts);
  if (written === 'P') return 'PT0S';
  return match[1] === '-' ? `-${written}` : written;
}

export function isDuration(text: string): boolean {
  return parseDuration(text) === text;
}

interface Parts {
  readonly months: bigint;
  readonly days: bigint;
  readonly seconds: bigint;
  /** Of the seconds, without zeros at their end. */
  readonly decimals: string;
}

function durationText({ months, days, seconds, decimals }: Parts): string {
  const fraction = decimals === '' ? '' : `.${decimals}`;
  const rest = seconds % 60n;
  const last = rest === 0n && fraction === '' ? '' : `${rest}${fraction}S`;
  const time = `${part(seconds / 3600n, 'H')}${part((seconds / 60n) % 60n, 'M')}${last}`;
  const date = `${part(months / 12n, 'Y')}${part(months % 12n, 'M')}${part(days, 'D')}`;
  return `P${date}${time === '' ? '' : `T${time}`}`;
}

function part(count: bigint, letter: string): string {
  return count === 0n ? '' : `${count}${letter}`;
}
