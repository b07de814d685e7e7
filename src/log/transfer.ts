/** Reading and writing all that was asked, however little the system does at a time. */

import { type Disk, type DiskFile, systemDisk } from '../base/disk.ts';

/** Writes buffers one after the other; a short write goes on where it ended. */
export async function writeAll(
  file: DiskFile,
  buffers: readonly Uint8Array[],
  offset: number,
  onWritten?: (end: number) => void,
): Promise<void> {
  let rest = buffers.filter(({ length }) => length > 0);
  let at = offset;
  while (rest.length > 0) {
    const { bytesWritten } = await file.writev(rest, at);
    at += bytesWritten;
    onWritten?.(at);
    rest = after(rest, bytesWritten);
  }
}

/** Reads `bytes.length` bytes at an offset; fewer where the file ends. Returns what it read. */
export function readAll(
  descriptor: number,
  bytes: Uint8Array,
  offset: number,
  disk: Disk = systemDisk,
): number {
  let done = 0;
  while (done < bytes.length) {
    const place = { buffer: bytes, from: done, position: offset + done };
    const count = disk.readSync(descriptor, place);
    if (count === 0) break;
    done += count;
  }
  return done;
}

function after(buffers: readonly Uint8Array[], count: number): Uint8Array[] {
  let skip = count;
  const rest: Uint8Array[] = [];
  for (const buffer of buffers) {
    if (skip < buffer.length) rest.push(skip === 0 ? buffer : buffer.subarray(skip));
    skip = Math.max(0, skip - buffer.length);
  }
  return rest;
}
