/**
 * One process holds a data directory. The lock is SQLite's exclusive file lock: the system frees
 * it when the process dies, however it dies, so nothing stale is ever left behind.
 */

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { makeDirectory } from '../base/durable-file.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';

const FILE_NAME = 'lock';
const SQLITE_BUSY = 5;

/** A lock that nobody refers to would be collected, and freed with the database it is in. */
const held = new Set<DatabaseSync>();

export interface DirectoryLock extends Disposable {
  readonly directory: string;
}

/** Makes the directory where it is missing and locks it; throws CONFLICT when it is held. */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  await makeDirectory(directory);
  const database = new DatabaseSync(join(directory, FILE_NAME));
  try {
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    throw isBusy(cause) ? heldByAnother(directory, cause) : cause;
  }
  held.add(database);
  return {
    directory,
    [Symbol.dispose]: () => {
      held.delete(database);
      database.close();
    },
  };
}

function heldByAnother(directory: string, cause: unknown): DatabaseError {
  return new DatabaseError(
    ErrorCode.CONFLICT,
    `the data directory ${directory} expected one process, got another that holds it`,
    { cause },
  );
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}
