/**
 * Why a commit is refused or waits: stable words in `DatabaseError.facts.reason`, in the order in
 * which they are asked (schema/commit.md, "Reasons"). The first that applies is the answer, so
 * every replica gives the same one. Never renamed once released.
 */

import { DatabaseError, ErrorCode } from '../base/errors.ts';

export const Reason = {
  // The envelope.
  ENVELOPE_LENGTH: 'envelope.length',
  ENVELOPE_UNSUPPORTED: 'envelope.unsupported',
  FORM_UNSUPPORTED: 'form.unsupported',
  HEADER_LENGTH: 'header.length',
  // The header.
  HEADER_NONCANONICAL: 'header.noncanonical',
  VERSION_UNSUPPORTED: 'version.unsupported',
  ALGORITHM_UNSUPPORTED: 'algorithm.unsupported',
  FORMAT_UNSUPPORTED: 'format.unsupported',
  HEADER_VALUE: 'header.value',
  // Header and payload beside one another.
  FORM_MISMATCH: 'form.mismatch',
  PAYLOAD_LENGTH: 'payload.length',
  SIGNATURE_INVALID: 'signature.invalid',
  // What must be so before the payload can be hashed, from its first byte to its last.
  DICTIONARY_LENGTH: 'dictionary.length',
  TRANSACTION_LENGTH: 'transaction.length',
  LEAF_KIND: 'leaf.kind',
  SEGMENT_COUNT: 'segment.count',
  SEGMENT_STATE: 'segment.state',
  SEGMENT_LENGTH: 'segment.length',
  // What the header says of the payload.
  COUNT_MISMATCH: 'count.mismatch',
  DICTIONARY_MISMATCH: 'dictionary.mismatch',
  ROOT_MISMATCH: 'root.mismatch',
  // What is in segments.
  SEGMENT_NONE: 'segment.none',
  PAYLOAD_LIMIT: 'payload.limit',
  PAYLOAD_TOTAL: 'payload.total',
  SEGMENT_RELATION: 'segment.relation',
  SEGMENT_SUBJECT: 'segment.subject',
  SEGMENT_DELTAS: 'segment.deltas',
  DELTAS_LIMIT: 'deltas.limit',
  // What the replica holds, asked at its door.
  FORM_PARTIAL: 'form.partial',
  CLOCK_AHEAD: 'clock.ahead',
  SPACE_OTHER: 'space.other',
  EPOCH_UNKNOWN: 'epoch.unknown',
  AUTHORITY_UNKNOWN: 'authority.unknown',
  AUTHORITY_BEHIND: 'authority.behind',
  AUTHOR_UNCERTIFIED: 'author.uncertified',
  SEQUENCE_GAP: 'sequence.gap',
  SEQUENCE_TAKEN: 'sequence.taken',
  PREVIOUS_OTHER: 'previous.other',
  BRANCHES_LIMIT: 'branches.limit',
  PARENT_UNKNOWN: 'parent.unknown',
  CLOCK_BEHIND: 'clock.behind',
  // The engine's, from the payload's first byte to its last.
  BYTES_MISSING: 'bytes.missing',
  BYTES_TRAILING: 'bytes.trailing',
  NONE_GIVEN: 'none.given',
  LIMIT_PASSED: 'limit.passed',
  SYMBOL_WRONG: 'symbol.wrong',
  PATH_FORM: 'path.form',
  TEXT_UTF8: 'text.utf8',
  ID_FORM: 'id.form',
  OPCODE_UNKNOWN: 'opcode.unknown',
  SUBJECT_MISSING: 'subject.missing',
  VALUE_KIND: 'value.kind',
  BOOL_FORM: 'bool.form',
  FLOAT_FORM: 'float.form',
  PLACE_FORM: 'place.form',
  REFERENCE_NUMBER: 'reference.number',
  REFERENCE_UNKNOWN: 'reference.unknown',
  COMMIT_KNOWN: 'commit.known',
  SPACE_FULL: 'space.full',
  // What permissions need to know.
  NODE_UNKNOWN: 'node.unknown',
} as const;
export type Reason = (typeof Reason)[keyof typeof Reason];

const REFUSED: ReadonlySet<Reason> = new Set([
  Reason.SIGNATURE_INVALID,
  Reason.DICTIONARY_MISMATCH,
  Reason.ROOT_MISMATCH,
  Reason.SPACE_OTHER,
  Reason.EPOCH_UNKNOWN,
  Reason.AUTHORITY_BEHIND,
  Reason.AUTHOR_UNCERTIFIED,
  Reason.SEQUENCE_TAKEN,
  Reason.PREVIOUS_OTHER,
  Reason.BRANCHES_LIMIT,
  Reason.CLOCK_BEHIND,
]);
/** What is missing may come, so the commit may be sent again. */
const WAITING: ReadonlySet<Reason> = new Set([
  Reason.FORM_PARTIAL,
  Reason.CLOCK_AHEAD,
  Reason.AUTHORITY_UNKNOWN,
  Reason.SEQUENCE_GAP,
  Reason.PARENT_UNKNOWN,
  Reason.NODE_UNKNOWN,
]);

/** The error of a commit that does not pass; a reason has one code. */
export function commitError(
  reason: Reason,
  message: { readonly what?: string; readonly expected: string; readonly actual: string },
  facts: Readonly<Record<string, string | number>> = {},
): DatabaseError {
  const { what = 'a commit', expected, actual } = message;
  const text = `${what} expected ${expected}, got ${actual}`;
  return new DatabaseError(codeOf(reason), text, { facts: { ...facts, reason } });
}

function codeOf(reason: Reason): ErrorCode {
  if (reason.endsWith('.unsupported')) return ErrorCode.UNSUPPORTED;
  if (WAITING.has(reason)) return ErrorCode.CONFLICT;
  return REFUSED.has(reason) ? ErrorCode.REFUSED : ErrorCode.MALFORMED;
}
