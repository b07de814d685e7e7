/**
 * A shortest path by number of edges: breadth first from the start, level by level, each node
 * remembering the edge that reached it first. Marks stand in the visit region, 8 bytes a node
 * (epoch, edge); a new epoch forgets them all at once.
 */

import { DIRECTION_IN, DIRECTION_OUT, PATH_EDGES_MAX, ROW_MASK } from '../abi.ts';
import { blockCount, blockEntry, nextBlock } from '../container/block-list.ts';
import { Edge, FLAG_EXISTS, Node } from '../graph/elements.ts';
import { isNodeVisible } from '../graph/visibility.ts';
import { VISIT_EPOCH } from '../memory/header.ts';
import { POOL_NODES, Pool } from '../memory/pool.ts';
import {
  ensureRegion,
  REGION_OUTPUT,
  REGION_SCRATCH,
  REGION_VISIT,
  regionAddress,
  regionBytes,
} from '../memory/region.ts';
import { LIST_FULL } from './read.ts';

/** No path within the depth. */
export const PATH_NONE: u32 = 0xfffffffe;

const MARK_BITS: u32 = 3;

/** What a search goes by. */
@unmanaged
class Search {
  direction: u32;
  /** Edge type to follow, 0 for all. */
  type: u32;
  target: u32;
  epoch: u32;
  /** Place of the next node in the queue. */
  queueEnd: u32;
  found: u32;
}

/**
 * Writes the edges of a shortest path to the output region, in order, and returns their count;
 * 0 when start and target are the same. May grow.
 */
export function shortestPath(from: u32, to: u32, depthMax: u32, direction: u32, type: u32): u32 {
  if (from == to) return 0;
  const nodes = Pool.of(POOL_NODES).count;
  if (!ensureVisits(nodes)) return LIST_FULL;
  if (!ensureRegion(REGION_SCRATCH, (nodes << 2) + 64)) return LIST_FULL;
  if (!ensureRegion(REGION_OUTPUT, PATH_EDGES_MAX << 2)) return LIST_FULL;
  const search = changetype<Search>(regionAddress(REGION_SCRATCH));
  const queue = regionAddress(REGION_SCRATCH) + 64;
  search.direction = direction;
  search.type = type;
  search.target = to;
  search.found = 0;
  search.epoch = nextEpoch();
  search.queueEnd = <u32>queue;
  visit(search, from, 0);
  let level = queue;
  for (let depth: u32 = 0; depth < depthMax && search.found == 0; depth++) {
    const end: usize = search.queueEnd;
    if (level == end) return PATH_NONE;
    for (; level < end && search.found == 0; level += 4) expand(search, load<u32>(level));
  }
  return search.found == 0 ? PATH_NONE : writePath(from, to);
}

function expand(search: Search, node: u32): void {
  const row = Node.at(node);
  if (search.direction != DIRECTION_IN) expandList(search, node, row.outgoing);
  if (search.direction != DIRECTION_OUT) expandList(search, node, row.incoming);
}

function expandList(search: Search, node: u32, first: u32): void {
  for (let block: usize = first; block != 0; block = nextBlock(block)) {
    const count = blockCount(block);
    for (let index: u32 = 0; index < count; index++) {
      const edge = blockEntry(block, index);
      const row = Edge.at(edge);
      if (search.type != 0 && row.type != search.type) continue;
      if ((row.typeAndFlags & FLAG_EXISTS) == 0) continue;
      const other = row.from == node ? row.to : row.from;
      if (load<u32>(markAt(other)) == search.epoch || !isNodeVisible(other)) continue;
      visit(search, other, edge);
      if (other != search.target) continue;
      search.found = 1;
      return;
    }
  }
}

function visit(search: Search, node: u32, edge: u32): void {
  const mark = markAt(node);
  store<u32>(mark, search.epoch);
  store<u32>(mark, edge, 4);
  store<u32>(search.queueEnd, node);
  search.queueEnd += 4;
}

/** Walks back from the target to count, then again to write the edges in order. */
function writePath(from: u32, to: u32): u32 {
  let count: u32 = 0;
  for (let node = to; node != from; node = before(node)) count += 1;
  const output = regionAddress(REGION_OUTPUT);
  let place = count;
  for (let node = to; node != from; node = before(node)) {
    place -= 1;
    store<u32>(output + (place << 2), load<u32>(markAt(node), 4));
  }
  return count;
}

function before(node: u32): u32 {
  const edge = Edge.at(load<u32>(markAt(node), 4));
  return edge.to == node ? edge.from : edge.to;
}

export function markAt(node: u32): usize {
  return regionAddress(REGION_VISIT) + ((node & ROW_MASK) << MARK_BITS);
}

export function ensureVisits(nodes: u32): bool {
  const held = regionBytes(REGION_VISIT);
  if (!ensureRegion(REGION_VISIT, nodes << MARK_BITS)) return false;
  if (regionBytes(REGION_VISIT) != held) store<u32>(VISIT_EPOCH, 0);
  return true;
}

/** A fresh epoch; when the count runs out, or the region moved, all marks are wiped. */
export function nextEpoch(): u32 {
  const last = load<u32>(VISIT_EPOCH);
  if (last == 0 || last == 0xffffffff) {
    memory.fill(regionAddress(REGION_VISIT), 0, regionBytes(REGION_VISIT));
    store<u32>(VISIT_EPOCH, 1);
    return 1;
  }
  store<u32>(VISIT_EPOCH, last + 1);
  return last + 1;
}
