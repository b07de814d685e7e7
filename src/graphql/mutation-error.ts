/**
 * What a mutation is refused for, with the place in its input that it is about. A code that has a
 * class of its own is one of the results of the mutations that answer with their errors.
 */

import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { InputPlace } from '../space/space.ts';

/** Names of members, and indices in lists, as they were given. */
export type InputPath = readonly (string | number)[];

export class MutationError extends DatabaseError {
  readonly inputPath: InputPath;

  constructor(error: DatabaseError, inputPath: InputPath) {
    const { code, message, cause, position, facts } = error;
    super(code, message, { cause, facts, ...(position !== undefined && { position }) });
    this.inputPath = inputPath;
  }
}

export class ConflictError extends MutationError {}
export class NotFoundError extends MutationError {}
export class ForbiddenError extends MutationError {}
export class AlreadyExistsError extends MutationError {}
export class InvalidInputError extends MutationError {}
export class LimitError extends MutationError {}

const CLASSES: Partial<Readonly<Record<ErrorCode, typeof MutationError>>> = {
  [ErrorCode.CONFLICT]: ConflictError,
  [ErrorCode.NOT_FOUND]: NotFoundError,
  [ErrorCode.FORBIDDEN]: ForbiddenError,
  [ErrorCode.ALREADY_EXISTS]: AlreadyExistsError,
  [ErrorCode.INVALID_INPUT]: InvalidInputError,
  [ErrorCode.LIMIT_EXCEEDED]: LimitError,
};

/** What a mutation failed with, as it is told; bugs stay what they are. */
export function mutationError(error: unknown, place: InputPlace | undefined): unknown {
  if (!(error instanceof DatabaseError)) return error;
  const errorClass = CLASSES[error.code];
  return errorClass === undefined ? error : new errorClass(error, pathOf(place));
}

function pathOf(place: InputPlace | undefined): InputPath {
  const parts: (string | number)[] = [];
  for (let at = place; at !== undefined; at = at.within) parts.push(at.part);
  return parts.reverse();
}
