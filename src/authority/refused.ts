import { DatabaseError, ErrorCode } from '../base/errors.ts';

/** The error of a record that does not continue its chain. */
export function refused(expected: string, actual: string): DatabaseError {
  const message = `an authority record expected ${expected}, got ${actual}`;
  return new DatabaseError(ErrorCode.REFUSED, message);
}
