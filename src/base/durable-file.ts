/** Directories, and small files that are there whole or not at all, whatever stops the process. */

import type { BigIntStats } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Disk, systemDisk } from './disk.ts';
import { DatabaseError, ErrorCode } from './errors.ts';

const FILE_MODE = 0o600;
/** Ends the name of a file until all of its bytes are on disk. */
export const UNFINISHED = '.new';

/**
 * What tells a file or directory from every copy of it: renaming keeps it, writing the same bytes
 * elsewhere does not. Where the file system keeps no time of birth, the inode stands alone.
 */
export function identityOf({ ino, birthtimeNs }: BigIntStats): string {
  return `${ino}-${birthtimeNs}`;
}

/**
 * Makes a directory and those above it, where they are missing. The recursive `mkdir` of Node goes
 * on without end where the system makes no directories: below /proc.
 */
export async function makeDirectory(path: string): Promise<void> {
  const missing: string[] = [];
  for (let at = path; !(await isDirectory(at)); at = dirname(at)) missing.push(at);
  for (const each of missing.reverse()) {
    await mkdir(each).catch(async (error: unknown) => {
      // Another process may have been first.
      if (!(await isDirectory(each))) throw error;
    });
  }
}

/** False where nothing is there; throws where something else is. */
export async function isDirectory(path: string): Promise<boolean> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (found === undefined || found.isDirectory()) return found !== undefined;
  throw new DatabaseError(
    ErrorCode.INVALID_INPUT,
    `a directory expected to be made at ${path}, got a file there`,
  );
}

export async function identityAt(path: string): Promise<string> {
  return identityOf(await stat(path, { bigint: true }));
}

/** Puts bytes in the place of a file, durably, readable by its owner alone. */
export async function replaceFile(
  path: string,
  bytes: Uint8Array,
  disk: Disk = systemDisk,
): Promise<void> {
  await replaceWith(path, async () => bytes, disk);
}

/** The same for bytes that depend on the identity that the new file will have. */
export async function replaceFileKnowingIt(
  path: string,
  content: (identity: string) => Uint8Array,
): Promise<void> {
  await replaceWith(path, async (file) => content(await identityAt(file)), systemDisk);
}

/** `content` is asked once the file of this name is there, which will have the other's place. */
async function replaceWith(
  path: string,
  content: (unfinished: string) => Promise<Uint8Array>,
  disk: Disk,
): Promise<void> {
  const unfinished = path + UNFINISHED;
  // What a start that was killed left behind has a mode and an identity of its own.
  await disk.remove(unfinished);
  const file = await disk.open(unfinished, 'wx', FILE_MODE);
  try {
    await file.writeFile(await content(unfinished));
    await file.sync();
  } finally {
    await file.close();
  }
  await disk.rename(unfinished, path);
  await disk.syncDirectory(dirname(path));
}

/**
 * Puts bytes in the place of a file that depend on those that it has. The unfinished file is the
 * lock, as in Git: whoever has made it reads, and frees it by the rename that publishes its change,
 * so that no change of another process is lost in between.
 */
export async function changeFile(
  path: string,
  change: (bytes: Uint8Array | undefined) => Uint8Array,
): Promise<void> {
  const unfinished = path + UNFINISHED;
  const file = await open(unfinished, 'wx', FILE_MODE).catch((cause: NodeJS.ErrnoException) => {
    throw cause.code === 'EEXIST' ? underChange(path, cause) : cause;
  });
  try {
    try {
      await file.writeFile(change(await readIfThere(path)));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  await syncDirectory(dirname(path));
}

function underChange(path: string, cause: unknown): DatabaseError {
  return new DatabaseError(
    ErrorCode.CONFLICT,
    `${path} expected no other change under way, got ${path}${UNFINISHED}: ` +
      'remove that where no process is at it',
    { cause },
  );
}

/** Makes the names in a directory durable. */
export async function syncDirectory(path: string): Promise<void> {
  await systemDisk.syncDirectory(path);
}

/** The bytes of a file; undefined where there is none. */
export async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
