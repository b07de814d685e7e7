/** What this replica once accepted passes again, unless the bytes are no longer those. */

import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { isNotHereYet } from '../log/based-log.ts';

const OWN_CODES: ReadonlySet<ErrorCode> = new Set([
  ErrorCode.UNSUPPORTED,
  ErrorCode.LIMIT_EXCEEDED,
  ErrorCode.CORRUPT,
]);

/** Runs `act` on entries of the log; a refusal among them is CORRUPT, with their positions. */
export function readingLog<T>(first: number, last: number, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw asCorrupt(first, last, error);
  }
}

export async function readingLogAsync<T>(
  first: number,
  last: number,
  act: () => Promise<T>,
): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw asCorrupt(first, last, error);
  }
}

function asCorrupt(first: number, last: number, error: unknown): unknown {
  if (!(error instanceof DatabaseError) || OWN_CODES.has(error.code)) return error;
  // Nothing is wrong with bytes that have not come yet.
  if (isNotHereYet(error)) return error;
  return corrupt(first === last ? `entry ${first}` : `entries ${first} to ${last}`, error);
}

function corrupt(what: string, cause: DatabaseError): DatabaseError {
  return new DatabaseError(
    ErrorCode.CORRUPT,
    `${what} of the log expected what was accepted, got other bytes: ${cause.message}`,
    { cause },
  );
}
