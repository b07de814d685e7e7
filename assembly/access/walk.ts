/**
 * Decides a rule of relations and unions alone by walking: from a set to those it is granted to,
 * each once. What is met again adds nothing. In the access region:
 *
 *     queue    object u32, rule u32, depth u32 ...
 *     table    number in the queue, from 1 u32 ...     open addressing, grows with the queue
 */

import {
  ACCESS_DEPTH_MAX,
  ACCESS_VISITS_MAX,
  LEAF_CLOSED,
  LEAF_DIRECT,
  LIMIT_DEPTH,
  LIMIT_VISITS,
  RULE_CLOSED,
  VERDICT_DENIED,
  VERDICT_FAILED,
  VERDICT_GRANTED,
} from '../abi-access.ts';
import { REGION_ACCESS, regionAddress } from '../memory/region.ts';
import { CLOSURES_END, Closure, closureOfSubject, DISTANCE_NONE } from './closure.ts';
import { GrantCursor, setOf, setOfAll, verdictOfGrants, verdictOn } from './cursor.ts';
import { Grant } from './grants.ts';
import { SetRow } from './objects.ts';
import { Leaf, Program, Rule } from './program.ts';
import { Inquiry, Question } from './question.ts';

/** Behind the inquiry itself. */
const WALK_AT: usize = 48;
const CURSOR_AT: usize = CLOSURES_END;
const CURSOR_BYTES: usize = 64;
const QUEUE_AT: usize = CURSOR_AT + CURSOR_BYTES;
const PLACE_BYTES: usize = 12;
const TABLE_AT: usize = QUEUE_AT + (<usize>ACCESS_VISITS_MAX + 1) * PLACE_BYTES;
/** Twice as many as a queue may have places. */
const TABLE_PLACES_MAX: u32 = 65536;
const TABLE_PLACES_MIN: u32 = 64;
/** Where the lists of judge.ts begin. */
export const FRAMES_AT: usize = TABLE_AT + ((<usize>TABLE_PLACES_MAX) << 2);

if (ACCESS_VISITS_MAX * 2 > TABLE_PLACES_MAX) ERROR('the table must be at most half full');
if (offsetof<GrantCursor>() > CURSOR_BYTES) ERROR('a cursor must fit before the queue');

/** A set that is walked to. */
@unmanaged
export class Place {
  object: u32;
  rule: u32;
  depth: u32;

  @inline static at(number: u32): Place {
    return changetype<Place>(regionAddress(REGION_ACCESS) + QUEUE_AT + <usize>number * PLACE_BYTES);
  }
}

/** The queue of a walk, and which sets are in it. */
@unmanaged
export class Walk {
  count: u32;
  mask: u32;

  @inline static get(): Walk {
    return changetype<Walk>(regionAddress(REGION_ACCESS) + WALK_AT);
  }

  begin(): void {
    this.count = 0;
    this.mask = TABLE_PLACES_MIN - 1;
    memory.fill(slotAt(0), 0, (<usize>TABLE_PLACES_MIN) << 2);
  }

  /** Adds a set unless it is there. */
  add(object: u32, rule: u32, depth: u32): void {
    let slot = hashOf(object, rule) & this.mask;
    for (let number = load<u32>(slotAt(slot)); number != 0; number = load<u32>(slotAt(slot))) {
      const place = Place.at(number - 1);
      if (place.object == object && place.rule == rule) return;
      slot = (slot + 1) & this.mask;
    }
    const inquiry = Inquiry.get();
    inquiry.visits += 1;
    if (inquiry.visits > Question.get().visitsMax || this.count == ACCESS_VISITS_MAX) {
      inquiry.meet(LIMIT_VISITS);
      return;
    }
    const place = Place.at(this.count);
    place.object = object;
    place.rule = rule;
    place.depth = depth;
    this.count += 1;
    store<u32>(slotAt(slot), this.count);
    if (this.count > this.mask >> 1) this.grow();
  }

  private grow(): void {
    this.mask = this.mask * 2 + 1;
    memory.fill(slotAt(0), 0, (<usize>this.mask + 1) << 2);
    for (let number: u32 = 0; number < this.count; number++) {
      const place = Place.at(number);
      let slot = hashOf(place.object, place.rule) & this.mask;
      while (load<u32>(slotAt(slot)) != 0) slot = (slot + 1) & this.mask;
      store<u32>(slotAt(slot), number + 1);
    }
  }
}

/** The verdict of a rule without a root on an object, which is `depth` grants away. */
export function walkFrom(object: u32, rule: u32, depth: u32): u32 {
  const inquiry = Inquiry.get();
  // What another walk of the same question has met is no failure of this one.
  const metBefore = inquiry.limit;
  inquiry.limit = 0;
  const closure = closureOfSubject();
  const walk = Walk.get();
  walk.begin();
  walk.add(object, rule, depth);
  let verdict = VERDICT_DENIED;
  for (let number: u32 = 0; number < walk.count && verdict != VERDICT_GRANTED; number++) {
    verdict = max(verdict, lookAt(walk, Place.at(number), closure));
  }
  if (inquiry.limit != 0) verdict = max(verdict, VERDICT_FAILED);
  if (metBefore != 0) inquiry.limit = metBefore;
  return verdict;
}

/** Decides what the grants of one set decide, and adds the sets that they lead to. */
function lookAt(walk: Walk, place: Place, closure: Closure): u32 {
  const question = Question.get();
  const rule = Rule.at(place.rule);
  const object = place.object;
  const depth = place.depth;
  const isSubject = object == question.subject && question.subjectRelation != 0;
  if (isSubject && rule.comesTo(question.subjectRelation)) return VERDICT_GRANTED;
  let verdict = VERDICT_DENIED;
  for (let index: u32 = 0; index < rule.leafCount; index++) {
    const leaf = rule.leaf(index);
    if (leaf.kind != LEAF_DIRECT) continue;
    verdict = max(verdict, verdictOfGrants(object, leaf.relation, subjectsOf(leaf)));
    if (verdict == VERDICT_GRANTED) return verdict;
  }
  for (let index: u32 = 0; index < rule.leafCount && verdict != VERDICT_GRANTED; index++) {
    const leaf = rule.leaf(index);
    if (leaf.kind != LEAF_DIRECT || changetype<usize>(closure) == 0) {
      verdict = max(verdict, follow(walk, object, leaf, depth, false));
    } else if (leaf.computed == LEAF_CLOSED && closure.isOpen == 0) {
      verdict = max(verdict, verdictOfMembers(closure, object, leaf, depth));
    } else verdict = max(verdict, compare(walk, object, leaf, depth, closure));
  }
  return verdict;
}

/** Looks for the sets that a leaf leads to in the closure of the subject, and adds the others. */
function compare(walk: Walk, object: u32, leaf: Leaf, depth: u32, closure: Closure): u32 {
  const cursor = cursorOfWalk();
  cursor.begin(object, leaf.relation, subjectsOf(leaf), true);
  while (cursor.next()) {
    const rule = ruleOfNext(cursor, leaf);
    if (rule == 0 || !cursor.holds()) continue;
    const isClosed = (Rule.at(rule).flags & RULE_CLOSED) != 0;
    if (isClosed && isNear(depth, closure.distanceOf(cursor.set))) return VERDICT_GRANTED;
    if (!isClosed || closure.isOpen != 0) addNext(walk, cursor, rule, depth);
  }
  return cursor.noted;
}

/** The verdict on the grants of a leaf to members of the closure, which decides all of them. */
function verdictOfMembers(closure: Closure, object: u32, leaf: Leaf, depth: u32): u32 {
  const verdict = verdictOfSet(closure, setOf(object, leaf.relation), leaf, depth);
  if (verdict == VERDICT_GRANTED) return verdict;
  const ofAll = verdictOfSet(closure, setOfAll(object, leaf.relation), leaf, depth);
  return max(verdict, ofAll);
}

function verdictOfSet(closure: Closure, set: u32, leaf: Leaf, depth: u32): u32 {
  let verdict = VERDICT_DENIED;
  let grant: u32 = set == 0 ? 0 : SetRow.at(set).indirect;
  for (; grant != 0 && verdict != VERDICT_GRANTED; grant = Grant.at(grant).nextOfSet) {
    const row = Grant.at(grant);
    const distance = closure.distanceOf(row.subject);
    // Most are to others, and without terms: nothing else of them is looked at.
    if (distance == DISTANCE_NONE && (row.terms == 0 || !isSet(row.subject))) continue;
    const own = verdictOn(grant, subjectsOf(leaf));
    if (own != VERDICT_GRANTED || isNear(depth, distance)) verdict = max(verdict, own);
  }
  return verdict;
}

/** Whether a subject is a set of objects, and not one by itself. */
function isSet(subject: u32): bool {
  return SetRow.at(subject).relation != 0;
}

/** Whether a set of the closure is near enough; meets the limit where it is not. */
function isNear(depth: u32, distance: u32): bool {
  if (distance == DISTANCE_NONE) return false;
  if (depth + 1 + distance <= ACCESS_DEPTH_MAX) return true;
  Inquiry.get().meet(LIMIT_DEPTH);
  return false;
}

/** Adds the sets that a leaf leads to, whatever conditions they stand under where it `isLoose`. */
export function follow(walk: Walk, object: u32, leaf: Leaf, depth: u32, isLoose: bool): u32 {
  const cursor = cursorOfWalk();
  cursor.begin(object, leaf.relation, subjectsOf(leaf), leaf.kind == LEAF_DIRECT);
  while (cursor.next()) {
    const rule = ruleOfNext(cursor, leaf);
    if (rule != 0 && (isLoose || cursor.holds())) addNext(walk, cursor, rule, depth);
  }
  return cursor.noted;
}

/** The cursor of a walk, which goes over one list of grants at a time. */
export function cursorOfWalk(): GrantCursor {
  return changetype<GrantCursor>(regionAddress(REGION_ACCESS) + CURSOR_AT);
}

function addNext(walk: Walk, cursor: GrantCursor, rule: u32, depth: u32): void {
  if (depth == ACCESS_DEPTH_MAX) Inquiry.get().meet(LIMIT_DEPTH);
  else walk.add(cursor.subject, rule, depth + 1);
}

/** The rule that decides what a leaf has led to; 0 where the subject is an object by itself. */
export function ruleOfNext(cursor: GrantCursor, leaf: Leaf): u32 {
  const relation = leaf.kind == LEAF_DIRECT ? cursor.subjectRelation : leaf.computed;
  if (relation == 0) return 0;
  const program = Program.at(Inquiry.get().program);
  return program.ruleOf(Question.get().typeOf(cursor.subject), relation);
}

export function subjectsOf(leaf: Leaf): u32 {
  return Inquiry.get().program + leaf.subjects;
}

function slotAt(slot: u32): usize {
  return regionAddress(REGION_ACCESS) + TABLE_AT + ((<usize>slot) << 2);
}

function hashOf(object: u32, rule: u32): u32 {
  const mixed = (object * 0x9e3779b1) ^ (rule * 0x85ebca6b);
  return mixed ^ (mixed >> 15);
}
