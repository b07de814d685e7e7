/**
 * Reading ahead: looks up together what the next deltas name. A lookup waits for memory several
 * times, and each wait costs as much as some hundred instructions; here the waits of many lookups
 * overlap, since no load of a list needs an answer of the same list. It changes nothing: apply
 * takes the rows that were found, and looks again for those that were not there yet. Measured on
 * mixed deltas at a million nodes: 2.5 times as many in a second as without it.
 *
 *     node mention    0  hash u64     of the id
 *                     8  id u32       where it stands
 *                    12  delta u32    the select or create
 *                    16  row u32      0 when it is not there
 *                    20  cells u32    its first one
 *                    24  home u32     its bucket in the index of nodes
 *     edge mention    0  hash u64     of the id of the start; of the name when both ends are there
 *                     8  to hash u64  of the id of the end
 *                    16  delta u32    the select or create
 *                    20  from u32     0 when it is not there; at first its home
 *                    24  to u32       likewise
 *                    28  home u32     of the edge itself, when both ends are there
 */

import {
  ID_BYTES,
  OP_CREATE_EDGE,
  OP_CREATE_NODE,
  OP_CREATE_NODE_BY_KEY,
  OP_DELETE,
  OP_SELECT_EDGE,
  OP_SELECT_NODE,
  OP_SET,
} from '../abi.ts';
import { HashIndex, INDEX_EDGES, INDEX_NODES } from '../container/hash-index.ts';
import { Cell, nextCell } from '../graph/cells.ts';
import { Edge, findNodeHashed, hashOfId, hashOfName, Node } from '../graph/elements.ts';
import { valueBytes } from '../graph/value-bytes.ts';
import { AHEAD, FETCHED, NAMED_ADDS, rowNumber } from '../memory/header.ts';
import { Dictionary } from './dictionary.ts';
import {
  CREATE_BY_KEY_BYTES,
  CREATE_NODE_BYTES,
  deltaBytes,
  EDGE_NAME_BYTES,
  SELECT_NODE_BYTES,
  SET_BYTES,
  TRANSACTION_HEADER_BYTES,
} from './reader.ts';

/** Nodes that are mentioned, and edges. */
const MENTIONS_MAX: usize = 128;
const NODE_MENTION_BYTES: usize = 32;
const EDGE_MENTION_BYTES: usize = 32;
/** Cells of a node whose blobs are fetched, from the first one on: those of a cache line. */
const CELLS_AHEAD: u32 = 4;

@unmanaged
export class NodeMention {
  hash: u64;
  id: u32;
  delta: u32;
  row: u32;
  cells: u32;
  home: u32;
  reserved: u32;

  @inline static at(place: usize): NodeMention {
    return changetype<NodeMention>(place);
  }
}

@unmanaged
export class EdgeMention {
  hash: u64;
  toHash: u64;
  delta: u32;
  from: u32;
  to: u32;
  home: u32;

  @inline static at(place: usize): EdgeMention {
    return changetype<EdgeMention>(place);
  }
}

if (offsetof<NodeMention>() != NODE_MENTION_BYTES) ERROR('a node mention must be 32 bytes');
if (offsetof<EdgeMention>() != EDGE_MENTION_BYTES) ERROR('an edge mention must be 32 bytes');

/** A node whose home has no entry that fits, and was passed. */
@unmanaged
class Retry {
  hash: u64;
  /** Where its row goes. */
  target: u32;
  bucket: u32;

  @inline static at(place: usize): Retry {
    return changetype<Retry>(place);
  }
}

const RETRY_BYTES: usize = 16;

if (offsetof<Retry>() != RETRY_BYTES) ERROR('a retry must be 16 bytes');

/** Where reading ahead stands in a commit; what comes next of each table, and its end. */
@unmanaged
class Ahead {
  at: u32;
  deltas: u32;
  transactions: u32;
  ids: u32;
  node: u32;
  nodesEnd: u32;
  edge: u32;
  edgesEnd: u32;
  retriesEnd: u32;

  @inline static get(): Ahead {
    return changetype<Ahead>(AHEAD);
  }
}

const NODES: usize = AHEAD + 64;
const NODES_LAST: usize = NODES + (MENTIONS_MAX - 1) * NODE_MENTION_BYTES;
const EDGES: usize = NODES + MENTIONS_MAX * NODE_MENTION_BYTES;
const EDGES_LAST: usize = EDGES + (MENTIONS_MAX - 1) * EDGE_MENTION_BYTES;
/** Addresses u32 that are fetched together: at most four for each mention, and room to end in. */
const PLACES: usize = EDGES + MENTIONS_MAX * EDGE_MENTION_BYTES;
const PLACES_BYTES: usize = 2 * MENTIONS_MAX * 4 * 4 + 16;
/** Nodes that may stand in the bucket after their home, two for an edge. */
const RETRIES: usize = PLACES + PLACES_BYTES;

if (RETRIES + 3 * MENTIONS_MAX * RETRY_BYTES > NAMED_ADDS)
  ERROR('what follows must be behind them');

/** Starts at the first transaction of a commit, whose symbols have the engine's numbers. */
export function beginAhead(dictionary: Dictionary, transactions: u32): void {
  const ahead = Ahead.get();
  ahead.at = dictionary.transactions;
  ahead.deltas = 0;
  ahead.transactions = transactions;
  ahead.ids = dictionary.ids;
  ahead.node = <u32>NODES;
  ahead.nodesEnd = <u32>NODES;
  ahead.edge = <u32>EDGES;
  ahead.edgesEnd = <u32>EDGES;
}

/** What the next select or create of a node names. */
export function nextNode(dictionary: Dictionary): NodeMention {
  const ahead = Ahead.get();
  if (ahead.node == ahead.nodesEnd) readAhead(ahead, dictionary);
  const mention = NodeMention.at(ahead.node);
  ahead.node += <u32>NODE_MENTION_BYTES;
  return mention;
}

/** What the next select or create of an edge names. */
export function nextEdge(dictionary: Dictionary): EdgeMention {
  const ahead = Ahead.get();
  if (ahead.edge == ahead.edgesEnd) readAhead(ahead, dictionary);
  const mention = EdgeMention.at(ahead.edge);
  ahead.edge += <u32>EDGE_MENTION_BYTES;
  return mention;
}

/** Both tables are taken up at once: together they hold what some deltas in a row mention. */
function readAhead(ahead: Ahead, dictionary: Dictionary): void {
  assert(ahead.node == ahead.nodesEnd && ahead.edge == ahead.edgesEnd);
  ahead.node = <u32>NODES;
  ahead.edge = <u32>EDGES;
  fetch(collect(ahead));
  const nodesEnd: usize = ahead.nodesEnd;
  const edgesEnd: usize = ahead.edgesEnd;
  ahead.retriesEnd = <u32>RETRIES;
  fetch(addEnds(addNodes(PLACES, nodesEnd), edgesEnd));
  fetch(addRetries(PLACES, ahead.retriesEnd));
  fetch(resolveEdges(resolveNodes(PLACES, nodesEnd, dictionary), edgesEnd, dictionary));
  fetch(addEdges(addBlobs(PLACES, nodesEnd), edgesEnd));
}

/** Loads a word at each address of the list: they all wait for memory at the same time. */
function fetch(end: usize): void {
  let sum: u32 = 0;
  v128.store(end, i64x2.splat(0));
  for (let place = PLACES; place < end; place += 16) {
    sum += load<u32>(load<u32>(place));
    sum += load<u32>(load<u32>(place, 4));
    sum += load<u32>(load<u32>(place, 8));
    sum += load<u32>(load<u32>(place, 12));
  }
  store<u32>(FETCHED, sum);
}

/**
 * Reads deltas until a table is full or the commit ends, hashes the ids that they name, and lists
 * the buckets where those stand.
 */
function collect(ahead: Ahead): usize {
  let at: usize = ahead.at;
  let deltas = ahead.deltas;
  let node = NODES;
  let edge = EDGES;
  let place = PLACES;
  while (node <= NODES_LAST && edge <= EDGES_LAST) {
    if (deltas == 0) {
      if (ahead.transactions == 0) break;
      ahead.transactions -= 1;
      // A transaction whose segments are all withheld has none.
      deltas = load<u16>(at + 4, 19);
      at += 4 + TRANSACTION_HEADER_BYTES;
      continue;
    }
    deltas -= 1;
    switch (<u32>load<u8>(at)) {
      case OP_SELECT_NODE:
        place = mentionNode(place, NodeMention.at(node), at, at + 1);
        node += NODE_MENTION_BYTES;
        at += SELECT_NODE_BYTES;
        break;
      case OP_CREATE_NODE:
        place = mentionNode(place, NodeMention.at(node), at, ahead.ids);
        ahead.ids += ID_BYTES;
        node += NODE_MENTION_BYTES;
        at += CREATE_NODE_BYTES;
        break;
      case OP_CREATE_NODE_BY_KEY:
        place = mentionNode(place, NodeMention.at(node), at, ahead.ids);
        ahead.ids += ID_BYTES;
        node += NODE_MENTION_BYTES;
        at += CREATE_BY_KEY_BYTES + load<u16>(at, 3);
        break;
      case OP_SELECT_EDGE:
      case OP_CREATE_EDGE:
        place = mentionEdge(place, EdgeMention.at(edge), at);
        edge += EDGE_MENTION_BYTES;
        at += EDGE_NAME_BYTES;
        break;
      case OP_DELETE:
        at += 1;
        break;
      case OP_SET:
        at += SET_BYTES + valueBytes(at + SET_BYTES);
        break;
      default:
        at += deltaBytes(at);
    }
  }
  ahead.at = <u32>at;
  ahead.deltas = deltas;
  ahead.nodesEnd = <u32>node;
  ahead.edgesEnd = <u32>edge;
  return place;
}

function mentionNode(place: usize, mention: NodeMention, delta: usize, id: usize): usize {
  const hash = hashOfId(id);
  mention.hash = hash;
  mention.id = <u32>id;
  mention.delta = <u32>delta;
  mention.home = <u32>HashIndex.of(INDEX_NODES).home(hash);
  store<u32>(place, mention.home);
  return place + 4;
}

function mentionEdge(place: usize, mention: EdgeMention, delta: usize): usize {
  const hash = hashOfId(delta + 1);
  const toHash = hashOfId(delta + 17);
  mention.hash = hash;
  mention.toHash = toHash;
  mention.delta = <u32>delta;
  mention.from = <u32>HashIndex.of(INDEX_NODES).home(hash);
  mention.to = <u32>HashIndex.of(INDEX_NODES).home(toHash);
  store<u32>(place, mention.from);
  store<u32>(place, mention.to, 4);
  return place + 8;
}

/** The rows that the nodes most likely have. */
function addNodes(list: usize, end: usize): usize {
  let place = list;
  for (let at = NODES; at < end; at += NODE_MENTION_BYTES) {
    const mention = NodeMention.at(at);
    place = addNode(place, at + offsetof<NodeMention>('row'), mention.home, mention.hash);
  }
  return place;
}

function addEnds(list: usize, end: usize): usize {
  let place = list;
  for (let at = EDGES; at < end; at += EDGE_MENTION_BYTES) {
    const mention = EdgeMention.at(at);
    place = addNode(place, at + offsetof<EdgeMention>('from'), mention.from, mention.hash);
    place = addNode(place, at + offsetof<EdgeMention>('to'), mention.to, mention.toHash);
  }
  return place;
}

/** Puts the row that a node most likely has at `target`, 0 where its home has none that fits. */
function addNode(place: usize, target: usize, home: usize, hash: u64): usize {
  const row = HashIndex.guess(home, hash);
  if (row != 0) return addRow(place, target, row);
  store<u32>(target, 0);
  if (!HashIndex.isPassed(home)) return place;
  const retry = Retry.at(Ahead.get().retriesEnd);
  Ahead.get().retriesEnd += <u32>RETRY_BYTES;
  retry.hash = hash;
  retry.target = <u32>target;
  retry.bucket = <u32>HashIndex.of(INDEX_NODES).following(hash);
  store<u32>(place, retry.bucket);
  return place + 4;
}

/** A row, which may lie in two cache lines. */
function addRow(place: usize, target: usize, row: u32): usize {
  const at = changetype<usize>(Node.at(row));
  store<u32>(target, rowNumber(row));
  store<u32>(place, <u32>at);
  store<u32>(place, <u32>(at + offsetof<Node>('incoming')), 4);
  return place + 8;
}

/** The rows of nodes that the bucket after their home has. */
function addRetries(list: usize, end: usize): usize {
  let place = list;
  for (let at = RETRIES; at < end; at += RETRY_BYTES) {
    const retry = Retry.at(at);
    const row = HashIndex.guess(retry.bucket, retry.hash);
    if (row != 0) place = addRow(place, retry.target, row);
  }
  return place;
}

/** Finds the nodes; of those that are selected, lists the first cell, or what a delete walks. */
function resolveNodes(list: usize, end: usize, dictionary: Dictionary): usize {
  let place = list;
  for (let at = NODES; at < end; at += NODE_MENTION_BYTES) {
    const mention = NodeMention.at(at);
    const delta: usize = mention.delta;
    mention.cells = 0;
    if (mention.row == 0 && HashIndex.isAbsent(mention.home, mention.hash)) continue;
    mention.row = findId(mention.id, mention.hash, mention.row);
    if (mention.row == 0 || load<u8>(delta) != OP_SELECT_NODE) continue;
    const row = Node.at(mention.row);
    mention.cells = row.cells;
    store<u32>(place, row.cells);
    place += 4;
    const next = delta + SELECT_NODE_BYTES;
    if (next == dictionary.payloadEnd || load<u8>(next) != OP_DELETE) continue;
    store<u32>(place, row.outgoingList.begin);
    store<u32>(place, row.incomingList.begin, 4);
    place += 8;
  }
  return place;
}

/** Finds the ends of edges, and lists the bucket of the edge and the blocks that may take it. */
function resolveEdges(list: usize, end: usize, dictionary: Dictionary): usize {
  const edges = HashIndex.of(INDEX_EDGES);
  let place = list;
  for (let at = EDGES; at < end; at += EDGE_MENTION_BYTES) {
    const mention = EdgeMention.at(at);
    const delta: usize = mention.delta;
    const from = findId(delta + 1, mention.hash, mention.from);
    const to = findId(delta + 17, mention.toHash, mention.to);
    mention.from = from;
    mention.to = to;
    if (from == 0 || to == 0) continue;
    const type = dictionary.symbol(load<u16>(delta, 33));
    mention.hash = hashOfName(from, to, type, load<u32>(delta, 35));
    mention.home = <u32>edges.home(mention.hash);
    store<u32>(place, mention.home);
    store<u32>(place, Node.at(from).outgoingList.end, 4);
    store<u32>(place, Node.at(to).incomingList.end, 8);
    place += 12;
  }
  return place;
}

/** The blobs of the first cells of nodes. */
function addBlobs(list: usize, end: usize): usize {
  let place = list;
  for (let at = NODES; at < end; at += NODE_MENTION_BYTES) {
    let cell: usize = NodeMention.at(at).cells;
    for (let left = CELLS_AHEAD; cell != 0 && left > 0; left--) {
      if (Cell.at(cell).isBlob) {
        store<u32>(place, <u32>Cell.at(cell).value);
        place += 4;
      }
      cell = nextCell(cell);
    }
  }
  return place;
}

/** The edges that are there already; where a bucket was passed, the one after it. */
function addEdges(list: usize, end: usize): usize {
  const edges = HashIndex.of(INDEX_EDGES);
  let place = list;
  for (let at = EDGES; at < end; at += EDGE_MENTION_BYTES) {
    const mention = EdgeMention.at(at);
    if (mention.from == 0 || mention.to == 0) continue;
    const edge = HashIndex.guess(mention.home, mention.hash);
    let wanted: usize = 0;
    if (edge != 0) wanted = changetype<usize>(Edge.at(edge));
    else if (HashIndex.isPassed(mention.home)) wanted = edges.following(mention.hash);
    if (wanted == 0) continue;
    store<u32>(place, <u32>wanted);
    place += 4;
  }
  return place;
}

/** The row of an id, which the guess holds unless two ids share a tag or the bucket was full. */
function findId(id: usize, hash: u64, guess: u32): u32 {
  const id0 = load<u64>(id);
  const id1 = load<u64>(id, 8);
  if (guess != 0) {
    const row = changetype<usize>(Node.at(guess));
    if (load<u64>(row) == id0 && load<u64>(row, 8) == id1) return guess;
  }
  return findNodeHashed(id0, id1, hash);
}
