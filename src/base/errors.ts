/**
 * The one family of expected failures. A code is stable and public; the message says what was
 * expected and what came. Bugs are not errors of this family: they are assertions.
 */

/** Stable codes, shown to callers and in GraphQL `extensions.code`. Never renamed once released. */
export const ErrorCode = {
  /** An argument, field or value is not of the form that the caller was told to send. */
  INVALID_INPUT: 'INVALID_INPUT',
  /** Bytes do not follow their format. */
  MALFORMED: 'MALFORMED',
  /** A named thing does not exist, or not for this caller. */
  NOT_FOUND: 'NOT_FOUND',
  /** The caller has no right to do this. */
  FORBIDDEN: 'FORBIDDEN',
  /** A unique value or a key is taken. */
  ALREADY_EXISTS: 'ALREADY_EXISTS',
  /** A request has no credential, or none that holds here; it is not said which. */
  UNAUTHENTICATED: 'UNAUTHENTICATED',
  /** A named limit was passed. */
  LIMIT_EXCEEDED: 'LIMIT_EXCEEDED',
  /** The caller asks faster than it may; `retryAfterSeconds` says when to ask again. */
  RATE_LIMITED: 'RATE_LIMITED',
  /** A signed commit or record is wrong in a way that every replica sees alike. */
  REFUSED: 'REFUSED',
  /** A signed commit is valid, but not allowed as of its authority. */
  MASKED: 'MASKED',
  /** Another process, or an earlier state, stands in the way; trying again may help. */
  CONFLICT: 'CONFLICT',
  /** Writes have stopped, or the space is closed. Reads may go on. */
  UNAVAILABLE: 'UNAVAILABLE',
  /** Stored bytes are not what was written. */
  CORRUPT: 'CORRUPT',
  /** A format is newer than this program. */
  UNSUPPORTED: 'UNSUPPORTED',
} as const;
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];

/** Where in a source text a failure lies; line and column count from 1. */
export interface SourcePosition {
  readonly file?: string;
  readonly line: number;
  readonly column: number;
}

export interface ErrorDetails {
  readonly cause?: unknown;
  readonly position?: SourcePosition;
  /** Machine-readable facts a caller may see: a limit, a field, a taken value's field name. */
  readonly facts?: Readonly<Record<string, string | number | boolean>>;
}

export class DatabaseError extends Error {
  readonly code: ErrorCode;
  readonly position: SourcePosition | undefined;
  readonly facts: Readonly<Record<string, string | number | boolean>>;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'DatabaseError';
    this.code = code;
    this.position = details.position;
    this.facts = details.facts ?? {};
  }
}

/** Reads `file:line:column: message` where a position is known, else the message alone. */
export function describeError(error: DatabaseError): string {
  const at = error.position;
  if (at === undefined) return error.message;
  return `${at.file === undefined ? '' : `${at.file}:`}${at.line}:${at.column}: ${error.message}`;
}
