/**
 * Reading single nodes, edges and cells, and listing nodes. Lists are rows of u32 in the output
 * region; a function that fills it says so, and may grow the memory.
 */

import { ELEMENT_NODE, ID_BYTES, ROW_MASK, VALUE_NULL } from '../abi.ts';
import { HashIndex, INDEX_NODES } from '../container/hash-index.ts';
import { hashWords } from '../container/keyed-hash.ts';
import { sortRows } from '../container/sort.ts';
import { CELL_BYTES, Cell, findCell, pathWithKind } from '../graph/cells.ts';
import { Declared, firstIndex } from '../graph/declared.ts';
import { Element, FLAG_EXISTS, FLAG_KEYED, findNodeHashed, Node } from '../graph/elements.ts';
import { writerOf } from '../graph/set-pieces.ts';
import { PATH_KEY } from '../graph/symbols.ts';
import { visibleCell } from '../graph/visibility.ts';
import { isLater } from '../graph/writers.ts';
import { blobData, blobLength } from '../memory/blobs.ts';
import { sameBytes } from '../memory/bytes.ts';
import { header, rowNumber } from '../memory/header.ts';
import { POOL_EDGES, POOL_NODES, Pool } from '../memory/pool.ts';
import {
  ensureRegion,
  extendRegion,
  REGION_INPUT,
  REGION_OUTPUT,
  REGION_SCRATCH,
  regionAddress,
} from '../memory/region.ts';
import { beginRange, nameRange, nextInRange, Range } from './range.ts';
import {
  isElementSeen,
  isFieldSeen,
  isNodeFieldSeen,
  isNodeSeen,
  isReadNodeSeen,
  isSighted,
  isWholeEdgeSeen,
} from './sight.ts';

/** An answer that did not fit in memory. */
export const LIST_FULL: u32 = 0xffffffff;
/** One that took more work than it may. */
export const LIST_OVER: u32 = 0xfffffffe;

/**
 * The node of an id that is seen, or 0. Most often it is the first whose tag fits: written out,
 * since lookups overlap only as far as a processor looks ahead.
 */
export function nodeWithId(id0: u64, id1: u64): u32 {
  const index = HashIndex.of(INDEX_NODES);
  if (index.directory == 0) return 0;
  const hash = hashWords(id0, id1);
  let node = HashIndex.guess(index.home(hash), hash);
  let row = Node.at(node);
  const at = changetype<usize>(row);
  if (node == 0 || load<u64>(at) != id0 || load<u64>(at, 8) != id1) {
    node = findNodeHashed(id0, id1, hash);
    if (node == 0) return 0;
    row = Node.at(node);
  }
  if ((row.typeAndFlags & FLAG_EXISTS) == 0) return 0;
  const number = rowNumber(node & ROW_MASK);
  return isSighted() && !isReadNodeSeen(number, row.type) ? 0 : number;
}

/** Address of the visible cell at a path of an existing element, or 0. May grow. */
export function cellAddress(kind: u32, row: u32, path: u32): usize {
  if (isSighted() && !isCellSeen(kind, row, path)) return 0;
  return visibleCell(Element.at(kind, row), path);
}

function isCellSeen(kind: u32, row: u32, path: u32): bool {
  if (kind == ELEMENT_NODE) return isNodeFieldSeen(row, path);
  return isWholeEdgeSeen(row) && isFieldSeen(kind, row, path);
}

/** How many nodes, or edges, are seen. May grow. */
export function countSeen(kind: u32): u32 {
  const isNode = kind == ELEMENT_NODE;
  if (!isSighted()) return isNode ? header().nodeCount : header().edgeCount;
  const end = Pool.of(isNode ? POOL_NODES : POOL_EDGES).count;
  let count: u32 = 0;
  for (let row: u32 = 1; row < end; row++) if (isElementSeen(kind, rowNumber(row))) count += 1;
  return count;
}

/** Address of the cell that holds a node's natural key, or 0. */
export function keyAddress(node: u32): usize {
  const row = Node.at(node);
  if ((row.typeAndFlags & FLAG_KEYED) == 0) return 0;
  return findCell(row.cells, PATH_KEY);
}

/** Lists the nodes of a type (0: of all types) that are seen, in row order. May grow. */
export function listNodes(type: u32): u32 {
  const end = Pool.of(POOL_NODES).count;
  if (!ensureRegion(REGION_OUTPUT, end << 2)) return LIST_FULL;
  const output = regionAddress(REGION_OUTPUT);
  let count: u32 = 0;
  for (let node: u32 = 1; node < end; node++) {
    if (type != 0 && Node.at(node).type != type) continue;
    if (!isNodeSeen(node)) continue;
    store<u32>(output + (count << 2), rowNumber(node));
    count += 1;
  }
  return count;
}

/**
 * Lists the existing nodes of a type whose property at an indexed path holds the value that stands
 * in the input region (as in a payload), the one that took it first before others. May grow.
 */
export function listByValue(type: u32, path: u32): u32 {
  if (!ensureRegion(REGION_SCRATCH, CELL_BYTES + 4)) return LIST_FULL;
  const question = changetype<Cell>(regionAddress(REGION_SCRATCH));
  askedCell(question, path, regionAddress(REGION_INPUT));
  const declared = indexOfPath(type, path);
  if (declared == 0) return 0;
  const range = nameRange(declared, 0, 1);
  range.cell0 = <u32>changetype<usize>(question);
  beginRange(range, 0);
  let count: u32 = 0;
  for (let node = nextInRange(); node != 0; node = nextInRange()) {
    if (!isNodeSeen(node) || !isFieldSeen(ELEMENT_NODE, node, path)) continue;
    // Zeros of both signs are equal in the order, and differ as values.
    const cell = visibleCell(Element.at(ELEMENT_NODE, node), path);
    if (!isSame(Cell.at(cell), question)) continue;
    if (!extendRegion(REGION_OUTPUT, (count + 1) << 2, count << 2)) return LIST_FULL;
    store<u32>(regionAddress(REGION_OUTPUT) + (count << 2), node);
    count += 1;
  }
  sortRows(regionAddress(REGION_OUTPUT), count, isTakenEarlier);
  return count;
}

/** Whether a value that is equal in the order is the same. */
function isSame(cell: Cell, question: Cell): bool {
  if (!question.isBlob) return cell.value == question.value;
  const blob = <u32>cell.value;
  const asked = <u32>question.value;
  const length = blobLength(blob);
  return length == blobLength(asked) && sameBytes(blobData(blob), blobData(asked), length);
}

/** The index on one path alone, or 0. */
export function indexOfPath(type: u32, path: u32): u32 {
  let declared = firstIndex(type);
  while (declared != 0 && !isOfPath(Declared.at(declared), path)) {
    declared = Declared.at(declared).next;
  }
  return declared;
}

function isOfPath(index: Declared, path: u32): bool {
  return index.path0 == path && index.path1 == 0;
}

/**
 * Whether a node of the range that is walked took its value before another one. Those of one
 * transaction are in the order of their ids, which does not depend on arrival.
 */
export function isTakenEarlier(left: u32, right: u32): bool {
  const path = Declared.at(Range.get().declared).path0;
  const leftWriter = writerAt(left, path);
  const rightWriter = writerAt(right, path);
  if (leftWriter != rightWriter) return isLater(rightWriter, leftWriter);
  const leftNode = changetype<usize>(Node.at(left));
  return memory.compare(leftNode, changetype<usize>(Node.at(right)), ID_BYTES) < 0;
}

function writerAt(node: u32, path: u32): u32 {
  const element = Element.at(ELEMENT_NODE, node);
  return writerOf(element, Cell.at(visibleCell(element, path)));
}

/** A string's length word and bytes in the input have the form of a blob: no copy is needed. */
export function askedCell(question: Cell, path: u32, value: usize): void {
  const kind: u32 = load<u8>(value);
  question.word = pathWithKind(path, kind);
  question.value = load<u64>(value, 1);
  if (kind == VALUE_NULL) question.value = 0;
  if (question.isBlob) question.value = <u64>(value + 1);
}
