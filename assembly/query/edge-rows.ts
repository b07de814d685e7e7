/**
 * The rows of a list over the edges of a node, of one type and to nodes of one type, where there
 * are not many more than it keeps. All of them are put down in one loop, in which no row asks anew
 * what is the same for the whole list; then those that its condition does not hold for are left
 * out. It counts what a walk (walk.ts) would.
 */

import { DIRECTION_BOTH, DIRECTION_IN, DIRECTION_OUT, SOURCE_EDGES, WORK_PER_ROW } from '../abi.ts';
import { EdgeList, edgeOf } from '../graph/edge-list.ts';
import { Edge, FLAG_SHOWN, Node, TYPE_MASK } from '../graph/elements.ts';
import { rankOfId } from '../graph/node-order.ts';
import { FETCHED } from '../memory/header.ts';
import { holds } from './condition.ts';
import { ensureRoom, Gathered, putRow, ROW_BITS, RowPlace, RowsWords } from './rows.ts';
import { Run } from './run.ts';
import { areEdgesSeen, isEdgeSeen, isNodeOfTypeSeen, isPathSeen, isSighted } from './sight.ts';
import { WalkWords } from './walk.ts';

/** In the place of a number of edges. */
export const MANY_EDGES: u32 = 0xffffffff;
/** As many rows are put in order as fast as the first of them are found. */
const ENTRIES_LEAST: u32 = 32;

/** How many edges such a list has to look at; MANY_EDGES for any other. */
export function fewEdges(gathered: Gathered, words: RowsWords): u32 {
  if (words.sourceKind != SOURCE_EDGES || (gathered.after | gathered.before) != 0) {
    return MANY_EDGES;
  }
  const walk = WalkWords.at(words.source + 4);
  if (walk.edgeType == 0 || walk.nodeType == 0) return MANY_EDGES;
  const node = Node.at(gathered.origin);
  const entries = entriesOf(node, walk);
  return entries <= max(gathered.most, ENTRIES_LEAST) ? entries : MANY_EDGES;
}

/** Puts the rows down, by id. May grow. */
export function putEdgeRows(gathered: Gathered, words: RowsWords, entries: u32): void {
  const run = Run.get();
  const walk = WalkWords.at(words.source + 4);
  const node = Node.at(gathered.origin);
  const isWithin = isSighted() ? run.passBy(entries) : run.spend(<i64>entries * WORK_PER_ROW);
  if (!isWithin || !ensureRoom(gathered, entries)) return;
  if (walk.direction != DIRECTION_IN) putList(gathered, node.outgoingList, walk, false);
  if (walk.direction != DIRECTION_OUT) putList(gathered, node.incomingList, walk, true);
  if (words.condition != 0) leaveOut(gathered, words.condition);
}

/** The edges to look at; MANY_EDGES where a list has several pieces. */
function entriesOf(node: Node, walk: WalkWords): u32 {
  const outgoing = walk.direction == DIRECTION_IN ? 0 : onlyPiece(node.outgoingList);
  const incoming = walk.direction == DIRECTION_OUT ? 0 : onlyPiece(node.incomingList);
  return (outgoing | incoming) == MANY_EDGES ? MANY_EDGES : outgoing + incoming;
}

function onlyPiece(list: EdgeList): u32 {
  return list.older === null ? list.count : MANY_EDGES;
}

/** May grow. */
function putList(gathered: Gathered, list: EdgeList, walk: WalkWords, isIncoming: bool): void {
  if (isSighted()) putSeenList(gathered, list, walk, isIncoming);
  else putOpenList(gathered, list, walk, isIncoming);
}

/** Without a caller, all that is there. */
function putOpenList(gathered: Gathered, list: EdgeList, walk: WalkWords, isIncoming: bool): void {
  const wanted = walk.edgeType | FLAG_SHOWN;
  const nodeType = walk.nodeType;
  const end = isIncoming ? offsetof<Edge>('from') : offsetof<Edge>('to');
  const passed = repeatedNode(gathered, walk, isIncoming);
  // The first cells are read next: waits for them overlap.
  let fetched: u32 = 0;
  const entries = list.entries;
  const first = changetype<usize>(RowPlace.at(gathered, 0));
  let to = first + ((<usize>gathered.count) << ROW_BITS);
  for (let at = entries + ((<usize>list.count) << 2); at > entries; ) {
    at -= 4;
    const edge = edgeOf(load<u32>(at));
    const row = Edge.at(edge);
    if ((row.typeAndFlags & (TYPE_MASK | FLAG_SHOWN)) != wanted) continue;
    const node = load<u32>(changetype<usize>(row) + end);
    if (node == passed) continue;
    const nodeRow = Node.at(node);
    if (nodeRow.type != nodeType) continue;
    putRow(changetype<RowPlace>(to), rankOfId(nodeRow), node, edge);
    to += 1 << ROW_BITS;
    fetched += load<u32>(nodeRow.cells);
  }
  store<u32>(FETCHED, fetched);
  gathered.count = <u32>(to - first) >> ROW_BITS;
}

/** For a caller, what it sees counts alone. May grow. */
function putSeenList(gathered: Gathered, list: EdgeList, walk: WalkWords, isIncoming: bool): void {
  const wanted = walk.edgeType | FLAG_SHOWN;
  const nodeType = walk.nodeType;
  const areAllEdges = areEdgesSeen(walk.edgeType);
  const areAllNodes = isPathSeen(nodeType, 0);
  const passed = repeatedNode(gathered, walk, isIncoming);
  let seen: u32 = 0;
  let fetched: u32 = 0;
  const entries = list.entries;
  const first = changetype<usize>(RowPlace.at(gathered, 0));
  let to = first + ((<usize>gathered.count) << ROW_BITS);
  for (let at = entries + ((<usize>list.count) << 2); at > entries; ) {
    at -= 4;
    const edge = edgeOf(load<u32>(at));
    const row = Edge.at(edge);
    if ((row.typeAndFlags & (TYPE_MASK | FLAG_SHOWN)) != wanted) continue;
    const node = isIncoming ? row.from : row.to;
    if (node == passed) continue;
    const nodeRow = Node.at(node);
    const type = nodeRow.type;
    const isSure = type == nodeType && areAllNodes;
    if (!isSure && !isNodeOfTypeSeen(node, type)) continue;
    if (!areAllEdges && !isEdgeSeen(edge)) continue;
    seen += 1;
    if (type != nodeType) continue;
    putRow(changetype<RowPlace>(to), rankOfId(nodeRow), node, edge);
    to += 1 << ROW_BITS;
    fetched += load<u32>(nodeRow.cells);
  }
  Run.get().spend(<i64>seen * WORK_PER_ROW);
  store<u32>(FETCHED, fetched);
  gathered.count = <u32>(to - first) >> ROW_BITS;
}

/** A loop stands in both lists: the node that the second passes by, or 0. */
function repeatedNode(gathered: Gathered, walk: WalkWords, isIncoming: bool): u32 {
  return isIncoming && walk.direction == DIRECTION_BOTH ? gathered.origin : 0;
}

/** Leaves out the rows that a condition does not hold for. */
function leaveOut(gathered: Gathered, condition: usize): void {
  const run = Run.get();
  const count = gathered.count;
  gathered.count = 0;
  for (let index: u32 = 0; index < count && !run.isOver; index++) {
    const row = RowPlace.at(gathered, index);
    const node = row.node;
    const edge = row.way;
    const rank = row.rank;
    if (!holds(condition, node, edge)) continue;
    putRow(RowPlace.at(gathered, gathered.count), rank, node, edge);
    gathered.count += 1;
  }
}
