/**
 * Nodes and edges. Both are elements: they exist or not, and have cells. A row is there as soon
 * as anything names it, so that a late create finds what was written before it.
 *
 *     node   0  id 16 B        16  created u32   20  cells u32   24  type and flags u32
 *           28  outgoing u32   32  incoming u32
 *     edge   0  from u32        4  to u32         8  created u32  12  cells u32
 *           16  type and flags u32
 *
 * `created` is the greatest create stamp (0: never created). The greatest delete stamp, which few
 * elements have, is a cell. An element exists when it was created and no delete is later; in one
 * transaction deletes come first. An edge is shown while it and both its ends exist, which it says
 * itself: most of what a walk does is to wait for rows. `outgoing` and `incoming` name lists of
 * edges (edge-list.ts).
 */

import { ELEMENT_EDGE, ELEMENT_NODE, VALUE_INT64 } from '../abi.ts';
import { HashIndex, INDEX_EDGES, INDEX_NODES } from '../container/hash-index.ts';
import { hashWords } from '../container/keyed-hash.ts';
import { rowNumber } from '../memory/header.ts';
import { ensureRows, POOL_EDGES, POOL_NODES, Pool } from '../memory/pool.ts';
import { Cell, findCell, putEngineCell } from './cells.ts';
import { append, EdgeList } from './edge-list.ts';
import { PATH_EDGE_KEY } from './symbols.ts';

export const NODE_BYTES: u32 = 36;
export const EDGE_BYTES: u32 = 20;

/** The element exists by its own stamps. */
export const FLAG_EXISTS: u32 = 1 << 24;
/** A delete stamp stands among the cells. */
export const FLAG_DELETED: u32 = 2 << 24;
/** An edge whose key is not 0; a node that was created by natural key. */
export const FLAG_KEYED: u32 = 4 << 24;
/** An edge that exists, and whose ends do. */
export const FLAG_SHOWN: u32 = 8 << 24;
/** A collection stands among the cells; compaction has the bits between. */
export const FLAG_COLLECTED: u32 = 128 << 24;
export const TYPE_MASK: u32 = 0xffffff;

@unmanaged
export class Node {
  /** Four words, so that a row needs no alignment to 8. */
  id0: u32;
  id1: u32;
  id2: u32;
  id3: u32;
  created: u32;
  cells: u32;
  typeAndFlags: u32;
  outgoing: u32;
  incoming: u32;

  @inline static at(node: u32): Node {
    return changetype<Node>(Pool.at(POOL_NODES, NODE_BYTES, node));
  }

  @inline get type(): u32 {
    return this.typeAndFlags & TYPE_MASK;
  }

  @inline get outgoingList(): EdgeList {
    return EdgeList.at(changetype<usize>(this) + offsetof<Node>('outgoing'));
  }

  @inline get incomingList(): EdgeList {
    return EdgeList.at(changetype<usize>(this) + offsetof<Node>('incoming'));
  }
}

@unmanaged
export class Edge {
  from: u32;
  to: u32;
  created: u32;
  cells: u32;
  typeAndFlags: u32;

  @inline static at(edge: u32): Edge {
    return changetype<Edge>(Pool.at(POOL_EDGES, EDGE_BYTES, edge));
  }

  @inline get type(): u32 {
    return this.typeAndFlags & TYPE_MASK;
  }
}

if (offsetof<Node>() != NODE_BYTES) ERROR('a node row must be 36 bytes');
if (offsetof<Edge>() != EDGE_BYTES) ERROR('an edge row must be 20 bytes');

const CREATED_OF_NODE: usize = 16;
const CREATED_OF_EDGE: usize = 8;

/**
 * The part that nodes and edges share, as a view over either row: created, cells, and type with
 * flags follow one another in both.
 */
@unmanaged
export class Element {
  created: u32;
  cells: u32;
  typeAndFlags: u32;

  @inline static at(kind: u32, row: u32): Element {
    if (kind == ELEMENT_NODE) {
      return changetype<Element>(Pool.at(POOL_NODES, NODE_BYTES, row) + CREATED_OF_NODE);
    }
    return changetype<Element>(Pool.at(POOL_EDGES, EDGE_BYTES, row) + CREATED_OF_EDGE);
  }

  @inline get exists(): bool {
    return (this.typeAndFlags & FLAG_EXISTS) != 0;
  }

  /** Address of the word that names the first cell. */
  @inline get cellList(): usize {
    return changetype<usize>(this) + offsetof<Element>('cells');
  }
}

if (offsetof<Node>('created') != CREATED_OF_NODE) ERROR('Element must fit a node');
if (offsetof<Edge>('created') != CREATED_OF_EDGE) ERROR('Element must fit an edge');
if (offsetof<Node>('typeAndFlags') != CREATED_OF_NODE + 8) ERROR('Element must fit a node');
if (offsetof<Edge>('typeAndFlags') != CREATED_OF_EDGE + 8) ERROR('Element must fit an edge');

export function ensureElements(nodes: u32, edges: u32): bool {
  return (
    ensureRows(POOL_NODES, NODE_BYTES, nodes) &&
    ensureRows(POOL_EDGES, EDGE_BYTES, edges) &&
    HashIndex.of(INDEX_NODES).ensure(nodes, POOL_NODES, NODE_BYTES, hashOfNode) &&
    HashIndex.of(INDEX_EDGES).ensure(edges, POOL_EDGES, EDGE_BYTES, hashOfEdge)
  );
}

/** The row of the id at an address, existing or not; 0 when nothing named it yet. */
export function findNode(id: usize): u32 {
  const id0 = load<u64>(id);
  const id1 = load<u64>(id, 8);
  return findNodeHashed(id0, id1, hashWords(id0, id1));
}

/** The hash of the id at an address, as the index of nodes uses it. */
export function hashOfId(id: usize): u64 {
  return hashWords(load<u64>(id), load<u64>(id, 8));
}

/** The row of an id with this hash and home in the index, made when it is new. */
export function touchNode(id: usize, hash: u64, home: usize): u32 {
  const id0 = load<u64>(id);
  const id1 = load<u64>(id, 8);
  if (!HashIndex.isAbsent(home, hash)) {
    const found = findNodeHashed(id0, id1, hash);
    if (found != 0) return found;
  }
  const node = rowNumber(Pool.add(POOL_NODES, NODE_BYTES));
  const row = changetype<usize>(Node.at(node));
  store<u64>(row, id0);
  store<u64>(row, id1, 8);
  HashIndex.of(INDEX_NODES).insertAt(home, hash, node);
  return node;
}

/** The edge of this name, existing or not, or 0. */
export function findEdge(from: u32, to: u32, type: u32, key: u32): u32 {
  return findEdgeHashed(from, to, type, key, hashOfName(from, to, type, key));
}

/** The edge of a name with this hash and home, made and linked to both ends when it is new. */
export function touchEdge(from: u32, to: u32, type: u32, key: u32, hash: u64, home: usize): u32 {
  if (!HashIndex.isAbsent(home, hash)) {
    const found = findEdgeHashed(from, to, type, key, hash);
    if (found != 0) return found;
  }
  const edge = rowNumber(Pool.add(POOL_EDGES, EDGE_BYTES));
  const row = Edge.at(edge);
  row.from = from;
  row.to = to;
  row.typeAndFlags = type;
  if (key != 0) {
    row.typeAndFlags |= FLAG_KEYED;
    putEngineCell(Element.at(ELEMENT_EDGE, edge).cellList, PATH_EDGE_KEY, VALUE_INT64, key);
  }
  HashIndex.of(INDEX_EDGES).insertAt(home, hash, edge);
  append(Node.at(from).outgoingList, edge);
  append(Node.at(to).incomingList, edge);
  return edge;
}

export function edgeKey(edge: u32): u32 {
  const row = Edge.at(edge);
  if ((row.typeAndFlags & FLAG_KEYED) == 0) return 0;
  return <u32>Cell.at(findCell(row.cells, PATH_EDGE_KEY)).value;
}

/** The row of an id with this hash, or 0: most often the first whose tag fits. */
export function findNodeHashed(id0: u64, id1: u64, hash: u64): u32 {
  const index = HashIndex.of(INDEX_NODES);
  if (index.directory == 0) return 0;
  const guess = HashIndex.guess(index.home(hash), hash);
  if (guess != 0) {
    const row = changetype<usize>(Node.at(guess));
    if (load<u64>(row) == id0 && load<u64>(row, 8) == id1) return rowNumber(guess);
  }
  for (let slot = index.find(hash, 0); slot != 0; slot = index.find(hash, slot)) {
    const node = rowNumber(HashIndex.rowAt(slot));
    const row = changetype<usize>(Node.at(node));
    if (load<u64>(row) == id0 && load<u64>(row, 8) == id1) return node;
  }
  return 0;
}

function findEdgeHashed(from: u32, to: u32, type: u32, key: u32, hash: u64): u32 {
  const index = HashIndex.of(INDEX_EDGES);
  for (let slot = index.find(hash, 0); slot != 0; slot = index.find(hash, slot)) {
    const edge = rowNumber(HashIndex.rowAt(slot));
    const row = Edge.at(edge);
    if (row.from == from && row.to == to && row.type == type && edgeKey(edge) == key) return edge;
  }
  return 0;
}

/** The hash of an edge's name, as the index of edges uses it. */
export function hashOfName(from: u32, to: u32, type: u32, key: u32): u64 {
  return hashWords(<u64>from | ((<u64>to) << 32), <u64>type | ((<u64>key) << 32));
}

export function hashOfNode(node: u32): u64 {
  const row = changetype<usize>(Node.at(node));
  return hashWords(load<u64>(row), load<u64>(row, 8));
}

export function hashOfEdge(edge: u32): u64 {
  const row = Edge.at(edge);
  return hashOfName(row.from, row.to, row.type, edgeKey(edge));
}
