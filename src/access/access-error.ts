/** What goes wrong with a question, a tuple or a condition, told apart by a reason. */

import { DatabaseError, ErrorCode } from '../base/errors.ts';

export const AccessReason = {
  /** A question that is not of the form, or that names what the model does not have. */
  QUESTION: 'QUESTION',
  /** A list is asked of a type that the model does not have. */
  TYPE: 'TYPE',
  /** A list is asked of a relation that its type does not have. */
  RELATION: 'RELATION',
  /** A tuple is not of the form, or does not fit the model. */
  TUPLE: 'TUPLE',
  /** A tuple that a question brings along is not of the form, or does not fit the model. */
  CONTEXTUAL_TUPLE: 'CONTEXTUAL_TUPLE',
  /** A condition lacks a parameter, has one of another type, or fails. */
  CONDITION: 'CONDITION',
  /** The answer lies more steps away than are taken. */
  DEPTH: 'DEPTH',
} as const;
export type AccessReason = (typeof AccessReason)[keyof typeof AccessReason];

const CODES: Readonly<Record<AccessReason, ErrorCode>> = {
  QUESTION: ErrorCode.INVALID_INPUT,
  TYPE: ErrorCode.NOT_FOUND,
  RELATION: ErrorCode.NOT_FOUND,
  TUPLE: ErrorCode.INVALID_INPUT,
  CONTEXTUAL_TUPLE: ErrorCode.INVALID_INPUT,
  CONDITION: ErrorCode.INVALID_INPUT,
  DEPTH: ErrorCode.LIMIT_EXCEEDED,
};

export class AccessError extends DatabaseError {
  readonly reason: AccessReason;

  constructor(reason: AccessReason, message: string, { cause }: { cause?: unknown } = {}) {
    super(CODES[reason], message, { cause, facts: { reason } });
    this.name = 'AccessError';
    this.reason = reason;
  }
}

/** Runs it; what goes wrong there goes wrong for `reason`. */
export function withReason<Result>(reason: AccessReason, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    throw error instanceof AccessError ? relabelled(reason, error) : error;
  }
}

function relabelled(reason: AccessReason, cause: AccessError): AccessError {
  return new AccessError(reason, cause.message, { cause });
}
