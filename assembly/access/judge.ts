/**
 * Decides any rule: an explicit stack of the questions that are open, each at a node of its rule.
 *
 * Verdicts are those of Kleene's logic. A question that is met again on the way to itself is
 * denied, as what nothing else grants; where the way led through the subtracted side of an `EXCEPT`
 * it is UNDEFINED, and stays so unless something else decides: no order of evaluation is preferred.
 *
 *     frame    0  node u32   4  object u32   8  step u32   12  verdict u32   16  depth u32
 *             20  negations u32   24  rule u32, where it is the question's first   28  cursor
 */

import {
  ACCESS_DEPTH_MAX,
  LIMIT_DEPTH,
  LIMIT_VISITS,
  NODE_ALL,
  NODE_ANY,
  NODE_COMPUTED,
  NODE_DIRECT,
  NODE_EXCEPT,
  VERDICT_DENIED,
  VERDICT_FAILED,
  VERDICT_GRANTED,
  VERDICT_UNDEFINED,
} from '../abi-access.ts';
import { REGION_ACCESS, regionAddress } from '../memory/region.ts';
import { GrantCursor, verdictOfGrants } from './cursor.ts';
import { Leaf, Rule } from './program.ts';
import { Inquiry, Question } from './question.ts';
import { FRAMES_AT, ruleOfNext, subjectsOf, walkFrom } from './walk.ts';

const FRAMES_MAX: u32 = 2048;
const FRAME_BYTES: usize = 80;
/** Bytes of the access region. */
export const ACCESS_BYTES: u32 = <u32>FRAMES_AT + FRAMES_MAX * <u32>FRAME_BYTES;

/** No verdict: a question was opened whose verdict comes first. */
const OPENED: u32 = 5;
/** No verdict has come back. */
const NONE: u32 = 6;

@unmanaged
class Frame {
  node: u32;
  object: u32;
  step: u32;
  verdict: u32;
  depth: u32;
  negations: u32;
  rule: u32;

  @inline static at(number: u32): Frame {
    return changetype<Frame>(
      regionAddress(REGION_ACCESS) + FRAMES_AT + <usize>number * FRAME_BYTES,
    );
  }

  @inline get cursor(): GrantCursor {
    return changetype<GrantCursor>(changetype<usize>(this) + offsetof<Frame>());
  }

  @inline get kind(): u32 {
    return load<u32>(this.node);
  }

  /** A word of the node after its kind, from 1. */
  @inline word(number: u32): u32 {
    return load<u32>(this.node + (number << 2));
  }
}

if (offsetof<Frame>() + offsetof<GrantCursor>() > FRAME_BYTES) ERROR('a cursor must fit a frame');

/** The verdict of a rule on an object. */
export function judge(object: u32, rule: u32): u32 {
  let returned = enter(object, rule, 0, 0, 0);
  if (returned != OPENED) return returned;
  let open: u32 = 1;
  returned = NONE;
  while (open > 0) {
    const outcome = advance(Frame.at(open - 1), open, returned);
    if (outcome == OPENED) {
      open += 1;
      returned = NONE;
    } else {
      open -= 1;
      returned = outcome;
    }
  }
  return returned;
}

/** Opens a question above so many, unless its verdict is plain. */
function enter(object: u32, rule: u32, depth: u32, negations: u32, open: u32): u32 {
  const question = Question.get();
  const row = Rule.at(rule);
  if (row.root == 0) return walkFrom(object, rule, depth);
  const isSubject = object == question.subject && question.subjectRelation != 0;
  if (isSubject && row.relation == question.subjectRelation) return VERDICT_GRANTED;
  for (let number: u32 = 0; number < open; number++) {
    const frame = Frame.at(number);
    if (frame.rule != rule || frame.object != object) continue;
    return frame.negations == negations ? VERDICT_DENIED : VERDICT_UNDEFINED;
  }
  const inquiry = Inquiry.get();
  inquiry.visits += 1;
  if (inquiry.visits > question.visitsMax) {
    inquiry.meet(LIMIT_VISITS);
    return VERDICT_FAILED;
  }
  return openAt(inquiry.program + row.root, object, depth, negations, rule, open);
}

function openAt(node: u32, object: u32, depth: u32, negations: u32, rule: u32, open: u32): u32 {
  if (open == FRAMES_MAX) {
    Inquiry.get().meet(LIMIT_DEPTH);
    return VERDICT_FAILED;
  }
  const frame = Frame.at(open);
  frame.node = node;
  frame.object = object;
  frame.step = 0;
  frame.verdict = load<u32>(node) == NODE_ALL ? VERDICT_GRANTED : VERDICT_DENIED;
  frame.depth = depth;
  frame.negations = negations;
  frame.rule = rule;
  return OPENED;
}

/** Goes on at the top of so many frames, after a verdict came back or NONE. */
function advance(frame: Frame, open: u32, returned: u32): u32 {
  switch (frame.kind) {
    case NODE_ANY:
    case NODE_ALL:
      return advanceList(frame, open, returned);
    case NODE_EXCEPT:
      return advanceExcept(frame, open, returned);
    case NODE_COMPUTED: {
      if (returned != NONE) return returned;
      const rule = Inquiry.get().program + frame.word(1);
      return enter(frame.object, rule, frame.depth, frame.negations, open);
    }
    default:
      return advanceLeaf(frame, open, returned);
  }
}

function advanceList(frame: Frame, open: u32, returned: u32): u32 {
  const isAll = frame.kind == NODE_ALL;
  let back = returned;
  for (;;) {
    if (back != NONE) {
      frame.verdict = isAll ? both(frame.verdict, back) : max(frame.verdict, back);
      if (frame.verdict == (isAll ? VERDICT_DENIED : VERDICT_GRANTED)) break;
    }
    if (frame.step == frame.word(1)) break;
    frame.step += 1;
    back = openPart(frame, frame.word(1 + frame.step), frame.negations, open);
    if (back == OPENED) return OPENED;
  }
  return frame.verdict;
}

function advanceExcept(frame: Frame, open: u32, returned: u32): u32 {
  frame.step += 1;
  if (frame.step == 1) return openPart(frame, frame.word(1), frame.negations, open);
  if (frame.step == 2) {
    if (returned == VERDICT_DENIED) return returned;
    frame.verdict = returned;
    return openPart(frame, frame.word(2), frame.negations + 1, open);
  }
  return both(frame.verdict, negated(returned));
}

/** Opens a part of the same rule: `node` is an offset. */
function openPart(frame: Frame, node: u32, negations: u32, open: u32): u32 {
  const address = Inquiry.get().program + node;
  return openAt(address, frame.object, frame.depth, negations, 0, open);
}

/** Grants that decide by themselves, then the questions that the others lead to. */
function advanceLeaf(frame: Frame, open: u32, returned: u32): u32 {
  const leaf = Leaf.at(frame.node);
  const cursor = frame.cursor;
  if (returned != NONE) frame.verdict = max(frame.verdict, returned);
  if (frame.step == 0) {
    const isDirect = leaf.kind == NODE_DIRECT;
    if (isDirect) frame.verdict = verdictOfGrants(frame.object, leaf.relation, subjectsOf(leaf));
    cursor.begin(frame.object, leaf.relation, subjectsOf(leaf), isDirect);
    frame.step = 1;
  }
  while (frame.verdict != VERDICT_GRANTED && cursor.next()) {
    const rule = ruleOfNext(cursor, leaf);
    if (rule == 0 || !cursor.holds()) continue;
    let verdict = VERDICT_FAILED;
    if (frame.depth == ACCESS_DEPTH_MAX) Inquiry.get().meet(LIMIT_DEPTH);
    else verdict = enter(cursor.subject, rule, frame.depth + 1, frame.negations, open);
    if (verdict == OPENED) return OPENED;
    frame.verdict = max(frame.verdict, verdict);
  }
  return max(frame.verdict, cursor.noted);
}

function both(left: u32, right: u32): u32 {
  if (left == VERDICT_DENIED || right == VERDICT_DENIED) return VERDICT_DENIED;
  if (left == VERDICT_GRANTED) return right;
  return right == VERDICT_GRANTED ? left : max(left, right);
}

function negated(verdict: u32): u32 {
  if (verdict == VERDICT_DENIED) return VERDICT_GRANTED;
  return verdict == VERDICT_GRANTED ? VERDICT_DENIED : verdict;
}
