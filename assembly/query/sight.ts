/**
 * What the caller of a plan may see: asked wherever a row or a field is read. Slot 0 shows all that
 * exists; permissions bring others. The host refuses a plan that names one, so that a slot which
 * nothing carries out cannot show too much.
 */

import { isEdgeVisible, isNodeVisible } from '../graph/visibility.ts';

/** Whether a node is there, for a slot of rows. */
export function isNodeSeen(visibility: u32, node: u32): bool {
  assert(visibility == 0);
  return isNodeVisible(node);
}

/** Whether every node that exists is seen, so that none of them needs to be asked about. */
export function areAllSeen(visibility: u32): bool {
  return visibility == 0;
}

/** Whether an edge is there, and its ends are. */
export function isEdgeSeen(visibility: u32, edge: u32): bool {
  assert(visibility == 0);
  return isEdgeVisible(edge);
}

/** Whether an end of an edge that is seen is seen too: that it is there, the edge says. */
export function isEndSeen(visibility: u32, _node: u32): bool {
  assert(visibility == 0);
  return true;
}

/** Whether a field of an element that is seen may be read. */
export function isFieldSeen(mask: u32): bool {
  assert(mask == 0);
  return true;
}
