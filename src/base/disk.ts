/**
 * Files as an argument: a server passes the system's, a simulator a disk of its own. This is what
 * the log asks of one and no more; answers and errors are those of `node:fs`.
 */

import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';

export interface DiskFile {
  readonly fd: number;
  /** May write less than it was given. */
  writev(buffers: readonly Uint8Array[], position: number): Promise<{ bytesWritten: number }>;
  writeFile(bytes: Uint8Array): Promise<void>;
  truncate(length: number): Promise<void>;
  /** Makes all that was written durable; so does the next, but for times and the like. */
  sync(): Promise<void>;
  datasync(): Promise<void>;
  stat(): Promise<{ readonly size: number }>;
  close(): Promise<void>;
}

export interface Disk {
  /** `r+` for a file that is there, `w` for an empty one, `wx` for one that is not there. */
  open(path: string, flags: 'r+' | 'w' | 'wx', mode?: number): Promise<DiskFile>;
  readFile(path: string): Promise<Uint8Array>;
  /** Names in a directory. */
  list(path: string): Promise<readonly string[]>;
  rename(from: string, to: string): Promise<void>;
  /** Removes a file, where it is there. */
  remove(path: string): Promise<void>;
  /** Makes a directory in one that is there, where it is missing. */
  makeDirectory(path: string): Promise<void>;
  /** Makes the names in a directory durable. */
  syncDirectory(path: string): Promise<void>;
  /** Reads, while nobody else runs, what is or is not durable. */
  openSync(path: string): number;
  sizeSync(descriptor: number): number;
  /** Reads into a part of a buffer; fewer bytes where the file ends. */
  readSync(descriptor: number, place: ReadPlace): number;
  closeSync(descriptor: number): void;
  readFileSync(path: string): Uint8Array;
}

export interface ReadPlace {
  readonly buffer: Uint8Array;
  /** In the buffer; it is filled from there to its end. */
  readonly from: number;
  /** In the file. */
  readonly position: number;
}

export const systemDisk: Disk = {
  open,
  readFile,
  list: (path) => readdir(path),
  rename,
  remove: (path) => rm(path, { force: true }),
  makeDirectory,
  syncDirectory,
  openSync: (path) => openSync(path, 'r'),
  sizeSync: (descriptor) => fstatSync(descriptor).size,
  readSync: (descriptor, { buffer, from, position }) =>
    readSync(descriptor, buffer, from, buffer.length - from, position),
  closeSync,
  readFileSync: (path) => readFileSync(path),
};

async function makeDirectory(path: string): Promise<void> {
  await mkdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
