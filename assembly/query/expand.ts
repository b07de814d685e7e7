/**
 * Edges of a node, in the order of arrival, written to the output region as rows of u32.
 */

import { DIRECTION_BOTH, DIRECTION_IN, DIRECTION_OUT } from '../abi.ts';
import { blockCount, blockEntry, nextBlock } from '../container/block-list.ts';
import { Edge, Node } from '../graph/elements.ts';
import { isEdgeVisible } from '../graph/visibility.ts';
import { ensureRegion, REGION_OUTPUT, regionAddress } from '../memory/region.ts';
import { LIST_FULL } from './read.ts';

/** Lists the visible edges of one type (0: of all) in a direction, and counts them. May grow. */
export function listEdges(node: u32, type: u32, direction: u32): u32 {
  const row = Node.at(node);
  const outgoing: u32 = direction == DIRECTION_IN ? 0 : entryCount(row.outgoing);
  const incoming: u32 = direction == DIRECTION_OUT ? 0 : entryCount(row.incoming);
  if (!ensureRegion(REGION_OUTPUT, (outgoing + incoming) << 2)) return LIST_FULL;
  const output = regionAddress(REGION_OUTPUT);
  if (outgoing != 0) copyEntries(row.outgoing, output, outgoing);
  if (incoming != 0) copyEntries(row.incoming, output + (outgoing << 2), incoming);
  let count: u32 = 0;
  for (let index: u32 = 0; index < outgoing + incoming; index++) {
    const edge = load<u32>(output + (index << 2));
    if (type != 0 && Edge.at(edge).type != type) continue;
    if (direction == DIRECTION_BOTH && index >= outgoing && isLoop(edge)) continue;
    if (!isEdgeVisible(edge)) continue;
    store<u32>(output + (count << 2), edge);
    count += 1;
  }
  return count;
}

function entryCount(first: u32): u32 {
  let count: u32 = 0;
  for (let block: usize = first; block != 0; block = nextBlock(block)) count += blockCount(block);
  return count;
}

/** Blocks hang newest first: the target is filled from its end. */
function copyEntries(first: u32, target: usize, count: u32): void {
  let end = target + (count << 2);
  for (let block: usize = first; block != 0; block = nextBlock(block)) {
    const held = blockCount(block);
    end -= held << 2;
    for (let index: u32 = 0; index < held; index++) {
      store<u32>(end + (index << 2), blockEntry(block, index));
    }
  }
}

function isLoop(edge: u32): bool {
  return Edge.at(edge).from == Edge.at(edge).to;
}
