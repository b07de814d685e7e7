/** Answers questions about permissions: whether, to what, and for whom. */

import {
  LIMIT_DEPTH,
  LIMIT_VISITS,
  OBJECT_ALL,
  STRANGER,
  VERDICT_ASK,
  VERDICT_DENIED,
  VERDICT_FAILED,
  VERDICT_GRANTED,
} from '../abi-access.ts';
import { POOL_OBJECTS, Pool } from '../memory/pool.ts';
import { ensureRegion, REGION_ACCESS, REGION_OUTPUT, regionAddress } from '../memory/region.ts';
import { ACCESS_BYTES, judge } from './judge.ts';
import { isNamed } from './named.ts';
import { ObjectRow } from './objects.ts';
import { Program } from './program.ts';
import { Inquiry, Question } from './question.ts';
import { collectSubjects, LIST_FULL, put } from './subjects.ts';

/** Makes room for what questions find out; false without memory. May grow. */
export function ensureAccess(): bool {
  return ensureRegion(REGION_ACCESS, ACCESS_BYTES);
}

/** The verdict on the question in the input region. */
export function check(): u32 {
  const question = Question.get();
  begin(question);
  return verdictOn(question.object);
}

/**
 * Lists the objects of a type for which the question in the input region is granted, in the order
 * of their numbers, strangers last. May grow.
 */
export function listObjects(type: u32): u32 {
  const question = Question.get();
  begin(question);
  let count: u32 = 0;
  const end = Pool.of(POOL_OBJECTS).count;
  for (let object: u32 = 1; object < end && !isOver(); object++) {
    if (ObjectRow.at(object).typeAndFlags != type || !isNamed(object)) continue;
    if (!isListed(object)) continue;
    count = put(count, object);
    if (count == LIST_FULL) return count;
  }
  for (let number: u32 = 0; number < question.strangerCount && !isOver(); number++) {
    const object = STRANGER + number;
    if (question.typeOf(object) != type || !isListed(object)) continue;
    count = put(count, object);
    if (count == LIST_FULL) return count;
  }
  finishList();
  return count;
}

/**
 * Lists the subjects of a type and a relation (0: objects) for whom the question in the input
 * region, whose `all` stands for all of the type, is granted: of those that grants name. May grow.
 */
export function listSubjects(type: u32, relation: u32): u32 {
  const question = Question.get();
  begin(question);
  const all = question.all;
  const found = collectSubjects(type, relation);
  // Who is too far away to be found is missing from the list.
  if (found == LIST_FULL || Inquiry.get().limit != 0) return found;
  let count: u32 = 0;
  for (let index: u32 = 0; index < found && !isOver(); index++) {
    const subject = load<u32>(regionAddress(REGION_OUTPUT) + (index << 2));
    question.subject = subject;
    question.subjectRelation = relation;
    question.all = relation == 0 && (question.typeOf(subject) & OBJECT_ALL) == 0 ? all : 0;
    Inquiry.get().beginSubject(question);
    if (!isListed(question.object)) continue;
    store<u32>(regionAddress(REGION_OUTPUT) + (count << 2), subject);
    count += 1;
  }
  finishList();
  return count;
}

/**
 * Lists the subjects of a type and a relation that grants name on the ways from the object of the
 * question in the input region, whether it is granted for them or not. May grow.
 */
export function listCandidates(type: u32, relation: u32): u32 {
  begin(Question.get());
  return collectSubjects(type, relation);
}

function begin(question: Question): void {
  const inquiry = Inquiry.get();
  inquiry.begin(Program.inForceAt(question.height));
  inquiry.beginSubject(question);
}

/** The verdict on the relation of the question for an object. */
export function verdictOn(object: u32): u32 {
  const question = Question.get();
  const inquiry = Inquiry.get();
  if (inquiry.program == 0) return VERDICT_DENIED;
  const type = question.typeOf(object) & ~OBJECT_ALL;
  const rule = Program.at(inquiry.program).ruleOf(type, question.relation);
  return rule == 0 ? VERDICT_DENIED : judge(object, rule);
}

/** Whether a list has it; notes where that is not known. */
function isListed(object: u32): bool {
  const inquiry = Inquiry.get();
  const verdict = verdictOn(object);
  if (verdict == VERDICT_FAILED || verdict == VERDICT_ASK) {
    inquiry.undecided = max(inquiry.undecided, verdict);
  }
  if (inquiry.limit == LIMIT_DEPTH) {
    inquiry.limitOfList = LIMIT_DEPTH;
    inquiry.limit = 0;
  }
  return verdict == VERDICT_GRANTED;
}

/** Whether no more may be looked at. */
function isOver(): bool {
  return Inquiry.get().limit == LIMIT_VISITS;
}

function finishList(): void {
  const inquiry = Inquiry.get();
  if (inquiry.limit == 0) inquiry.limit = inquiry.limitOfList;
  // A limit that something else outweighed decided nothing.
  if (inquiry.undecided != VERDICT_FAILED && inquiry.limit == LIMIT_DEPTH) inquiry.limit = 0;
}
