/**
 * Ways of the least weight to one node, from every node that is no farther than a start (E. W.
 * Dijkstra, 1959). Routes wait in a pairing heap that is linked through them (M. L. Fredman and
 * others, 1986), on the stack of the run; the mark of a node is the offset of its best route.
 *
 *     route   0  sum f64    8  length u32   12  node u32   16  child u32   20  sibling u32
 *            24  is settled u32
 */

import { ELEMENT_EDGE, SYMBOL_UNKNOWN, VALUE_COUNTER, VALUE_FLOAT64, VALUE_INT64 } from '../abi.ts';
import { Cell } from '../graph/cells.ts';
import { Element } from '../graph/elements.ts';
import { visibleCell } from '../graph/visibility.ts';
import { isMarked, markOf, setMark } from './marks.ts';
import { push, Run, stackAt } from './run.ts';
import { isFieldSeen } from './sight.ts';
import { Walk, WalkWords } from './walk.ts';

const ROUTE_BYTES: u32 = 32;
/** In the place of an offset; 0 is one. */
const NONE: u32 = 0xffffffff;

@unmanaged
export class Route {
  sum: f64;
  length: u32;
  node: u32;
  child: u32;
  sibling: u32;
  isSettled: u32;
  reserved: u32;

  @inline static at(offset: u32): Route {
    return changetype<Route>(stackAt(offset));
  }
}

if (offsetof<Route>() != ROUTE_BYTES) ERROR('a route must be 32 bytes');

/** Settles nodes until the start is; false when no way leads from it. May grow. */
export function settleRoutes(
  walk: Walk,
  back: WalkWords,
  epoch: u32,
  from: u32,
  to: u32,
  weight: u32,
): bool {
  const run = Run.get();
  let heap = addRoute(epoch, to, 0, 0);
  while (heap != NONE && !run.isOver) {
    const best = heap;
    heap = mergePairs(Route.at(best).child);
    const route = Route.at(best);
    const node = route.node;
    // A better one has come since.
    if (markOf(node) != best) continue;
    route.isSettled = 1;
    if (node == from) return true;
    const sum = route.sum;
    const length = route.length + 1;
    walk.begin(back, node);
    while (walk.next()) {
      const edgeWeight = weightOf(walk.edge, weight);
      // Not a number where the edge has no weight that counts.
      if (!(edgeWeight >= 0)) continue;
      const other = walk.other;
      if (isMarked(epoch, other) && !isBetter(edgeWeight + sum, length, markOf(other))) continue;
      const added = addRoute(epoch, other, edgeWeight + sum, length);
      if (run.isOver) return false;
      heap = merge(heap, added);
    }
  }
  return false;
}

/** The weight of an edge: NaN where it has none that is finite and 0 or more. May grow. */
export function weightOf(edge: u32, path: u32): f64 {
  if (path == SYMBOL_UNKNOWN || !isFieldSeen(ELEMENT_EDGE, edge, path)) return NaN;
  const cell = visibleCell(Element.at(ELEMENT_EDGE, edge), path);
  if (cell == 0) return NaN;
  const row = Cell.at(cell);
  const kind = row.kind;
  let weight: f64 = NaN;
  if (kind == VALUE_INT64 || kind == VALUE_COUNTER) weight = <f64>(<i64>row.value);
  if (kind == VALUE_FLOAT64) weight = reinterpret<f64>(row.value);
  return weight >= 0 && weight < Infinity ? weight : NaN;
}

function addRoute(epoch: u32, node: u32, sum: f64, length: u32): u32 {
  const offset = push(ROUTE_BYTES);
  if (Run.get().isOver) return NONE;
  const route = Route.at(offset);
  route.sum = sum;
  route.length = length;
  route.node = node;
  route.child = NONE;
  route.sibling = NONE;
  route.isSettled = 0;
  setMark(epoch, node, offset);
  return offset;
}

function isBetter(sum: f64, length: u32, offset: u32): bool {
  const route = Route.at(offset);
  return sum < route.sum || (sum == route.sum && length < route.length);
}

function merge(left: u32, right: u32): u32 {
  if (left == NONE) return right;
  if (right == NONE) return left;
  const leftRoute = Route.at(left);
  const isLeft = isBetter(leftRoute.sum, leftRoute.length, right);
  const first = isLeft ? left : right;
  const second = isLeft ? right : left;
  Route.at(second).sibling = Route.at(first).child;
  Route.at(first).child = second;
  return first;
}

/** Merges the children of what was taken, two and two, and then all of these, from the last on. */
function mergePairs(first: u32): u32 {
  let pairs: u32 = NONE;
  for (let left = first; left != NONE; ) {
    const right = Route.at(left).sibling;
    const next = right == NONE ? NONE : Route.at(right).sibling;
    Route.at(left).sibling = NONE;
    if (right != NONE) Route.at(right).sibling = NONE;
    const merged = merge(left, right);
    Route.at(merged).sibling = pairs;
    pairs = merged;
    left = next;
  }
  let heap: u32 = NONE;
  while (pairs != NONE) {
    const next = Route.at(pairs).sibling;
    Route.at(pairs).sibling = NONE;
    heap = merge(heap, pairs);
    pairs = next;
  }
  return heap;
}
