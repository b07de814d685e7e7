/**
 * What the sets of values that are here already may take when a group adds to them. A set grows as
 * a whole, so that a small add to a large one can need as much memory as this has: only the graph
 * tells, which threads that check ahead do not ask. It changes nothing.
 *
 *     scratch   for each place: block of a collection u32, 0: free; bytes that are added u32
 */

import {
  DESCRIPTOR_TRANSACTIONS,
  ELEMENT_EDGE,
  ELEMENT_NODE,
  ID_BYTES,
  OP_ADD,
  OP_CREATE_EDGE,
  OP_CREATE_NODE,
  OP_CREATE_NODE_BY_KEY,
  OP_SELECT_EDGE,
  OP_SELECT_NODE,
  SYMBOL_EDGE_TYPE,
  SYMBOL_PATH,
} from '../abi.ts';
import { Collection, collectionOf, collectionReserve, companionOf } from '../graph/collections.ts';
import { Element, findEdge, findNode } from '../graph/elements.ts';
import { pieceBytesOf } from '../graph/set-pieces.ts';
import { findSymbol } from '../graph/symbols.ts';
import { valueBytes } from '../graph/value-bytes.ts';
import { Dictionary } from './dictionary.ts';
import { descriptorAt, Group } from './group.ts';
import { deltaBytes, SET_BYTES, SYMBOL_HEADER_BYTES, TRANSACTION_HEADER_BYTES } from './reader.ts';

const PLACE_BITS: u32 = 3;

/** Places are twice the adds, and one more; those that are taken follow one another. */
@unmanaged
class Place {
  block: u32;
  bytes: u32;
}

/** Where the payload names the subject of the deltas that follow. */
@unmanaged
class Named {
  /** The select or create; 0 once its row was looked up. */
  delta: u32;
  /** The id of a node. */
  id: u32;
  /** The element, 0 where it is not here. */
  element: u32;
}

if (offsetof<Place>() != 1 << PLACE_BITS) ERROR('a place must be 8 bytes');

/** Arena bytes; more than there are where there is no room to find out. */
export function growthOf(group: Group, dictionaryOf: (ordinal: u32) => Dictionary): u64 {
  const places = group.adds * 2 + 1;
  const named = changetype<Named>((<usize>group.scratch + 15) & ~15);
  const table = changetype<usize>(named) + 16;
  const end = table + ((<usize>places) << PLACE_BITS);
  if (end > group.scratchEnd) return <u64>u32.MAX_VALUE;
  memory.fill(table, 0, end - table);
  for (let ordinal: u32 = 0; ordinal < group.commits; ordinal++) {
    const count = load<u32>(descriptorAt(ordinal), DESCRIPTOR_TRANSACTIONS);
    countAdds(dictionaryOf(ordinal), count, named, table, places);
  }
  let bytes: u64 = 0;
  for (let at = table; at < end; at += 1 << PLACE_BITS) {
    const place = changetype<Place>(at);
    if (place.block == 0) continue;
    bytes += collectionReserve(Collection.at(place.block), place.bytes);
  }
  return bytes;
}

function countAdds(
  dictionary: Dictionary,
  transactions: u32,
  named: Named,
  table: usize,
  places: u32,
): void {
  let at: usize = dictionary.transactions;
  let ids: usize = dictionary.ids;
  for (let transaction: u32 = 0; transaction < transactions; transaction++) {
    const end = at + 4 + load<u32>(at);
    at += 4 + TRANSACTION_HEADER_BYTES;
    for (; at < end; at += deltaBytes(at)) {
      const operation: u32 = load<u8>(at);
      const isCreate = operation == OP_CREATE_NODE || operation == OP_CREATE_NODE_BY_KEY;
      const isEdge = operation == OP_SELECT_EDGE || operation == OP_CREATE_EDGE;
      if (isCreate || isEdge || operation == OP_SELECT_NODE) {
        named.delta = <u32>at;
        named.id = <u32>(isCreate ? ids : at + 1);
        if (isCreate) ids += ID_BYTES;
      } else if (operation == OP_ADD) {
        const collection = collectionFor(dictionary, named, load<u16>(at, 1));
        if (changetype<usize>(collection) == 0) continue;
        const place = placeOf(table, places, <u32>changetype<usize>(collection));
        place.bytes += pieceBytesOf(valueBytes(at + SET_BYTES));
      }
    }
  }
}

/** The collection at a path of the subject, or 0. */
function collectionFor(dictionary: Dictionary, named: Named, path: u32): Collection {
  if (named.delta != 0) {
    named.element = findElement(dictionary, named);
    named.delta = 0;
  }
  if (named.element == 0) return Collection.at(0);
  const symbol = symbolOf(dictionary, SYMBOL_PATH, path);
  if (symbol == 0) return Collection.at(0);
  const companion = companionOf(changetype<Element>(<usize>named.element), symbol);
  return companion == 0 ? Collection.at(0) : collectionOf(companion);
}

function findElement(dictionary: Dictionary, named: Named): u32 {
  const delta: usize = named.delta;
  const operation: u32 = load<u8>(delta);
  if (operation != OP_SELECT_EDGE && operation != OP_CREATE_EDGE) {
    const node = findNode(named.id);
    return node == 0 ? 0 : <u32>changetype<usize>(Element.at(ELEMENT_NODE, node));
  }
  const from = findNode(delta + 1);
  const to = findNode(delta + 17);
  const type = symbolOf(dictionary, SYMBOL_EDGE_TYPE, load<u16>(delta, 33));
  if (from == 0 || to == 0 || type == 0) return 0;
  const edge = findEdge(from, to, type, load<u32>(delta, 35));
  return edge == 0 ? 0 : <u32>changetype<usize>(Element.at(ELEMENT_EDGE, edge));
}

/** The engine's number for a name of the payload, before apply has interned it; 0: none yet. */
function symbolOf(dictionary: Dictionary, kind: u32, number: u32): u32 {
  const at = dictionary.symbolAt(number);
  return findSymbol(kind, at + SYMBOL_HEADER_BYTES, load<u8>(at, 1));
}

function placeOf(table: usize, places: u32, block: u32): Place {
  let index = ((block >>> 4) * 0x9e3779b1) % places;
  let place = changetype<Place>(table + ((<usize>index) << PLACE_BITS));
  while (place.block != 0 && place.block != block) {
    index = index + 1 == places ? 0 : index + 1;
    place = changetype<Place>(table + ((<usize>index) << PLACE_BITS));
  }
  place.block = block;
  return place;
}
