/** Makes a data directory of a space that others hold. */

import { makeDirectory } from '../base/durable-file.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { type Random, systemRandom } from '../base/random.ts';
import { openDirectoryAuthor } from '../crypto/author.ts';
import type { AuthorKey } from '../crypto/author-key.ts';
import { writeBase } from '../log/base-file.ts';
import { lockDirectory } from '../log/directory-lock.ts';
import { FileLog } from '../log/file-log.ts';
import { takeSnapshotHere } from '../log/snapshot.ts';
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
  // First: without the base it is passed over, and the next attempt takes its place.
  await takeSnapshotHere({ engine, directory, position: outline.length, facts });
  await writeBase(directory, { outline, checkpoint });
}

/** Begins the log of a directory with records that another replica has handed out. */
export async function joinDirectory(
  directory: string,
  records: readonly Uint8Array[],
): Promise<void> {
  await using _space = await openSpace({ directory, joined: records });
}

async function expectEmpty(directory: string): Promise<void> {
  if (!(await FileLog.isIn(directory))) return;
  throw new DatabaseError(
    ErrorCode.CONFLICT,
    `a directory that joins a space expected to hold none, got one at ${directory}`,
  );
}
