/**
 * The only way from an error to what a caller sees. A DatabaseError keeps its message, code and
 * facts; errors that graphql-js itself reports are the caller's; everything else is a bug, is
 * reported to the owner of the server, and reaches the caller as one fixed sentence.
 */

import { GraphQLError } from 'graphql';
import { DatabaseError, describeError, ErrorCode } from '../base/errors.ts';
import { MutationError } from './mutation-error.ts';

export const UNEXPECTED_ERROR = 'Unexpected error.';
const UNEXPECTED_CODE = 'INTERNAL_SERVER_ERROR';
/** The whole answer to a request that met a bug outside of any operation. */
export const UNEXPECTED_ANSWER = {
  errors: [{ message: UNEXPECTED_ERROR, extensions: { code: UNEXPECTED_CODE } }],
} as const;
/** Deeper chains of causes than this do not come from graphql-js. */
const CAUSES_MAX = 8;

export type InternalErrorListener = (error: unknown) => void;

/** Makes the function that maps any error; `listener` hears of those that are bugs. */
export function errorMap(listener: InternalErrorListener): (error: unknown) => GraphQLError {
  return (error) => {
    const cause = rootCause(error);
    const located = error instanceof GraphQLError ? error : undefined;
    if (cause instanceof DatabaseError) return databaseError(cause, located);
    if (cause instanceof GraphQLError) return callersError(located ?? cause);
    listener(cause);
    return withPlace(UNEXPECTED_ERROR, located, { code: UNEXPECTED_CODE });
  };
}

/** What graphql-js and Yoga report about a caller's text or values, with a code of ours. */
export function callersError(error: GraphQLError): GraphQLError {
  const { code, facts, http } = error.extensions;
  const isNoRequest = NO_REQUEST.some((text) => error.message.includes(text));
  return withPlace(error.message, error, {
    code: isErrorCode(code) ? code : callersCode(error),
    ...(facts === undefined ? {} : { facts }),
    // Yoga makes the status of an HTTP response of it; nobody else sees it. What is no request of
    // GraphQL has a status that is not softened for clients of plain JSON.
    ...(http === undefined ? {} : { http: isNoRequest ? { status: http.status } : http }),
  });
}

/** For what refuses an operation before it runs: HTTP answers it with 400 where the form allows. */
export function refusal(error: DatabaseError): GraphQLError {
  const shown = databaseError(error, undefined);
  const { retryAfterSeconds } = error.facts;
  const http =
    error.code === ErrorCode.RATE_LIMITED
      ? { status: 429, headers: { 'retry-after': String(retryAfterSeconds) } }
      : { spec: true, status: 400 };
  return withPlace(shown.message, shown, { ...shown.extensions, http });
}

export function invalidInput(
  message: string,
  facts?: Readonly<Record<string, string | number | boolean>>,
): DatabaseError {
  return new DatabaseError(ErrorCode.INVALID_INPUT, message, facts === undefined ? {} : { facts });
}

/** "<what> expected at most <max>, got <actual>", with the limit's name among the facts. */
export function limitExceeded(options: {
  readonly limit: string;
  readonly what: string;
  readonly max: number;
  readonly actual: number;
}): DatabaseError {
  const { limit, what, max, actual } = options;
  return new DatabaseError(
    ErrorCode.LIMIT_EXCEEDED,
    `${what} expected at most ${max}, got ${actual}`,
    { facts: { limit, max, actual } },
  );
}

/** A refusal of an input scalar, in the form that graphql-js passes on as it is. */
export function scalarError(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: ErrorCode.INVALID_INPUT } });
}

/** In Yoga's messages about what is no request of GraphQL. */
const NO_REQUEST = ['Must provide query string'];
const CODES: ReadonlySet<unknown> = new Set(Object.values(ErrorCode));

function isErrorCode(code: unknown): code is ErrorCode {
  return CODES.has(code);
}

function callersCode({ message }: GraphQLError): ErrorCode {
  return message.startsWith('Syntax Error') ? ErrorCode.MALFORMED : ErrorCode.INVALID_INPUT;
}

function databaseError(error: DatabaseError, located: GraphQLError | undefined): GraphQLError {
  const hasFacts = Object.keys(error.facts).length > 0;
  return withPlace(describeError(error), located, {
    code: error.code,
    ...(hasFacts ? { facts: error.facts } : {}),
    ...inputPathOf(error),
  });
}

function inputPathOf(error: DatabaseError): Record<string, unknown> {
  if (!(error instanceof MutationError) || error.inputPath.length === 0) return {};
  return { inputPath: error.inputPath };
}

function rootCause(error: unknown): unknown {
  let cause = error;
  for (let depth = 0; depth < CAUSES_MAX; depth++) {
    if (!(cause instanceof GraphQLError) || cause.originalError === undefined) return cause;
    cause = cause.originalError;
  }
  return cause;
}

/** A fresh error, so that no original error travels along and is printed by someone else. */
function withPlace(
  message: string,
  place: GraphQLError | undefined,
  extensions: Record<string, unknown>,
): GraphQLError {
  return new GraphQLError(message, {
    nodes: place?.nodes ?? null,
    source: place?.source ?? null,
    positions: place?.positions ?? null,
    path: place?.path ?? null,
    extensions,
  });
}
