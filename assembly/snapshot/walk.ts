/**
 * The canonical walk: the state in one order and one form, whatever the arrival, hashed with
 * SHA-256 (schema/state-hash.md). Two walks share it:
 *
 *     state     all that decides the future: existence and cells with their writers, shown or not
 *     content   what a reader sees, without writers; nodes are named by type and natural key
 *
 * Rows are sorted by name in the scratch region; the cells of one element after them.
 */

import {
  CELL_VALUE_OFFSET,
  ELEMENT_EDGE,
  ELEMENT_NODE,
  ID_BYTES,
  VALUE_COUNTER,
  VALUE_INT64,
} from '../abi.ts';
import {
  PIECE_VALUE,
  PLACE_IS_LEFT,
  PLACE_IS_OF_MOVE,
  PLACE_IS_REMOVED,
  VALUE_ADDS,
  VALUE_PLACES,
} from '../abi-collections.ts';
import { sortRows } from '../container/sort.ts';
import { CELL_BYTES, Cell, findCell, needsBlob, nextCell } from '../graph/cells.ts';
import { Collection, collectionOf, companionOf } from '../graph/collections.ts';
import { Edge, Element, edgeKey, FLAG_DELETED, FLAG_KEYED, Node } from '../graph/elements.ts';
import { hashText, hashWriter } from '../graph/hashed.ts';
import { compareNodes } from '../graph/node-order.ts';
import {
  hasFlag,
  itemNumber,
  itemWriter,
  nextPlace,
  placeDepth,
  placeNumber,
  placeValue,
  placeWriter,
} from '../graph/places.ts';
import { Sequence, sequenceOf } from '../graph/sequences.ts';
import { nextPiece, pieceWriter } from '../graph/set-pieces.ts';
import {
  isReservedPath,
  PATH_DELETED,
  PATH_KEY,
  symbolLength,
  symbolText,
} from '../graph/symbols.ts';
import { valueBytes } from '../graph/value-bytes.ts';
import { isCellVisible, isVisible } from '../graph/visibility.ts';
import { blobData, blobLength } from '../memory/blobs.ts';
import { BLOCKS_CELLS, blocksInUse } from '../memory/blocks.ts';
import { POOL_EDGES, POOL_NODES, Pool } from '../memory/pool.ts';
import { ensureRegion, REGION_SCRATCH, regionAddress } from '../memory/region.ts';
import { finish, start, update, updateByte, updateWord } from '../merkle/sha256.ts';

const STATE: u32 = 0;
const NODE_MARK: u32 = 0x4e;
const EDGE_MARK: u32 = 0x45;
const KEY_MARK: u32 = 0x4b;
const ID_MARK: u32 = 0x49;

/** Hashes the walk; the digest stands at `digest()`. False when the rows do not fit. May grow. */
export function hashWalk(mode: u32): bool {
  const nodeRows = Pool.of(POOL_NODES).count;
  const edgeRows = Pool.of(POOL_EDGES).count;
  const cells = blocksInUse(BLOCKS_CELLS) / CELL_BYTES;
  if (!ensureRegion(REGION_SCRATCH, (max(nodeRows, edgeRows) + cells) << 2)) return false;
  start();
  updateByte(mode);
  walk(ELEMENT_NODE, nodeRows, mode);
  walk(ELEMENT_EDGE, edgeRows, mode);
  finish();
  return true;
}

function walk(kind: u32, end: u32, mode: u32): void {
  const rows = regionAddress(REGION_SCRATCH);
  let count: u32 = 0;
  for (let row: u32 = 1; row < end; row++) {
    if (mode == STATE ? !hasState(kind, row) : !isVisible(kind, row)) continue;
    store<u32>(rows + (count << 2), row);
    count += 1;
  }
  if (kind == ELEMENT_NODE) sortRows(rows, count, mode == STATE ? isIdBefore : isNameBefore);
  else sortRows(rows, count, mode == STATE ? isEdgeBefore : isEdgeNameBefore);
  updateWord(count);
  for (let index: u32 = 0; index < count; index++) {
    const row = load<u32>(rows + (index << 2));
    hashName(kind, row, mode);
    const element = Element.at(kind, row);
    if (mode == STATE) hashExistence(element);
    hashCells(element, rows + (count << 2), mode);
  }
}

/**
 * Rows that were only named, as an end or by a select, are no state. A node whose natural key is
 * known is, also where its create was masked: what is written to it later is judged by its type.
 */
function hasState(kind: u32, row: u32): bool {
  const element = Element.at(kind, row);
  if (kind == ELEMENT_NODE && (element.typeAndFlags & FLAG_KEYED) != 0) return true;
  if (element.created != 0 || (element.typeAndFlags & FLAG_DELETED) != 0) return true;
  for (let cell: usize = element.cells; cell != 0; cell = nextCell(cell)) {
    if (!isReservedPath(Cell.at(cell).path)) return true;
  }
  return false;
}

function hashName(kind: u32, row: u32, mode: u32): void {
  if (kind == ELEMENT_NODE) {
    updateByte(NODE_MARK);
    hashNode(row, mode);
    if (mode == STATE) hashKey(row);
    return;
  }
  const edge = Edge.at(row);
  updateByte(EDGE_MARK);
  hashNode(edge.from, mode);
  hashText(edge.type);
  hashNode(edge.to, mode);
  updateWord(edgeKey(row));
}

function hashNode(node: u32, mode: u32): void {
  const row = Node.at(node);
  if (mode == STATE) update(changetype<usize>(row), ID_BYTES);
  hashText(row.type);
  if (mode == STATE) return;
  updateByte((row.typeAndFlags & FLAG_KEYED) != 0 ? KEY_MARK : ID_MARK);
  const length = nameLength(node);
  updateWord(length);
  update(nameText(node), length);
}

/** The natural key, which the id follows from, and which does not follow from the id. */
function hashKey(node: u32): void {
  const isKeyed = (Node.at(node).typeAndFlags & FLAG_KEYED) != 0;
  const length = isKeyed ? nameLength(node) : 0;
  updateWord(length);
  update(nameText(node), length);
}

function hashExistence(element: Element): void {
  hashWriter(element.created);
  const deleted = findCell(element.cells, PATH_DELETED);
  hashWriter(deleted == 0 ? 0 : Cell.at(deleted).writer);
}

function hashCells(element: Element, cells: usize, mode: u32): void {
  let count: u32 = 0;
  for (let cell: usize = element.cells; cell != 0; cell = nextCell(cell)) {
    if (isReservedPath(Cell.at(cell).path)) continue;
    if (mode != STATE && !isCellVisible(element, Cell.at(cell))) continue;
    store<u32>(cells + (count << 2), <u32>cell);
    count += 1;
  }
  sortRows(cells, count, isPathBefore);
  updateWord(count);
  for (let index: u32 = 0; index < count; index++) {
    const row = Cell.at(load<u32>(cells + (index << 2)));
    hashText(row.path);
    if (mode == STATE) hashSequence(sequenceOf(element, row.path));
    const companion = mode == STATE ? companionOf(element, row.path) : 0;
    if (companion != 0) {
      const collection = collectionOf(companion);
      if (isMerged(collection, row)) hashCollection(collection, row.writer);
      else hashRegister(collection);
      continue;
    }
    updateByte(mode != STATE && row.kind == VALUE_COUNTER ? VALUE_INT64 : row.kind);
    hashValue(row.isBlob, changetype<usize>(row) + CELL_VALUE_OFFSET);
    if (mode == STATE) hashWriter(row.writer);
  }
}

/** The 8 bytes of a cell's value, or the blob that they name. */
function hashValue(isBlob: bool, value: usize): void {
  if (isBlob) {
    const blob = load<u32>(value);
    updateWord(blobLength(blob));
    update(blobData(blob), blobLength(blob));
  } else update(value, 8);
}

/**
 * Whether a cell stands for more than one set: one that is the only write which counts at its path,
 * and the latest there, is hashed as if no add had ever come.
 */
function isMerged(collection: Collection, cell: Cell): bool {
  return collection.pieceBytes != 0 || collection.writer != cell.writer;
}

/** The set that wins a path, which may be hidden: a cell without a collection holds it, too. */
function hashRegister(collection: Collection): void {
  updateByte(collection.kind);
  const value = changetype<usize>(collection) + offsetof<Collection>('value');
  hashValue(needsBlob(collection.kind), value);
  hashWriter(collection.writer);
}

/** What a set of values is merged from, and the greatest stamp at its path. */
function hashCollection(collection: Collection, latest: u32): void {
  updateByte(VALUE_ADDS);
  hashWriter(latest);
  hashRegister(collection);
  let count: u32 = 0;
  for (let at = collection.pieces; at < collection.end; at = nextPiece(at)) count += 1;
  updateWord(count);
  for (let at = collection.pieces; at < collection.end; at = nextPiece(at)) {
    update(at + PIECE_VALUE, valueBytes(at + PIECE_VALUE));
    hashWriter(pieceWriter(at));
  }
}

/** The places of a sequence, in their order, which with the depths is the tree. */
function hashSequence(sequence: Sequence): void {
  if (changetype<usize>(sequence) == 0) return;
  updateByte(VALUE_PLACES);
  let count: u32 = 0;
  for (let at = sequence.places; at < sequence.end; at = nextPlace(at)) count += 1;
  updateWord(count);
  for (let at = sequence.places; at < sequence.end; at = nextPlace(at)) hashPlace(at);
}

function hashPlace(place: usize): void {
  const isOfMove = hasFlag(place, PLACE_IS_OF_MOVE);
  const side: u32 = hasFlag(place, PLACE_IS_LEFT) ? PLACE_IS_LEFT : 0;
  const removed: u32 = hasFlag(place, PLACE_IS_REMOVED) ? PLACE_IS_REMOVED : 0;
  hashWriter(placeWriter(place));
  updateWord(placeNumber(place));
  updateByte(side | removed | (isOfMove ? PLACE_IS_OF_MOVE : 0));
  updateWord(placeDepth(place));
  if (isOfMove) {
    hashWriter(itemWriter(place));
    updateWord(itemNumber(place));
  }
  update(placeValue(place), valueBytes(placeValue(place)));
}

function nameText(node: u32): usize {
  const row = Node.at(node);
  if ((row.typeAndFlags & FLAG_KEYED) == 0) return changetype<usize>(row);
  return blobData(<u32>Cell.at(findCell(row.cells, PATH_KEY)).value);
}

function nameLength(node: u32): u32 {
  const row = Node.at(node);
  if ((row.typeAndFlags & FLAG_KEYED) == 0) return ID_BYTES;
  return blobLength(<u32>Cell.at(findCell(row.cells, PATH_KEY)).value);
}

function isIdBefore(left: u32, right: u32): bool {
  return compareNodes(left, right) < 0;
}

function isNameBefore(left: u32, right: u32): bool {
  return compareNames(left, right) < 0;
}

function isPathBefore(left: u32, right: u32): bool {
  return compareSymbols(Cell.at(left).path, Cell.at(right).path) < 0;
}

function isEdgeBefore(left: u32, right: u32): bool {
  const leftRow = Edge.at(left);
  const rightRow = Edge.at(right);
  let order = compareNodes(leftRow.from, rightRow.from);
  if (order == 0) order = compareSymbols(leftRow.type, rightRow.type);
  if (order == 0) order = compareNodes(leftRow.to, rightRow.to);
  return order == 0 ? edgeKey(left) < edgeKey(right) : order < 0;
}

function isEdgeNameBefore(left: u32, right: u32): bool {
  const leftRow = Edge.at(left);
  const rightRow = Edge.at(right);
  let order = compareNames(leftRow.from, rightRow.from);
  if (order == 0) order = compareSymbols(leftRow.type, rightRow.type);
  if (order == 0) order = compareNames(leftRow.to, rightRow.to);
  return order == 0 ? edgeKey(left) < edgeKey(right) : order < 0;
}

function compareNames(left: u32, right: u32): i32 {
  if (left == right) return 0;
  const order = compareSymbols(Node.at(left).type, Node.at(right).type);
  if (order != 0) return order;
  return compareText(nameText(left), nameLength(left), nameText(right), nameLength(right));
}

function compareSymbols(left: u32, right: u32): i32 {
  if (left == right) return 0;
  if (left == 0) return -1;
  if (right == 0) return 1;
  return compareText(symbolText(left), symbolLength(left), symbolText(right), symbolLength(right));
}

function compareText(left: usize, leftLength: u32, right: usize, rightLength: u32): i32 {
  const order = memory.compare(left, right, min(leftLength, rightLength));
  return order != 0 ? order : <i32>(leftLength - rightLength);
}
