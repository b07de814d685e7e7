/** A moment as RFC 3339 text in UTC, with as many digits as say all of it: 3 or 6. */

import type { Timestamp } from '../delta/value.ts';

const MICROSECONDS = 1000n;

export function formatDateTime({ microseconds }: Timestamp): string {
  const rest = ((microseconds % MICROSECONDS) + MICROSECONDS) % MICROSECONDS;
  const milliseconds = (microseconds - rest) / MICROSECONDS;
  const text = new Date(Number(milliseconds)).toISOString();
  return rest === 0n ? text : `${text.slice(0, -1)}${String(rest).padStart(3, '0')}Z`;
}
