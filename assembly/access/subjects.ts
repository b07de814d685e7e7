/**
 * Collects whom a question could be granted for: every subject of the wanted kind that is named by
 * grants which its rules lead to, whatever else they ask.
 */

import { LEAF_DIRECT, OBJECT_ALL } from '../abi-access.ts';
import { sortRows } from '../container/sort.ts';
import { extendRegion, REGION_OUTPUT, regionAddress } from '../memory/region.ts';
import { Leaf, Program, Rule } from './program.ts';
import { Inquiry, Question } from './question.ts';
import { cursorOfWalk, follow, Place, subjectsOf, Walk } from './walk.ts';

/** An answer that did not fit in memory. */
export const LIST_FULL: u32 = 0xffffffff;

/** Lists them in the output region, each once, ascending. May grow. */
export function collectSubjects(type: u32, relation: u32): u32 {
  const question = Question.get();
  const inquiry = Inquiry.get();
  if (inquiry.program == 0) return 0;
  const program = Program.at(inquiry.program);
  const rule = program.ruleOf(question.typeOf(question.object) & ~OBJECT_ALL, question.relation);
  if (rule == 0) return 0;
  const walk = Walk.get();
  walk.begin();
  walk.add(question.object, rule, 0);
  let count: u32 = 0;
  for (let number: u32 = 0; number < walk.count; number++) {
    count = collectAt(walk, Place.at(number), type, relation, count);
    if (count == LIST_FULL) return count;
  }
  return unique(count);
}

function collectAt(walk: Walk, place: Place, type: u32, relation: u32, count: u32): u32 {
  const rule = Rule.at(place.rule);
  const object = place.object;
  const isOfType = relation != 0 && Question.get().typeOf(object) == type;
  let found = count;
  if (isOfType && rule.comesTo(relation)) found = put(found, object);
  for (let index: u32 = 0; index < rule.leafCount && found != LIST_FULL; index++) {
    const leaf = rule.leaf(index);
    if (leaf.kind == LEAF_DIRECT) found = collectGranted(object, leaf, type, relation, found);
    follow(walk, object, leaf, place.depth, true);
  }
  return found;
}

/** The subjects of the grants of one relation. */
function collectGranted(object: u32, leaf: Leaf, type: u32, relation: u32, count: u32): u32 {
  const question = Question.get();
  const cursor = cursorOfWalk();
  let found = count;
  for (let isIndirect = 0; isIndirect < 2 && found != LIST_FULL; isIndirect++) {
    if (isIndirect == 0 && relation != 0) continue;
    cursor.begin(object, leaf.relation, subjectsOf(leaf), isIndirect != 0);
    while (found != LIST_FULL && cursor.next()) {
      if (cursor.subjectRelation != relation) continue;
      if ((question.typeOf(cursor.subject) & ~OBJECT_ALL) != type) continue;
      found = put(found, cursor.subject);
    }
  }
  return found;
}

/** Leaves each of the rows in the output region once, ascending. */
function unique(count: u32): u32 {
  const rows = regionAddress(REGION_OUTPUT);
  sortRows(rows, count, isLess);
  let kept: u32 = 0;
  for (let index: u32 = 0; index < count; index++) {
    const row = load<u32>(rows + (index << 2));
    if (kept != 0 && load<u32>(rows + ((kept - 1) << 2)) == row) continue;
    store<u32>(rows + (kept << 2), row);
    kept += 1;
  }
  return kept;
}

function isLess(left: u32, right: u32): bool {
  return left < right;
}

/** Puts a row behind so many others in the output region; answers how many there are. May grow. */
export function put(count: u32, row: u32): u32 {
  if (!extendRegion(REGION_OUTPUT, (count + 1) << 2, count << 2)) return LIST_FULL;
  store<u32>(regionAddress(REGION_OUTPUT) + (count << 2), row);
  return count + 1;
}
