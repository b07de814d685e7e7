/** The order of nodes by their ids, which is the same on every replica. */

import { Node } from './elements.ts';

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

function compareWords(left: u64, right: u64): i32 {
  if (left == right) return 0;
  return bswap(left) < bswap(right) ? -1 : 1;
}
