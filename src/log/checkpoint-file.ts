/** The latest checkpoint of a replica, in its data directory: a file that is whole or not there. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { utf8 } from '../base/bytes.ts';
import { replaceFile } from '../base/durable-file.ts';

const FILE_NAME = 'checkpoint';

export async function readCheckpointFile(directory: string): Promise<string | undefined> {
  return await readFile(join(directory, FILE_NAME), 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
}

export async function writeCheckpointFile(directory: string, text: string): Promise<void> {
  await replaceFile(join(directory, FILE_NAME), utf8(text));
}
