/** Stored bytes that are not what was written, by the name of the file and the place in it. */

import { DatabaseError, ErrorCode } from '../base/errors.ts';

export interface Damage {
  /** Name of the file in the data directory. */
  readonly file: string;
  readonly offset: number;
  /** The entry, where the damage is in one. */
  readonly position?: number;
  readonly expected: string;
  readonly actual: string;
}

/** One line: which file, which entry, where, what was expected and what is there. */
export function describeDamage({ file, offset, position, expected, actual }: Damage): string {
  const what = position === undefined ? '' : `entry ${position} `;
  return `${file}: ${what}at byte ${offset} expected ${expected}, got ${actual}`;
}

export function corrupt(damage: Damage): DatabaseError {
  const { file, offset, position } = damage;
  return new DatabaseError(
    ErrorCode.CORRUPT,
    `the log ${describeDamage(damage)}: restore the data directory from a backup`,
    { facts: { file, offset, ...(position === undefined ? {} : { position }) } },
  );
}
