/** Opens the log of a data directory, whole or beginning with a base. */

import { join } from 'node:path';
import { systemDisk } from '../base/disk.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { HISTORY_FOLDER, readBase, removeUnfinishedBase } from './base-file.ts';
import { BasedLog, BasedReadLog, tellingHistory } from './based-log.ts';
import { FileLog, type FileLogOptions } from './file-log.ts';
import { MemoryLog } from './memory-log.ts';
import { openSegmentsToRead, type ReadableLog } from './read-log.ts';

/**
 * Opens the log in a directory that the caller has locked. Throws CORRUPT, with the file and the
 * place, where something acknowledged is missing or damaged.
 */
export async function openLog(
  directory: string,
  options: FileLogOptions = {},
): Promise<FileLog | BasedLog> {
  const { disk = systemDisk, note } = options;
  await removeUnfinishedBase(directory, disk);
  const base = await readBase(directory, disk);
  if (base === undefined) return await FileLog.open(directory, options);
  await using stack = new AsyncDisposableStack();
  const folder = join(directory, HISTORY_FOLDER);
  await disk.makeDirectory(folder);
  await disk.syncDirectory(directory);
  const noteHistory = note && { note: (text: string) => note(`${HISTORY_FOLDER}/${text}`) };
  const history = stack.use(
    await tellingHistory(() => FileLog.open(folder, { ...options, ...noteHistory })),
  );
  const tail = stack.use(await FileLog.open(directory, options));
  const log = new BasedLog({ base, history, tail });
  stack.move();
  return log;
}

/**
 * The log of a data directory as another process sees it (read-log.ts). Throws NOT_FOUND where
 * there is no log, CORRUPT where entries that were acknowledged are missing or cannot be walked to.
 */
export async function openLogToRead(directory: string): Promise<ReadableLog> {
  const base = await readBase(directory);
  if (base === undefined) {
    const log = await openSegmentsToRead(directory);
    if (log !== undefined) return log;
    throw new DatabaseError(
      ErrorCode.NOT_FOUND,
      `the data directory expected to hold a log, got none at ${directory}`,
    );
  }
  await using stack = new AsyncDisposableStack();
  const folder = join(directory, HISTORY_FOLDER);
  const history = stack.use(
    await tellingHistory(async () => (await openSegmentsToRead(folder)) ?? new MemoryLog()),
  );
  const tail = stack.use((await openSegmentsToRead(directory)) ?? new MemoryLog());
  const log = new BasedReadLog({ base, history, tail });
  stack.move();
  return log;
}
