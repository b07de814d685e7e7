/** Whether grants that hold as of a question name an object: what a list goes over. */

import { STRANGER } from '../abi-access.ts';
import { Grant, Link, TERMS_NEVER } from './grants.ts';
import { ObjectRow, SetRow } from './objects.ts';
import { Question } from './question.ts';

/** On either side, by a grant of the space or of the question; or the question is about it. */
export function isNamed(object: u32): bool {
  const question = Question.get();
  // A stranger is one because the question names it.
  if (object >= STRANGER || object == question.subject) return true;
  for (let set = ObjectRow.at(object).sets; set != 0; set = SetRow.at(set).next) {
    const row = SetRow.at(set);
    if (holdsAny(row.direct) || holdsAny(row.indirect) || isGranted(row)) return true;
  }
  for (let index: u32 = 0; index < question.grantCount; index++) {
    const words = question.grant(index);
    if (words.object == object || words.subject == object) return true;
  }
  return false;
}

/** Whether one of the grants of a set holds. */
function holdsAny(first: u32): bool {
  const height = Question.get().height;
  let grant = first;
  while (grant != 0 && Grant.at(grant).termsAt(height) == TERMS_NEVER) {
    grant = Grant.at(grant).nextOfSet;
  }
  return grant != 0;
}

/** Whether one of the grants to a set holds. */
function isGranted(set: SetRow): bool {
  const height = Question.get().height;
  for (let address: usize = set.links; address != 0; address = Link.at(address).next) {
    let grant = Link.at(address).grants;
    for (; grant != 0; grant = Grant.at(grant).nextToSubject) {
      if (Grant.at(grant).termsAt(height) != TERMS_NEVER) return true;
    }
  }
  return false;
}
