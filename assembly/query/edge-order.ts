/**
 * The order of edges that no sort key and no node tells apart: by the key of the edge, the name of
 * its type, and edges that leave the node of the list before those that enter it. It is the same
 * on every replica.
 */

import { Edge, edgeKey } from '../graph/elements.ts';
import { symbolLength, symbolText } from '../graph/symbols.ts';

/** Edges between the same two nodes, seen from `origin`. */
export function compareEdges(left: u32, right: u32, origin: u32): i32 {
  if (left == right) return 0;
  const leftKey = edgeKey(left);
  const rightKey = edgeKey(right);
  if (leftKey != rightKey) return leftKey < rightKey ? -1 : 1;
  const leftRow = Edge.at(left);
  const rightRow = Edge.at(right);
  if (leftRow.type != rightRow.type) return compareNames(leftRow.type, rightRow.type);
  // Of the two, one leaves and one enters.
  return leftRow.from == origin ? -1 : 1;
}

function compareNames(left: u32, right: u32): i32 {
  const leftLength = symbolLength(left);
  const rightLength = symbolLength(right);
  const length = min(leftLength, rightLength);
  const order = memory.compare(symbolText(left), symbolText(right), length);
  return order != 0 ? order : <i32>leftLength - <i32>rightLength;
}
