/**
 * Edges of a node, in the order of arrival, written to the output region as rows of u32.
 */

import { DIRECTION_BOTH, DIRECTION_IN, DIRECTION_OUT } from '../abi.ts';
import { EdgeList, edgeOf } from '../graph/edge-list.ts';
import { Edge, Node } from '../graph/elements.ts';
import { ensureRegion, REGION_OUTPUT, regionAddress } from '../memory/region.ts';
import { LIST_FULL } from './read.ts';
import { isWholeEdgeSeen } from './sight.ts';

/** Lists the visible edges of one type (0: of all) in a direction, and counts them. May grow. */
export function listEdges(node: u32, type: u32, direction: u32): u32 {
  const row = Node.at(node);
  const outgoing: u32 = direction == DIRECTION_IN ? 0 : entryCount(row.outgoingList);
  const incoming: u32 = direction == DIRECTION_OUT ? 0 : entryCount(row.incomingList);
  if (!ensureRegion(REGION_OUTPUT, (outgoing + incoming) << 2)) return LIST_FULL;
  const output = regionAddress(REGION_OUTPUT);
  if (outgoing != 0) copyEdges(row.outgoingList, output, outgoing);
  if (incoming != 0) copyEdges(row.incomingList, output + (outgoing << 2), incoming);
  let count: u32 = 0;
  for (let index: u32 = 0; index < outgoing + incoming; index++) {
    const edge = load<u32>(output + (index << 2));
    if (type != 0 && Edge.at(edge).type != type) continue;
    if (direction == DIRECTION_BOTH && index >= outgoing && isLoop(edge)) continue;
    if (!isWholeEdgeSeen(edge)) continue;
    store<u32>(output + (count << 2), edge);
    count += 1;
  }
  return count;
}

function entryCount(list: EdgeList): u32 {
  let count: u32 = 0;
  for (let piece: EdgeList | null = list; piece !== null; piece = piece.older) {
    count += piece.count;
  }
  return count;
}

/** The newest piece comes first: the target is filled from its end. */
function copyEdges(list: EdgeList, target: usize, count: u32): void {
  let end = target + ((<usize>count) << 2);
  for (let piece: EdgeList | null = list; piece !== null; piece = piece.older) {
    const entries = piece.entries;
    const bytes = (<usize>piece.count) << 2;
    end -= bytes;
    for (let at: usize = 0; at < bytes; at += 4) {
      store<u32>(end + at, edgeOf(load<u32>(entries + at)));
    }
  }
}

function isLoop(edge: u32): bool {
  return Edge.at(edge).from == Edge.at(edge).to;
}
