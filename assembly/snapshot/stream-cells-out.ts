/**
 * The cells of an element in the stream of a sealed state (schema/sealed-state.md). The two or
 * three cells of a collection are one there: what shows follows from its adds or its items.
 */

import {
  CELL_VALUE_OFFSET,
  ID_BYTES,
  VALUE_BOOL,
  VALUE_ID,
  VALUE_MAP,
  VALUE_NULL,
} from '../abi.ts';
import { PIECE_VALUE, PLACE_VALUE } from '../abi-collections.ts';
import {
  STATE_ADD_BYTES,
  STATE_ITEM_BYTES,
  STATE_PATH_BYTES,
  STATE_WRITER_BYTES,
} from '../abi-state.ts';
import { Cell, nextCell } from '../graph/cells.ts';
import { Collection, collectionOf, companionOf, isCompanion } from '../graph/collections.ts';
import { Element } from '../graph/elements.ts';
import { nextPlace, placeNumber, placeWriter } from '../graph/places.ts';
import { isOfSequence, Sequence } from '../graph/sequences.ts';
import { nextPiece, pieceWriter } from '../graph/set-pieces.ts';
import { isReservedPath } from '../graph/symbols.ts';
import { blobData, blobLength } from '../memory/blobs.ts';
import { StreamHead } from './stream-head.ts';

const PATH_MASK: u32 = 0x7fffff;
const KIND_BYTES: u32 = 1;
const LENGTH_BYTES: u32 = 4;

/** How many cells of an element are in the stream. */
export function countCells(element: Element): u32 {
  let count: u32 = 0;
  for (let at: usize = element.cells; at != 0; at = nextCell(at)) {
    if (isStreamed(element, Cell.at(at))) count += 1;
  }
  return count;
}

/** Bytes of the cells, and of the records of their paths; at most. */
export function cellsBytes(head: StreamHead, element: Element): u32 {
  let bytes: u32 = 0;
  for (let at: usize = element.cells; at != 0; at = nextCell(at)) {
    const cell = Cell.at(at);
    if (!isStreamed(element, cell)) continue;
    bytes += head.nameBytes(pathOf(cell)) + STATE_PATH_BYTES + KIND_BYTES;
    if (isCompanion(cell)) bytes += LENGTH_BYTES + collectionOf(at).pieceBytes;
    else if (isOfSequence(cell)) bytes += LENGTH_BYTES + Sequence.at(<usize>cell.value).placeBytes;
    else bytes += contentBytes(cell) + STATE_WRITER_BYTES;
  }
  return bytes;
}

/** Before an element: the records of paths that it is the first to have. */
export function writeNames(head: StreamHead, element: Element, place: usize): usize {
  let to = place;
  for (let at: usize = element.cells; at != 0; at = nextCell(at)) {
    const cell = Cell.at(at);
    if (isStreamed(element, cell)) to = head.writeName(pathOf(cell), to);
  }
  return to;
}

export function writeCells(head: StreamHead, element: Element, place: usize): usize {
  let to = place;
  for (let at: usize = element.cells; at != 0; at = nextCell(at)) {
    const cell = Cell.at(at);
    if (!isStreamed(element, cell)) continue;
    // The kind stands in the highest byte.
    store<u32>(to, head.numberOfName(pathOf(cell)) | (cell.kind << 24));
    to += STATE_PATH_BYTES + KIND_BYTES;
    if (isCompanion(cell)) to = writeAdds(collectionOf(at), to);
    else if (isOfSequence(cell)) to = writeItems(Sequence.at(<usize>cell.value), to);
    else to = writeValue(cell, to);
  }
  return to;
}

/**
 * A value, or what a collection is merged from. After a seal a path shows adds or items, not both:
 * of a sequence the collection beside it has no adds.
 */
function isStreamed(element: Element, cell: Cell): bool {
  if (isCompanion(cell)) return Collection.at(<usize>cell.value).pieceBytes != 0;
  if (isOfSequence(cell)) return true;
  return !isReservedPath(cell.path) && companionOf(element, cell.path) == 0;
}

function pathOf(cell: Cell): u32 {
  return cell.path & PATH_MASK;
}

/** Bytes of a value behind its kind. */
function contentBytes(cell: Cell): u32 {
  const kind = cell.kind;
  assert(kind != VALUE_NULL);
  if (kind == VALUE_ID) return ID_BYTES;
  if (cell.isBlob) return LENGTH_BYTES + blobLength(<u32>cell.value);
  if (kind == VALUE_BOOL) return 1;
  return kind == VALUE_MAP ? 0 : 8;
}

function writeValue(cell: Cell, to: usize): usize {
  const bytes = contentBytes(cell);
  let from = changetype<usize>(cell) + CELL_VALUE_OFFSET;
  if (cell.kind == VALUE_ID) from = blobData(<u32>cell.value);
  else if (cell.isBlob) from = <usize>cell.value;
  memory.copy(to, from, bytes);
  store<u32>(to + bytes, cell.writer);
  return to + bytes + STATE_WRITER_BYTES;
}

function writeAdds(collection: Collection, place: usize): usize {
  let to = place + LENGTH_BYTES;
  for (let at = collection.pieces; at < collection.end; ) {
    const next = nextPiece(at);
    const bytes = <u32>(next - at) - PIECE_VALUE;
    store<u32>(to, pieceWriter(at));
    memory.copy(to + STATE_ADD_BYTES, at + PIECE_VALUE, bytes);
    to += STATE_ADD_BYTES + bytes;
    at = next;
  }
  store<u32>(place, <u32>(to - place) - LENGTH_BYTES);
  return to;
}

function writeItems(sequence: Sequence, place: usize): usize {
  let to = place + LENGTH_BYTES;
  for (let at = sequence.places; at < sequence.end; ) {
    const next = nextPlace(at);
    const bytes = <u32>(next - at) - PLACE_VALUE;
    store<u32>(to, placeWriter(at));
    store<u16>(to, <u16>placeNumber(at), 4);
    memory.copy(to + STATE_ITEM_BYTES, at + PLACE_VALUE, bytes);
    to += STATE_ITEM_BYTES + bytes;
    at = next;
  }
  store<u32>(place, <u32>(to - place) - LENGTH_BYTES);
  return to;
}
