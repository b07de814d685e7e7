/**
 * For whom the engine reads: a question (question.ts) in a region of its own, which the host writes
 * before, and what is the same for all that it asks. It stands at the begin of the sight region:
 *
 *     caller   this head   64  pages of bits (bits.ts)   then the tables of sight.ts
 *
 * Its question has two strangers: the subject, where no grant names it, and an element.
 */

import { SIGHT_ASKS, SIGHT_OVER, SIGHT_VISITS_MAX, STRANGER, VERDICT_ASK } from '../abi-access.ts';
import { QUESTION_REGION, SIGHT, SIGHT_NONE, SIGHT_STATE, SIGHT_USED } from '../memory/header.ts';
import { REGION_INPUT, REGION_QUESTION, REGION_SIGHT, regionAddress } from '../memory/region.ts';
import { BITS_BYTES, BitPages } from './bits.ts';
import { judge } from './judge.ts';
import { Program } from './program.ts';
import { Inquiry, Question } from './question.ts';

const HEAD_BYTES: u32 = 64;
const ELEMENT: u32 = STRANGER + 1;
/** A row that nothing created has 0. */
const TYPE_NONE: u32 = 0xffffffff;
/** Bytes of the sight region before the tables. */
export const CALLER_BYTES: u32 = HEAD_BYTES + BITS_BYTES;

@unmanaged
export class Caller {
  /** Grows whenever one begins: what was found by type and path is of one caller. */
  epoch: u32;
  /** Names who asks, as of when, under which verdicts on conditions, among all that were kept. */
  number: u32;
  program: u32;
  subjectSet: u32;
  allSet: u32;
  /** Sets that were looked at since the last call began. */
  visits: u32;
  callerCount: u32;
  ruleCount: u32;
  lastNumber: u32;
  /** All that is kept is to be forgotten before the next call. */
  isStale: u32;
  /** The type of nodes that was asked about last, or TYPE_NONE, and where its rule stands. */
  nodeType: u32;
  nodeRule: u32;
  /** The path of that type that was asked about last, and its rule: 0 where the type's counts. */
  fieldPath: u32;
  fieldRule: u32;
  /** A node of that type that is seen, 0 for none: of one, many fields are read. */
  seenNode: u32;

  @inline static get(): Caller {
    return changetype<Caller>(regionAddress(REGION_SIGHT));
  }

  @inline get question(): Question {
    return changetype<Question>(regionAddress(REGION_QUESTION));
  }

  @inline get pages(): BitPages {
    return BitPages.at(changetype<usize>(this) + HEAD_BYTES);
  }

  /** Takes what the question says. */
  begin(program: u32): void {
    store<u32>(QUESTION_REGION, REGION_QUESTION);
    const inquiry = Inquiry.get();
    inquiry.begin(Program.at(program));
    inquiry.beginSubject(Question.get());
    this.program = program;
    this.nodeType = TYPE_NONE;
    this.seenNode = 0;
    this.subjectSet = inquiry.subjectSet;
    this.allSet = inquiry.allSet;
    store<u32>(QUESTION_REGION, REGION_INPUT);
    store<u32>(SIGHT_STATE, 0);
  }

  /**
   * The verdict of a rule on an object. A condition that is to be evaluated first is asked for, and
   * so is, as a verdict, what too much would have to be looked at for. It grows nothing.
   */
  verdictOn(object: u32, rule: u32): u32 {
    markUsed();
    if (this.visits > SIGHT_VISITS_MAX) {
      store<u32>(SIGHT_STATE, SIGHT_OVER);
      return VERDICT_ASK;
    }
    store<u32>(QUESTION_REGION, REGION_QUESTION);
    const inquiry = Inquiry.get();
    inquiry.program = this.program;
    inquiry.subjectSet = this.subjectSet;
    inquiry.allSet = this.allSet;
    inquiry.visits = 0;
    inquiry.limit = 0;
    // What another question has asked for is none of this call's.
    if (load<u32>(SIGHT_STATE) == 0) inquiry.askedCount = 0;
    const verdict = judge(object, rule);
    this.visits += inquiry.visits;
    store<u32>(QUESTION_REGION, REGION_INPUT);
    if (verdict == VERDICT_ASK) store<u32>(SIGHT_STATE, load<u32>(SIGHT_STATE) | SIGHT_ASKS);
    return verdict;
  }

  /** The same of an object of a type that no grant names. */
  verdictOnStranger(type: u32, rule: u32): u32 {
    const question = changetype<usize>(this.question);
    store<u32>(question + this.question.strangers, type, 4);
    return this.verdictOn(ELEMENT, rule);
  }
}

/** What the next call that reads for this caller begins with is no longer so. */
export function markUsed(): void {
  if (load<u32>(SIGHT) != SIGHT_NONE) store<u32>(SIGHT, SIGHT_USED);
}

if (offsetof<Caller>() > HEAD_BYTES) ERROR('a caller must end where its pages begin');
