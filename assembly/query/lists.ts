/** Values that are lists: their items as cells, and their JSON. */

import { ID_BYTES, VALUE_ID, VALUE_LIST } from '../abi.ts';
import { CELL_BYTES, Cell, pathWithKind } from '../graph/cells.ts';
import { hasLength, valueBytes } from '../graph/value-bytes.ts';
import { compareCells, itemBits } from '../graph/values.ts';
import { blobData, blobLength } from '../memory/blobs.ts';
import { Run, scratchCell } from './run.ts';

/** Bytes of a list, a few items, that count as one unit of work. */
export const LIST_BYTES_PER_UNIT: u32 = 32;

/** Whether a value is a list with an item equal to another one; false when the work runs out. */
export function includes(cell: usize, value: usize): bool {
  if (value == 0 || changetype<Cell>(cell).kind != VALUE_LIST) return false;
  const blob = <u32>changetype<Cell>(cell).value;
  if (!Run.get().spend(blobLength(blob) / LIST_BYTES_PER_UNIT)) return false;
  const end = blobData(blob) + blobLength(blob);
  for (let item = blobData(blob); item < end; item += valueBytes(item)) {
    if (compareCells(itemCell(item), value) == 0) return true;
  }
  return false;
}

/** An item as a cell, which stands in the scratch. */
export function itemCell(item: usize): usize {
  const kind: u32 = load<u8>(item);
  const address = scratchCell(1);
  const cell = changetype<Cell>(address);
  cell.word = pathWithKind(0, kind);
  // What has a length stands like a blob.
  if (hasLength(kind)) cell.value = item + 1;
  else if (kind == VALUE_ID) {
    const blob = address + CELL_BYTES;
    store<u32>(blob, ID_BYTES);
    v128.store(blob + 4, v128.load(item + 1));
    cell.value = blob;
  } else cell.value = itemBits(item);
  return address;
}
