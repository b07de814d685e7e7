/**
 * What a seal covers: every commit that is here. So a replica that takes one holds just what the
 * seal names from then on, and its state stays a function of the set (schema/authority.md, A12).
 */

import type { SealBody } from '../authority/body.ts';
import type { AuthorSequence } from '../authority/body-fields.ts';
import type { AuthorityChain } from '../authority/chain.ts';
import type { KeptCommits } from '../authority/narrowing.ts';
import { fromHex, toHex } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { SEAL_AUTHORS_MAX } from '../base/limits.ts';
import type { Frontier } from './frontier.ts';

/** Reason of a seal whose clock is not that of what is here: an author may have signed twice. */
export const SEAL_CLOCK = 'seal.clock';

/** What a seal of all that is here says; undefined where no commit has come since the last one. */
export function sealOf(
  frontier: Frontier,
  chain: AuthorityChain,
): Pick<SealBody, 'clock' | 'authors'> | undefined {
  const authors = unsealedAuthors(frontier, chain);
  return authors.length === 0 ? undefined : { clock: frontier.clock, authors };
}

/** Authors with commits here that no seal covers, and the last one of each, ascending by key. */
export function unsealedAuthors(frontier: Frontier, chain: AuthorityChain): AuthorSequence[] {
  const authors: AuthorSequence[] = [];
  for (const { author, sequence } of frontier.authors) {
    const key = fromHex(author);
    if (sequence > chain.sealedSequence(key)) authors.push({ key, sequence });
  }
  if (authors.length <= SEAL_AUTHORS_MAX) return authors;
  throw new DatabaseError(
    ErrorCode.LIMIT_EXCEEDED,
    `a record expected at most ${SEAL_AUTHORS_MAX} authors, got ${authors.length}`,
    { facts: { limit: SEAL_AUTHORS_MAX } },
  );
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
export function sealedBy({ authors }: SealBody, chain: AuthorityChain): KeptCommits {
  const sealed = new Map(chain.sealed);
  for (const { key, sequence } of authors) sealed.set(toHex(key), sequence);
  return sealed;
}

/** Throws CONFLICT where a commit is missing that the seal names: it waits for that. */
export function expectHeld({ authors }: SealBody, frontier: Frontier): void {
  for (const { key, sequence } of authors) {
    const held = frontier.lastOf(key)?.sequence ?? 0;
    if (held < sequence) throw otherCommits(toHex(key), sequence, held);
  }
}

/**
 * Throws CONFLICT where a commit is missing that the seal names, or one is here that it leaves out,
 * and REFUSED where it says another clock than the greatest.
 */
export function expectSealed(seal: SealBody, frontier: Frontier, chain: AuthorityChain): void {
  expectHeld(seal, frontier);
  const sealed = sealedBy(seal, chain);
  for (const { author, sequence } of frontier.authors) {
    const covered = sealed.get(author) ?? 0;
    if (covered !== sequence) throw otherCommits(author, covered, sequence);
  }
  const { clock } = seal;
  if (clock === frontier.clock) return;
  throw new DatabaseError(
    ErrorCode.REFUSED,
    `a seal expected the greatest clock ${frontier.clock}, got ${clock}`,
    { facts: { reason: SEAL_CLOCK } },
  );
}

function otherCommits(author: string, sealed: number, held: number): DatabaseError {
  return new DatabaseError(
    ErrorCode.CONFLICT,
    `a seal expected ${sealed} commits of author ${author} to be here, got ${held}`,
  );
}
