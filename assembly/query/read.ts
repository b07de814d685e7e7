/**
 * Reading single nodes, edges and cells, and listing nodes. Lists are rows of u32 in the output
 * region; a function that fills it says so, and may grow the memory.
 */

import { ELEMENT_NODE, ID_BYTES, ROW_MASK, VALUE_NULL } from '../abi.ts';
import { HashIndex, INDEX_NODES } from '../container/hash-index.ts';
import { hashWords } from '../container/keyed-hash.ts';
import { sortRows } from '../container/sort.ts';
import { Cell, findCell } from '../graph/cells.ts';
import { Element, FLAG_EXISTS, FLAG_KEYED, findNodeHashed, Node } from '../graph/elements.ts';
import { PATH_KEY } from '../graph/symbols.ts';
import { lookupValue } from '../graph/value-index.ts';
import { Entry, Posting } from '../graph/value-rows.ts';
import { isCellVisible, isNodeVisible, visibleCell } from '../graph/visibility.ts';
import { isLater } from '../graph/writers.ts';
import { rowNumber } from '../memory/header.ts';
import { POOL_NODES, Pool } from '../memory/pool.ts';
import {
  ensureRegion,
  REGION_INPUT,
  REGION_OUTPUT,
  REGION_SCRATCH,
  regionAddress,
} from '../memory/region.ts';

/** An answer that did not fit in memory. */
export const LIST_FULL: u32 = 0xffffffff;

/**
 * The existing node of an id, or 0. Most often it is the first whose tag fits: written out, since
 * lookups overlap only as far as a processor looks ahead.
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
  return (row.typeAndFlags & FLAG_EXISTS) == 0 ? 0 : rowNumber(node & ROW_MASK);
}

/** Address of the visible cell at a path of an existing element, or 0. */
export function cellAddress(kind: u32, row: u32, path: u32): usize {
  const cell = visibleCell(Element.at(kind, row), path);
  return cell == 0 ? 0 : changetype<usize>(Cell.at(cell));
}

/** Address of the cell that holds a node's natural key, or 0. */
export function keyAddress(node: u32): usize {
  const row = Node.at(node);
  if ((row.typeAndFlags & FLAG_KEYED) == 0) return 0;
  return changetype<usize>(Cell.at(findCell(row.cells, PATH_KEY)));
}

/** Lists the existing nodes of a type (0: of all types) in row order. May grow. */
export function listNodes(type: u32): u32 {
  const end = Pool.of(POOL_NODES).count;
  if (!ensureRegion(REGION_OUTPUT, end << 2)) return LIST_FULL;
  const output = regionAddress(REGION_OUTPUT);
  let count: u32 = 0;
  for (let node: u32 = 1; node < end; node++) {
    if (type != 0 && Node.at(node).type != type) continue;
    if (!isNodeVisible(node)) continue;
    store<u32>(output + (count << 2), rowNumber(node));
    count += 1;
  }
  return count;
}

/**
 * Lists the existing nodes of a type whose cell at a declared path holds the value that stands in
 * the input region (as in a payload), the one that took it first before others. May grow.
 */
export function listByValue(type: u32, path: u32): u32 {
  const value = regionAddress(REGION_INPUT);
  if (!ensureRegion(REGION_SCRATCH, offsetof<Cell>())) return LIST_FULL;
  const question = changetype<Cell>(regionAddress(REGION_SCRATCH));
  askedCell(question, path, value);
  const posting = lookupValue(type, question);
  if (posting == 0) return 0;
  if (!ensureRegion(REGION_OUTPUT, Posting.at(posting).count << 2)) return LIST_FULL;
  const output = regionAddress(REGION_OUTPUT);
  let count: u32 = 0;
  for (let entry = Posting.at(posting).first; entry != 0; entry = Entry.at(entry).next) {
    const row = Entry.at(entry);
    if (!isNodeVisible(row.node)) continue;
    if (!isCellVisible(Element.at(ELEMENT_NODE, row.node), row.cell)) continue;
    store<u32>(output + (count << 2), entry);
    count += 1;
  }
  sortRows(output, count, isTakenEarlier);
  for (let index: u32 = 0; index < count; index++) {
    const place = output + (index << 2);
    store<u32>(place, Entry.at(load<u32>(place)).node);
  }
  return count;
}

/** Values of one transaction in the order of the nodes' ids, which does not depend on arrival. */
function isTakenEarlier(left: u32, right: u32): bool {
  const leftWriter = Cell.at(Entry.at(left).cell).writer;
  const rightWriter = Cell.at(Entry.at(right).cell).writer;
  if (leftWriter != rightWriter) return isLater(rightWriter, leftWriter);
  const leftNode = changetype<usize>(Node.at(Entry.at(left).node));
  const rightNode = changetype<usize>(Node.at(Entry.at(right).node));
  return memory.compare(leftNode, rightNode, ID_BYTES) < 0;
}

/** A string's length word and bytes in the input have the form of a blob: no copy is needed. */
export function askedCell(question: Cell, path: u32, value: usize): void {
  const kind: u32 = load<u8>(value);
  question.pathAndKind = path | (kind << 24);
  question.value = load<u64>(value, 1);
  if (kind == VALUE_NULL) question.value = 0;
  if (question.isBlob) question.value = <u64>(value + 1);
}
