/** Looks at bytes of an open file. */

import { type Disk, systemDisk } from '../base/disk.ts';
import { LOG_READ_BYTES } from '../base/limits.ts';
import { readAll } from './transfer.ts';

/** Where the last byte that is not zero ends; `from` where all of them are. */
export function lastNonzero(
  descriptor: number,
  from: number,
  size: number,
  disk: Disk = systemDisk,
): number {
  let end = from;
  for (let at = from; at < size; at += LOG_READ_BYTES) {
    const bytes = Buffer.alloc(Math.min(LOG_READ_BYTES, size - at));
    readAll(descriptor, bytes, at, disk);
    if (bytes.equals(Buffer.alloc(bytes.length))) continue;
    end = at + 1 + bytes.findLastIndex((byte) => byte !== 0);
  }
  return end;
}

/** The length that a record at an offset states; 0 where the file ends. */
export function lengthAt(descriptor: number, offset: number, disk: Disk = systemDisk): number {
  const word = new Uint8Array(4);
  const count = readAll(descriptor, word, offset, disk);
  return count < 4 ? 0 : new DataView(word.buffer).getUint32(0, true);
}
