/**
 * Nodes and edges from the stream of a sealed state (schema/sealed-state.md): each record is
 * checked as a whole, then room is made, then the row, as apply makes it. Rows of an engine that is
 * new come one behind the other: the number of a node in the stream is that of its row.
 */

import {
  ELEMENT_EDGE,
  ELEMENT_NODE,
  ID_BYTES,
  KEY_BYTES_MAX,
  STATUS_BAD_ID,
  STATUS_BAD_UTF8,
  STATUS_DUPLICATE,
  STATUS_EMPTY,
  STATUS_TOO_LONG,
  SYMBOL_EDGE_TYPE,
  SYMBOL_NODE_TYPE,
  VALUE_STRING,
} from '../abi.ts';
import {
  EDGE_RECORD_BYTES,
  ELEMENT_HAS_CELLS,
  ELEMENT_HAS_KEY,
  NODE_RECORD_BYTES,
  STATUS_BAD_FLAGS,
  STATUS_BAD_ROW,
  STATUS_NO_TYPE,
} from '../abi-state.ts';
import { HashIndex, INDEX_EDGES, INDEX_NODES } from '../container/hash-index.ts';
import { refuse } from '../delta/check-values.ts';
import { failFull, Group } from '../delta/group.ts';
import { mergeCreate } from '../delta/merge.ts';
import { addCell, Cell } from '../graph/cells.ts';
import { APPEND_BYTES_MAX } from '../graph/edge-list.ts';
import {
  Element,
  ensureElements,
  FLAG_KEYED,
  hashOfId,
  hashOfName,
  Node,
  touchEdge,
  touchNode,
} from '../graph/elements.ts';
import { PATH_KEY } from '../graph/symbols.ts';
import { reserve } from '../memory/arena.ts';
import { blobReserve } from '../memory/blobs.ts';
import { BLOCKS_BLOBS, BLOCKS_CELLS, BLOCKS_LISTS, blocksReserve } from '../memory/blocks.ts';
import { isId, isUtf8 } from '../memory/bytes.ts';
import { rowNumber } from '../memory/header.ts';
import { checkCells, checkWriter, makeCells } from './stream-cells-in.ts';
import { hasBytes, Loader } from './stream-loader.ts';

const TYPE_MASK: u32 = 0xffffff;
const FLAGS_SHIFT: u32 = 24;
const FLAGS_MAX: u32 = ELEMENT_HAS_KEY | ELEMENT_HAS_CELLS;
const KEY_LENGTH_BYTES: u32 = 2;
const EDGE_KEY_BYTES: u32 = 4;
/** Of a node and of an edge, where its type with flags stands; the create's writer follows. */
const NODE_TYPE_AT: u32 = 17;
const EDGE_TYPE_AT: u32 = 9;
const CREATED_AT: u32 = 4;
/** Cells of an element take at most twice what they are, and a block that was outgrown. */
const CELL_BYTES: u32 = 32;
const CELLS_SLACK: u32 = 1024;

/** Answers the place behind the record, or 0 with the failure noted. */
export function takeNode(at: usize, end: usize): usize {
  const loader = Loader.get();
  if (!hasBytes(at, end, NODE_RECORD_BYTES)) return 0;
  if (!isId(at + 1)) return refuse(loader.chunk, at + 1, STATUS_BAD_ID, ID_BYTES, 0);
  const head = at + NODE_TYPE_AT;
  const flags = load<u32>(head) >>> FLAGS_SHIFT;
  const number = load<u32>(head) & TYPE_MASK;
  const created = load<u32>(head, CREATED_AT);
  if (!checkHead(loader, head)) return 0;
  const hasKey = (flags & ELEMENT_HAS_KEY) != 0;
  const type = number == 0 ? 0 : loader.symbol(number, SYMBOL_NODE_TYPE, head);
  if (number != 0 && type == 0) return 0;
  if (type == 0 && (created != 0 || hasKey)) {
    return refuse(loader.chunk, head, STATUS_NO_TYPE, 0, 0);
  }
  const key = at + NODE_RECORD_BYTES;
  let next: usize = key;
  if (hasKey) next = checkKey(loader, key, end);
  if (next == 0) return 0;
  const cells = next;
  if ((flags & ELEMENT_HAS_CELLS) != 0) next = checkCells(cells, end);
  if (next == 0 || !ensureElement(at, ELEMENT_NODE)) return 0;
  const node = makeNode(loader, at, type);
  if (node == 0) return 0;
  if (hasKey && !makeKey(loader, node, type, key, at)) return 0;
  finishElement(loader, ELEMENT_NODE, node, created, next == cells ? 0 : cells);
  loader.nodes += 1;
  return next;
}

/** The same of an edge, whose ends are here. */
export function takeEdge(at: usize, end: usize): usize {
  const loader = Loader.get();
  if (!hasBytes(at, end, EDGE_RECORD_BYTES)) return 0;
  if (!checkEnd(loader, at + 1) || !checkEnd(loader, at + 5)) return 0;
  const head = at + EDGE_TYPE_AT;
  const flags = load<u32>(head) >>> FLAGS_SHIFT;
  const created = load<u32>(head, CREATED_AT);
  if (!checkHead(loader, head)) return 0;
  const type = loader.symbol(load<u32>(head) & TYPE_MASK, SYMBOL_EDGE_TYPE, head);
  if (type == 0) return 0;
  let cells = at + EDGE_RECORD_BYTES;
  let key: u32 = 0;
  if ((flags & ELEMENT_HAS_KEY) != 0) {
    if (!hasBytes(cells, end, EDGE_KEY_BYTES)) return 0;
    key = load<u32>(cells);
    if (key == 0) return refuse(loader.chunk, cells, STATUS_EMPTY, 1, 0);
    Group.get().cells += 1;
    cells += EDGE_KEY_BYTES;
  }
  let next = cells;
  if ((flags & ELEMENT_HAS_CELLS) != 0) next = checkCells(cells, end);
  if (next == 0 || !ensureElement(at, ELEMENT_EDGE)) return 0;
  if (key != 0) Group.get().cells -= 1;
  const edge = makeEdge(loader, at, type, key);
  if (edge == 0) return 0;
  finishElement(loader, ELEMENT_EDGE, edge, created, next == cells ? 0 : cells);
  loader.edges += 1;
  return next;
}

/** Flags, and the writer of the create; what the element needs is counted from here on. */
function checkHead(loader: Loader, head: usize): bool {
  const group = Group.get();
  const flags = load<u32>(head) >>> FLAGS_SHIFT;
  group.cells = 0;
  group.adds = 0;
  group.arenaBytes = 0;
  if (flags <= FLAGS_MAX) return checkWriter(head + CREATED_AT, 0);
  refuse(loader.chunk, head + 3, STATUS_BAD_FLAGS, FLAGS_MAX, flags);
  return false;
}

function checkKey(loader: Loader, at: usize, end: usize): usize {
  if (!hasBytes(at, end, KEY_LENGTH_BYTES)) return 0;
  const length: u32 = load<u16>(at);
  const key = at + KEY_LENGTH_BYTES;
  if (length == 0) return refuse(loader.chunk, at, STATUS_EMPTY, 1, 0);
  if (length > KEY_BYTES_MAX) {
    return refuse(loader.chunk, at, STATUS_TOO_LONG, KEY_BYTES_MAX, length);
  }
  if (!hasBytes(key, end, length)) return 0;
  if (!isUtf8(key, length)) return refuse(loader.chunk, key, STATUS_BAD_UTF8, 0, 0);
  Group.get().cells += 1;
  Group.get().arenaBytes += blobReserve(length);
  return key + length;
}

function checkEnd(loader: Loader, at: usize): bool {
  const number = load<u32>(at);
  if (number != 0 && number <= loader.nodes) return true;
  refuse(loader.chunk, at, STATUS_BAD_ROW, loader.nodes, number);
  return false;
}

/** Room for all that the element was found to need; false with the failure noted. May grow. */
function ensureElement(at: usize, kind: u32): bool {
  const group = Group.get();
  const isNode = kind == ELEMENT_NODE;
  const cells = group.cells == 0 ? 0 : <u64>group.cells * CELL_BYTES + CELLS_SLACK;
  const arena =
    blocksReserve(BLOCKS_BLOBS, group.arenaBytes) +
    blocksReserve(BLOCKS_CELLS, cells) +
    blocksReserve(BLOCKS_LISTS, isNode ? 0 : 2 * APPEND_BYTES_MAX);
  if (ensureElements(isNode ? 1 : 0, isNode ? 0 : 1) && reserve(arena)) return true;
  failFull(<u32>(at - Loader.get().chunk.payload));
  return false;
}

/** The row of a new node; 0 with the failure noted where it is known. */
function makeNode(loader: Loader, at: usize, type: u32): u32 {
  const hash = hashOfId(at + 1);
  const node = touchNode(at + 1, hash, HashIndex.of(INDEX_NODES).home(hash));
  if (node != rowNumber(loader.nodes + 1)) {
    return <u32>refuse(loader.chunk, at + 1, STATUS_DUPLICATE, 0, 0);
  }
  Node.at(node).typeAndFlags |= type;
  return node;
}

function makeKey(loader: Loader, node: u32, type: u32, key: usize, at: usize): bool {
  const row = Node.at(node);
  const length: u32 = load<u16>(key);
  const text = key + KEY_LENGTH_BYTES;
  row.typeAndFlags |= FLAG_KEYED;
  Group.get().cells -= 1;
  const list = Element.at(ELEMENT_NODE, node).cellList;
  Cell.at(addCell(list, PATH_KEY, Group.get().cells)).put(VALUE_STRING, 0, text, length);
  return loader.askKey(node, type, text, length, at);
}

function makeEdge(loader: Loader, at: usize, type: u32, key: u32): u32 {
  const from = rowNumber(load<u32>(at, 1));
  const to = rowNumber(load<u32>(at, 5));
  const hash = hashOfName(from, to, type, key);
  const edge = touchEdge(from, to, type, key, hash, HashIndex.of(INDEX_EDGES).home(hash));
  if (edge == rowNumber(loader.edges + 1)) return edge;
  return <u32>refuse(loader.chunk, at, STATUS_DUPLICATE, 0, 0);
}

function finishElement(loader: Loader, kind: u32, row: u32, created: u32, cells: usize): void {
  if (cells != 0) makeCells(Element.at(kind, row), cells);
  if (created == 0) return;
  const subject = loader.subject(kind, row);
  subject.transaction = created;
  mergeCreate(subject);
}
