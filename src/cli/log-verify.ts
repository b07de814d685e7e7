/** `massive-graph log verify` and `log prove`: the log against what was signed. */

import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { AUDIT_PROBLEMS_MAX, SPACE_MEMORY_BYTES_MAX } from '../base/limits.ts';
import { type Checkpoint, logProofText, readCheckpoint } from '../log/checkpoint.ts';
import { readCheckpointFile } from '../log/checkpoint-file.ts';
import { differenceFrom, treeOf } from '../log/log-tree.ts';
import type { ReadableLog } from '../log/read-log.ts';
import type { LogAudit, LogProblem } from '../space/audit-log.ts';
import { type LogOptions, readingLogOf } from './log-reading.ts';
import { formatCount, paint, printable, type Terminal } from './terminal.ts';
import { VerificationFailed } from './verification-failed.ts';

export async function checkLog(terminal: Terminal, options: LogOptions): Promise<void> {
  const { auditLog } = await import('../space/audit-log.ts');
  // Read before the log: one that a server signs meanwhile may be of a longer log.
  const checkpoint = await readCheckpointFile(options.data);
  const audit = await readingLogOf(options.data, async (log) => {
    const found = await auditLog(log, checkpoint);
    return found.problemCount > 0 ? found : await withBase(found, log);
  }).catch(async (error: unknown) => {
    if (!(error instanceof DatabaseError) || error.code !== ErrorCode.CORRUPT) throw error;
    return await damageOf(options.data);
  });
  const valid = audit.problemCount === 0;
  if (options.json === true) {
    const { checkpoint: compared, ...facts } = audit;
    terminal.output(`${JSON.stringify({ valid, ...facts, checkpoint: compared?.size ?? null })}\n`);
  } else if (valid) terminal.output(`${paint(terminal, 'green', '✓')} ${summary(audit)}\n`);
  else printProblems(terminal, audit);
  if (!valid) throw new VerificationFailed();
}

/** Compares the state that it began with, once all commits are here which that stands for. */
async function withBase(audit: LogAudit, log: ReadableLog): Promise<LogAudit> {
  const { BasedReadLog } = await import('../log/based-log.ts');
  if (!(log instanceof BasedReadLog) || log.first > 1) return audit;
  const { proveBase } = await import('../space/base/prove-base.ts');
  try {
    await proveBase(log, SPACE_MEMORY_BYTES_MAX);
    return audit;
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    const problems = [{ position: undefined, message: error.message }];
    return { ...audit, problems, problemCount: 1 };
  }
}

/** Of a log that cannot be walked to its end: every place where its bytes are not as written. */
async function damageOf(directory: string): Promise<LogAudit> {
  const { verifyLog } = await import('../log/verify.ts');
  const problems: LogProblem[] = [];
  let problemCount = 0;
  for await (const { message } of verifyLog(directory)) {
    problemCount += 1;
    if (problems.length < AUDIT_PROBLEMS_MAX) problems.push({ position: undefined, message });
  }
  const counts = { entries: 0, commits: 0, transactions: 0, missing: 0 };
  return { ...counts, problems, problemCount, checkpoint: undefined };
}

/** Entries after the checkpoint have no proof yet: the server signs the next when it is asked. */
export async function proveEntry(
  terminal: Terminal,
  position: number,
  options: LogOptions,
): Promise<void> {
  // Read before the log, which only grows.
  const note = await readCheckpointFile(options.data);
  const index = position - 1;
  const { path, checkpoint } = await readingLogOf(options.data, (log) => {
    if (note === undefined) throw notFound('a data directory with a checkpoint', options.data);
    return { path: signedPath(log, index, readCheckpoint(note)), checkpoint: note };
  });
  if (options.json === true) {
    const hashes = path.map((hash) => hash.toBase64());
    terminal.output(`${JSON.stringify({ index, path: hashes, checkpoint })}\n`);
  } else terminal.output(logProofText({ index, path, checkpoint }));
}

function signedPath(
  log: ReadableLog,
  index: number,
  checkpoint: Checkpoint,
): readonly Uint8Array[] {
  const { size } = checkpoint;
  if (index >= size) throw notFound(`an entry from 1 to ${size}, which are signed`, index + 1);
  const tree = treeOf(log);
  tree.grow(Math.min(size, log.length));
  const difference = differenceFrom(tree, checkpoint);
  if (difference === undefined) return tree.inclusion({ index, size });
  const message = `the log expected what was signed, got ${difference}`;
  throw new DatabaseError(ErrorCode.CORRUPT, message);
}

function summary({ entries, commits, transactions, missing, checkpoint }: LogAudit): string {
  const parts = [
    `${formatCount(entries)} entries`,
    `${formatCount(commits)} commits`,
    `${formatCount(transactions)} transactions`,
    ...(missing > 0 ? [`${formatCount(missing)} commits not here yet`] : []),
    checkpoint === undefined
      ? 'no checkpoint to compare with'
      : `as signed up to entry ${formatCount(checkpoint.size)}`,
  ];
  return parts.join(', ');
}

function printProblems(terminal: Terminal, { problems, problemCount }: LogAudit): void {
  const mark = paint(terminal, 'red', '✗');
  for (const { position, message } of problems) {
    const place = position === undefined ? '' : `entry ${position}: `;
    terminal.output(`${mark} ${place}${printable(message)}\n`);
  }
  const rest = problemCount - problems.length;
  if (rest > 0) terminal.output(`and ${formatCount(rest)} more problems\n`);
}

function notFound(expected: string, actual: string | number): DatabaseError {
  const message = `log prove expected ${expected}, got ${actual}`;
  return new DatabaseError(ErrorCode.NOT_FOUND, message);
}
