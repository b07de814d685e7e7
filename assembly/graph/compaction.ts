/**
 * Compaction: what a seal takes away for good (schema/merge.md). Every commit that is here is
 * sealed then, and every later one has a greater stamp, so what does not show now never will:
 *
 *   - nodes that were deleted, with their cells and all edges at them; deleted edges
 *   - of what stays, cells that do not show, and delete stamps
 *   - rows of nodes and edges that nothing but a name is known of
 *   - transactions that nothing names any more (sealed-writers.ts)
 *
 * What was written to an element that was never created stays, as far as it would show.
 *
 * It takes nothing from the arena, and all that it frees is used before the arena is. Edges come
 * first: their rows tell, until the end, which entries the lists of their ends lose. No snapshot
 * runs meanwhile, so its writes need no barrier.
 */

import { ELEMENT_EDGE, ELEMENT_NODE } from '../abi.ts';
import { HashIndex, INDEX_EDGES, INDEX_NODES } from '../container/hash-index.ts';
import { isSnapshotRunning } from '../memory/guard.ts';
import { POOL_EDGES, POOL_NODES, POOL_TRANSACTIONS, Pool } from '../memory/pool.ts';
import { ensureRegion, REGION_SCRATCH, regionAddress } from '../memory/region.ts';
import { Cell, dropCells, nextCell } from './cells.ts';
import { endCollections } from './collections.ts';
import { clear, retain } from './edge-list.ts';
import {
  EDGE_BYTES,
  Edge,
  Element,
  FLAG_DELETED,
  FLAG_EXISTS,
  hashOfEdge,
  hashOfNode,
  NODE_BYTES,
  Node,
} from './elements.ts';
import { beginPathTable, pathTableBytes, sealCells } from './sealed-cells.ts';
import { renumberBytes, renumberWriters } from './sealed-writers.ts';
import { endSequences } from './sequences.ts';
import { isReservedPath } from './symbols.ts';

/** Flags of an element that stand only while this runs. */
const FLAG_REMOVED: u32 = 16 << 24;
const FLAG_FEWER_OUTGOING: u32 = 32 << 24;
const FLAG_FEWER_INCOMING: u32 = 64 << 24;

/** Makes room for what `compact` works with; false when there is none. May grow. */
export function ensureCompaction(): bool {
  const lists = (<u64>Pool.of(POOL_EDGES).count) << 2;
  const writers: u64 = renumberBytes(Pool.of(POOL_TRANSACTIONS).count);
  const bytes = max(pathTableBytes() + lists, writers);
  return bytes <= 0xffffffff && ensureRegion(REGION_SCRATCH, <u32>bytes);
}

/** Takes away what is sealed and does not show. Room was made; no snapshot runs. */
export function compact(): void {
  assert(!isSnapshotRunning());
  beginPathTable();
  sealEdges();
  sealNodes();
  freeEdges();
  renumberWriters();
}

/** Marks the edges that go, and the lists that they stand in. */
function sealEdges(): void {
  const end = Pool.of(POOL_EDGES).count;
  for (let edge: u32 = 1; edge < end; edge++) {
    const row = Edge.at(edge);
    // The first word of a free row names the next one.
    if (row.to == 0) continue;
    const element = Element.at(ELEMENT_EDGE, edge);
    if (!isLost(element) && !isLostNode(row.from) && !isLostNode(row.to)) {
      sealCells(ELEMENT_EDGE, edge);
      if (element.created != 0 || hasValues(element)) continue;
    }
    HashIndex.of(INDEX_EDGES).remove(hashOfEdge(edge), edge);
    endSequences(element);
    endCollections(element);
    dropCells(element.cellList, true);
    row.typeAndFlags |= FLAG_REMOVED;
    setFlag(row.from, FLAG_FEWER_OUTGOING);
    setFlag(row.to, FLAG_FEWER_INCOMING);
  }
}

/** From the last row on, so that the first ones are taken again first. */
function sealNodes(): void {
  for (let node = lastRow(POOL_NODES); node != 0; node--) {
    const row = Node.at(node);
    if (row.id1 == 0) continue;
    const element = Element.at(ELEMENT_NODE, node);
    if (isLost(element)) {
      clear(row.outgoingList);
      clear(row.incomingList);
      endSequences(element);
      endCollections(element);
      dropCells(element.cellList, true);
      removeNode(node);
      continue;
    }
    sealLists(row);
    sealCells(ELEMENT_NODE, node);
    const isOnlyNamed = row.created == 0 && row.cells == 0;
    if (isOnlyNamed && row.outgoing == 0 && row.incoming == 0) removeNode(node);
  }
}

/** Takes the edges that go out of the lists of a node that stays. */
function sealLists(row: Node): void {
  const fewer = row.typeAndFlags & (FLAG_FEWER_OUTGOING | FLAG_FEWER_INCOMING);
  if (fewer == 0) return;
  const scratch = regionAddress(REGION_SCRATCH) + pathTableBytes();
  if ((fewer & FLAG_FEWER_OUTGOING) != 0) retain(row.outgoingList, scratch, staysEdge);
  if ((fewer & FLAG_FEWER_INCOMING) != 0) retain(row.incomingList, scratch, staysEdge);
  row.typeAndFlags &= ~fewer;
}

function freeEdges(): void {
  for (let edge = lastRow(POOL_EDGES); edge != 0; edge--) {
    if (!staysEdge(edge)) Pool.remove(POOL_EDGES, EDGE_BYTES, edge);
  }
}

/** None has been made while the pool counts no row 0. */
function lastRow(pool: u32): u32 {
  return max<u32>(Pool.of(pool).count, 1) - 1;
}

function staysEdge(edge: u32): bool {
  return (Edge.at(edge).typeAndFlags & FLAG_REMOVED) == 0;
}

function removeNode(node: u32): void {
  HashIndex.of(INDEX_NODES).remove(hashOfNode(node), node);
  Pool.remove(POOL_NODES, NODE_BYTES, node);
}

/** Whether an element does not exist, and its create or its delete is known. */
function isLost(element: Element): bool {
  if (element.exists) return false;
  return element.created != 0 || (element.typeAndFlags & FLAG_DELETED) != 0;
}

function isLostNode(node: u32): bool {
  const row = Node.at(node);
  if ((row.typeAndFlags & FLAG_EXISTS) != 0) return false;
  return row.created != 0 || (row.typeAndFlags & FLAG_DELETED) != 0;
}

function setFlag(node: u32, flag: u32): void {
  const row = Node.at(node);
  row.typeAndFlags |= flag;
}

function hasValues(element: Element): bool {
  for (let cell: usize = element.cells; cell != 0; cell = nextCell(cell)) {
    if (!isReservedPath(Cell.at(cell).path)) return true;
  }
  return false;
}
