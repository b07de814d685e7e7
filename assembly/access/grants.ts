/**
 * Grants, `object#relation@subject`: each from a set to the set of its subject, once for all time.
 * A grant holds from the height of the authority chain where it is made up to the one where it is
 * ended. One that is made again keeps its row: what it was before goes into its history.
 *
 *     grant    0  set u32   4  subject u32   8  begin u32   12  end u32, or GRANT_HOLDS
 *             16  next of the set u32   20  next to the subject u32   24  terms u32
 *     link     0  next u32   4  type and flags u32   8  relation u32   12  grants u32
 *     terms    0  history u32   4  condition u32   8  context bytes u32   12  context ...
 *     history  0  history u32   4  begin u32   8  end u32   12  terms u32
 *
 * Grants to one set hang from links, one for each relation of a type that is granted to it, so that
 * what a set is a member of is found without what else it has. Terms stand where there is a
 * condition or a history: most grants have none.
 */

import { GRANT_HOLDS, OBJECT_ALL, TERMS_HEAD_BYTES } from '../abi-access.ts';
import { HashIndex, INDEX_GRANTS } from '../container/hash-index.ts';
import { hashWords } from '../container/keyed-hash.ts';
import { BLOCKS_BLOBS, blockBytes, takeBlock } from '../memory/blocks.ts';
import { guard } from '../memory/guard.ts';
import { ensureRows, POOL_GRANTS, Pool } from '../memory/pool.ts';
import { noteOwn, ObjectRow, SET_BYTES, SetRow } from './objects.ts';

export const GRANT_BYTES: u32 = 28;
const HISTORY_BYTES: u32 = 16;
const LINK_BYTES: u32 = 16;

@unmanaged
export class Grant {
  set: u32;
  subject: u32;
  begin: u32;
  end: u32;
  nextOfSet: u32;
  nextToSubject: u32;
  terms: u32;

  @inline static at(grant: u32): Grant {
    return changetype<Grant>(Pool.at(POOL_GRANTS, GRANT_BYTES, grant));
  }

  /** The terms under which it held at a height, or those it has now; TERMS_NEVER if it did not. */
  termsAt(height: u32): u32 {
    if (this.begin <= height) return height < this.end ? this.terms : TERMS_NEVER;
    let past: usize = this.terms == 0 ? 0 : Terms.at(this.terms).history;
    while (past != 0) {
      const history = History.at(past);
      if (history.begin <= height) return height < history.end ? history.terms : TERMS_NEVER;
      past = history.history;
    }
    return TERMS_NEVER;
  }

  /** From when on it holds as it does at a height, where it does. */
  beginAt(height: u32): u32 {
    if (this.begin <= height) return this.begin;
    let past: usize = this.terms == 0 ? 0 : Terms.at(this.terms).history;
    while (past != 0 && History.at(past).begin > height) past = History.at(past).history;
    return past == 0 ? GRANT_HOLDS : History.at(past).begin;
  }
}

@unmanaged
export class Link {
  next: u32;
  type: u32;
  relation: u32;
  grants: u32;

  @inline static at(address: usize): Link {
    return changetype<Link>(address);
  }
}

/** No address of terms. */
export const TERMS_NEVER: u32 = 0xffffffff;

@unmanaged
export class Terms {
  history: u32;
  condition: u32;
  contextBytes: u32;

  @inline static at(address: usize): Terms {
    return changetype<Terms>(address);
  }
}

@unmanaged
class History {
  history: u32;
  begin: u32;
  end: u32;
  terms: u32;

  @inline static at(address: usize): History {
    return changetype<History>(address);
  }
}

if (offsetof<Grant>() != GRANT_BYTES) ERROR('a grant row must be 28 bytes');
if (offsetof<Terms>() != TERMS_HEAD_BYTES) ERROR('terms must begin with 12 bytes');
if (offsetof<Link>() != LINK_BYTES) ERROR('a link must be 16 bytes');
if (offsetof<History>() != HISTORY_BYTES) ERROR('a history must be 16 bytes');

/** The grant between two sets, ever made, or 0. */
export function findGrant(set: u32, subject: u32): u32 {
  const index = HashIndex.of(INDEX_GRANTS);
  const hash = hashOfSets(set, subject);
  for (let slot = index.find(hash, 0); slot != 0; slot = index.find(hash, slot)) {
    const grant = HashIndex.rowAt(slot);
    const row = Grant.at(grant);
    if (row.set == set && row.subject == subject) return grant;
  }
  return 0;
}

export function ensureGrants(extra: u32): bool {
  return (
    ensureRows(POOL_GRANTS, GRANT_BYTES, extra) &&
    HashIndex.of(INDEX_GRANTS).ensure(extra, POOL_GRANTS, GRANT_BYTES, hashOfGrant)
  );
}

/** What is to be reserved for a grant beside its row: terms, a history and a link. */
export function grantReserve(contextBytes: u32): u64 {
  return blockBytes(TERMS_HEAD_BYTES + contextBytes) + HISTORY_BYTES + LINK_BYTES;
}

/**
 * Makes a grant from a height on; one that holds is ended there first. The context stands in the
 * input. Reserved by the caller. Returns its row.
 */
export function makeGrant(
  set: u32,
  subject: u32,
  height: u32,
  condition: u32,
  context: usize,
  contextBytes: u32,
): u32 {
  let grant = findGrant(set, subject);
  let history: u32 = 0;
  if (grant == 0) grant = addGrant(set, subject);
  else history = pastOf(Grant.at(grant), height);
  const row = Grant.at(grant);
  guard(changetype<usize>(row), GRANT_BYTES);
  row.begin = height;
  row.end = GRANT_HOLDS;
  row.terms = putTerms(history, condition, context, contextBytes);
  return grant;
}

/** Ends a grant at a height; false when it does not hold. */
export function endGrant(grant: u32, height: u32): bool {
  const row = Grant.at(grant);
  if (row.end != GRANT_HOLDS) return false;
  guard(changetype<usize>(row), GRANT_BYTES);
  row.end = height;
  return true;
}

/** A row in the lists of both its sets. */
function addGrant(set: u32, subject: u32): u32 {
  const grant = Pool.add(POOL_GRANTS, GRANT_BYTES);
  const row = Grant.at(grant);
  const from = SetRow.at(set);
  const to = SetRow.at(subject);
  guard(changetype<usize>(from), SET_BYTES);
  guard(changetype<usize>(to), SET_BYTES);
  row.set = set;
  row.subject = subject;
  if (isIndirect(to)) {
    row.nextOfSet = from.indirect;
    from.indirect = grant;
  } else {
    row.nextOfSet = from.direct;
    from.direct = grant;
  }
  const link = linkOf(to, ObjectRow.at(from.object).typeAndFlags, from.relation);
  row.nextToSubject = link.grants;
  link.grants = grant;
  HashIndex.of(INDEX_GRANTS).insert(hashOfSets(set, subject), grant);
  noteOwn(from);
  return grant;
}

/** The link of a subject to the grants of a relation of a type, new or known; to be written to. */
function linkOf(subject: SetRow, type: u32, relation: u32): Link {
  for (let address: usize = subject.links; address != 0; address = Link.at(address).next) {
    const link = Link.at(address);
    if (link.type != type || link.relation != relation) continue;
    guard(address, LINK_BYTES);
    return link;
  }
  const address = takeBlock(LINK_BYTES, BLOCKS_BLOBS);
  const link = Link.at(address);
  link.next = subject.links;
  link.type = type;
  link.relation = relation;
  link.grants = 0;
  subject.links = <u32>address;
  return link;
}

/** Whether a subject is a set of objects, or all of a type. */
function isIndirect(subject: SetRow): bool {
  if (subject.relation != 0) return true;
  return (ObjectRow.at(subject.object).typeAndFlags & OBJECT_ALL) != 0;
}

/** What a grant was, as a history; none where it was made at this same height. */
function pastOf(row: Grant, height: u32): u32 {
  const before: u32 = row.terms == 0 ? 0 : Terms.at(row.terms).history;
  if (row.begin == height) return before;
  const address = takeBlock(HISTORY_BYTES, BLOCKS_BLOBS);
  const history = History.at(address);
  history.history = before;
  history.begin = row.begin;
  history.end = min(row.end, height);
  history.terms = row.terms;
  return <u32>address;
}

function putTerms(history: u32, condition: u32, context: usize, contextBytes: u32): u32 {
  if (history == 0 && condition == 0) return 0;
  const address = takeBlock(blockBytes(TERMS_HEAD_BYTES + contextBytes), BLOCKS_BLOBS);
  const terms = Terms.at(address);
  terms.history = history;
  terms.condition = condition;
  terms.contextBytes = contextBytes;
  memory.copy(address + TERMS_HEAD_BYTES, context, contextBytes);
  return <u32>address;
}

function hashOfSets(set: u32, subject: u32): u64 {
  return hashWords(((<u64>set) << 32) | subject, 0);
}

function hashOfGrant(grant: u32): u64 {
  const row = Grant.at(grant);
  return hashOfSets(row.set, row.subject);
}
