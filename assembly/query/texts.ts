/** Texts, compared by what stands in them. */

import { VALUE_STRING } from '../abi.ts';
import { Cell } from '../graph/cells.ts';
import { blobData, blobLength } from '../memory/blobs.ts';
import { Run } from './run.ts';

/** Bytes of UTF-8 behind the first of a code point. */
const CONTINUATION: u8 = 0x80;
const CONTINUATION_MASK: u8 = 0xc0;

export function isText(cell: usize): bool {
  return cell != 0 && changetype<Cell>(cell).kind == VALUE_STRING;
}

export function startsWith(text: usize, part: usize): bool {
  const partLength = lengthOf(part);
  if (partLength > lengthOf(text)) return false;
  if (!Run.get().spend(partLength / TEXT_BYTES_PER_UNIT)) return false;
  return memory.compare(dataOf(text), dataOf(part), partLength) == 0;
}

export function endsWith(text: usize, part: usize): bool {
  const length = lengthOf(text);
  const partLength = lengthOf(part);
  if (partLength > length) return false;
  if (!Run.get().spend(partLength / TEXT_BYTES_PER_UNIT)) return false;
  return memory.compare(dataOf(text) + (length - partLength), dataOf(part), partLength) == 0;
}

export function lengthOf(text: usize): u32 {
  return blobLength(<u32>changetype<Cell>(text).value);
}

/** Bytes of text that count as one unit of work. */
export const TEXT_BYTES_PER_UNIT: u32 = 64;

/** How many code points a text has; 0 too when the work runs out. */
export function codePoints(text: usize): u32 {
  const length = lengthOf(text);
  if (!Run.get().spend(length / TEXT_BYTES_PER_UNIT)) return 0;
  const data = dataOf(text);
  let count: u32 = 0;
  for (let at: u32 = 0; at < length; at++) {
    if ((load<u8>(data + at) & CONTINUATION_MASK) != CONTINUATION) count += 1;
  }
  return count;
}

export function dataOf(text: usize): usize {
  return blobData(<u32>changetype<Cell>(text).value);
}
