/**
 * Ways through the graph, as a tree of steps on the stack of the run: each names the edge that it
 * takes, the node that it comes to, and the step before it. The first has no edge.
 *
 *     step   0  node u32   4  edge u32   8  previous u32 (offset)   12  length u32
 */

import { compareNodes } from '../graph/node-order.ts';
import { compareEdges } from './edge-order.ts';
import { stackAt } from './run.ts';

export const STEP_BYTES: u32 = 16;

@unmanaged
export class Step {
  node: u32;
  edge: u32;
  previous: u32;
  length: u32;

  @inline static at(offset: u32): Step {
    return changetype<Step>(stackAt(offset));
  }

  put(node: u32, edge: u32, previous: u32, length: u32): void {
    this.node = node;
    this.edge = edge;
    this.previous = previous;
    this.length = length;
  }
}

if (offsetof<Step>() != STEP_BYTES) ERROR('a step must be 16 bytes');

/** By their lengths, then by the identity of each edge, of which the first that differs decides. */
export function compareSteps(left: u32, right: u32): i32 {
  let leftStep = Step.at(left);
  let rightStep = Step.at(right);
  if (leftStep.length != rightStep.length) return leftStep.length < rightStep.length ? -1 : 1;
  let order: i32 = 0;
  // From the last step to the first: what differs before replaces what differs behind it.
  while (leftStep != rightStep) {
    let step = compareNodes(leftStep.node, rightStep.node);
    const before = Step.at(leftStep.previous);
    if (step == 0) step = compareEdges(leftStep.edge, rightStep.edge, before.node);
    if (step != 0) order = step;
    leftStep = before;
    rightStep = Step.at(rightStep.previous);
  }
  return order;
}

/** Lists the last so many steps, in order, before an offset of the stack. */
export function listSteps(last: u32, end: u32, count: u32): void {
  let step = last;
  for (let place = end; place > end - (count << 2); step = Step.at(step).previous) {
    place -= 4;
    store<u32>(stackAt(place), step);
  }
}
