/**
 * Goes over the grants of one relation of an object that count for a question, those of all of its
 * type among them: made up to its height and not ended, to subjects that the model allows. Whether
 * the condition of one holds is asked only of those that lead on: others have no say, not even by a
 * condition that fails.
 */

import {
  OBJECT_ALL,
  STRANGER,
  VERDICT_ASK,
  VERDICT_DENIED,
  VERDICT_GRANTED,
} from '../abi-access.ts';
import { findGrant, Grant, TERMS_NEVER, Terms } from './grants.ts';
import { findAll, findSet, ObjectRow, SetRow } from './objects.ts';
import { isAssignable } from './program.ts';
import { Inquiry, Question } from './question.ts';

@unmanaged
export class GrantCursor {
  object: u32;
  relation: u32;
  /** Whom the model allows: an address. */
  subjects: u32;
  /** Whether it goes over grants to sets, rather than to objects. */
  isIndirect: u32;
  /** The next grant of the space, the first of all of the type, and the next of the question. */
  grant: u32;
  ofAll: u32;
  own: u32;
  /** The subject that it has come to. */
  subject: u32;
  subjectRelation: u32;
  /** Its grant, and its set: 0 where the question's own grants name it. */
  current: u32;
  set: u32;
  /** What its own grants' condition has come to, and the greatest verdict that decided nothing. */
  verdict: u32;
  noted: u32;

  begin(object: u32, relation: u32, subjects: u32, isIndirect: bool): void {
    this.object = object;
    this.relation = relation;
    this.subjects = subjects;
    this.isIndirect = isIndirect ? 1 : 0;
    this.own = 0;
    this.noted = VERDICT_DENIED;
    this.grant = firstOf(setOf(object, relation), isIndirect);
    this.ofAll = firstOf(setOfAll(object, relation), isIndirect);
  }

  /** Moves to the next subject; false when there is none. */
  next(): bool {
    while (this.grant != 0 || this.enterAll()) {
      const grant = this.grant;
      const row = Grant.at(grant);
      this.grant = row.nextOfSet;
      if (!isCounted(grant, this.subjects)) continue;
      const to = SetRow.at(row.subject);
      this.current = grant;
      this.subject = to.object;
      this.subjectRelation = to.relation;
      this.set = row.subject;
      return true;
    }
    return this.nextOwn();
  }

  private enterAll(): bool {
    this.grant = this.ofAll;
    this.ofAll = 0;
    return this.grant != 0;
  }

  private nextOwn(): bool {
    const question = Question.get();
    while (this.own < question.grantCount) {
      const words = question.grant(this.own);
      this.own += 1;
      if (words.relation != this.relation || !question.isOf(words, this.object)) continue;
      const typeAndFlags = question.typeOf(words.subject);
      const isIndirect = words.subjectRelation != 0 || (typeAndFlags & OBJECT_ALL) != 0;
      if (isIndirect != (this.isIndirect != 0)) continue;
      const relation = words.subjectRelation;
      if (!isAssignable(this.subjects, typeAndFlags, relation, words.condition)) continue;
      this.verdict = words.verdict;
      this.current = 0;
      this.subject = words.subject;
      this.subjectRelation = relation;
      this.set = 0;
      return true;
    }
    return false;
  }

  /** Whether the condition of the grant holds; notes it where that is not known. */
  holds(): bool {
    const verdict = this.current != 0 ? verdictOfCondition(this.current) : this.verdict;
    if (verdict == VERDICT_GRANTED) return true;
    this.noted = max(this.noted, verdict);
    return false;
  }
}

/** The verdict on the grants of a relation of an object to the subject itself, and to all. */
export function verdictOfGrants(object: u32, relation: u32, subjects: u32): u32 {
  const question = Question.get();
  const inquiry = Inquiry.get();
  let verdict = VERDICT_DENIED;
  const set = setOf(object, relation);
  if (set != 0) verdict = verdictOfSet(set, inquiry, subjects);
  const ofAll = setOfAll(object, relation);
  if (ofAll != 0 && verdict != VERDICT_GRANTED) {
    verdict = max(verdict, verdictOfSet(ofAll, inquiry, subjects));
  }
  for (let index: u32 = 0; index < question.grantCount; index++) {
    const words = question.grant(index);
    if (words.relation != relation || !question.isOf(words, object)) continue;
    const isSubject =
      words.subject == question.subject && words.subjectRelation == question.subjectRelation;
    const isAll = words.subject == question.all && question.all != 0 && words.subjectRelation == 0;
    if (!isSubject && !isAll) continue;
    const type = question.typeOf(words.subject);
    if (!isAssignable(subjects, type, words.subjectRelation, words.condition)) continue;
    verdict = max(verdict, words.verdict);
  }
  return verdict;
}

/** The set of a relation of an object, or 0. */
export function setOf(object: u32, relation: u32): u32 {
  return object < STRANGER ? findSet(object, relation) : 0;
}

/** The set of the same relation of all of the object's type, where that is another one, or 0. */
export function setOfAll(object: u32, relation: u32): u32 {
  const all = findAll(Question.get().typeOf(object));
  return all == 0 || all == object ? 0 : findSet(all, relation);
}

function firstOf(set: u32, isIndirect: bool): u32 {
  if (set == 0) return 0;
  return isIndirect ? SetRow.at(set).indirect : SetRow.at(set).direct;
}

/** The verdict on the grants of a set to the subject itself, and to all of its type. */
function verdictOfSet(set: u32, inquiry: Inquiry, subjects: u32): u32 {
  let verdict = VERDICT_DENIED;
  if (inquiry.subjectSet != 0) verdict = verdictBetween(set, inquiry.subjectSet, subjects);
  if (inquiry.allSet != 0 && verdict != VERDICT_GRANTED) {
    verdict = max(verdict, verdictBetween(set, inquiry.allSet, subjects));
  }
  return verdict;
}

/** The verdict on the grant from one set to another. */
function verdictBetween(set: u32, subject: u32, subjects: u32): u32 {
  const grant = findGrant(set, subject);
  return grant == 0 ? VERDICT_DENIED : verdictOn(grant, subjects);
}

/** The verdict on a grant by itself: it was made, not ended, the model allows it, and it holds. */
export function verdictOn(grant: u32, subjects: u32): u32 {
  return isCounted(grant, subjects) ? verdictOfCondition(grant) : VERDICT_DENIED;
}

/** Whether a grant was made and not ended, to a subject among those that the model allows. */
export function isCounted(grant: u32, subjects: u32): bool {
  const terms = Grant.at(grant).termsAt(Question.get().height);
  if (terms == TERMS_NEVER) return false;
  const condition: u32 = terms == 0 ? 0 : Terms.at(terms).condition;
  const to = SetRow.at(Grant.at(grant).subject);
  return isAssignable(subjects, ObjectRow.at(to.object).typeAndFlags, to.relation, condition);
}

/** The verdict on the condition of a grant that holds, which is asked for where it is unknown. */
function verdictOfCondition(grant: u32): u32 {
  const terms = Grant.at(grant).termsAt(Question.get().height);
  if (terms == 0 || Terms.at(terms).condition == 0) return VERDICT_GRANTED;
  const verdict = Question.get().verdictOf(grant);
  if (verdict == VERDICT_ASK) Inquiry.get().ask(grant);
  return verdict;
}
