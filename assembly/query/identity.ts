/**
 * The order of rows that no sort key tells apart: by the node's id, the key of the edge, the name
 * of its type, and edges that leave the node of the list before those that enter it. It is the
 * same on every replica.
 */

import { Edge, edgeKey, Node } from '../graph/elements.ts';
import { symbolLength, symbolText } from '../graph/symbols.ts';

/** The begin of an id as it is read: the first character counts most, and all are below 128. */
export function rankOfId(row: Node): i64 {
  const id = v128.load(changetype<usize>(row));
  // biome-ignore format: the bytes of both words, turned round
  const read = v128.shuffle<i8>(id, id, 7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8);
  return i64x2.extract_lane(read, 0);
}

export function compareNodes(left: u32, right: u32): i32 {
  if (left == right) return 0;
  const leftRow = changetype<usize>(Node.at(left));
  const rightRow = changetype<usize>(Node.at(right));
  const order = compareWords(load<u64>(leftRow), load<u64>(rightRow));
  return order != 0 ? order : compareWords(load<u64>(leftRow, 8), load<u64>(rightRow, 8));
}

/** A node's id and one at an address. */
export function compareToId(node: u32, id: usize): i32 {
  const row = changetype<usize>(Node.at(node));
  const order = compareWords(load<u64>(row), load<u64>(id));
  return order != 0 ? order : compareWords(load<u64>(row, 8), load<u64>(id, 8));
}

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

function compareWords(left: u64, right: u64): i32 {
  if (left == right) return 0;
  return bswap(left) < bswap(right) ? -1 : 1;
}

function compareNames(left: u32, right: u32): i32 {
  const leftLength = symbolLength(left);
  const rightLength = symbolLength(right);
  const length = min(leftLength, rightLength);
  const order = memory.compare(symbolText(left), symbolText(right), length);
  return order != 0 ? order : <i32>leftLength - <i32>rightLength;
}
