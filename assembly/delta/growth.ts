/**
 * What collections that are here already may take when a group adds to them. One grows as
 * a whole, so that a small add to a large one can need as much memory as this has: only the graph
 * tells, which threads that check ahead do not ask. It changes nothing.
 *
 *     scratch   for each place: block of a collection u32, one more for a sequence, 0: free;
 *               bytes that are added u32
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
import { OP_INSERT, OP_MOVE, PLACE_OF_MOVE_VALUE, PLACE_VALUE } from '../abi-collections.ts';
import { Collection, collectionOf, collectionReserve, companionOf } from '../graph/collections.ts';
import { Element, findEdge, findNode } from '../graph/elements.ts';
import { Sequence, sequenceOf, sequenceReserve } from '../graph/sequences.ts';
import { pieceBytesOf } from '../graph/set-pieces.ts';
import { findSymbol } from '../graph/symbols.ts';
import { valueBytes } from '../graph/value-bytes.ts';
import { Dictionary } from './dictionary.ts';
import { descriptorAt, Group } from './group.ts';
import {
  deltaBytes,
  INSERTED_COUNT_BYTES,
  NAMED_OFFSET,
  SET_BYTES,
  SYMBOL_HEADER_BYTES,
  sideBytes,
  TRANSACTION_HEADER_BYTES,
} from './reader.ts';

const PLACE_BITS: u32 = 3;
/** With the address of a block, which is aligned. */
const OF_SEQUENCE: u32 = 1;

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
    const block = place.block & ~OF_SEQUENCE;
    bytes +=
      block == place.block
        ? collectionReserve(Collection.at(block), place.bytes)
        : sequenceReserve(Sequence.at(block), place.bytes);
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
      } else if (operation == OP_ADD || operation == OP_INSERT || operation == OP_MOVE) {
        const block = blockFor(dictionary, named, load<u16>(at, 1), operation);
        if (block != 0) placeOf(table, places, block).bytes += addedBytes(at);
      }
    }
  }
}

/** What a delta adds to a collection. */
function addedBytes(at: usize): u32 {
  switch (<u32>load<u8>(at)) {
    case OP_ADD:
      return pieceBytesOf(valueBytes(at + SET_BYTES));
    case OP_MOVE:
      return PLACE_OF_MOVE_VALUE + 1;
    default: {
      const counted = NAMED_OFFSET + sideBytes(at + NAMED_OFFSET);
      const values = deltaBytes(at) - counted - INSERTED_COUNT_BYTES;
      return load<u16>(at + counted) * PLACE_VALUE + values;
    }
  }
}

/** The block of the collection at a path of the subject, or 0. */
function blockFor(dictionary: Dictionary, named: Named, path: u32, operation: u32): u32 {
  if (named.delta != 0) {
    named.element = findElement(dictionary, named);
    named.delta = 0;
  }
  if (named.element == 0) return 0;
  const symbol = symbolOf(dictionary, SYMBOL_PATH, path);
  if (symbol == 0) return 0;
  const element = changetype<Element>(<usize>named.element);
  if (operation != OP_ADD) {
    const sequence = <u32>changetype<usize>(sequenceOf(element, symbol));
    return sequence == 0 ? 0 : sequence | OF_SEQUENCE;
  }
  const companion = companionOf(element, symbol);
  return companion == 0 ? 0 : <u32>changetype<usize>(collectionOf(companion));
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
