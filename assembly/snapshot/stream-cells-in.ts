/**
 * The cells of an element, from the stream of a sealed state (schema/sealed-state.md). They are
 * checked as a whole before anything is made of them, by the checks that payloads pass; then the
 * functions that merge deltas make them.
 */

import {
  ID_BYTES,
  STATUS_DUPLICATE,
  STATUS_EMPTY,
  STATUS_TOO_LONG,
  STATUS_TRUNCATED,
  SYMBOL_PATH,
  VALUE_BOOL,
  VALUE_BYTES,
  VALUE_COUNTER,
  VALUE_ID,
  VALUE_LIST,
  VALUE_MAP,
  VALUE_NULL,
  VALUE_STRING,
} from '../abi.ts';
import { PLACE_VALUE, VALUE_ADDS, VALUE_PLACES } from '../abi-collections.ts';
import {
  STATE_ADD_BYTES,
  STATE_CELL_BYTES_MIN,
  STATE_ELEMENT_WORK_MAX,
  STATE_ITEM_BYTES,
  STATE_PATH_BYTES,
  STATE_WRITER_BYTES,
  STATUS_BAD_ORDER,
  STATUS_BAD_WRITER,
  STATUS_NOT_SEALED,
} from '../abi-state.ts';
import { sortRows } from '../container/sort.ts';
import { checkItem, checkValue, refuse } from '../delta/check-values.ts';
import { failFull, Group } from '../delta/group.ts';
import { show } from '../delta/merge-collections.ts';
import { addCell, Cell, findCell, nextCell, placeCell } from '../graph/cells.ts';
import {
  beginCollection,
  collectionOf,
  companionOf,
  growCollection,
  isCompanion,
  pathOfCompanion,
  wholeCollectionReserve,
} from '../graph/collections.ts';
import { Element } from '../graph/elements.ts';
import {
  appendSealedItem,
  beginSequence,
  growSequence,
  sequenceCellOf,
  wholeSequenceReserve,
} from '../graph/sequences.ts';
import { appendPiece, isAddBefore, pieceBytesOf } from '../graph/set-pieces.ts';
import { PATH_COLLECTION } from '../graph/symbols.ts';
import { valueBytes } from '../graph/value-bytes.ts';
import { isLater } from '../graph/writers.ts';
import { POOL_TRANSACTIONS, Pool } from '../memory/pool.ts';
import { ensureRegion, REGION_SCRATCH, regionAddress } from '../memory/region.ts';
import { hasBytes, Loader } from './stream-loader.ts';

const KIND_BYTES: u32 = 1;
const LENGTH_BYTES: u32 = 4;
const COUNTER_BYTES: u32 = 9;
const PATH_MASK: u32 = 0xffffff;
/** Cells of the element that one of the stream stands for. */
const COLLECTION_CELLS: u32 = 2;
const SEQUENCE_CELLS: u32 = 3;

/** Checks all cells of an element, and counts what they need; the place behind them, or 0. */
export function checkCells(begin: usize, end: usize): usize {
  const loader = Loader.get();
  const group = Group.get();
  if (!hasBytes(begin, end, LENGTH_BYTES)) return 0;
  const count = load<u32>(begin);
  const left = <u32>(end - begin) - LENGTH_BYTES;
  if (count == 0) return refuse(loader.chunk, begin, STATUS_EMPTY, 1, 0);
  if (count > left / STATE_CELL_BYTES_MIN) {
    return refuse(loader.chunk, begin, STATUS_TRUNCATED, count, left / STATE_CELL_BYTES_MIN);
  }
  let at = begin + LENGTH_BYTES;
  for (let index: u32 = 0; index < count; index++) {
    at = checkCell(loader, at, end);
    if (at == 0) return 0;
  }
  const work = <u64>group.adds * group.cells;
  if (work <= STATE_ELEMENT_WORK_MAX) return at;
  const most = STATE_ELEMENT_WORK_MAX / group.cells;
  return refuse(loader.chunk, begin, STATUS_TOO_LONG, most, group.adds);
}

/** Makes the cells that were checked, in an element that has none but its key. */
export function makeCells(element: Element, begin: usize): void {
  const loader = Loader.get();
  let more = Group.get().cells;
  let at = begin + LENGTH_BYTES;
  for (let count = load<u32>(begin); count > 0; count--) {
    const word = load<u32>(at);
    const path = loader.symbol(word & PATH_MASK, SYMBOL_PATH, at);
    const value = at + STATE_PATH_BYTES;
    const kind = word >>> 24;
    if (kind == VALUE_ADDS || kind == VALUE_PLACES) {
      const content = value + KIND_BYTES;
      const isSequence = kind == VALUE_PLACES;
      beginAt(element, path, more, isSequence);
      if (isSequence) makeItems(element, path, content);
      else makeAdds(element, path, content);
      more -= isSequence ? SEQUENCE_CELLS : COLLECTION_CELLS;
      at = content + LENGTH_BYTES + load<u32>(content);
    } else {
      more -= 1;
      const cell = Cell.at(place(element, path, more));
      const bytes = kind == VALUE_COUNTER ? COUNTER_BYTES : valueBytes(value);
      fill(cell, kind, value + KIND_BYTES);
      cell.writer = load<u32>(value + bytes);
      at = value + bytes + STATE_WRITER_BYTES;
    }
  }
  if (Group.get().adds != 0) showCollections(element);
}

/** Whether a number is that of a transaction that is here; false with the failure noted. */
export function checkWriter(at: usize, least: u32): bool {
  const writer = load<u32>(at);
  const count = max<u32>(Pool.of(POOL_TRANSACTIONS).count, 1);
  if (writer >= least && writer < count) return true;
  refuse(Loader.get().chunk, at, STATUS_BAD_WRITER, count - 1, writer);
  return false;
}

function checkCell(loader: Loader, at: usize, end: usize): usize {
  const group = Group.get();
  if (!hasBytes(at, end, STATE_PATH_BYTES + KIND_BYTES)) return 0;
  const word = load<u32>(at);
  const path = loader.symbol(word & PATH_MASK, SYMBOL_PATH, at);
  if (path == 0) return 0;
  if (!loader.mark(path)) return refuse(loader.chunk, at, STATUS_DUPLICATE, 0, word & PATH_MASK);
  const kind = word >>> 24;
  const value = at + STATE_PATH_BYTES;
  if (kind == VALUE_ADDS || kind == VALUE_PLACES) {
    group.cells += kind == VALUE_ADDS ? COLLECTION_CELLS : SEQUENCE_CELLS;
    group.adds += 1;
    return checkPieces(loader, value + KIND_BYTES, end, kind == VALUE_PLACES);
  }
  group.cells += 1;
  let next = value + COUNTER_BYTES;
  if (kind == VALUE_NULL) return refuse(loader.chunk, value, STATUS_NOT_SEALED, 0, kind);
  if (kind != VALUE_COUNTER) next = checkValue(loader.chunk, value, end);
  else if (!hasBytes(value, end, COUNTER_BYTES)) return 0;
  if (next == 0 || !hasBytes(next, end, STATE_WRITER_BYTES) || !checkWriter(next, 1)) return 0;
  return next + STATE_WRITER_BYTES;
}

/** Adds in their order, or items; the place behind them, or 0. */
function checkPieces(loader: Loader, begin: usize, end: usize, isSequence: bool): usize {
  const group = Group.get();
  const reserved = group.arenaBytes;
  if (!hasBytes(begin, end, LENGTH_BYTES)) return 0;
  let at = begin + LENGTH_BYTES;
  if (!hasBytes(at, end, load<u32>(begin))) return 0;
  const last = at + load<u32>(begin);
  if (at == last) return refuse(loader.chunk, begin, STATUS_EMPTY, 1, 0);
  const head: u32 = isSequence ? STATE_ITEM_BYTES : STATE_ADD_BYTES;
  let before: usize = 0;
  let bytes: u64 = 0;
  while (at < last) {
    if (!hasBytes(at, last, head) || !checkWriter(at, 1)) return 0;
    const next = checkItem(loader.chunk, at + head, last);
    if (next == 0) return 0;
    if (!isSequence && before != 0 && !isNextAdd(before, at)) {
      return refuse(loader.chunk, at, STATUS_BAD_ORDER, 0, 0);
    }
    bytes += next - at - head + (isSequence ? PLACE_VALUE : pieceBytesOf(0));
    before = at;
    at = next;
  }
  if (isSequence && !areItemsDistinct(begin, last)) return 0;
  const blocks = isSequence
    ? wholeSequenceReserve(bytes) + wholeCollectionReserve(0)
    : wholeCollectionReserve(bytes);
  group.arenaBytes = reserved + blocks;
  return last;
}

/** Whether no two items have one name; false with the failure noted. Most often they ascend. */
function areItemsDistinct(begin: usize, last: usize): bool {
  const loader = Loader.get();
  let count: u32 = 0;
  let ascend: bool = true;
  let before: usize = 0;
  for (let at = begin + LENGTH_BYTES; at < last; at = nextItem(at)) {
    ascend = ascend && (before == 0 || isItemBefore(<u32>before, <u32>at));
    before = at;
    count += 1;
  }
  if (ascend) return true;
  if (!ensureRegion(REGION_SCRATCH, count << 2)) {
    failFull(<u32>(begin - loader.chunk.payload));
    return false;
  }
  const rows = regionAddress(REGION_SCRATCH);
  let to = rows;
  for (let at = begin + LENGTH_BYTES; at < last; at = nextItem(at)) {
    store<u32>(to, <u32>at);
    to += 4;
  }
  sortRows(rows, count, isItemBefore);
  for (let at = rows + 4; at < to; at += 4) {
    if (isItemBefore(load<u32>(at - 4), load<u32>(at))) continue;
    refuse(loader.chunk, load<u32>(at), STATUS_DUPLICATE, 0, 0);
    return false;
  }
  return true;
}

function nextItem(at: usize): usize {
  return at + STATE_ITEM_BYTES + valueBytes(at + STATE_ITEM_BYTES);
}

/** By their names alone: transaction, then number. */
function isItemBefore(item: u32, other: u32): bool {
  const writer = load<u32>(item);
  const otherWriter = load<u32>(other);
  if (writer != otherWriter) return writer < otherWriter;
  return load<u16>(item, 4) < load<u16>(other, 4);
}

function isNextAdd(before: usize, at: usize): bool {
  const value = before + STATE_ADD_BYTES;
  return isAddBefore(value, load<u32>(before), at + STATE_ADD_BYTES, load<u32>(at));
}

/** An empty cell, and room for so many more that are to follow. */
function place(element: Element, path: u32, more: u32): usize {
  const cell = placeCell(element.cellList, path);
  return cell != 0 ? cell : addCell(element.cellList, path, more);
}

function fill(cell: Cell, kind: u32, content: usize): void {
  switch (kind) {
    case VALUE_MAP:
      cell.put(kind, 0, 0, 0);
      break;
    case VALUE_BOOL:
      cell.put(kind, load<u8>(content), 0, 0);
      break;
    case VALUE_STRING:
    case VALUE_BYTES:
    case VALUE_LIST:
      cell.put(kind, 0, content + LENGTH_BYTES, load<u32>(content));
      break;
    case VALUE_ID:
      cell.put(kind, 0, content, ID_BYTES);
      break;
    default:
      cell.put(kind, load<u64>(content), 0, 0);
  }
}

/** The cells of a collection, without anything that it is merged from. */
function beginAt(element: Element, path: u32, more: u32, isSequence: bool): void {
  place(element, path, more - 1);
  // Cells that are there may move.
  const companion = place(element, path | PATH_COLLECTION, more - 2);
  beginCollection(element, companion, Cell.at(findCell(element.cells, path)));
  if (isSequence) beginSequence(element, place(element, path | PATH_COLLECTION, more - 3));
}

function makeAdds(element: Element, path: u32, begin: usize): void {
  const first = begin + LENGTH_BYTES;
  const end = first + load<u32>(begin);
  let bytes: u32 = 0;
  for (let at = first; at < end; ) {
    const value = valueBytes(at + STATE_ADD_BYTES);
    bytes += pieceBytesOf(value);
    at += STATE_ADD_BYTES + value;
  }
  const collection = growCollection(companionOf(element, path), bytes);
  let latest: u32 = 0;
  for (let at = first; at < end; ) {
    const writer = load<u32>(at);
    const value = at + STATE_ADD_BYTES;
    appendPiece(collection, writer, value);
    if (latest == 0 || isLater(writer, latest)) latest = writer;
    at = value + valueBytes(value);
  }
  Cell.at(findCell(element.cells, path)).writer = latest;
}

function makeItems(element: Element, path: u32, begin: usize): void {
  const first = begin + LENGTH_BYTES;
  const end = first + load<u32>(begin);
  let bytes: u32 = 0;
  for (let at = first; at < end; ) {
    const value = valueBytes(at + STATE_ITEM_BYTES);
    bytes += PLACE_VALUE + value;
    at += STATE_ITEM_BYTES + value;
  }
  const sequence = growSequence(sequenceCellOf(element, path), bytes);
  let latest: u32 = 0;
  for (let at = first; at < end; ) {
    const writer = load<u32>(at);
    const value = at + STATE_ITEM_BYTES;
    appendSealedItem(sequence, writer, load<u16>(at, 4), value);
    if (latest == 0 || isLater(writer, latest)) latest = writer;
    at = value + valueBytes(value);
  }
  Cell.at(findCell(element.cells, path)).writer = latest;
}

/** Once all cells are there: those above and below a path may hide what it shows. */
function showCollections(element: Element): void {
  for (let at: usize = element.cells; at != 0; at = nextCell(at)) {
    if (!isCompanion(Cell.at(at))) continue;
    const path = pathOfCompanion(Cell.at(at));
    show(element, path, collectionOf(at), Cell.at(findCell(element.cells, path)));
  }
}
