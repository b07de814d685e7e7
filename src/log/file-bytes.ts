/** Looks at bytes of an open file. */

import { LOG_READ_BYTES } from '../base/limits.ts';
import { readAll } from './transfer.ts';

/** Where the last byte that is not zero ends; `from` where all of them are. */
export function lastNonzero(descriptor: number, from: number, size: number): number {
  let end = from;
  for (let at = from; at < size; at += LOG_READ_BYTES) {
    const bytes = Buffer.alloc(Math.min(LOG_READ_BYTES, size - at));
    readAll(descriptor, bytes, at);
    if (bytes.equals(Buffer.alloc(bytes.length))) continue;
    end = at + 1 + bytes.findLastIndex((byte) => byte !== 0);
  }
  return end;
}

/** The length that a record at an offset states; 0 where the file ends. */
export function lengthAt(descriptor: number, offset: number): number {
  const word = new Uint8Array(4);
  return readAll(descriptor, word, offset) < 4 ? 0 : new DataView(word.buffer).getUint32(0, true);
}
