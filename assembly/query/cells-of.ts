/**
 * The values of many nodes at several paths, found together: rows that lie here and there in memory
 * are waited for at the same time, some nodes at once, as in delta/ahead.ts. Addresses of cells go
 * to the output region, 0 where a node has no value.
 */

import { ELEMENT_NODE, SYMBOL_UNKNOWN } from '../abi.ts';
import { Cell } from '../graph/cells.ts';
import { Element, Node } from '../graph/elements.ts';
import { visibleCell } from '../graph/visibility.ts';
import { FETCHED } from '../memory/header.ts';
import { ensureRegion, REGION_INPUT, REGION_OUTPUT, regionAddress } from '../memory/region.ts';
import { isEndSeen, isFieldSeen } from './sight.ts';

/** Nodes that are waited for together. */
const TOGETHER: u32 = 64;

/**
 * For existing nodes, whose rows stand in the input region behind the paths; false when there is no
 * memory to answer in. May grow.
 */
export function cellsOf(pathCount: u32, nodeCount: u32): bool {
  if (!ensureRegion(REGION_OUTPUT, (pathCount * nodeCount) << 2)) return false;
  const paths = regionAddress(REGION_INPUT);
  const nodes = paths + (pathCount << 2);
  let output = regionAddress(REGION_OUTPUT);
  for (let first: u32 = 0; first < nodeCount; first += TOGETHER) {
    const begin = nodes + (first << 2);
    const end = begin + (min(nodeCount - first, TOGETHER) << 2);
    touchCells(begin, end);
    const found = output;
    for (let at = begin; at < end; at += 4) {
      const node = load<u32>(at);
      const element = Element.at(ELEMENT_NODE, node);
      const isSeen = isEndSeen(node);
      for (let index: u32 = 0; index < pathCount; index++) {
        const path = load<u32>(paths + (index << 2));
        // No rule is of a name that nothing uses, and no value either.
        const isRead = isSeen && path != SYMBOL_UNKNOWN && isFieldSeen(ELEMENT_NODE, node, path);
        store<u32>(output, isRead ? <u32>visibleCell(element, path) : 0);
        output += 4;
      }
    }
    touchBlobs(found, output);
  }
  return true;
}

/** Loads the rows of the nodes, then of their first cells. */
function touchCells(begin: usize, end: usize): void {
  let sum: u32 = 0;
  for (let at = begin; at < end; at += 4) sum += Node.at(load<u32>(at)).cells;
  for (let at = begin; at < end; at += 4) sum += load<u32>(Node.at(load<u32>(at)).cells);
  store<u32>(FETCHED, sum);
}

/** Loads the begins of texts and byte strings, which the host reads next. */
function touchBlobs(begin: usize, end: usize): void {
  let sum: u32 = 0;
  for (let at = begin; at < end; at += 4) {
    const cell = changetype<Cell>(<usize>load<u32>(at));
    if (changetype<usize>(cell) != 0 && cell.isBlob) sum += load<u32>(<usize>cell.value);
  }
  store<u32>(FETCHED, sum);
}
