/**
 * Grants as they hold at a height, for who explains an answer or copies them. In the output region:
 *
 *     held    0  object u32    4  relation u32   8  subject u32   12  its relation u32
 *            16  begin: height u32               20  terms u32, or 0
 */

import { HELD_BYTES, STRANGER } from '../abi-access.ts';
import { POOL_GRANTS, Pool } from '../memory/pool.ts';
import { extendRegion, REGION_OUTPUT, regionAddress } from '../memory/region.ts';
import { findGrant, Grant, TERMS_NEVER } from './grants.ts';
import { findSet, SetRow } from './objects.ts';
import { LIST_FULL } from './subjects.ts';

@unmanaged
class Held {
  object: u32;
  relation: u32;
  subject: u32;
  subjectRelation: u32;
  begin: u32;
  terms: u32;

  @inline static at(index: u32): Held {
    return changetype<Held>(regionAddress(REGION_OUTPUT) + <usize>index * HELD_BYTES);
  }
}

if (offsetof<Held>() != HELD_BYTES) ERROR('a grant that is held must be 24 bytes');

/** Lists the grant between a relation of an object and a subject, if it holds. May grow. */
export function listGrantTo(
  object: u32,
  relation: u32,
  subject: u32,
  subjectRelation: u32,
  height: u32,
): u32 {
  const set = setOf(object, relation);
  const to = setOf(subject, subjectRelation);
  if (set == 0 || to == 0) return 0;
  return put(0, findGrant(set, to), height);
}

/**
 * Lists the grants of a relation of an object, those to sets and to all of a type or those to
 * objects, so many at most. May grow.
 */
export function listGrantsOf(
  object: u32,
  relation: u32,
  isIndirect: bool,
  height: u32,
  limit: u32,
): u32 {
  const set = setOf(object, relation);
  if (set == 0) return 0;
  let count: u32 = 0;
  let grant = isIndirect ? SetRow.at(set).indirect : SetRow.at(set).direct;
  for (; grant != 0 && count < limit; grant = Grant.at(grant).nextOfSet) {
    count = put(count, grant, height);
  }
  return count;
}

/** Lists those of all grants that are in a range of rows; no row is behind the end. May grow. */
export function listHeld(first: u32, end: u32, height: u32): u32 {
  let count: u32 = 0;
  const last = min(end, Pool.of(POOL_GRANTS).count);
  for (let grant = first; grant < last && count != LIST_FULL; grant++) {
    count = put(count, grant, height);
  }
  return count;
}

function setOf(object: u32, relation: u32): u32 {
  return object == 0 || object >= STRANGER ? 0 : findSet(object, relation);
}

/** Puts a grant behind so many others, unless it does not hold. */
function put(count: u32, grant: u32, height: u32): u32 {
  if (grant == 0 || count == LIST_FULL) return count;
  const row = Grant.at(grant);
  const terms = row.termsAt(height);
  if (terms == TERMS_NEVER) return count;
  if (!extendRegion(REGION_OUTPUT, (count + 1) * HELD_BYTES, count * HELD_BYTES)) return LIST_FULL;
  const held = Held.at(count);
  const from = SetRow.at(row.set);
  const to = SetRow.at(row.subject);
  held.object = from.object;
  held.relation = from.relation;
  held.subject = to.object;
  held.subjectRelation = to.relation;
  held.begin = row.beginAt(height);
  held.terms = terms;
  return count + 1;
}
