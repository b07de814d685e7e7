/** Opens the log of a data directory beside the process that holds it, and changes nothing. */

import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { LmdbLog } from './lmdb-log.ts';
import type { Log } from './log.ts';

/** The log as of this moment. Throws NOT_FOUND where there is none, CORRUPT where it is broken. */
export async function openLogToRead(directory: string): Promise<Log> {
  if (!(await LmdbLog.isIn(directory))) throw noLog(directory);
  await LmdbLog.check(directory);
  return LmdbLog.openToRead(directory);
}

function noLog(directory: string): DatabaseError {
  return new DatabaseError(
    ErrorCode.NOT_FOUND,
    `the data directory expected to hold a log, got none at ${directory}`,
  );
}
