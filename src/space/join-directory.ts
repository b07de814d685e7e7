/** Makes a data directory of a space that others hold. */

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDirectory } from '../base/durable-file.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { type Random, systemRandom } from '../base/random.ts';
import { openDirectoryAuthor } from '../crypto/author.ts';
import type { AuthorKey } from '../crypto/author-key.ts';
import { writeBase } from '../log/base-file.ts';
import { lockDirectory } from '../log/directory-lock.ts';
import { FileLog } from '../log/file-log.ts';
import { takeSnapshotHere } from '../log/snapshot.ts';
import { snapshotName, snapshotPositions } from '../log/snapshot-file.ts';
import type { LoadedBase } from './base/load-base.ts';
import { openSpace } from './open.ts';

/** The key of a directory's author, which is made where there is none. */
export async function authorKeyIn(
  directory: string,
  random: Random = systemRandom,
): Promise<AuthorKey> {
  await makeDirectory(directory);
  await using _lock = await lockDirectory(directory);
  await expectEmpty(directory);
  const { key } = await openDirectoryAuthor({ directory, random, commitsOf: () => 0 });
  return key;
}

/** Gives a directory what is sealed in a space, as it was loaded; its log begins behind that. */
export async function joinDirectoryWithBase(
  directory: string,
  { engine, facts, checkpoint, outline }: LoadedBase,
): Promise<void> {
  await using _lock = await lockDirectory(directory);
  await expectEmpty(directory);
  await removeSnapshots(directory);
  // First: without the base nothing is made of it.
  await takeSnapshotHere({ engine, directory, position: outline.length, facts });
  await writeBase(directory, { outline, checkpoint });
}

/** Begins the log of a directory with records that another replica has handed out. */
export async function joinDirectory(
  directory: string,
  records: readonly Uint8Array[],
): Promise<void> {
  await makeDirectory(directory);
  {
    await using _lock = await lockDirectory(directory);
    await expectEmpty(directory);
    await removeSnapshots(directory);
  }
  await using _space = await openSpace({ directory, joined: records });
}

/** What an attempt has left that was killed before there was a log. */
async function removeSnapshots(directory: string): Promise<void> {
  for (const position of await snapshotPositions(directory)) {
    await rm(join(directory, snapshotName(position)), { force: true });
  }
}

async function expectEmpty(directory: string): Promise<void> {
  if (!(await FileLog.isIn(directory))) return;
  throw new DatabaseError(
    ErrorCode.CONFLICT,
    `a directory that joins a space expected to hold none, got one at ${directory}`,
  );
}
