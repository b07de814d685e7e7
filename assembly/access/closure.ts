/**
 * The closure of a subject: all sets that it is in, over any number of grants, by closed rules
 * (program.ts). A walk from an object needs to go no further than to one of these. It holds for one
 * height and one state of the grants, and is kept for later questions of the same subject:
 *
 *     slot     0  subject u32   4  its relation u32   8  height u32   12  version u32
 *             16  places - 1 u32   20  members u32   24  1 where it is open u32
 *             32  places: set 27 bits, grants between it and the subject 5 bits, or 0 ...
 *
 * A slot has room for few members; a larger closure stands in the last slot, which has room for
 * all. A closure is open where the subject is in a set of all objects of a type: these sets are not
 * gone over, so that what is no member may still be one, and is walked to.
 */

import {
  ACCESS_DEPTH_MAX,
  ACCESS_VISITS_MAX,
  LIMIT_VISITS,
  OBJECT_ALL,
  RULE_CLOSED,
  RULE_LEADS,
  RULE_LEADS_ON,
  STRANGER,
} from '../abi-access.ts';
import { INDEXED_ROW_BITS } from '../container/hash-index.ts';
import { PERMISSION_VERSION } from '../memory/header.ts';
import { REGION_ACCESS, regionAddress } from '../memory/region.ts';
import { isCounted } from './cursor.ts';
import { Grant, Link } from './grants.ts';
import { ObjectRow, SetRow } from './objects.ts';
import { Program, Rule } from './program.ts';
import { CLOSURES_AT, Inquiry, Question } from './question.ts';

/** From here on a set is too far away for any question: it is a member, which none may miss. */
const DISTANCE_FAR: u32 = ACCESS_DEPTH_MAX + 1;
/** In the place of a distance: the set is not in the closure. */
export const DISTANCE_NONE: u32 = 0xffffffff;

const HEAD_BYTES: usize = 32;
const PLACES: u32 = 64;
const PLACES_MAX: u32 = 65536;
const SLOTS: u32 = 1024;
const SLOT_BYTES: usize = HEAD_BYTES + ((<usize>PLACES) << 2);
const LARGE_AT: usize = CLOSURES_AT + <usize>SLOTS * SLOT_BYTES;
/** The members in the order in which they were found. */
const QUEUE_AT: usize = LARGE_AT + HEAD_BYTES + ((<usize>PLACES_MAX) << 2);
const SET_MASK: u32 = (1 << INDEXED_ROW_BITS) - 1;
/** In the place of a relation: of somebody of whom nothing is known but the type. */
const NOBODY: u32 = 0xffffffff;

/** Where closures end in the access region. */
export const CLOSURES_END: usize = QUEUE_AT + ((<usize>ACCESS_VISITS_MAX) << 2);

if (DISTANCE_FAR >= 1 << (32 - INDEXED_ROW_BITS)) ERROR('a place must tell any distance');
if (ACCESS_VISITS_MAX * 2 > PLACES_MAX) ERROR('a closure must be at most half full');

@unmanaged
export class Closure {
  subject: u32;
  relation: u32;
  height: u32;
  version: u32;
  mask: u32;
  count: u32;
  isOpen: u32;

  /** How many grants stand between a set and the subject, or DISTANCE_NONE. */
  distanceOf(set: u32): u32 {
    let at = this.placeOf(set);
    for (let place = load<u32>(this.place(at)); place != 0; place = load<u32>(this.place(at))) {
      if ((place & SET_MASK) == set) return place >>> INDEXED_ROW_BITS;
      at = (at + 1) & this.mask;
    }
    return DISTANCE_NONE;
  }

  isOf(subject: u32, relation: u32, height: u32): bool {
    return (
      this.subject == subject &&
      this.relation == relation &&
      this.height == height &&
      this.version == load<u32>(PERMISSION_VERSION)
    );
  }

  begin(subject: u32, relation: u32, height: u32, places: u32): void {
    this.subject = subject;
    this.relation = relation;
    this.height = height;
    this.version = load<u32>(PERMISSION_VERSION);
    this.mask = places - 1;
    this.count = 0;
    this.isOpen = 0;
    memory.fill(this.place(0), 0, (<usize>places) << 2);
  }

  @inline get isFull(): bool {
    return this.count > this.mask >> 1;
  }

  /** Adds a member that is not there. */
  put(set: u32, distance: u32): void {
    let at = this.placeOf(set);
    while (load<u32>(this.place(at)) != 0) at = (at + 1) & this.mask;
    store<u32>(this.place(at), set | (distance << INDEXED_ROW_BITS));
    store<u32>(regionAddress(REGION_ACCESS) + QUEUE_AT + ((<usize>this.count) << 2), set);
    this.count += 1;
  }

  @inline static member(number: u32): u32 {
    return load<u32>(regionAddress(REGION_ACCESS) + QUEUE_AT + ((<usize>number) << 2));
  }

  @inline private place(at: u32): usize {
    return changetype<usize>(this) + HEAD_BYTES + ((<usize>at) << 2);
  }

  @inline private placeOf(set: u32): u32 {
    return ((set * 0x9e3779b1) >>> 7) & this.mask;
  }
}

if (offsetof<Closure>() > HEAD_BYTES) ERROR('the head of a slot must be 32 bytes');

/** The closure of the question's subject, kept or new; null where the question has own grants. */
export function closureOfSubject(): Closure {
  const question = Question.get();
  if (question.grantCount != 0) return changetype<Closure>(0);
  let subject = question.subject;
  let relation = question.subjectRelation;
  if (subject >= STRANGER) {
    subject = question.all < STRANGER ? question.all : 0;
    relation = NOBODY;
  }
  const height = question.height;
  const kept = slotAt(CLOSURES_AT + <usize>(hashOf(subject, relation) % SLOTS) * SLOT_BYTES);
  if (kept.isOf(subject, relation, height)) return kept;
  const large = slotAt(LARGE_AT);
  if (large.isOf(subject, relation, height)) return large;
  kept.begin(subject, relation, height, PLACES);
  if (build(kept)) return kept;
  kept.version = 0;
  large.begin(subject, relation, height, PLACES_MAX);
  if (!build(large)) {
    large.version = 0;
    Inquiry.get().meet(LIMIT_VISITS);
  }
  return large;
}

/** False when the slot is too small. */
function build(closure: Closure): bool {
  const inquiry = Inquiry.get();
  const question = Question.get();
  let fits: bool = true;
  if (question.subjectRelation != 0 && question.subject < STRANGER) {
    fits = addSets(closure, question.subject, question.subjectRelation, 0);
  }
  fits = fits && addFrom(closure, inquiry.subjectSet, 0);
  fits = fits && addFrom(closure, inquiry.allSet, 0);
  for (let number: u32 = 0; fits && number < closure.count; number++) {
    const set = Closure.member(number);
    fits = addFrom(closure, set, closure.distanceOf(set) + 1);
  }
  return fits;
}

/** Adds the sets that one is in by a single grant; too far is as far as any. */
function addFrom(closure: Closure, set: u32, distance: u32): bool {
  if (set == 0) return true;
  const told = min(distance, DISTANCE_FAR);
  const program = Program.at(Inquiry.get().program);
  for (let address: usize = SetRow.at(set).links; address != 0; address = Link.at(address).next) {
    const link = Link.at(address);
    const rule = program.ruleOf(link.type & ~OBJECT_ALL, link.relation);
    const leads = RULE_LEADS | RULE_LEADS_ON;
    if (rule == 0 || (Rule.at(rule).flags & leads) == 0) continue;
    if (!addLinked(closure, link, Rule.at(rule), told)) return false;
  }
  return true;
}

function addLinked(closure: Closure, link: Link, rule: Rule, distance: u32): bool {
  const subjects = Inquiry.get().program + rule.subjects;
  for (let grant = link.grants; grant != 0; grant = Grant.at(grant).nextToSubject) {
    if (!isCounted(grant, subjects)) continue;
    const granted = Grant.at(grant).set;
    let fits: bool = true;
    if ((link.type & OBJECT_ALL) != 0) closure.isOpen = 1;
    else if ((rule.flags & RULE_LEADS_ON) != 0) {
      fits = addSets(closure, SetRow.at(granted).object, link.relation, distance);
    } else if (SetRow.at(granted).links != 0) fits = addSet(closure, granted, distance);
    if (!fits) return false;
  }
  return true;
}

/** Adds the sets of an object that come to a relation of it, and that something is granted to. */
function addSets(closure: Closure, object: u32, relation: u32, distance: u32): bool {
  const program = Program.at(Inquiry.get().program);
  const type = ObjectRow.at(object).typeAndFlags;
  for (let set = ObjectRow.at(object).sets; set != 0; set = SetRow.at(set).next) {
    if (SetRow.at(set).links == 0) continue;
    const rule = program.ruleOf(type, SetRow.at(set).relation);
    if (rule == 0 || (Rule.at(rule).flags & RULE_CLOSED) == 0) continue;
    if (Rule.at(rule).comesTo(relation) && !addSet(closure, set, distance)) return false;
  }
  return true;
}

function addSet(closure: Closure, set: u32, distance: u32): bool {
  if (closure.distanceOf(set) != DISTANCE_NONE) return true;
  if (closure.isFull) return false;
  closure.put(set, distance);
  return true;
}

function slotAt(offset: usize): Closure {
  return changetype<Closure>(regionAddress(REGION_ACCESS) + offset);
}

function hashOf(subject: u32, relation: u32): u32 {
  return ((subject * 0x9e3779b1) ^ (relation * 0x85ebca6b)) >>> 5;
}
