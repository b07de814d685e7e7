/** The name of an edge as an object of the permission model: `<from>-<to>`, and `-<key>`. */

import { ID_BYTES } from '../abi.ts';
import { Edge, edgeKey, Node } from '../graph/elements.ts';
import { EDGE_NAME } from '../memory/header.ts';
import { findObject } from './objects.ts';

const DASH: u8 = 0x2d;
const ZERO: u8 = 0x30;
const KEY_DIGITS_MAX: u32 = 10;

/** The object that an edge is, or 0 where no grant names it. */
export function findEdgeObject(objectType: u32, edge: u32): u32 {
  const row = Edge.at(edge);
  memory.copy(EDGE_NAME, changetype<usize>(Node.at(row.from)), ID_BYTES);
  store<u8>(EDGE_NAME + ID_BYTES, DASH);
  memory.copy(EDGE_NAME + ID_BYTES + 1, changetype<usize>(Node.at(row.to)), ID_BYTES);
  const key = edgeKey(edge);
  const length = 2 * ID_BYTES + 1;
  return findObject(objectType, EDGE_NAME, key == 0 ? length : putKey(key, length));
}

/** Appends a dash and the key, and returns the length. */
function putKey(key: u32, length: u32): u32 {
  let digits: u32 = 1;
  for (let rest = key / 10; rest != 0; rest /= 10) digits += 1;
  store<u8>(EDGE_NAME + length, DASH);
  let rest = key;
  for (let place = length + digits; place > length; place--) {
    store<u8>(EDGE_NAME + place, ZERO + <u8>(rest % 10));
    rest /= 10;
  }
  return length + 1 + digits;
}

if (2 * ID_BYTES + 2 + KEY_DIGITS_MAX > 48) ERROR('a name must fit its place');
