/** Prepare's status numbers as typed errors: what was expected, what came, and where. */

import * as abi from '../../assembly/abi.ts';
import { STATUS_BAD_PLACE } from '../../assembly/abi-collections.ts';
import { assert } from '../base/assert.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { Reason } from '../delta/reason.ts';
import type { EngineExports } from './exports.ts';

export interface Failure {
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
  [abi.STATUS_BAD_VALUE_KIND, (f) => `${kindsOf(f.expected)}, got ${f.actual}`],
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
  [STATUS_BAD_PLACE, (f) => `a side from 0 to ${f.expected}, got ${f.actual}`],
  [abi.STATUS_TOO_LONG, (f) => `at most ${f.expected}, got ${f.actual}`],
  [abi.STATUS_BAD_LEAF, (f) => `a leaf kind from 0 to ${f.expected}, got ${f.actual}`],
  [
    abi.STATUS_SPACE_FULL,
    (f) => `room in the ${f.expected / 16} MiB that a space may fill, got none`,
  ],
  [abi.STATUS_EMPTY, (f) => `at least ${f.expected}, got ${f.actual}`],
  [abi.STATUS_DUPLICATE, () => 'a commit that is not here, got one that is'],
  [abi.STATUS_UNKNOWN_NODE, () => 'a node that was created, got another'],
]);

const REASONS: ReadonlyMap<number, Reason> = new Map<number, Reason>([
  [abi.STATUS_TRUNCATED, Reason.BYTES_MISSING],
  [abi.STATUS_BAD_OPCODE, Reason.OPCODE_UNKNOWN],
  [abi.STATUS_BAD_SYMBOL, Reason.SYMBOL_WRONG],
  [abi.STATUS_BAD_VALUE_KIND, Reason.VALUE_KIND],
  [abi.STATUS_BAD_BOOL, Reason.BOOL_FORM],
  [abi.STATUS_BAD_FLOAT, Reason.FLOAT_FORM],
  [abi.STATUS_BAD_UTF8, Reason.TEXT_UTF8],
  [abi.STATUS_BAD_ID, Reason.ID_FORM],
  [abi.STATUS_BAD_PATH, Reason.PATH_FORM],
  [abi.STATUS_NO_SUBJECT, Reason.SUBJECT_MISSING],
  [abi.STATUS_TRAILING_BYTES, Reason.BYTES_TRAILING],
  [abi.STATUS_COUNT_MISMATCH, Reason.COUNT_MISMATCH],
  [abi.STATUS_UNKNOWN_REFERENCE, Reason.REFERENCE_UNKNOWN],
  [abi.STATUS_BAD_REFERENCE, Reason.REFERENCE_NUMBER],
  [STATUS_BAD_PLACE, Reason.PLACE_FORM],
  [abi.STATUS_TOO_LONG, Reason.LIMIT_PASSED],
  [abi.STATUS_BAD_LEAF, Reason.LEAF_KIND],
  [abi.STATUS_SPACE_FULL, Reason.SPACE_FULL],
  [abi.STATUS_EMPTY, Reason.NONE_GIVEN],
  [abi.STATUS_DUPLICATE, Reason.COMMIT_KNOWN],
  [abi.STATUS_UNKNOWN_NODE, Reason.NODE_UNKNOWN],
]);

/** What a status says was expected, and what came; undefined of a status that prepare has not. */
export function sentenceOf(status: number, failure: Failure): string | undefined {
  return SENTENCES.get(status)?.(failure);
}

/** The error for a status of prepare or of judging that refuses a commit. */
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
  const reason = REASONS.get(status);
  assert(reason !== undefined, 'every status of prepare has a reason');
  return new DatabaseError(
    codeOf(status),
    `delta ${delta} of transaction ${transaction} expected ${sentence} (payload byte ${offset})`,
    { facts: { reason, commit, transaction, delta, offset } },
  );
}

/** A list has items of fewer kinds. */
function kindsOf(greatest: number): string {
  const isItem = greatest < abi.VALUE_LIST;
  return isItem ? `an item of kind 1 to ${greatest}` : `a value of kind 0 to 8, or ${greatest}`;
}

function codeOf(status: number): ErrorCode {
  if (status === abi.STATUS_SPACE_FULL || status === abi.STATUS_TOO_LONG) {
    return ErrorCode.LIMIT_EXCEEDED;
  }
  if (status === abi.STATUS_DUPLICATE) return ErrorCode.ALREADY_EXISTS;
  // What it names may come yet.
  const isWaiting = status === abi.STATUS_UNKNOWN_REFERENCE || status === abi.STATUS_UNKNOWN_NODE;
  return isWaiting ? ErrorCode.CONFLICT : ErrorCode.MALFORMED;
}

/** For a reader whose answer found no place in the linear memory. */
export function noRoomToAnswer(): DatabaseError {
  return new DatabaseError(
    ErrorCode.LIMIT_EXCEEDED,
    'a query expected room in the linear memory of the space, got none',
  );
}
