/**
 * Why an append was refused, as its caller sees it. What the system says while bytes are written
 * leaves the log as it was: the next append may succeed. After a sync that failed nobody knows
 * what is on disk, and a second sync may well succeed without it: the system reports a failed
 * write-back once and may drop the pages (Rebello and others, "Can applications recover from fsync
 * failures?", USENIX ATC 2020). So nothing more is appended until a start has read the disk again.
 */

import { constants } from 'node:os';
import { DatabaseError, ErrorCode } from '../base/errors.ts';

/** What more room, or a remount, can cure; by number, for not all of them have a name in Node. */
const RESUMABLE: ReadonlyMap<number | undefined, string> = new Map(
  (['ENOSPC', 'EDQUOT', 'EROFS', 'EFBIG'] as const).map((name) => [-constants.errno[name], name]),
);
const SYNC_CALLS: ReadonlySet<string> = new Set(['fsync', 'fdatasync']);

/** The error that an append rejects with when one of its steps has failed. */
export function appendFailure(cause: unknown): DatabaseError {
  const { code = 'a failure', errno, syscall = '' } = cause as Partial<NodeJS.ErrnoException>;
  const name = RESUMABLE.get(errno);
  const resumes = name !== undefined && !SYNC_CALLS.has(syscall);
  const advice = resumes
    ? 'writes resume once that is cured, reads go on'
    : 'writes have stopped until a restart, check the disk, reads go on';
  return new DatabaseError(
    ErrorCode.UNAVAILABLE,
    `a write expected the log to append, got ${name ?? code}: ${advice}`,
    { cause, facts: { canResume: resumes } },
  );
}

/** Whether an append that rejected with this error changed nothing, and a later one may succeed. */
export function canResume(error: unknown): boolean {
  return error instanceof DatabaseError && error.facts.canResume === true;
}
