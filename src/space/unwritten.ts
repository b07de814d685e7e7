/** Why a space is not written. */

import { DatabaseError, ErrorCode } from '../base/errors.ts';

export function readOnly(): DatabaseError {
  return new DatabaseError(
    ErrorCode.UNAVAILABLE,
    'a write expected a space that is open for writing, got one that is only read',
  );
}

/** Says why an opening that asks for nothing else needs the organisation. */
export function uncertified(cause: DatabaseError): DatabaseError {
  return new DatabaseError(
    cause.code,
    'a new author of the data directory expected to be certified by its organisation, ' +
      `got a failure: ${cause.message}`,
    { cause },
  );
}
