/**
 * A shortest path by number of edges, or by weights. The search goes backwards from the end, so
 * that every node it reaches knows how far it is from there; the way then goes forward, and takes
 * the least of the edges that lead on: which path it is depends on nothing but the graph.
 */

import { DIRECTION_IN, DIRECTION_OUT, PLAN_MISSING, PLAN_SPACE_FULL } from '../abi.ts';
import { findNode } from '../graph/elements.ts';
import { compareNodes } from '../graph/node-order.ts';
import { ensureRegion, REGION_OUTPUT, regionAddress } from '../memory/region.ts';
import { compareEdges } from './edge-order.ts';
import { beginMarks, isMarked, markOf, setMark } from './marks.ts';
import { LIST_FULL } from './read.ts';
import { beginRun, popFrame, push, pushFrame, Run, stackAt } from './run.ts';
import { isNodeSeen } from './sight.ts';
import { STEP_BYTES, Step } from './steps.ts';
import { WALK_BYTES, Walk, WalkWords } from './walk.ts';
import { Route, settleRoutes, weightOf } from './weighted.ts';

/** There is no path. */
export const PATH_NONE: u32 = 0xfffffffe;

/** What a search counts where nobody counts it. */
const NO_BOUND: u32 = 0xffffffff;

/** The words of a search in a plan. */
@unmanaged
class SearchWords {
  /** Addresses of ids. */
  from: u32;
  to: u32;
  most: u32;
  /** A property of edges, or 0 for none. */
  weight: u32;

  @inline static at(address: usize): SearchWords {
    return changetype<SearchWords>(address);
  }

  @inline get walk(): WalkWords {
    return WalkWords.at(changetype<usize>(this) + offsetof<SearchWords>());
  }
}

/**
 * Lists the edges of a shortest path in the output region, in order, and counts them; PATH_NONE
 * where there is none of so many edges at most. May grow.
 */
export function shortestPath(from: u32, to: u32, most: u32, direction: u32, type: u32): u32 {
  const epoch = beginRun(NO_BOUND, NO_BOUND, NO_BOUND) ? beginMarks() : 0;
  if (epoch == 0) return LIST_FULL;
  const frame = pushFrame();
  const words = WalkWords.at(frame + WALK_BYTES * 2);
  words.edgeType = type;
  words.direction = direction;
  const last = pathBetween(frame, words, epoch, from, to, most, 0);
  popFrame();
  if (Run.get().isOver) return LIST_FULL;
  return last == PATH_NONE ? PATH_NONE : listEdges(last);
}

/**
 * The offset of the last step of the path, or PATH_NONE. Fails where an end is not seen. May grow.
 */
export function findPath(words: usize): u32 {
  const search = SearchWords.at(words);
  const run = Run.get();
  if (!run.lookAt()) return PATH_NONE;
  const from = findNode(search.from);
  const to = findNode(search.to);
  if (from == 0 || to == 0 || !isNodeSeen(from) || !isNodeSeen(to)) {
    run.fail(PLAN_MISSING);
    return PATH_NONE;
  }
  const epoch = beginMarks();
  if (epoch == 0) run.fail(PLAN_SPACE_FULL);
  if (run.isOver) return PATH_NONE;
  const last = pathBetween(pushFrame(), search.walk, epoch, from, to, search.most, search.weight);
  popFrame();
  return last;
}

/** Between nodes that the caller sees; the frame has room for a walk and its words. */
function pathBetween(
  frame: usize,
  words: WalkWords,
  epoch: u32,
  from: u32,
  to: u32,
  most: u32,
  weight: u32,
): u32 {
  const walk = Walk.at(frame);
  const back = WalkWords.at(frame + WALK_BYTES);
  turnRound(back, words);
  const isFound =
    weight == 0
      ? reachBack(walk, back, epoch, from, to, most)
      : settleRoutes(walk, back, epoch, from, to, weight);
  if (!isFound || Run.get().isOver) return PATH_NONE;
  return goForward(walk, words, epoch, from, weight);
}

function listEdges(last: u32): u32 {
  const count = Step.at(last).length;
  if (!ensureRegion(REGION_OUTPUT, count << 2)) return LIST_FULL;
  const output = regionAddress(REGION_OUTPUT);
  let step = Step.at(last);
  for (let place = count; place > 0; place--) {
    store<u32>(output + ((place - 1) << 2), step.edge);
    step = Step.at(step.previous);
  }
  return count;
}

function turnRound(back: WalkWords, walk: WalkWords): void {
  back.edgeType = walk.edgeType;
  back.direction = walk.direction;
  if (walk.direction == DIRECTION_OUT) back.direction = DIRECTION_IN;
  if (walk.direction == DIRECTION_IN) back.direction = DIRECTION_OUT;
  back.nodeType = 0;
}

/** Marks nodes with their distance to the end, up to the start; false where that is too far. */
function reachBack(walk: Walk, back: WalkWords, epoch: u32, from: u32, to: u32, most: u32): bool {
  const run = Run.get();
  let at = push(4);
  if (run.isOver) return false;
  store<u32>(stackAt(at), to);
  setMark(epoch, to, 0);
  for (; at < run.top && !isMarked(epoch, from); at += 4) {
    const node = load<u32>(stackAt(at));
    const distance = markOf(node);
    if (distance == most) return false;
    walk.begin(back, node);
    while (walk.next()) {
      if (isMarked(epoch, walk.other)) continue;
      const place = push(4);
      if (run.isOver) return false;
      store<u32>(stackAt(place), walk.other);
      setMark(epoch, walk.other, distance + 1);
    }
  }
  return isMarked(epoch, from);
}

/** Takes the least edge that leads on, from the start until nothing is left of the way. */
function goForward(walk: Walk, words: WalkWords, epoch: u32, from: u32, weight: u32): u32 {
  const run = Run.get();
  const isWeighted = weight != 0;
  if (isWeighted) run.weight = Route.at(markOf(from)).sum;
  let last = push(STEP_BYTES);
  if (run.isOver) return PATH_NONE;
  Step.at(last).put(from, 0, 0, 0);
  const length = isWeighted ? Route.at(markOf(from)).length : markOf(from);
  for (let taken: u32 = 1; taken <= length; taken++) {
    const node = Step.at(last).node;
    let other: u32 = 0;
    let edge: u32 = 0;
    walk.begin(words, node);
    while (walk.next()) {
      if (!isMarked(epoch, walk.other) || !leadsOn(node, walk, weight)) continue;
      if (edge != 0 && !isLess(walk, other, edge, node)) continue;
      other = walk.other;
      edge = walk.edge;
    }
    const step = push(STEP_BYTES);
    if (run.isOver) return PATH_NONE;
    Step.at(step).put(other, edge, last, taken);
    last = step;
  }
  return last;
}

function leadsOn(node: u32, walk: Walk, weight: u32): bool {
  if (weight == 0) return markOf(walk.other) + 1 == markOf(node);
  const here = Route.at(markOf(node));
  const next = Route.at(markOf(walk.other));
  if (next.isSettled == 0 || next.length + 1 != here.length) return false;
  return weightOf(walk.edge, weight) + next.sum == here.sum;
}

function isLess(walk: Walk, other: u32, edge: u32, origin: u32): bool {
  const order = compareNodes(walk.other, other);
  return order != 0 ? order < 0 : compareEdges(walk.edge, edge, origin) < 0;
}
