/**
 * The state right after a seal as a stream (schema/sealed-state.md), chunk by chunk. Rows come in
 * their own order: nothing is sorted, and neighbours stay neighbours. What goes on from one chunk
 * to the next the host keeps (stream-head.ts). To pass a million free rows takes some 5 ms.
 */

import { ELEMENT_EDGE, ELEMENT_NODE, ID_BYTES, ROW_MASK } from '../abi.ts';
import {
  EDGE_RECORD_BYTES,
  ELEMENT_HAS_CELLS,
  ELEMENT_HAS_KEY,
  END_RECORD_BYTES,
  NODE_RECORD_BYTES,
  RECORD_EDGE,
  RECORD_END,
  RECORD_NODE,
  RECORD_TRANSACTIONS,
  STATE_CHUNK_BYTES,
  STATE_DONE,
  TRANSACTIONS_RECORD_BYTES,
} from '../abi-state.ts';
import { Cell, findCell } from '../graph/cells.ts';
import { Edge, Element, edgeKey, FLAG_KEYED, Node } from '../graph/elements.ts';
import { PATH_KEY } from '../graph/symbols.ts';
import { Transaction } from '../graph/writers.ts';
import { blobLength } from '../memory/blobs.ts';
import { SEALED_END } from '../memory/header.ts';
import { POOL_EDGES, POOL_NODES, POOL_SYMBOLS, POOL_TRANSACTIONS, Pool } from '../memory/pool.ts';
import { ensureRegion, REGION_OUTPUT, regionAddress } from '../memory/region.ts';
import { cellsBytes, countCells, writeCells, writeNames } from './stream-cells-out.ts';
import { StreamHead } from './stream-head.ts';

const KEY_LENGTH_BYTES: u32 = 2;
const EDGE_KEY_BYTES: u32 = 4;
const COUNT_BYTES: u32 = 4;
const FLAGS_SHIFT: u32 = 24;

/** Whether a seal covers every commit that is here, and nothing came after it. */
export function isSealed(): bool {
  return max<u32>(Pool.of(POOL_TRANSACTIONS).count, 1) == max<u32>(load<u32>(SEALED_END), 1);
}

/**
 * Writes the next chunk to the output region, and leaves in the input region what the one after it
 * begins with. Answers its bytes; 0 where there is no room. May grow.
 */
export function writeStateChunk(): u32 {
  assert(isSealed());
  const head = StreamHead.get();
  if (head.record == 0) {
    head.record = RECORD_TRANSACTIONS;
    head.row = 1;
    head.symbols = Pool.of(POOL_SYMBOLS).count;
  }
  if (!ensureRegion(REGION_OUTPUT, STATE_CHUNK_BYTES)) return 0;
  let bytes: u32 = 0;
  if (head.record == RECORD_TRANSACTIONS) bytes = writeTransactions(head);
  if (bytes == 0 && head.record == RECORD_NODE) bytes = writeElements(head, ELEMENT_NODE);
  if (bytes == 0 && head.record == RECORD_EDGE) bytes = writeElements(head, ELEMENT_EDGE);
  if (bytes == 0 && head.record == RECORD_END) bytes = writeEnd(head);
  return bytes;
}

/** Those of a commit follow one another, in the order of their positions. */
function writeTransactions(head: StreamHead): u32 {
  const begin = regionAddress(REGION_OUTPUT);
  const end = max<u32>(Pool.of(POOL_TRANSACTIONS).count, 1);
  let at = begin;
  while (head.row < end) {
    const commit = Transaction.at(head.row).commit;
    let next = head.row + 1;
    while (next < end && Transaction.at(next).commit == commit) next += 1;
    const count = next - head.row;
    const bytes = TRANSACTIONS_RECORD_BYTES + (count << 1);
    if (at + bytes > begin + STATE_CHUNK_BYTES) return <u32>(at - begin);
    store<u8>(at, <u8>RECORD_TRANSACTIONS);
    store<u32>(at, commit & ROW_MASK, 1);
    store<u16>(at, <u16>count, 5);
    at += TRANSACTIONS_RECORD_BYTES;
    for (; head.row < next; head.row++, at += 2) {
      store<u16>(at, Transaction.at(head.row).position);
    }
  }
  head.record = RECORD_NODE;
  head.row = 1;
  return <u32>(at - begin);
}

/** As many as fit; one that does not fit a chunk is a chunk. 0 also where there is no room. */
function writeElements(head: StreamHead, kind: u32): u32 {
  const pool = Pool.of(kind == ELEMENT_NODE ? POOL_NODES : POOL_EDGES);
  let begin = regionAddress(REGION_OUTPUT);
  let at = begin;
  for (; head.row < pool.count; head.row++) {
    if (isFree(kind, head.row)) continue;
    const bytes = recordBytes(head, kind, head.row);
    if (at + bytes > begin + STATE_CHUNK_BYTES) {
      if (at != begin) return <u32>(at - begin);
      if (!ensureRegion(REGION_OUTPUT, bytes)) return 0;
      begin = regionAddress(REGION_OUTPUT);
      at = begin;
    }
    at = writeElement(head, kind, head.row, at);
  }
  head.record = kind == ELEMENT_NODE ? RECORD_EDGE : RECORD_END;
  head.row = 1;
  return <u32>(at - begin);
}

/** The first word of a free edge names the next one, and that of a free node stands in its id. */
function isFree(kind: u32, row: u32): bool {
  return kind == ELEMENT_NODE ? Node.at(row).id1 == 0 : Edge.at(row).to == 0;
}

/** At most: a name that the element has twice is counted twice. */
function recordBytes(head: StreamHead, kind: u32, row: u32): u32 {
  const element = Element.at(kind, row);
  const type = kind == ELEMENT_NODE ? Node.at(row).type : Edge.at(row).type;
  let bytes = COUNT_BYTES + head.nameBytes(type) + cellsBytes(head, element);
  if (kind == ELEMENT_EDGE) return bytes + EDGE_RECORD_BYTES + EDGE_KEY_BYTES;
  if ((element.typeAndFlags & FLAG_KEYED) != 0) bytes += KEY_LENGTH_BYTES + keyLength(element);
  return bytes + NODE_RECORD_BYTES;
}

function writeElement(head: StreamHead, kind: u32, row: u32, place: usize): usize {
  const element = Element.at(kind, row);
  const type = kind == ELEMENT_NODE ? Node.at(row).type : Edge.at(row).type;
  const isKeyed = (element.typeAndFlags & FLAG_KEYED) != 0;
  const cells = countCells(element);
  let at = head.writeName(type, place);
  at = writeNames(head, element, at);
  const flags = (isKeyed ? ELEMENT_HAS_KEY : 0) | (cells != 0 ? ELEMENT_HAS_CELLS : 0);
  const word = head.numberOfName(type) | (flags << FLAGS_SHIFT);
  if (kind == ELEMENT_NODE) {
    head.numberNode(row);
    store<u8>(at, <u8>RECORD_NODE);
    memory.copy(at + 1, changetype<usize>(Node.at(row)), ID_BYTES);
    at += 1 + ID_BYTES;
  } else {
    head.edges += 1;
    store<u8>(at, <u8>RECORD_EDGE);
    store<u32>(at, head.numberOfNode(Edge.at(row).from), 1);
    store<u32>(at, head.numberOfNode(Edge.at(row).to), 5);
    at += 9;
  }
  store<u32>(at, word);
  store<u32>(at, element.created, 4);
  at += 8;
  if (isKeyed) at = kind == ELEMENT_NODE ? writeKey(element, at) : writeEdgeKey(row, at);
  if (cells == 0) return at;
  store<u32>(at, cells);
  return writeCells(head, element, at + COUNT_BYTES);
}

function keyBlob(element: Element): u32 {
  return <u32>Cell.at(findCell(element.cells, PATH_KEY)).value;
}

function keyLength(element: Element): u32 {
  return blobLength(keyBlob(element));
}

function writeKey(element: Element, at: usize): usize {
  const blob: usize = keyBlob(element);
  const length = keyLength(element);
  store<u16>(at, <u16>length);
  memory.copy(at + KEY_LENGTH_BYTES, blob + 4, length);
  return at + KEY_LENGTH_BYTES + length;
}

function writeEdgeKey(edge: u32, at: usize): usize {
  store<u32>(at, edgeKey(edge));
  return at + EDGE_KEY_BYTES;
}

function writeEnd(head: StreamHead): u32 {
  const at = regionAddress(REGION_OUTPUT);
  store<u8>(at, <u8>RECORD_END);
  store<u32>(at, max<u32>(Pool.of(POOL_TRANSACTIONS).count, 1) - 1, 1);
  store<u32>(at, head.names, 5);
  store<u32>(at, head.nodes, 9);
  store<u32>(at, head.edges, 13);
  head.record = STATE_DONE;
  return END_RECORD_BYTES;
}
