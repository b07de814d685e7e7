/** The nodes around a node: breadth first, each with the length of the shortest way to it. */

import { PLAN_SPACE_FULL } from '../abi.ts';
import { beginMarks, isMarked, setMark } from './marks.ts';
import { Gathered, offer } from './rows.ts';
import { popFrame, push, pushFrame, Run, stackAt } from './run.ts';
import { Walk, WalkWords } from './walk.ts';

/** A node that was reached, and its distance. */
const REACHED_BYTES: u32 = 8;

/** Offers those from `least` to `most` edges away. The words are a walk, then the two. May grow. */
export function offerAround(gathered: Gathered, words: usize): void {
  const run = Run.get();
  const start = run.top;
  const least = load<u32>(words, offsetof<WalkWords>());
  const end = reach(
    gathered.origin,
    WalkWords.at(words),
    load<u32>(words, offsetof<WalkWords>() + 4),
  );
  for (let at = start; at < end && !run.isOver; at += REACHED_BYTES) {
    const node = load<u32>(stackAt(at));
    const distance = load<u32>(stackAt(at), 4);
    if (distance < least || distance == 0 || !run.lookAt()) continue;
    offer(gathered, node, distance);
  }
}

/**
 * Lists what is reached on the stack, the origin first; returns the offset of the end. Ways lead
 * through nodes of the type of the rows alone.
 */
function reach(origin: u32, words: WalkWords, most: u32): u32 {
  const run = Run.get();
  const epoch = beginMarks();
  if (epoch == 0) run.fail(PLAN_SPACE_FULL);
  let at = run.top;
  visit(epoch, origin, 0);
  const walk = Walk.at(pushFrame());
  for (; at < run.top && !run.isOver; at += REACHED_BYTES) {
    const distance = load<u32>(stackAt(at), 4);
    if (distance == most) break;
    walk.begin(words, load<u32>(stackAt(at)));
    while (walk.nextRow()) {
      if (!isMarked(epoch, walk.other)) visit(epoch, walk.other, distance + 1);
    }
  }
  popFrame();
  return run.top;
}

function visit(epoch: u32, node: u32, distance: u32): void {
  const offset = push(REACHED_BYTES);
  if (Run.get().isOver) return;
  setMark(epoch, node, distance);
  store<u32>(stackAt(offset), node);
  store<u32>(stackAt(offset), distance, 4);
}
