/**
 * A question about permissions: the words that the host writes into a region, and what is
 * found out while it is answered, in the access region. Whatever is reached depends on nothing
 * else: grants of the question itself and objects that no grant names stand in it too.
 *
 *     question   0  height u32   4  object u32   8  relation u32
 *               12  subject u32   16  its relation u32 (0: the object itself)
 *               20  the object for all of the subject's type u32, or 0   24  visits at most u32
 *               28  strangers u32   32  where u32     type and flags u32 ...
 *               36  grants u32      40  where u32     object u32, relation u32, subject u32, its
 *                                                     relation u32, condition u32, VERDICT_... u32
 *               44  conditions u32  48  where u32     grant u32 ascending, VERDICT_... u32
 *
 * Strangers are objects that no grant of the space names, numbered from STRANGER on.
 */

import { OBJECT_ALL, STRANGER, VERDICT_ASK } from '../abi-access.ts';
import { QUESTION_REGION } from '../memory/header.ts';
import { REGION_ACCESS, regionAddress } from '../memory/region.ts';
import { findSet, ObjectRow } from './objects.ts';
import { Program } from './program.ts';

const GRANT_WORDS_BYTES: usize = 24;
/** Conditions that one round asks for at most. */
export const ASKED_MAX: u32 = 1024;

@unmanaged
export class Question {
  height: u32;
  object: u32;
  relation: u32;
  subject: u32;
  subjectRelation: u32;
  all: u32;
  visitsMax: u32;
  strangerCount: u32;
  strangers: u32;
  grantCount: u32;
  grants: u32;
  conditionCount: u32;
  conditions: u32;

  /** The one that is answered: that of the input region, or the caller's (caller.ts). */
  @inline static get(): Question {
    return changetype<Question>(regionAddress(load<u32>(QUESTION_REGION)));
  }

  @inline static at(offset: u32): usize {
    return changetype<usize>(Question.get()) + offset;
  }

  typeOf(object: u32): u32 {
    if (object < STRANGER) return ObjectRow.at(object).typeAndFlags;
    return load<u32>(Question.at(this.strangers) + ((<usize>(object - STRANGER)) << 2));
  }

  /** Whether a grant of its own is of an object, or of all of the object's type. */
  isOf(words: GrantWords, object: u32): bool {
    if (words.object == object) return true;
    const type = this.typeOf(words.object);
    return (type & OBJECT_ALL) != 0 && (type & ~OBJECT_ALL) == this.typeOf(object);
  }

  @inline grant(index: u32): GrantWords {
    return changetype<GrantWords>(Question.at(this.grants) + <usize>index * GRANT_WORDS_BYTES);
  }

  /** What the host found the condition of a grant to be, or VERDICT_ASK. */
  verdictOf(grant: u32): u32 {
    const conditions = Question.at(this.conditions);
    let low: u32 = 0;
    let end = this.conditionCount;
    while (low < end) {
      const middle = (low + end) >> 1;
      const at = conditions + ((<usize>middle) << 3);
      const held = load<u32>(at);
      if (held == grant) return load<u32>(at, 4);
      if (held < grant) low = middle + 1;
      else end = middle;
    }
    return VERDICT_ASK;
  }
}

/** A grant that is the question's own. */
@unmanaged
export class GrantWords {
  object: u32;
  relation: u32;
  subject: u32;
  subjectRelation: u32;
  condition: u32;
  verdict: u32;
}

if (offsetof<GrantWords>() != GRANT_WORDS_BYTES) ERROR('a grant of a question must be 24 bytes');

/** What is found out; the lists behind it are in the same region. */
@unmanaged
export class Inquiry {
  /** Address of the program. */
  program: u32;
  /** The sets of the subject and of all of its type, or 0. */
  subjectSet: u32;
  allSet: u32;
  /** Questions that were looked at. */
  visits: u32;
  /** Which limit was met, LIMIT_..., or 0. */
  limit: u32;
  /** Conditions to ask for. */
  askedCount: u32;
  /** Of a list: the greatest verdict that decided nothing, and a limit that one of them met. */
  undecided: u32;
  limitOfList: u32;

  @inline static get(): Inquiry {
    return changetype<Inquiry>(regionAddress(REGION_ACCESS));
  }

  /** Forgets the question before. */
  begin(program: Program): void {
    memory.fill(changetype<usize>(this), 0, offsetof<Inquiry>());
    this.program = <u32>changetype<usize>(program);
  }

  /** Looks up the sets of who is asked about. */
  beginSubject(question: Question): void {
    this.subjectSet = setOf(question.subject, question.subjectRelation);
    this.allSet = question.all == 0 ? 0 : setOf(question.all, 0);
  }

  @inline static asked(index: u32): usize {
    return regionAddress(REGION_ACCESS) + ASKED_AT + ((<usize>index) << 2);
  }

  /** Asks for the condition of a grant, once. */
  ask(grant: u32): void {
    if (this.askedCount == ASKED_MAX) return;
    for (let index: u32 = 0; index < this.askedCount; index++) {
      if (load<u32>(Inquiry.asked(index)) == grant) return;
    }
    store<u32>(Inquiry.asked(this.askedCount), grant);
    this.askedCount += 1;
  }

  /** The first limit that is met counts. */
  meet(limit: u32): void {
    if (this.limit == 0) this.limit = limit;
  }
}

function setOf(object: u32, relation: u32): u32 {
  return object < STRANGER ? findSet(object, relation) : 0;
}

const ASKED_AT: usize = 64;
/** Where those of closure.ts begin; walk.ts and judge.ts follow. */
export const CLOSURES_AT: usize = ASKED_AT + ((<usize>ASKED_MAX) << 2);

if (offsetof<Inquiry>() > ASKED_AT) ERROR('an inquiry must end with the asked conditions');
