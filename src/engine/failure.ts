/** Prepare's status numbers as typed errors: what was expected, what came, and where. */

import * as abi from '../../assembly/abi.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { EngineExports } from './exports.ts';

interface Failure {
  readonly expected: number;
  readonly actual: number;
}

/** One sentence part for each status: what was expected and what came. */
const SENTENCES: ReadonlyMap<number, (failure: Failure) => string> = new Map<
  number,
  (failure: Failure) => string
>([
  [abi.STATUS_TRUNCATED, (f) => `${f.expected} bytes, got ${f.actual}`],
  [abi.STATUS_BAD_OPCODE, (f) => `an opcode from 1 to ${f.expected}, got ${f.actual}`],
  [abi.STATUS_BAD_SYMBOL, (f) => `a name of the right kind below ${f.expected}, got ${f.actual}`],
  [abi.STATUS_BAD_VALUE_KIND, (f) => `a value kind from 0 to ${f.expected}, got ${f.actual}`],
  [abi.STATUS_BAD_BOOL, (f) => `a bool of 0 or 1, got ${f.actual}`],
  [abi.STATUS_BAD_FLOAT, () => 'the one form of NaN, got another'],
  [abi.STATUS_BAD_UTF8, () => 'UTF-8, got other bytes'],
  [abi.STATUS_BAD_ID, () => 'an id of 16 base62 characters, got other bytes'],
  [abi.STATUS_BAD_PATH, () => 'a property path, got another text'],
  [abi.STATUS_NO_SUBJECT, (f) => `a create or select first, got opcode ${f.actual}`],
  [abi.STATUS_TRAILING_BYTES, (f) => `the end, got ${f.actual} more bytes`],
  [abi.STATUS_COUNT_MISMATCH, (f) => `${f.expected} transactions, got ${f.actual}`],
  [abi.STATUS_UNKNOWN_REFERENCE, (f) => `a known commit, got reference ${f.actual}`],
  [abi.STATUS_BAD_REFERENCE, (f) => `a reference or position up to ${f.expected}, got ${f.actual}`],
  [abi.STATUS_TOO_LONG, (f) => `at most ${f.expected}, got ${f.actual}`],
  [abi.STATUS_BAD_LEAF, (f) => `a leaf kind from 0 to ${f.expected}, got ${f.actual}`],
  [abi.STATUS_SPACE_FULL, () => 'room in a linear memory of 4 GiB, got none'],
  [abi.STATUS_EMPTY, (f) => `at least ${f.expected}, got ${f.actual}`],
  [abi.STATUS_DUPLICATE, () => 'a commit that is not here, got one that is'],
]);

/** The error for a status that is not STATUS_OK. */
export function prepareError(status: number, exports: EngineExports): DatabaseError {
  const failure = {
    expected: exports.failureAt(abi.FAILURE_EXPECTED) >>> 0,
    actual: exports.failureAt(abi.FAILURE_ACTUAL) >>> 0,
  };
  const commit = exports.failureAt(abi.FAILURE_COMMIT);
  const transaction = exports.failureAt(abi.FAILURE_TRANSACTION);
  const delta = exports.failureAt(abi.FAILURE_DELTA);
  const offset = exports.failureAt(abi.FAILURE_OFFSET) >>> 0;
  const sentence = SENTENCES.get(status)?.(failure) ?? `another status, got ${status}`;
  return new DatabaseError(
    codeOf(status),
    `delta ${delta} of transaction ${transaction} expected ${sentence} (payload byte ${offset})`,
    { facts: { commit, transaction, delta, offset } },
  );
}

function codeOf(status: number): ErrorCode {
  if (status === abi.STATUS_SPACE_FULL || status === abi.STATUS_TOO_LONG) {
    return ErrorCode.LIMIT_EXCEEDED;
  }
  if (status === abi.STATUS_DUPLICATE) return ErrorCode.ALREADY_EXISTS;
  // The commit that it names may come yet.
  return status === abi.STATUS_UNKNOWN_REFERENCE ? ErrorCode.CONFLICT : ErrorCode.MALFORMED;
}
