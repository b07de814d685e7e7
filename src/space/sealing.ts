/**
 * What a seal covers: every commit that is here. So a replica that takes one holds just what the
 * seal names from then on, and its state stays a function of the set (schema/authority.md, A12).
 */

import type { SealBody } from '../authority/body.ts';
import type { AuthorSequence, SealedTip } from '../authority/body-fields.ts';
import type { AuthorityChain } from '../authority/chain.ts';
import type { KeptCommits } from '../authority/narrowing.ts';
import { fromHex, sameBytes, toHex } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { FRONTIER_AUTHORS_MAX, SEAL_TIPS_MAX } from '../base/identity-limits.ts';
import type { AuthorTip, Frontier } from './frontier.ts';
import type { CommitNumber } from './frontier-trial.ts';

/** Reason of a seal whose clock is not that of what is here. */
export const SEAL_CLOCK = 'seal.clock';

/** What a seal of all that is here says; undefined where no commit has come since the last one. */
export function sealOf(
  frontier: Frontier,
  chain: AuthorityChain,
): Pick<SealBody, 'clock' | 'tips'> | undefined {
  const tips = unsealedTips(frontier, chain).map(({ author, sequence, hash }) => {
    return { key: author, sequence, hash };
  });
  if (tips.length > SEAL_TIPS_MAX) throw tooMany('commits', SEAL_TIPS_MAX, tips.length);
  return tips.length === 0 ? undefined : { clock: frontier.clock, tips };
}

/** Authors with commits here that no seal covers, and the last one of each, ascending by key. */
export function unsealedAuthors(frontier: Frontier, chain: AuthorityChain): AuthorSequence[] {
  const authors: AuthorSequence[] = [];
  for (const { author, sequence } of frontier.authors) {
    const key = fromHex(author);
    if (sequence > chain.sealedSequence(key)) authors.push({ key, sequence });
  }
  if (authors.length <= FRONTIER_AUTHORS_MAX) return authors;
  throw tooMany('authors', FRONTIER_AUTHORS_MAX, authors.length);
}

/** Commits that are here and that no seal covers. */
export function unsealedCommits(frontier: Frontier, chain: AuthorityChain): number {
  let count = 0;
  for (const { author, sequence } of frontier.authors) {
    count += sequence - chain.sealedSequence(fromHex(author));
  }
  return count;
}

/** By author, in hex, the last commit that a seal covers, which may be the next record. */
export function sealedBy({ tips }: SealBody, chain: AuthorityChain): KeptCommits {
  const sealed = new Map(chain.sealed);
  for (const { key, sequence } of tips) {
    const author = toHex(key);
    sealed.set(author, Math.max(sequence, sealed.get(author) ?? 0));
  }
  return sealed;
}

/** Whether one of several branches of an author ends with a commit that a seal does not name. */
export function leavesBranchOut({ tips }: SealBody, frontier: Frontier): boolean {
  const named = namesOf(tips);
  return frontier.forked.some((author) => {
    return frontier.endsOf(author).some(({ hash }) => !named.has(nameOf(author, hash)));
  });
}

/**
 * Throws CONFLICT where a commit is missing that the seal names: it waits for that; REFUSED where
 * one has another author or number than the seal says.
 */
export function expectHeld(
  { tips }: SealBody,
  frontier: Frontier,
  numberOf: (hash: Uint8Array) => CommitNumber | undefined,
): void {
  for (const { key, sequence, hash } of tips) {
    const end = frontier.endsOf(key).find((each) => sameBytes(each.hash, hash));
    const held = end === undefined ? numberOf(hash) : { author: key, sequence: end.sequence };
    if (held === undefined) throw otherCommits(toHex(key), sequence, 'another or none');
    if (sameBytes(held.author, key) && held.sequence === sequence) continue;
    const actual = `commit ${held.sequence} of author ${toHex(held.author)}`;
    throw refused(`to name commit ${sequence} of author ${toHex(key)}`, actual);
  }
}

/**
 * Throws CONFLICT where a commit is missing that the seal names, or one is here that it leaves out,
 * and REFUSED where it says another clock than the greatest.
 */
export function expectSealed(seal: SealBody, frontier: Frontier, chain: AuthorityChain): void {
  const { clock, tips } = seal;
  const unsealed = unsealedTips(frontier, chain);
  const named = namesOf(tips);
  for (const { author, sequence, hash } of unsealed) {
    if (named.get(nameOf(author, hash)) === sequence) continue;
    const name = toHex(author);
    throw otherCommits(name, sealedBy(seal, chain).get(name) ?? 0, sequence);
  }
  const here = new Set(unsealed.map(({ author, hash }) => nameOf(author, hash)));
  const missing = tips.find(({ key, hash }) => !here.has(nameOf(key, hash)));
  if (missing !== undefined) {
    const held = frontier.lastOf(missing.key)?.sequence ?? 0;
    throw otherCommits(toHex(missing.key), missing.sequence, held);
  }
  if (clock === frontier.clock) return;
  throw refused(`the greatest clock ${frontier.clock}`, `${clock}`, { reason: SEAL_CLOCK });
}

function unsealedTips(frontier: Frontier, chain: AuthorityChain): AuthorTip[] {
  return frontier.tips.filter(({ author, sequence }) => sequence > chain.sealedSequence(author));
}

/** The numbers of tips by author and hash. */
function namesOf(tips: readonly SealedTip[]): ReadonlyMap<string, number> {
  return new Map(tips.map(({ key, hash, sequence }) => [nameOf(key, hash), sequence]));
}

function nameOf(author: Uint8Array, hash: Uint8Array): string {
  return `${toHex(author)} ${toHex(hash)}`;
}

function otherCommits(author: string, sealed: number, held: number | string): DatabaseError {
  return new DatabaseError(
    ErrorCode.CONFLICT,
    `a seal expected ${sealed} commits of author ${author} to be here, got ${held}`,
  );
}

function refused(
  expected: string,
  actual: string,
  facts: Readonly<Record<string, string>> = {},
): DatabaseError {
  const message = `a seal expected ${expected}, got ${actual}`;
  return new DatabaseError(ErrorCode.REFUSED, message, { facts });
}

function tooMany(what: string, limit: number, count: number): DatabaseError {
  return new DatabaseError(
    ErrorCode.LIMIT_EXCEEDED,
    `a record expected at most ${limit} ${what}, got ${count}`,
    { facts: { limit } },
  );
}
