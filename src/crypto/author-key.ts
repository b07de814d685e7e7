/**
 * The author key of a data directory: the seed of the Ed25519 key that signs its commits, made at
 * the first start, readable by its owner alone.
 */

import { open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import { publicKeyOf, SEED_BYTES } from './ed25519.ts';

const FILE_NAME = 'author.key';
const FILE_MODE = 0o600;

export interface AuthorKey {
  readonly seed: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** Reads the directory's key, or makes one. The caller holds the directory's lock. */
export async function openAuthorKey(directory: string, random: Random): Promise<AuthorKey> {
  const path = join(directory, FILE_NAME);
  const existing = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  const seed = existing === undefined ? random.bytes(SEED_BYTES) : new Uint8Array(existing);
  if (seed.length !== SEED_BYTES) {
    throw new DatabaseError(
      ErrorCode.CORRUPT,
      `the author key ${FILE_NAME} expected ${SEED_BYTES} bytes, got ${seed.length}`,
    );
  }
  if (existing === undefined) await writeDurably(path, seed);
  return { seed, publicKey: publicKeyOf(seed) };
}

/** The name appears only when the bytes are on disk, so a crash leaves no half key. */
async function writeDurably(path: string, seed: Uint8Array): Promise<void> {
  const unfinished = `${path}.new`;
  const file = await open(unfinished, 'w', FILE_MODE);
  try {
    // A file that an earlier start left unfinished may have another mode.
    await file.chmod(FILE_MODE);
    await file.writeFile(seed);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, path);
  await syncDirectory(path);
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(dirname(path), 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
