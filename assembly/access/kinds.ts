/**
 * The kind of a grant, which decides whether a model has a place for it: the types and relations of
 * both its sets, and its condition.
 *
 *     kind   0  type u32   4  relation u32   8  subject's type and flags u32   12  its relation u32
 *           16  condition u32   20  object u32   24  subject u32
 */

import { GRANT_HOLDS, GRANT_KIND_WORDS } from '../abi-access.ts';
import { ensureRegion, REGION_OUTPUT, regionAddress } from '../memory/region.ts';
import { Grant, Terms } from './grants.ts';
import { ObjectRow, SetRow } from './objects.ts';

@unmanaged
class Kind {
  type: u32;
  relation: u32;
  subjectType: u32;
  subjectRelation: u32;
  condition: u32;
  object: u32;
  subject: u32;
}

if (offsetof<Kind>() != GRANT_KIND_WORDS << 2) ERROR('a kind must be 7 words');

/** Address of the kind of a grant that holds; 0 where it was ended, or without memory. May grow. */
export function kindOfGrant(grant: u32): usize {
  const row = Grant.at(grant);
  if (row.end != GRANT_HOLDS || !ensureRegion(REGION_OUTPUT, offsetof<Kind>())) return 0;
  const kind = changetype<Kind>(regionAddress(REGION_OUTPUT));
  const from = SetRow.at(row.set);
  const to = SetRow.at(row.subject);
  kind.type = ObjectRow.at(from.object).typeAndFlags;
  kind.relation = from.relation;
  kind.subjectType = ObjectRow.at(to.object).typeAndFlags;
  kind.subjectRelation = to.relation;
  kind.condition = row.terms == 0 ? 0 : Terms.at(row.terms).condition;
  kind.object = from.object;
  kind.subject = to.object;
  return changetype<usize>(kind);
}
