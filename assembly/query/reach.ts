/**
 * The distinct nodes within some hops of a node: breadth first, level by level, written to the
 * output region as rows of u32 in the order in which they are reached. The region is the queue too.
 *
 * Nearly all the time is spent waiting for memory, so the waits of many edges overlap: the nodes of
 * a level are taken some at a time, in three passes of which each loads what the next one needs. No
 * branch of the last two hangs on what they load: what turns out to be none is written over.
 */

import { DIRECTION_IN, DIRECTION_OUT } from '../abi.ts';
import { EdgeList, localEdgeOf, PIECE_ENTRIES_MAX } from '../graph/edge-list.ts';
import { Edge, FLAG_SHOWN, Node, TYPE_MASK } from '../graph/elements.ts';
import { FETCHED } from '../memory/header.ts';
import { POOL_NODES, Pool } from '../memory/pool.ts';
import { ensureRegion, REGION_OUTPUT, REGION_SCRATCH, regionAddress } from '../memory/region.ts';
import { beginMarks, markAt } from './marks.ts';
import { LIST_FULL } from './read.ts';

/** Nodes that are taken together, and edges: at most one piece more. In bytes of a list of u32. */
const NODES_TOGETHER: usize = 64 << 2;
const EDGES_TOGETHER: usize = 1024 << 2;
const PIECE_BYTES_MAX: u32 = PIECE_ENTRIES_MAX << 2;

/** What a walk goes by, at the begin of the scratch region; the ends of edges follow. */
@unmanaged
class Walk {
  direction: u32;
  epoch: u32;
  /** The type and flags of an edge that is followed, and which bits of them count. */
  wanted: u32;
  mask: u32;
  /** Where the ends of edges begin, and where the next one goes. */
  ends: u32;
  place: u32;
  /** Where the next node goes in the queue. */
  queueEnd: u32;
}

const WALK_BYTES: u32 = 64;

/**
 * Lists the visible nodes that a walk of at most so many hops reaches, along edges of one type (0:
 * of all) in a direction; the start is not among them. Answers how many there are. May grow.
 */
export function around(start: u32, hops: u32, direction: u32, type: u32): u32 {
  if (hops == 0) return 0;
  const nodes = Pool.of(POOL_NODES).count;
  const scratch = WALK_BYTES + <u32>EDGES_TOGETHER + PIECE_BYTES_MAX;
  if (!ensureRegion(REGION_OUTPUT, nodes << 2)) return LIST_FULL;
  if (!ensureRegion(REGION_SCRATCH, scratch)) return LIST_FULL;
  const epoch = beginMarks();
  if (epoch == 0) return LIST_FULL;
  const queue = regionAddress(REGION_OUTPUT);
  const walk = changetype<Walk>(regionAddress(REGION_SCRATCH));
  walk.direction = direction;
  walk.epoch = epoch;
  walk.wanted = type | FLAG_SHOWN;
  walk.mask = (type == 0 ? 0 : TYPE_MASK) | FLAG_SHOWN;
  walk.ends = <u32>changetype<usize>(walk) + WALK_BYTES;
  walk.place = walk.ends;
  walk.queueEnd = <u32>queue;
  store<u32>(markAt(start), walk.epoch);
  follow(walk, start);
  visitEnds(walk);
  let level = queue;
  for (let hop: u32 = 1; hop < hops; hop++) {
    const last: usize = walk.queueEnd;
    if (level == last) break;
    while (level < last) {
      const together = min(last, level + NODES_TOGETHER);
      touchLists(level, together, direction);
      for (; level < together; level += 4) follow(walk, load<u32>(level));
      visitEnds(walk);
    }
  }
  return (walk.queueEnd - <u32>queue) >> 2;
}

/** Loads the first words of the blocks of some nodes. */
function touchLists(level: usize, end: usize, direction: u32): void {
  let sum: u32 = 0;
  for (let at = level; at < end; at += 4) {
    const row = Node.at(load<u32>(at));
    if (direction != DIRECTION_IN) sum += load<u32>(row.outgoingList.begin);
    if (direction != DIRECTION_OUT) sum += load<u32>(row.incomingList.begin);
  }
  store<u32>(FETCHED, sum);
}

function follow(walk: Walk, node: u32): void {
  const row = Node.at(node);
  if (walk.direction != DIRECTION_IN) followList(walk, node, row.outgoingList);
  if (walk.direction != DIRECTION_OUT) followList(walk, node, row.incomingList);
}

/** Lists the other ends of the edges that are followed. */
function followList(walk: Walk, node: u32, list: EdgeList): void {
  const wanted = walk.wanted;
  const mask = walk.mask;
  let count = list.count;
  for (let piece: EdgeList | null = list; piece !== null; ) {
    // In a chain the next block is on its way while this one is gone through.
    const older: EdgeList | null = piece.older;
    const olderCount = older === null ? 0 : older.count;
    const end = piece.entries + ((<usize>count) << 2);
    let place: usize = walk.place;
    for (let at = piece.entries; at < end; at += 4) {
      const edge = Edge.at(localEdgeOf(load<u32>(at)));
      store<u32>(place, edge.from ^ edge.to ^ node);
      place += (<usize>u32(((edge.typeAndFlags ^ wanted) & mask) == 0)) << 2;
    }
    walk.place = <u32>place;
    if (place - walk.ends >= EDGES_TOGETHER) visitEnds(walk);
    piece = older;
    count = olderCount;
  }
}

/** Appends to the queue what the list holds, each node unless it was seen before. */
function visitEnds(walk: Walk): void {
  const epoch = walk.epoch;
  const end: usize = walk.place;
  let last: usize = walk.queueEnd;
  for (let at: usize = walk.ends; at < end; at += 4) {
    const node = load<u32>(at);
    const mark = markAt(node);
    const isNew = u32(load<u32>(mark) != epoch);
    store<u32>(mark, epoch);
    store<u32>(last, node);
    last += (<usize>isNew) << 2;
  }
  walk.queueEnd = <u32>last;
  walk.place = walk.ends;
}
