import { stat } from 'node:fs/promises';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { ReadableLog } from '../log/read-log.ts';
import { UsageError } from './usage-error.ts';

export interface LogOptions {
  readonly data: string;
  readonly json?: true;
}

/** Reads the log of a data directory as it is now; another process may hold the directory. */
export async function readingLogOf<T>(
  directory: string,
  read: (log: ReadableLog) => T | Promise<T>,
): Promise<T> {
  const found = await stat(directory).catch(() => undefined);
  if (found?.isDirectory() !== true) throw noData(directory);
  const { openLogToRead } = await import('../log/open-log.ts');
  await using log = await openLogToRead(directory).catch((error: unknown) => {
    if (error instanceof DatabaseError && error.code === ErrorCode.NOT_FOUND) {
      throw noData(directory);
    }
    throw error;
  });
  return await read(log);
}

function noData(directory: string): UsageError {
  const message = `${directory}: --data expected a data directory, got none there`;
  return new UsageError(message, 'Name another with --data DIR.');
}
