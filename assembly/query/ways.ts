/**
 * All ways of some lengths from a node that take no edge twice: level by level, each step longer
 * than those before it. How many there are is bounded by the work alone.
 */

import { Node } from '../graph/elements.ts';
import { Gathered, offer } from './rows.ts';
import { popFrame, push, pushFrame, Run } from './run.ts';
import { STEP_BYTES, Step } from './steps.ts';
import { Walk, WalkWords } from './walk.ts';

/** Offers the ways of `least` to `most` edges. The words are a walk, then the two. May grow. */
export function offerPaths(gathered: Gathered, words: usize): void {
  const run = Run.get();
  const start = run.top;
  const least = load<u32>(words, offsetof<WalkWords>());
  const end = takeSteps(
    gathered.origin,
    WalkWords.at(words),
    load<u32>(words, offsetof<WalkWords>() + 4),
  );
  const type = WalkWords.at(words).nodeType;
  for (let at = start; at < end && !run.isOver; at += STEP_BYTES) {
    const step = Step.at(at);
    if (step.length < least || step.length == 0 || !run.lookAt()) continue;
    if (type == 0 || Node.at(step.node).type == type) offer(gathered, step.node, at);
  }
}

/** Puts all steps on the stack, the origin first; returns the offset of the end. */
function takeSteps(origin: u32, words: WalkWords, most: u32): u32 {
  const run = Run.get();
  let at = push(STEP_BYTES);
  if (!run.isOver) Step.at(at).put(origin, 0, 0, 0);
  const walk = Walk.at(pushFrame());
  for (; at < run.top && !run.isOver; at += STEP_BYTES) {
    const length = Step.at(at).length;
    if (length == most) break;
    walk.begin(words, Step.at(at).node);
    while (walk.next()) {
      if (isTaken(at, walk.edge) || !run.lookAt()) continue;
      const offset = push(STEP_BYTES);
      if (run.isOver) break;
      Step.at(offset).put(walk.other, walk.edge, at, length + 1);
    }
  }
  popFrame();
  return run.top;
}

/** Whether the way to a step has an edge already. */
function isTaken(offset: u32, edge: u32): bool {
  let step = Step.at(offset);
  while (step.edge != 0) {
    if (step.edge == edge) return true;
    step = Step.at(step.previous);
  }
  return false;
}
