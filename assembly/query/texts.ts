/** Texts, compared by what stands in them. */

import { VALUE_STRING } from '../abi.ts';
import { Cell } from '../graph/cells.ts';
import { blobData, blobLength } from '../memory/blobs.ts';

export function isText(cell: usize): bool {
  return cell != 0 && changetype<Cell>(cell).kind == VALUE_STRING;
}

export function startsWith(text: usize, part: usize): bool {
  const partLength = lengthOf(part);
  if (partLength > lengthOf(text)) return false;
  return memory.compare(dataOf(text), dataOf(part), partLength) == 0;
}

export function endsWith(text: usize, part: usize): bool {
  const length = lengthOf(text);
  const partLength = lengthOf(part);
  if (partLength > length) return false;
  return memory.compare(dataOf(text) + (length - partLength), dataOf(part), partLength) == 0;
}

export function lengthOf(text: usize): u32 {
  return blobLength(<u32>changetype<Cell>(text).value);
}

export function dataOf(text: usize): usize {
  return blobData(<u32>changetype<Cell>(text).value);
}
