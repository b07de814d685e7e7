/** What loading a sealed state answers, as typed errors: what was expected, what came, where. */

import * as abi from '../../assembly/abi.ts';
import * as state from '../../assembly/abi-state.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { EngineExports } from './exports.ts';
import { type Failure, sentenceOf } from './failure.ts';

/** As of a payload, but for these. */
const SENTENCES: ReadonlyMap<number, (failure: Failure) => string> = new Map<
  number,
  (failure: Failure) => string
>([
  [state.STATUS_BAD_RECORD, (f) => `a record of kind ${f.expected} to 5, got ${f.actual}`],
  [state.STATUS_BAD_WRITER, (f) => `a transaction up to ${f.expected}, got ${f.actual}`],
  [state.STATUS_BAD_ROW, (f) => `the next of up to ${f.expected}, got ${f.actual}`],
  [state.STATUS_BAD_FLAGS, (f) => `flags of up to ${f.expected}, got ${f.actual}`],
  [state.STATUS_BAD_ORDER, () => 'ascending order, got another'],
  [state.STATUS_NO_TYPE, () => 'a type of a node that has a create or a key, got none'],
  [state.STATUS_OTHER_ID, () => 'the id that the key gives, got another'],
  [state.STATUS_NOT_SEALED, () => 'a value that shows, got null'],
  [abi.STATUS_COUNT_MISMATCH, (f) => `${f.expected} in all, got ${f.actual}`],
  [abi.STATUS_DUPLICATE, () => 'each but once, got one again'],
]);

/** The error for a status; `part` is what of the stream was taken. */
export function sealedStateError(
  status: number,
  exports: EngineExports,
  part: string,
): DatabaseError {
  const failure = {
    expected: exports.failureAt(abi.FAILURE_EXPECTED) >>> 0,
    actual: exports.failureAt(abi.FAILURE_ACTUAL) >>> 0,
  };
  const offset = exports.failureAt(abi.FAILURE_OFFSET) >>> 0;
  const own = SENTENCES.get(status)?.(failure);
  const sentence = own ?? sentenceOf(status, failure) ?? `another status, got ${status}`;
  const isLimit = status === abi.STATUS_SPACE_FULL || status === abi.STATUS_TOO_LONG;
  return new DatabaseError(
    isLimit ? ErrorCode.LIMIT_EXCEEDED : ErrorCode.MALFORMED,
    `a sealed state expected ${sentence} (${part}, byte ${offset})`,
    { facts: { part, offset } },
  );
}
