/** The latest checkpoint of a replica, in its data directory: a file that is whole or not there. */

import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';

const FILE_NAME = 'checkpoint';

export async function readCheckpointFile(directory: string): Promise<string | undefined> {
  return await readFile(join(directory, FILE_NAME), 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
}

/** The name goes to the new bytes only once they are on disk. */
export async function writeCheckpointFile(directory: string, text: string): Promise<void> {
  const path = join(directory, FILE_NAME);
  const file = await open(`${path}.new`, 'w', 0o644);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
